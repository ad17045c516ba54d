"""Asking a virus scanner about a recording that was sent, where the keeper names one.

``YESAND_CLAMD`` is the address of ClamAV's clamd: a socket's path, or ``host:port``. A sound file
may carry other bytes beside its sound, and what is stored is served byte for byte. The file goes
over clamd's INSTREAM command (clamd(8)): blocks with their length before them, an empty one last.
"""

from __future__ import annotations

import os
import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from yesand.kernel.errors import Unavailable
from yesand.takes.sound import BadMedia

#: Seconds of silence after which a scanner counts as away.
_PATIENCE = 60.0
_BLOCK = 1 << 20
_FOUND = re.compile(r"stream: (?P<name>.+) FOUND\Z")


class ScannerAway(Unavailable):
    """The scanner gave no verdict; what was sent stays, and finishing again asks again."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The virus scanner gave no verdict: {why}",
            remedy="Nothing is lost. Try again in a while, or tell the house.",
        )


def scan(path: Path) -> None:
    """Return if the scanner finds nothing in a file, or if none is named.

    Raises
    ------
    BadMedia : it found something; named as it names it. ScannerAway : no verdict.
    """
    address = os.environ.get("YESAND_CLAMD", "")
    if not address:
        return
    try:
        verdict = _verdict(address, path)
    except (OSError, ValueError) as fault:
        raise ScannerAway(str(fault) or type(fault).__name__) from fault
    if found := _FOUND.match(verdict):
        raise BadMedia(
            f"The virus scanner found {found['name']} in it",
            remedy="Record it again, on another device if you can.",
        )
    if verdict != "stream: OK":
        raise ScannerAway(f"it said {verdict[:200]!r}")


def _verdict(address: str, path: Path) -> str:
    with _reached(address) as line:
        line.settimeout(_PATIENCE)
        line.sendall(b"zINSTREAM\0")
        try:
            for block in _blocks(path):
                line.sendall(struct.pack("!I", len(block)) + block)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it hangs up on what is longer than it takes, and says so first
        return _answer(line)


def _reached(address: str) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_PATIENCE)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
    yield b""


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < 4096:
        more = line.recv(4096)
        if not more:
            break
        said += more
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()
