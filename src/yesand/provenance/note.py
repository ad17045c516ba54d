"""Signed notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

A note is a text followed by signature lines. A checkpoint is a note whose text says how many
entries a log has and what their root is; a witness adds a cosignature to it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.keys import Signer, verify

#: Signature types (C2SP signed-note, tlog-cosignature).
ED25519 = 0x01
COSIGNATURE_V1 = 0x04
_MOST = 1 << 20
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True)
class Verifier:
    """A key that a reader trusts: its name, its 32 raw public bytes and what it signs."""

    name: str
    public: bytes
    algorithm: int = ED25519

    def __post_init__(self) -> None:
        """Refuse a name that a signature line could not carry."""
        if not self.name or "+" in self.name or any(c.isspace() for c in self.name):
            raise BadInput(f"{self.name!r} cannot name a key", where="signed note")

    @property
    def id(self) -> bytes:
        """The key id: SHA-256(name ‖ newline ‖ algorithm ‖ public key)[:4] (C2SP signed-note)."""
        named = f"{self.name}\n".encode()
        return sha256(named + bytes([self.algorithm]) + self.public).digest()[:4]

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read ``name+key id+base64(algorithm ‖ public key)`` (C2SP signed-note verifier keys)."""
        try:
            name, told, material = vkey.split("+", 2)
            raw = base64.b64decode(material, validate=True)
            found = cls(name, raw[1:], raw[0])
        except (ValueError, IndexError) as fault:
            raise BadInput("Not a verifier key", where=vkey[:80]) from fault
        if found.id.hex() != told or len(found.public) != 32:
            raise BadInput("The key id is not this key's", where=vkey[:80])
        return found

    def __str__(self) -> str:
        """Write it as a verifier key."""
        material = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"

    def holds(self, text: str, signature: bytes) -> bool:
        """Tell whether the signature (without its key id) is this key's over the text."""
        if self.algorithm == ED25519:
            return verify(self.public, signature, text.encode())
        if self.algorithm == COSIGNATURE_V1 and len(signature) == 72:
            moment = int.from_bytes(signature[:8])
            return moment < 1 << 63 and verify(self.public, signature[8:], _cosigned(text, moment))
        return False


@dataclass(frozen=True)
class Line:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def moment(self) -> int:
        """When a witness made its cosignature, as a POSIX time."""
        return int.from_bytes(self.signature[:8])

    def __str__(self) -> str:
        """Write it as the note carries it."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A text (ending in a newline) and its signature lines."""

    text: str
    lines: tuple[Line, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a note.

        Raises
        ------
        BadInput : not a note.
        """
        try:
            if len(data) > _MOST:
                raise ValueError("too long")
            whole = data.decode("utf-8")
            if any(c < " " and c != "\n" for c in whole):
                raise ValueError("a control character")
            text, gap, signatures = whole.rpartition("\n\n")
            if not gap or not signatures.endswith("\n"):
                raise ValueError("no signature")
            lines = tuple(_line(line) for line in signatures[:-1].split("\n"))
        except ValueError as fault:
            raise BadInput(f"Not a signed note: {fault}", where="signed note") from fault
        return cls(text + "\n", lines)

    def __bytes__(self) -> bytes:
        """Write the note."""
        return (self.text + "\n" + "".join(map(str, self.lines))).encode()

    def check(self, verifier: Verifier) -> Line:
        """Return the line of this key.

        Raises
        ------
        CheckFailed : the key has not signed, or what claims to be its signature is not.
        """
        mine = [s for s in self.lines if (s.name, s.key_id) == (verifier.name, verifier.id)]
        if not mine:
            raise CheckFailed("The note is not signed by this key", where=verifier.name)
        if not all(verifier.holds(self.text, line.signature) for line in mine):
            raise CheckFailed("The signature of the note is wrong", where=verifier.name)
        return mine[0]

    def cosignatures(self, witnesses: Iterable[Verifier]) -> dict[Verifier, Line]:
        """Return the lines of those witnesses that have cosigned it; other lines are ignored."""
        found = dict[Verifier, Line]()
        for witness in witnesses:
            with suppress(CheckFailed):
                found[witness] = self.check(witness)
        return found

    def signed(self, signer: Signer, name: str) -> Note:
        """Return the note with one more Ed25519 signature."""
        key = Verifier(name, signer.public)
        made = Line(name, key.id, signer.sign(self.text.encode()))
        return Note(self.text, (*self.lines, made))

    def cosigned(self, signer: Signer, name: str, moment: int) -> Note:
        """Return the note with a witness's cosignature at a POSIX time (tlog-cosignature v1)."""
        key = Verifier(name, signer.public, COSIGNATURE_V1)
        signature = moment.to_bytes(8) + signer.sign(_cosigned(self.text, moment))
        return Note(self.text, (*self.lines, Line(name, key.id, signature)))


@dataclass(frozen=True)
class Checkpoint:
    """How many entries a log has, and the root over them (C2SP tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a checkpoint's text.

        Raises
        ------
        BadInput : not a checkpoint.
        """
        try:
            origin, size, root, *rest = text.removesuffix("\n").split("\n")
            if not origin or not _NUMBER.match(size) or "" in rest or not text.endswith("\n"):
                raise ValueError("a line is missing or malformed")
            found = cls(origin, int(size), canonical_base64(root), tuple(rest))
            if len(found.root) != 32:
                raise ValueError("the root is not 32 bytes long")
        except ValueError as fault:
            raise BadInput(f"Not a checkpoint: {fault}", where="checkpoint") from fault
        return found

    def __str__(self) -> str:
        """Write its text."""
        root = base64.b64encode(self.root).decode()
        return "".join(f"{x}\n" for x in (self.origin, self.size, root, *self.extensions))

    def sign(self, signer: Signer) -> Note:
        """Return it as a note signed by the log, whose key is named like its origin."""
        return Note(str(self), ()).signed(signer, self.origin)


def open_checkpoint(
    data: bytes, origin: str, public: bytes, witnesses: Sequence[Verifier] = ()
) -> Checkpoint:
    """Return a checkpoint that the log, and every witness asked for, has signed.

    Raises
    ------
    BadInput : not a checkpoint. CheckFailed : of another log, or a signature is missing or wrong.
    """
    note = Note.parse(data)
    for verifier in (Verifier(origin, public), *witnesses):
        note.check(verifier)
    found = Checkpoint.parse(note.text)
    if found.origin != origin:
        raise CheckFailed("The checkpoint is another log's", where=found.origin[:80])
    return found


def _cosigned(text: str, moment: int) -> bytes:
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


def _line(line: str) -> Line:
    dash, name, signature = line.split(" ")
    raw = canonical_base64(signature)
    if dash != "—" or not name or "+" in name or len(raw) < 5:
        raise ValueError("a malformed signature line")
    return Line(name, raw[:4], raw[4:])


def canonical_base64(text: str) -> bytes:
    """Read standard base64 that has one spelling only (RFC 4648 §3.5: no stray bits)."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise ValueError("not base64") from fault
    if base64.b64encode(raw).decode() != text:
        raise ValueError("not canonical base64")
    return raw
