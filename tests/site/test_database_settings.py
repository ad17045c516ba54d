"""How the server reaches what stands beside it: certificates, and renewed secrets."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from yesand.heidi.endpoint import Endpoint
from yesand.site.settings import database

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_RULES = "local all all trust\nhostssl all all 127.0.0.1/32 cert\n"


def certificates(folder: Path, *names: str) -> None:
    """Write an authority's certificate, and a certificate and a key for each name."""
    authority = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    for name in ("authority", *names):
        key = authority if name == "authority" else ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(name == "authority", None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(authority, hashes.SHA256())
        )
        (folder / f"{name}.crt").write_bytes(made.public_bytes(Encoding.PEM))
        private = folder / f"{name}.key"
        private.touch(0o600)
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.fixture
def server() -> Iterator[tuple[Path, int]]:
    """A PostgreSQL that lets in over TCP only who shows a certificate: its files, its port."""
    if not PROGRAMS:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="yesand-pg."))  # pytest's own folders are ours alone
    folder.chmod(0o711)
    certificates(folder, "localhost", "keeper", "stranger")
    data, sock = folder / "data", folder / "s"
    sock.mkdir(0o777)
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    data.mkdir(0o700)
    theirs = [data, sock, folder / "localhost.key"]
    if as_postgres:
        for path in theirs:
            shutil.chown(path, "postgres")

    def run(program: str, *told: str) -> None:
        command = [*as_postgres, str(PROGRAMS[-1] / program), "-D", str(data), *told]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    run("initdb", "-U", "keeper", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
    (data / "pg_hba.conf").write_text(_RULES)
    port = 20_000 + os.getpid() % 20_000
    options = (
        f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={sock} -c fsync=off "
        f"-c ssl=on -c ssl_ca_file={folder}/authority.crt "
        f"-c ssl_cert_file={folder}/localhost.crt -c ssl_key_file={folder}/localhost.key"
    )
    run("pg_ctl", "-w", "-l", str(data / "log"), "-o", options, "start")
    yield folder, port
    run("pg_ctl", "-m", "immediate", "stop")
    shutil.rmtree(folder)


def url(folder: Path, port: int, name: str) -> str:
    shown = f"sslcert={folder}/{name}.crt&sslkey={folder}/{name}.key"
    sure = f"sslmode=verify-full&sslrootcert={folder}/authority.crt"
    return f"postgresql://keeper@localhost:{port}/postgres?{sure}&{shown}"


def opened(told: dict[str, object]) -> str:
    """Connect as Django does, and return who one is there."""
    options = told["OPTIONS"]
    assert isinstance(options, dict)
    with psycopg.connect(
        host=str(told["HOST"]),
        port=int(str(told["PORT"])),
        user=str(told["USER"]),
        dbname=str(told["NAME"]),
        hostaddr="127.0.0.1",
        **options,
    ) as line:
        row = line.execute("select current_user").fetchone()
        assert row
        return str(row[0])


@pytest.mark.enable_socket
def test_a_certificate_opens_the_database_without_a_password(
    server: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, port = server
    monkeypatch.setenv("DATABASE_URL", url(folder, port, "keeper"))
    told = database(folder)
    assert not told["PASSWORD"] and opened(told) == "keeper"
    monkeypatch.setenv("DATABASE_URL", url(folder, port, "stranger"))
    with pytest.raises(psycopg.OperationalError, match="certificate authentication failed"):
        opened(database(folder))


def test_a_renewed_secret_is_used_at_the_next_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "key"
    monkeypatch.setenv("YESAND_LLM_URL", "http://localhost:1/v1")
    monkeypatch.setenv("YESAND_LLM_KEY_FILE", str(kept))
    for key in ("first", "second"):
        kept.write_text(key)
        endpoint = Endpoint.told()
        assert endpoint and endpoint.key == key
