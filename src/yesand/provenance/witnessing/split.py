"""That a log has signed two trees which cannot be one log's: a small file that proves it offline.

Two checkpoints of one size and different roots speak for themselves. For different sizes the file
also says what the smaller root would be in the larger tree, with the consistency proof for that:
the proof leads to the larger tree's root, so the root it starts from is the only one that the
smaller tree could have had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yesand.kernel.errors import BadInput, CheckFailed, YesAndError
from yesand.provenance import merkle
from yesand.provenance.evidence import origin_of
from yesand.provenance.note import Checkpoint, Note, Verifier, open_checkpoint

KIND = "yes-and/log-split@v1"
_OURS = "yes-and/"


@dataclass(frozen=True)
class Split:
    """Two signed checkpoints of one log that contradict each other, the smaller first."""

    key: Verifier
    first: bytes
    second: bytes
    #: Of different sizes only: the root that the larger tree has at the smaller size, and why.
    root: bytes = b""
    path: tuple[bytes, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what the file holds."""
        told = {"kind": KIND, "key": str(self.key)}
        told |= {"first": self.first.decode(), "second": self.second.decode()}
        if not self.root:
            return told
        return told | {"root": self.root.hex(), "path": [step.hex() for step in self.path]}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Split:
        """Read what a file holds.

        Raises
        ------
        BadInput : not such a file.
        """
        try:
            return cls(
                Verifier.parse(told["key"]),
                told["first"].encode(),
                told["second"].encode(),
                bytes.fromhex(told.get("root", "")),
                tuple(bytes.fromhex(step) for step in told.get("path", [])),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise BadInput("Not a proof of a split log", where=str(fault)[:80]) from fault

    def check(self, key: Verifier | None = None) -> tuple[Checkpoint, Checkpoint]:
        """Return the two checkpoints, proven to be signed and to contradict each other.

        Parameters
        ----------
        key : the log's key, if the reader has it; else it must be the one that the origin names.

        Raises
        ------
        CheckFailed : it proves nothing.
        """
        self._of(key)
        first, second = (
            open_checkpoint(note, self.key.name, self.key.public)
            for note in (self.first, self.second)
        )
        if first.size > second.size or not contradict(first, second, self.root, self.path):
            raise CheckFailed("These checkpoints do not contradict each other", where=first.origin)
        return first, second

    def _of(self, key: Verifier | None) -> None:
        if key is not None and key != self.key:
            raise CheckFailed("The proof is of another log", where=self.key.name)
        named = self.key.name.startswith(_OURS) and self.key.name == origin_of(self.key.public)
        if key is None and not named:
            raise BadInput(
                "Nothing tells that this is the log's key",
                where=self.key.name,
                remedy="Give the log's key with --key.",
            )


def is_split(told: object) -> bool:
    """Tell whether a JSON object claims to be such a proof."""
    return isinstance(told, Mapping) and told.get("kind") == KIND


def contradict(
    first: Checkpoint, second: Checkpoint, root: bytes = b"", path: Sequence[bytes] = ()
) -> bool:
    """Tell whether two trees, the smaller first, are proven not to be one log's.

    Parameters
    ----------
    root, path : what the larger tree's root would be at the smaller size, and the proof of that.
    """
    if first.size == second.size:
        return first.root != second.root
    if first.size == 0 or len(root) != 32 or root == first.root:
        return False
    try:
        merkle.verify_consistency(first.size, second.size, path, root, second.root)
    except YesAndError:
        return False
    return True


def found(
    key: Verifier, notes: Sequence[Note], root: bytes = b"", path: Sequence[bytes] = ()
) -> Split | None:
    """Return the proof that two checkpoints contradict each other, if that can be proven."""
    first, second = sorted(notes, key=lambda note: Checkpoint.parse(note.text).size)
    heads = Checkpoint.parse(first.text), Checkpoint.parse(second.text)
    if not contradict(*heads, root, path):
        return None
    if heads[0].size == heads[1].size:
        root, path = b"", ()
    return Split(key, bytes(first), bytes(second), root, tuple(path))
