"""The log as static files: served by a plain web server, read by a reader that is not ours."""

from __future__ import annotations

import base64
import hashlib
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import yesand
from yesand.kernel.errors import Refused
from yesand.kernel.ids import digest
from yesand.kernel.keys import Signer
from yesand.provenance import services as log
from yesand.provenance.audit import audit
from yesand.provenance.errors import LogBroken
from yesand.provenance.kinds import Kind
from yesand.provenance.publishing import publish
from yesand.provenance.tiles import Log


def grow(house: yesand.House, count: int, label: str = "entry") -> None:
    names = [digest(f"{label} {n}".encode()) for n in range(count)]
    log.record_many(house.place, Kind.TAKE_RECORDED, names)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *said: object) -> None:
        """Say nothing."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and where a plain web server serves it."""
    folder = tmp_path / "public"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Reader:
    """A reader written from the C2SP texts and RFC 6962 alone: nothing of ours is in it."""

    def __init__(self, home: str, public: bytes) -> None:
        self.home, self.public = home, Ed25519PublicKey.from_public_bytes(public)

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.home}/{path}") as answer:
            data: bytes = answer.read()
            return data

    def whole(self) -> tuple[int, list[bytes]]:
        """Fetch the checkpoint and all it covers; check everything; return size and entries."""
        text, _, lines = self.get("checkpoint").partition(b"\n\n")
        _, size, root, *_ = text.split(b"\n")
        signed = base64.b64decode(lines.split(b"\n")[0].rsplit(b" ", 1)[1])
        self.public.verify(signed[4:], text + b"\n")
        entries, hashes = list[bytes](), list[bytes]()
        for index in range(-(-int(size) // 256)):
            width = min(256, int(size) - index * 256)
            bundle = self.get(self.path("entries", index, width))
            tile = self.get(self.path("0", index, width))
            found = list(self.split(bundle))
            assert len(found) == width
            leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in found]
            assert tile == b"".join(leaves)
            entries += found
            hashes += leaves
        assert self.root(hashes) == base64.b64decode(root)
        return int(size), entries

    @staticmethod
    def path(level: str, index: int, width: int) -> str:
        name = f"{index:03d}" if index < 1000 else f"x{index // 1000:03d}/{index % 1000:03d}"
        return f"tile/{level}/{name}" + (f".p/{width}" if width < 256 else "")

    @staticmethod
    def split(bundle: bytes) -> Iterator[bytes]:
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            yield bundle[2 : 2 + length]
            bundle = bundle[2 + length :]

    def root(self, hashes: list[bytes]) -> bytes:
        if len(hashes) < 2:
            return hashes[0] if hashes else hashlib.sha256().digest()
        half = 1
        while half * 2 < len(hashes):
            half *= 2
        left, right = self.root(hashes[:half]), self.root(hashes[half:])
        return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.browser
def test_a_plain_web_server_serves_the_log_to_a_stranger_as_it_grows(
    house: yesand.House, served: tuple[Path, str]
) -> None:
    folder, address = served
    reader, known = Reader(address, house.place.signer.public), list[bytes]()
    for more in (3, 5, 250, 0, 300, 1):
        grow(house, more, f"{more} more")
        made = log.publish_files(house.place, folder)
        size, entries = reader.whole()
        assert size == made.size == log.log_of(house.place).size
        assert entries[: len(known)] == known
        known = entries
    assert audit(Log(folder, house.place.origin, public=house.place.signer.public)).size == size
    assert not list((folder / "tile" / "0").glob("000.p"))


def test_only_what_is_new_is_written(house: yesand.House, tmp_path: Path) -> None:
    grow(house, 600)
    first = log.publish_files(house.place, tmp_path / "public")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "public").rglob("*") if p.is_file()}
    again = log.publish_files(house.place, tmp_path / "public")
    assert (again.files, again.before) == (0, first.size)
    grow(house, 1)
    assert log.publish_files(house.place, tmp_path / "public").files == 2
    kept = {p: t for p, t in before.items() if p.name != "checkpoint"}
    assert all(p.stat().st_mtime_ns == t for p, t in kept.items())


@pytest.mark.parametrize("name", ["tile/0/000", "tile/entries/001", "tile/1/000.p/2"])
def test_an_edited_tile_of_the_house_is_never_published(
    house: yesand.House, tmp_path: Path, name: str
) -> None:
    grow(house, 600)
    path = house.place.log / name
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(LogBroken):
        log.publish_files(house.place, tmp_path / "public")
    assert not (tmp_path / "public").exists()


def test_an_edited_tile_is_found_in_what_was_published(house: yesand.House, tmp_path: Path) -> None:
    grow(house, 300)
    log.publish_files(house.place, tmp_path / "public")
    published = Log(tmp_path / "public", house.place.origin, public=house.place.signer.public)
    for path in (p for p in (tmp_path / "public" / "tile").rglob("*") if p.is_file()):
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(LogBroken):
            audit(published)
        path.write_bytes(data)
    audit(published)


def test_an_edited_or_lost_file_is_put_back_and_named(house: yesand.House, tmp_path: Path) -> None:
    public = tmp_path / "public"
    for more in (5, 7, 300):  # earlier, narrower tiles stay for those who read them meanwhile
        grow(house, more, f"{more} more")
        log.publish_files(house.place, public)
    files = {p: p.read_bytes() for p in (public / "tile").rglob("*") if p.is_file()}
    for path, data in files.items():
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    next(iter(files)).unlink()
    grow(house, 2)
    made = log.publish_files(house.place, public)
    assert set(made.mended) == {str(path.relative_to(public)) for path in files}
    assert {path: path.read_bytes() for path in files} == files
    served = Log(public, house.place.origin, public=house.place.signer.public)
    assert audit(served).size == made.size == log.log_of(house.place).size
    assert log.publish_files(house.place, public).mended == ()


def test_an_edited_tile_of_the_house_mends_nothing(house: yesand.House, tmp_path: Path) -> None:
    public = tmp_path / "public"
    grow(house, 600)
    log.publish_files(house.place, public)
    path = house.place.log / "tile/entries/001"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(LogBroken):
        log.publish_files(house.place, public)
    assert (public / "tile/entries/001").read_bytes() == data


@pytest.mark.parametrize("same", ["nothing", "name", "name and key"])
def test_no_other_log_is_overwritten(house: yesand.House, tmp_path: Path, same: str) -> None:
    place, public = house.place, tmp_path / "public"
    grow(house, 3)
    log.publish_files(place, public)
    kept = (public / "checkpoint").read_bytes()
    signer = place.signer if same == "name and key" else Signer.generate()
    other = Log(tmp_path / "other", "other" if same == "nothing" else place.origin, signer)
    other.append([b"elsewhere %d" % n for n in range(log.log_of(place).size + 3)])
    with pytest.raises(Refused, match="Another log"):
        publish(other, public, other.checkpoint())
    assert (public / "checkpoint").read_bytes() == kept


PUBLISHING = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
import yesand
house = yesand.open({root!r})
from yesand.provenance import services as log
print("open", flush=True)
log.publish_files(house.place, Path({out!r}))
"""


def test_killed_while_publishing_what_is_served_holds(house: yesand.House, tmp_path: Path) -> None:
    out, public = tmp_path / "public", house.place.signer.public
    published = Log(out, house.place.origin, public=public)
    grow(house, 5)
    log.publish_files(house.place, out)
    code = PUBLISHING.format(path=sys.path, root=str(house.place.root), out=str(out))
    for wait in (0.0, 0.005, 0.02, 0.05):
        grow(house, 2_000, f"round {wait}")
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
            assert child.stdout and child.stdout.readline() == b"open\n"
            time.sleep(wait)
            child.send_signal(signal.SIGKILL)
        served = Log(out, house.place.origin, public=public)
        assert served.root() == served.head().root
        assert list(served.entries(0, served.size))
    log.publish_files(house.place, out)
    assert audit(published).size == log.log_of(house.place).size
