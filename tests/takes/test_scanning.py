"""A virus scanner is asked about what was sent: ClamAV's own daemon, and one that misbehaves."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from upload_stage import left, set_upload_stage, sha, wav

import yesand
from yesand.takes.models import Take
from yesand.takes.sound import BadMedia
from yesand.takes.uploading import scanning
from yesand.takes.uploading.scanning import ScannerAway, scan
from yesand.takes.uploading.services import finish

talks = pytest.mark.enable_socket
CLAMD = shutil.which("clamd")
#: What our own signature calls a virus: bytes that no other file has.
MARK = b"yes-and: this is no virus, and is to be taken for one"


@pytest.fixture
def clamd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """ClamAV's daemon with one signature of our own."""
    if CLAMD is None:
        pytest.skip("clamd is not installed")
    signatures, line = tmp_path / "signatures", tmp_path / "clamd.ctl"
    signatures.mkdir()
    (signatures / "own.ndb").write_text(f"YesAnd.Test:0:*:{MARK.hex()}\n")
    settings = tmp_path / "clamd.conf"
    settings.write_text(
        f"LocalSocket {line}\nDatabaseDirectory {signatures}\nForeground yes\nStreamMaxLength 4M\n"
    )
    daemon = subprocess.Popen([CLAMD, "-c", settings], stdout=subprocess.DEVNULL)
    for _ in range(600):
        if line.exists():
            break
        time.sleep(0.05)
    monkeypatch.setenv("YESAND_CLAMD", str(line))
    yield
    daemon.terminate()
    daemon.wait()


def kept(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "take.wav"
    path.write_bytes(data)
    return path


@pytest.mark.enable_socket
@pytest.mark.slow
def test_clamd_finds_what_a_sound_carries_beside_its_sound(clamd: None, tmp_path: Path) -> None:
    scan(kept(tmp_path, wav()))
    with pytest.raises(BadMedia, match=r"YesAnd\.Test"):
        scan(kept(tmp_path, wav() + MARK))
    with pytest.raises(ScannerAway, match="size limit exceeded"):
        scan(kept(tmp_path, wav() + bytes(6_000_000)))


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[bytes], bytes]) -> None:
    """Serve one scan by a listener that reads it all and says what it is told to."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listener.accept()
        with line, line.makefile("rb") as told:
            assert told.read(10) == b"zINSTREAM\0"
            data = b""
            while size := int.from_bytes(told.read(4), "big"):
                data += told.read(size)
            line.sendall(answer(data))
        listener.close()

    threading.Thread(target=serve, daemon=True).start()
    monkeypatch.setenv("YESAND_CLAMD", f"127.0.0.1:{listener.getsockname()[1]}")


def verdict(data: bytes) -> bytes:
    return b"stream: Own.Mark FOUND\0" if MARK in data else b"stream: OK\0"


@talks
def test_what_a_scanner_finds_is_refused_with_its_name(
    house: yesand.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, data = set_upload_stage(house), wav() + MARK
    upload = stage.sent(data)
    answering(monkeypatch, verdict)
    with pytest.raises(BadMedia, match=r"Own\.Mark"):
        finish(house.place, upload, sha(data))
    upload.refresh_from_db()
    assert upload.state == "refused" and "Own.Mark" in upload.reason
    assert not Take.objects.exists() and left(house) == []


@talks
def test_a_scanner_that_is_away_loses_nothing(
    house: yesand.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, data = set_upload_stage(house), wav()
    upload = stage.sent(data)
    monkeypatch.setenv("YESAND_CLAMD", "/nowhere/clamd.ctl")
    with pytest.raises(ScannerAway, match="Nothing is lost"):
        finish(house.place, upload, sha(data))
    assert not Take.objects.exists() and left(house)
    answering(monkeypatch, verdict)
    assert finish(house.place, upload, sha(data)).state == "stored"


@talks
@pytest.mark.parametrize("said", [b"", b"stream: OK, perhaps\0", b"\xff\xfe\0"])
def test_nonsense_is_no_verdict(
    said: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, lambda _: said)
    with pytest.raises(ScannerAway):
        scan(kept(tmp_path, wav()))


@talks
def test_silence_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("YESAND_CLAMD", f"127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(scanning, "_PATIENCE", 0.1)
        with pytest.raises(ScannerAway, match="timed out"):
            scan(kept(tmp_path, wav()))
