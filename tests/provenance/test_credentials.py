"""Credentials in real files, read by the C2PA toolkit's own reader."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
import pytest
import soundfile
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from files_with_credentials import KINDS, RECOGNITION, claim, flipped, plain, stranger
from yesand.kernel.clock import SetClock
from yesand.kernel.place import Place
from yesand.provenance.credentials import identity as identities
from yesand.provenance.credentials.apart import read_apart
from yesand.provenance.credentials.bars import bar
from yesand.provenance.credentials.claim import Edit, Source
from yesand.provenance.credentials.errors import CannotSign
from yesand.provenance.credentials.mining import Aim, Mining, Said, Use, parse, strictest
from yesand.provenance.credentials.reading import Credentials, State, read, read_from
from yesand.provenance.credentials.signing import root_of, sign

#: A byte of sound or picture, well away from the credential, counted from the file's end or start.
MEDIA = {"wav": 5000, "flac": -400, "mp3": -400, "mp4": -60, "jpg": -60}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place.create(tmp_path / "H", "Test House", SetClock(datetime(2026, 10, 1, tzinfo=UTC)))


def sdk(path: Path, root: str) -> dict[str, Any]:
    """What the toolkit's reader says, without any code of ours."""
    with (
        c2pa.Context.from_dict({"trust": {"trust_anchors": root}}) as context,
        path.open("rb") as file,
        c2pa.Reader(None, file, context=context) as reader,
    ):
        told: dict[str, Any] = json.loads(reader.json())
        return told


@pytest.mark.parametrize("ending", KINDS)
def test_the_toolkits_own_reader_trusts_what_we_sign(ending: str, tmp_path: Path) -> None:
    mine, source = stranger("House"), plain(tmp_path, ending)
    target = tmp_path / f"signed.{ending}"
    sign(source, target, KINDS[ending], claim(), mine)
    told = sdk(target, root_of(mine))
    assert told["validation_state"] == "Trusted"
    assert sdk(target, root_of(stranger()))["validation_state"] == "Valid"
    active = told["manifests"][told["active_manifest"]]
    said = {a["label"]: a["data"] for a in active["assertions"]}
    assert said["cawg.training-mining"] == RECOGNITION.as_json()
    assert said["cawg.metadata"]["dc:creator"] == ["performer-1"]
    assert said["org.yes-and.agreement"]["agreement"]["sha256"] == "00" * 32
    (step,) = said["c2pa.actions.v2"]["actions"]
    assert step["action"] == "c2pa.created"
    assert step["digitalSourceType"] == Source.HUMAN.iri


@pytest.mark.parametrize("ending", KINDS)
def test_one_flipped_bit_of_the_media_makes_it_invalid(ending: str, tmp_path: Path) -> None:
    mine, target = stranger(), tmp_path / f"signed.{ending}"
    sign(plain(tmp_path, ending), target, KINDS[ending], claim(), mine)
    changed = flipped(target, MEDIA[ending])
    assert sdk(changed, root_of(mine))["validation_state"] == "Invalid"
    found = read(changed, root_of(mine))
    assert found is not None and found.state == State.INVALID and found.faults


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3"])
def test_the_sound_stays_bit_for_bit_what_it_was(ending: str, tmp_path: Path) -> None:
    source, target = plain(tmp_path, ending), tmp_path / f"signed.{ending}"
    before = source.read_bytes()
    sign(source, target, KINDS[ending], claim(), stranger())
    assert np.array_equal(soundfile.read(source)[0], soundfile.read(target)[0])
    assert source.read_bytes() == before


def test_what_was_signed_is_read_back(tmp_path: Path) -> None:
    mine, target = stranger("House"), tmp_path / "signed.flac"
    made = sign(plain(tmp_path, "flac"), target, "audio/flac", claim(), mine)
    found = read(target, root_of(mine))
    assert found == made
    assert (found.state, found.signer, found.who) == (State.TRUSTED, "House", ("performer-1",))
    assert found.mining == RECOGNITION
    assert found.source == "digitalCapture"
    assert Credentials.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_an_edit_carries_the_credential_of_what_it_was_made_from(tmp_path: Path) -> None:
    mine, first = stranger(), tmp_path / "first.flac"
    before = sign(plain(tmp_path, "flac", 1), first, "audio/flac", claim(), mine)
    target = tmp_path / "edited.flac"
    cut = plain(tmp_path, "flac", 2)
    after = sign(cut, target, "audio/flac", claim(edits=(Edit.TRIMMED,)), mine, parent=first)
    assert after.state == State.TRUSTED
    assert after.actions == ("opened", "trimmed")
    assert after.made_from == ("first.flac",)
    assert after.before == (before.label,)


def test_a_file_without_one_has_none(tmp_path: Path) -> None:
    for ending in KINDS:
        assert read(plain(tmp_path, ending), "") is None
    for junk in (b"", b"x", b"hello" * 100, b"OggS" + bytes(100), b"RIFF\x00\x00\x00\x00WAVE"):
        assert read_from(io.BytesIO(junk), "") is None


def test_ogg_is_refused_with_a_way_out(tmp_path: Path) -> None:
    source = plain(tmp_path, "ogg")
    with pytest.raises(CannotSign, match="FLAC"):
        sign(source, tmp_path / "x.ogg", "audio/ogg", claim(), stranger())
    assert not (tmp_path / "x.ogg").exists()


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("signed")
    sign(plain(folder, "flac"), folder / "signed.flac", "audio/flac", claim(), stranger())
    return (folder / "signed.flac").read_bytes()


@given(data=st.data())
def test_no_damage_makes_the_reader_crash(signed: bytes, data: st.DataObject) -> None:
    broken = bytearray(signed[: data.draw(st.integers(0, len(signed)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if broken:
            broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    found = read_from(io.BytesIO(broken), "")
    assert found is None or found.state in set(State)


def test_a_broken_chain_is_told_and_not_trusted(tmp_path: Path) -> None:
    first, other = stranger("A"), stranger("B")
    mark = "-----BEGIN CERTIFICATE-----"
    leaf = mark + first.chain.split(mark)[1]
    from dataclasses import replace

    broken = replace(first, chain=leaf + root_of(other))
    source, target = plain(tmp_path, "flac"), tmp_path / "x.flac"
    try:
        found = sign(source, target, "audio/flac", claim(), broken)
    except Exception as fault:
        assert isinstance(fault, CannotSign) or "read back" in str(fault)
    else:
        assert found.state != State.TRUSTED


def test_a_process_of_its_own_reads_the_same(tmp_path: Path) -> None:
    mine, target = stranger(), tmp_path / "signed.jpg"
    made = sign(plain(tmp_path, "jpg"), target, "image/jpeg", claim(), mine)
    assert read_apart(target, root_of(mine)) == made
    assert read_apart(plain(tmp_path, "wav"), "") is None
    assert read_apart(tmp_path / "missing", "") == Credentials(
        State.UNREADABLE, faults=("it broke what reads it",)
    )


def test_a_house_makes_its_authority_once_and_keeps_its_keys_private(place: Place) -> None:
    first = identities.identity(place)
    assert first.development
    identities.ensure(place)
    assert identities.identity(place) == first
    leaf, root = x509.load_pem_x509_certificates(first.chain.encode())
    leaf.verify_directly_issued_by(root)
    assert root.public_bytes(Encoding.PEM).decode() == identities.authority(place)
    for key in place.keys.folder.glob("*.pem"):
        assert key.stat().st_mode & 0o077 == 0
    assert b"PRIVATE" not in (place.keys.folder / "credentials.pem").read_bytes()


def own_certificate(folder: Path) -> tuple[Path, Path]:
    """A keeper's certificate of another kind (ES256), signed by their own authority."""
    key, root_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    template = x509.load_pem_x509_certificates(stranger("Keeper").chain.encode())
    names = [certificate.subject for certificate in template]
    made = []
    for n, (subject, own) in enumerate(zip(names, (key, root_key), strict=True)):
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(names[1])
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=90))
        )
        for extension in template[n].extensions:
            if extension.oid not in (
                x509.SubjectKeyIdentifier.oid,
                x509.AuthorityKeyIdentifier.oid,
            ):
                built = built.add_extension(extension.value, extension.critical)
        ski = x509.SubjectKeyIdentifier.from_public_key(own.public_key())
        aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
        built = built.add_extension(ski, False).add_extension(aki, False)
        made.append(built.sign(root_key, SHA256()))
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in made))
    shape = (Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    private.write_bytes(key.private_bytes(*shape))
    return chain, private


def test_the_keepers_own_certificate_signs(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, key = own_certificate(tmp_path)
    monkeypatch.setenv("YESAND_C2PA_CERTIFICATES", str(chain))
    with pytest.raises(CannotSign, match="go together"):
        identities.identity(place)
    monkeypatch.setenv("YESAND_C2PA_KEY", str(key))
    mine = identities.identity(place)
    assert (mine.algorithm, mine.development) == ("es256", False)
    target = tmp_path / "signed.wav"
    made = sign(plain(tmp_path, "wav"), target, "audio/wav", claim(), mine)
    assert made.signer == "Keeper"
    found = read(target, identities.anchors(place))
    assert found is not None and found.state == State.TRUSTED


def test_a_key_of_another_certificate_is_refused(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, _ = own_certificate(tmp_path)
    (tmp_path / "other").mkdir()
    _, key = own_certificate(tmp_path / "other")
    monkeypatch.setenv("YESAND_C2PA_CERTIFICATES", str(chain))
    monkeypatch.setenv("YESAND_C2PA_KEY", str(key))
    with pytest.raises(CannotSign, match="another certificate"):
        identities.identity(place)
    key.write_text("nonsense")
    with pytest.raises(CannotSign, match="private key"):
        identities.identity(place)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"use": "allowed"}, Said(Use.ALLOWED)),
        ({"use": "notAllowed"}, Said(Use.NOT_ALLOWED)),
        ({"use": "constrained", "constraint_info": "u"}, Said(Use.CONSTRAINED, "u")),
        ({"use": "constrained", "constraints_info": "u"}, Said(Use.CONSTRAINED, "u")),
        ({"use": "constrained"}, Said(Use.CONSTRAINED)),
        ({"use": "perhaps"}, Said(Use.NOT_ALLOWED)),
        ("nonsense", Said(Use.NOT_ALLOWED)),
    ],
)
@pytest.mark.parametrize("prefix", ["cawg", "c2pa"])
def test_what_others_write_is_understood(prefix: str, entry: Any, said: Said) -> None:
    found = parse({"entries": {f"{prefix}.ai_training": entry, "com.example.own": {}}})
    assert found == Mining({Aim.AI_TRAINING: said})


def test_of_two_assertions_the_stricter_counts() -> None:
    mild = Mining({Aim.AI_TRAINING: Said(Use.ALLOWED)})
    strict = Mining({Aim.AI_TRAINING: Said(Use.CONSTRAINED)})
    assert strictest([mild, strict]) == strictest([strict, mild]) == strict


def test_what_bars_a_file() -> None:
    nobody = lambda condition: False  # noqa: E731
    told = {aim: Said(Use.ALLOWED) for aim in Aim}
    assert bar(None, nobody) == ""
    assert bar(Credentials(State.VALID, mining=Mining(told)), nobody) == ""
    forbidden = Mining({**told, Aim.AI_GENERATIVE_TRAINING: Said(Use.NOT_ALLOWED)})
    assert "ai_generative_training" in bar(Credentials(State.VALID, mining=forbidden), nobody)
    bound = Credentials(State.VALID, mining=Mining({Aim.AI_TRAINING: Said(Use.CONSTRAINED, "u")}))
    assert "condition" in bar(bound, nobody)
    assert bar(bound, lambda condition: condition == "u") == ""
    for state in (State.INVALID, State.UNREADABLE):
        assert "does not hold" in bar(Credentials(state, mining=Mining(told)), nobody)
