"""What a log sends a witness (C2SP tlog-witness, ``add-checkpoint``)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Self

from yesand.kernel.errors import BadInput
from yesand.provenance.note import Checkpoint, Note, canonical_base64

#: What the answer to a wrong old size is (C2SP tlog-witness).
SIZE_TYPE = "text/x.tlog.size"
#: No tree of under 2^63 entries needs more (C2SP tlog-witness).
LONGEST = 63
MOST_BYTES = 1 << 16
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True)
class Submission:
    """A checkpoint, and the proof that a tree of ``old`` entries begins its tree."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read the body of a request.

        Raises
        ------
        BadInput : not one.
        """
        head, gap, note = body.partition(b"\n\n")
        try:
            first, *rest = head.decode("ascii").split("\n")
            old = _OLD.match(first)
            if not gap or not old or len(rest) > LONGEST:
                raise ValueError("a line is missing, malformed or too many")
            proof = tuple(canonical_base64(line) for line in rest)
            if any(len(step) != 32 for step in proof):
                raise ValueError("a hash is not 32 bytes long")
        except ValueError as fault:
            raise BadInput(
                f"Not a request to a witness: {fault}", where="add-checkpoint"
            ) from fault
        return cls(int(old[1]), proof, Note.parse(note))

    def __bytes__(self) -> bytes:
        """Write the body."""
        lines = [f"old {self.old}", *(base64.b64encode(step).decode() for step in self.proof)]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + bytes(self.note)

    @property
    def head(self) -> Checkpoint:
        """The checkpoint that is sent.

        Raises
        ------
        BadInput : the note is about something else.
        """
        return Checkpoint.parse(self.note.text)
