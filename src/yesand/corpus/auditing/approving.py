"""Leave for single uses as a disclosure tells it: what was agreed to, and when it ended."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from yesand.agreements.approval import Approved
from yesand.agreements.approving import words
from yesand.corpus.auditing.records import Agreed, held, read_all, sealed_by
from yesand.kernel.errors import CheckFailed
from yesand.provenance.disclosure import Disclosure, Opened
from yesand.provenance.kinds import Kind


@dataclass(frozen=True)
class Leave:
    """What a performer agreed to, as signed with the key that it names."""

    entry: int
    digest: str
    agreement: str
    performer: str
    approved: Approved


@dataclass(frozen=True)
class End:
    """The end of it, as signed with the key that it names."""

    entry: int
    approval: str
    performer: str


@dataclass(frozen=True)
class Leaves:
    """All of them, in the log's order."""

    given: tuple[Leave, ...] = ()
    ended: tuple[End, ...] = ()

    @classmethod
    def of(cls, told: Disclosure) -> Leaves:
        """Read them, every signature checked.

        Raises
        ------
        CheckFailed : one does not hold, or ends another performer's.
        """
        given = tuple(read_all(told, _given, Kind.APPROVAL_GIVEN))
        ended = tuple(read_all(told, _ended, Kind.APPROVAL_ENDED))
        whose = {leave.digest: leave.performer for leave in given}
        for each in ended:
            if whose.get(each.approval) != each.performer:
                raise CheckFailed(
                    "It ends an approval that is not its performer's", where=f"entry {each.entry}"
                )
        return cls(given, ended)

    def under(self, head: Agreed, size: int) -> tuple[Approved, ...]:
        """Return what stood under an agreement when the log had that size."""
        over = {each.approval for each in self.ended if each.entry < size}
        return tuple(
            leave.approved
            for leave in self.given
            if leave.entry < size
            and leave.digest not in over
            and (leave.agreement, leave.performer) == (head.digest, head.performer)
        )


def _given(entry: Opened) -> Leave:
    told = held(entry, partial(sealed_by, "performer", words.GIVEN))
    approved = words.approved(told, where=f"entry {entry.index}")
    whose = str(told["agreement"]), str(told["performer"])
    return Leave(entry.index, entry.digest, *whose, approved)


def _ended(entry: Opened) -> End:
    told = held(entry, partial(sealed_by, "performer", words.ENDED))
    return End(entry.index, str(told["approval"]), str(told["performer"]))
