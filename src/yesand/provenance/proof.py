"""One file that proves one entry (C2SP tlog-proof): index, inclusion path and checkpoint."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from yesand.kernel.errors import BadInput, YesAndError
from yesand.provenance import merkle
from yesand.provenance.errors import ProofBroken
from yesand.provenance.note import Checkpoint, Verifier, canonical_base64, open_checkpoint

_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True)
class Proof:
    """That an entry is in a log. ``extra`` is not authenticated, as the format says."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a ``.tlog-proof`` file.

        Raises
        ------
        BadInput : not a proof.
        """
        try:
            head, gap, checkpoint = data.partition(b"\n\n")
            lines = head.decode("ascii").split("\n")
            if not gap or lines.pop(0) != _HEADER:
                raise ValueError("not of this format")
            extra = b""
            if lines and lines[0].startswith("extra "):
                extra = canonical_base64(lines.pop(0)[6:])
            index = _INDEX.match(lines.pop(0) if lines else "")
            if not index:
                raise ValueError("no index")
            path = tuple(canonical_base64(line) for line in lines)
        except ValueError as fault:
            raise BadInput(f"Not a log proof: {fault}", where="tlog-proof") from fault
        return cls(int(index[1]), path, checkpoint, extra)

    def __bytes__(self) -> bytes:
        """Write the file."""
        lines = [_HEADER]
        if self.extra:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(h).decode() for h in self.path]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.checkpoint

    def verify(
        self, entry: bytes, origin: str, public: bytes, witnesses: Sequence[Verifier] = ()
    ) -> Checkpoint:
        """Return the checkpoint, signed by the log and the witnesses, that the entry is under.

        Raises
        ------
        ProofBroken : the entry is not under it, or a signature is missing or wrong.
        """
        try:
            head = open_checkpoint(self.checkpoint, origin, public, witnesses)
        except YesAndError as fault:
            raise ProofBroken(fault.what, where=fault.where) from fault
        leaf = merkle.leaf_hash(entry)
        merkle.verify_inclusion(leaf, self.index, head.size, self.path, head.root)
        return head
