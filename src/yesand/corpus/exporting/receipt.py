"""The house's signed word that data was exported: who was permitted what, when, and every byte.

``export.json`` lies beside the data. Whoever has it checks the signature, the log and the files
offline, with nothing of this house but the receipt itself (or its key, for those who have it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from yesand.corpus.exporting.copies import Copy
from yesand.corpus.exporting.folder import RECEIPT
from yesand.corpus.exporting.texts import SUMS
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest
from yesand.kernel.keys import key_id
from yesand.provenance import dsse
from yesand.provenance.note import Verifier
from yesand.provenance.receipt import check_logged
from yesand.provenance.statements import Predicate


@dataclass(frozen=True)
class Receipt:
    """An export's envelope, and what proves its entry in the log."""

    envelope: Mapping[str, Any]
    logged: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """Return the receipt's file."""
        told = {"envelope": self.envelope, "export": 1, "logged": self.logged}
        return canonical(told) + b"\n"

    @classmethod
    def of_bytes(cls, data: bytes, *, where: str = RECEIPT) -> Self:
        """Read a receipt's file.

        Raises
        ------
        BadInput : it is none.
        """
        told: Any = parse(data, where=where) if data else None
        if not is_receipt(told):
            raise BadInput("No receipt of an export", where=where)
        return cls(told["envelope"], told["logged"])

    @property
    def digest(self) -> str:
        """The digest of what was signed."""
        return digest(dsse.payload_of(dict(self.envelope)))

    def check(self, copy: Copy | None = None, key: Verifier | None = None) -> Checked:
        """Check signature and log, and the files, if they are at hand.

        Parameters
        ----------
        copy : the files. key : the log's key, if the reader has it from elsewhere.

        Raises
        ------
        CheckFailed : something does not hold, and what.
        """
        try:
            # The house signs its log and what it hands out with one key.
            signer = (key or Verifier.parse(str(self.logged["log"]))).public
            told = dsse.opened(dict(self.envelope), {key_id(signer): signer})
            predicate, subjects = told["predicate"], _subjects(told)
            listed = str(subjects[SUMS])
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput("Not the receipt of an export", where=str(fault)[:80]) from fault
        if told["predicateType"] != Predicate.EXPORT:
            raise CheckFailed("What was signed is no export", where=str(told["predicateType"]))
        head = check_logged(self.logged, self.digest, key)
        if copy is not None and copy.check() != listed:
            raise CheckFailed("These are not the files that were exported", where=copy.where)
        return Checked(predicate, self.logged["entry"]["index"], head.size, copy is not None)


@dataclass(frozen=True)
class Checked:
    """What a receipt says, once it holds; ``files``: they were checked, too."""

    told: Mapping[str, Any]
    entry: int
    log_size: int
    files: bool

    def lines(self) -> list[str]:
        """Return it for people."""
        told = self.told
        left = sum(part["takes"] for part in told["left_out"])
        return [
            f"export: {told['takes']:,} takes as {told['material']} ({told['format']}) "
            f"to {told['licensee']} at {told['at']}; {left:,} left out",
            f"permitted by manifest {told['manifest'][:16]}; entry {self.entry:,} "
            f"of the log of {self.log_size:,}",
            "files: every one is as it was exported" if self.files else "files: not at hand",
        ]


def is_receipt(told: Any) -> bool:
    """Tell whether it is the receipt of an export."""
    return isinstance(told, dict) and set(told) == {"envelope", "export", "logged"}


def _subjects(told: Mapping[str, Any]) -> dict[str, str]:
    return {subject["name"]: subject["digest"]["sha256"] for subject in told["subject"]}
