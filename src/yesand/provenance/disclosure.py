"""A log laid open for an auditor: every entry, and of those that decide, what they are about.

One file of JSON lines (RFC 8785 each). The first names the log's key and holds a signed
checkpoint; then comes every entry of that tree, in order. An entry that is laid open carries its
salt and its record, so that whoever reads it can tell that this, and nothing else, was logged then.
The root over the lines is the one that the checkpoint signs: no line can be left out, added or
moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import BadInput, CheckFailed, YesAndError
from yesand.kernel.ids import digest, digest_of
from yesand.provenance import dsse, merkle
from yesand.provenance.commitment import commit, entry_bytes
from yesand.provenance.note import Checkpoint, Verifier, open_checkpoint

FORMAT = "https://yes-and.org/disclosure/v1"


@dataclass(frozen=True)
class Opening:
    """What an entry is about.

    Attributes
    ----------
    record : what was logged, as plain JSON; none where ``envelope`` holds it, signed.
    beside : what the signed record binds by hashes only, such as a manifest's lists.
    """

    salt: str
    record: Any = None
    envelope: Mapping[str, Any] | None = None
    beside: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, without what there is none of."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Opened:
    """An entry with what it is about; ``digest`` names its record."""

    index: int
    kind: str
    digest: str
    opening: Opening

    @property
    def told(self) -> Any:
        """The record as plain JSON; who signed it is for the reader to check."""
        if self.opening.envelope is None:
            return self.opening.record
        return parse(dsse.payload_of(self.opening.envelope), where=f"entry {self.index}")


@dataclass(frozen=True)
class Disclosure:
    """A log whose entries were all read and lie under its signed checkpoint.

    Attributes
    ----------
    kinds : of every entry, what happened. leaves : of every entry, its hash.
    opened : entry → what it is about, for those that were laid open.
    """

    key: Verifier
    head: Checkpoint
    kinds: tuple[str, ...]
    leaves: tuple[bytes, ...]
    opened: Mapping[int, Opened]

    def roots(self, sizes: Iterable[int]) -> dict[int, bytes]:
        """Return the roots that the log had at sizes; of those that it never had, none."""
        wanted, tree = set(sizes), merkle.Range()
        found = {0: tree.root()} if 0 in wanted else {}
        for leaf in self.leaves:
            tree.append(leaf)
            if tree.size in wanted:
                found[tree.size] = tree.root()
        return found

    def of(self, *kinds: str) -> Iterator[Opened]:
        """Yield the opened entries of some kinds, in the log's order."""
        return (entry for entry in self.opened.values() if entry.kind in kinds)

    def closed(self, *kinds: str) -> list[int]:
        """Return the entries of some kinds that were not laid open."""
        return [n for n, kind in enumerate(self.kinds) if kind in kinds and n not in self.opened]

    def begins_with(self, kept: bytes) -> None:
        """Check that a checkpoint that the reader kept is of this log, and not beyond it.

        Raises
        ------
        CheckFailed : the log was cut short since, or is another.
        """
        head = open_checkpoint(kept, self.key.name, self.key.public)
        if head.size > self.head.size:
            raise CheckFailed(
                f"The log was cut short: you hold a checkpoint of {head.size:,} entries, "
                f"and here are {self.head.size:,}",
                where=self.key.name,
            )
        if self.roots([head.size])[head.size] != head.root:
            raise CheckFailed(
                f"The log was another when it had {head.size:,} entries", where=self.key.name
            )


def first_line(key: Verifier, checkpoint: bytes) -> bytes:
    """Return the line that a disclosure begins with."""
    return _line({"checkpoint": checkpoint.decode(), "format": FORMAT, "key": str(key)})


def line_of(kind: str, at: str, commitment: str, opening: Opening | None = None) -> bytes:
    """Return an entry's line."""
    told = {"at": at, "commitment": commitment, "kind": kind}
    return _line({**told, "opened": opening.as_json()} if opening else told)


def is_disclosure(beginning: bytes) -> bool:
    """Tell by its first bytes whether a file is a disclosure."""
    return beginning.startswith(b'{"checkpoint":')


def read(path: Path, key: Verifier | None = None) -> Disclosure:
    """Read a disclosure and check all of it against the checkpoint that it holds.

    Parameters
    ----------
    key : the log's key, if the reader has it from elsewhere; otherwise the one that is told.

    Raises
    ------
    BadInput : not a disclosure, and at which line. CheckFailed : it is not what the log signed.
    """
    try:
        with path.open("rb") as file:
            said, head = _beginning(file.readline(), key, str(path))
            lines = [_entry(index, line, str(path)) for index, line in enumerate(file)]
    except OSError as fault:
        raise BadInput(f"Cannot read: {fault.strerror}", where=str(path)) from fault
    leaves = tuple(leaf for _, leaf, _ in lines)
    if len(leaves) != head.size or merkle.root(leaves) != head.root:
        raise CheckFailed(
            f"The {len(leaves):,} entries are not the {head.size:,} that the checkpoint signs",
            where=str(path),
            remedy="One was left out, added, moved or changed: ask for the whole of it.",
        )
    opened = {entry.index: entry for _, _, entry in lines if entry is not None}
    return Disclosure(said, head, tuple(kind for kind, _, _ in lines), leaves, opened)


def _line(value: Any) -> bytes:
    return canonical(value) + b"\n"


def _beginning(line: bytes, key: Verifier | None, where: str) -> tuple[Verifier, Checkpoint]:
    told = parse(line, where=f"{where}, line 1") if is_disclosure(line) else {}
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise BadInput(
            "Not a disclosure of a log", where=where, remedy="Make one with `yesand disclose`."
        )
    try:
        said, signed = Verifier.parse(told["key"]), told["checkpoint"].encode()
    except (KeyError, TypeError, AttributeError) as fault:
        raise BadInput("Not a disclosure of a log", where=f"{where}, line 1") from fault
    if key is not None and key != said:
        raise CheckFailed("It is of another log than the key", where=said.name)
    return said, open_checkpoint(signed, said.name, said.public)


def _entry(index: int, line: bytes, path: str) -> tuple[str, bytes, Opened | None]:
    """Return an entry's kind, the hash of its leaf, and what it is about if that is told."""
    where = f"{path}, line {index + 2}"
    try:
        told = parse(line, where=where)
        kind, at, commitment = str(told["kind"]), told["at"], told["commitment"]
        opening = Opening(**told["opened"]) if "opened" in told else None
        leaf = merkle.leaf_hash(entry_bytes(kind, at, commitment))
        opened = Opened(index, kind, _record(opening), opening) if opening else None
        held = not opening or _holds(opening, commitment)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadInput("Not an entry of a log", where=where) from fault
    except YesAndError as fault:
        raise BadInput(fault.what, where=where) from fault
    if line_of(kind, at, commitment, opening) != line:
        # Each entry is written in one way only, so that nothing can be hidden beside it.
        raise BadInput("Not an entry of a log as a house writes it", where=where)
    if not held:
        raise CheckFailed(f"Entry {index} of the log is about something else", where=where)
    return kind, leaf, opened


def _holds(opening: Opening, commitment: str) -> bool:
    salt = bytes.fromhex(opening.salt)
    return salt.hex() == opening.salt and commit(salt, _record(opening)) == commitment


def _record(opening: Opening) -> str:
    """Return what names the record: the hash of the bytes that were signed, or of the JSON."""
    if opening.envelope is not None:
        return digest(dsse.payload_of(opening.envelope))
    return digest_of(opening.record)
