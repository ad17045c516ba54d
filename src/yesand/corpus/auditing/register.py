"""The registry as the log tells it: what stood, and which takes there were, at any position.

Made of a disclosure alone. It answers as ``agreements.services.standings`` and the table of takes
answer in the house itself; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yesand.agreements.chain import heads
from yesand.agreements.decision import Withdrawn
from yesand.agreements.standing import Standing
from yesand.corpus.auditing.approving import Leaves
from yesand.corpus.auditing.records import (
    Agreed,
    Recorded,
    TakenBack,
    agreed,
    read_all,
    recorded,
    taken_back,
)
from yesand.corpus.auditing.suspending import Suspensions
from yesand.kernel.errors import CheckFailed
from yesand.provenance.disclosure import Disclosure, Opened
from yesand.provenance.kinds import Kind

#: Kinds of entry that decide. Such entries are never erased: they are proof.
ALWAYS_OPEN = (
    Kind.AGREEMENT_SIGNED,
    Kind.AGREEMENT_WITHDRAWN,
    Kind.SUSPENSION_BEGUN,
    Kind.SUSPENSION_ENDED,
    Kind.APPROVAL_GIVEN,
    Kind.APPROVAL_ENDED,
    Kind.MANIFEST_SIGNED,
)
#: What stops use from the very next decision on, and how it is called.
OVERTAKING = {
    Kind.AGREEMENT_WITHDRAWN: "withdrawal",
    Kind.SUSPENSION_BEGUN: "suspension",
    Kind.APPROVAL_ENDED: "end of an approval",
}
#: What is said of a take later on.
OF_STATE = (Kind.TAKE_DISPUTED, Kind.TAKE_REVIEWED)
#: Everything that a house lays open for an auditor: with ``OF_UNIONS`` where a suspension turns on
#: it, and nothing else.
LAID_OPEN = (*ALWAYS_OPEN, *OF_STATE, Kind.TAKE_RECORDED, Kind.PERFORMER_JOINED)


@dataclass(frozen=True)
class Register:
    """What the log tells, in its order.

    Attributes
    ----------
    takes : log entry → take. states : (log entry, record of the take, its state from then on).
    names : public key → handle, of performers who have not been erased.
    """

    takes: Mapping[int, Recorded]
    agreements: tuple[Agreed, ...]
    withdrawals: tuple[TakenBack, ...]
    states: tuple[tuple[int, str, str], ...]
    names: Mapping[str, str]
    suspensions: Suspensions
    leaves: Leaves
    _stood: dict[int, dict[str, Standing]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, told: Disclosure) -> Register:
        """Read everything that decides.

        Raises
        ------
        CheckFailed : something that must be shown is not, or does not hold or fit.
        """
        for kind in ALWAYS_OPEN:
            if held_back := told.closed(kind):
                raise CheckFailed(
                    f"What decides is held back: {kind}", where=f"entry {held_back[0]}"
                )
        takes = read_all(told, recorded, Kind.TAKE_RECORDED)
        joined = (entry.told for entry in told.of(Kind.PERFORMER_JOINED))
        found = cls(
            takes={take.entry: take for take in takes},
            agreements=tuple(read_all(told, agreed, Kind.AGREEMENT_SIGNED)),
            withdrawals=tuple(read_all(told, taken_back, Kind.AGREEMENT_WITHDRAWN)),
            states=tuple(row for rows in read_all(told, _states, *OF_STATE) for row in rows),
            names={str(each["public_key"]): str(each["handle"]) for each in joined},
            suspensions=Suspensions.of(told),
            leaves=Leaves.of(told),
        )
        _check_fit(found)
        return found

    def standings(self, size: int) -> dict[str, Standing]:
        """Return what stood for every agreement when the log had that size."""
        if size not in self._stood:
            self._stood[size] = self._standings(size)
        return self._stood[size]

    def _standings(self, size: int) -> dict[str, Standing]:
        rows = {a.digest: a for a in self.agreements if a.entry < size}
        taken = [w for w in self.withdrawals if w.entry < size]
        ends = heads({digest: a.supersedes for digest, a in rows.items()})
        return {first: self._standing(rows[head], taken, size) for first, head in ends.items()}

    def _standing(self, head: Agreed, taken: list[TakenBack], size: int) -> Standing:
        mine = tuple(seen(w) for w in taken if w.performer == head.performer and against(w, head))
        leave, over = self.leaves.under(head, size), self.suspensions.over(head, size)
        return Standing(head.digest, head.terms, head.terms_name, mine, leave, over)

    def state(self, size: int) -> dict[int, str]:
        """Return the state of every take then, for as much as the log tells."""
        last = {record: state for entry, record, state in self.states if entry < size}
        told = {
            take.entry: last.get(take.digest) or _as_it_came(take)
            for take in self.takes.values()
            if take.entry < size
        }
        return {entry: state for entry, state in told.items() if state}


def against(withdrawal: TakenBack, head: Agreed) -> bool:
    """Tell whether a withdrawal stands: only the performer's own later signature reopens it."""
    return not head.own or withdrawal.entry > head.entry


def seen(withdrawal: TakenBack) -> Withdrawn:
    """Return a withdrawal as decisions see it."""
    return withdrawal.scope.since(withdrawal.at)


def _as_it_came(take: Recorded) -> str:
    if take.accepted is None:
        return ""
    return "accepted" if take.accepted else "rejected"


def _states(entry: Opened) -> list[tuple[int, str, str]]:
    told = entry.told
    if entry.kind == Kind.TAKE_REVIEWED:
        return [(entry.index, str(told["take"]), str(told["verdict"]))]
    return [(entry.index, str(record), "disputed") for record in told["takes"]]


def _check_fit(found: Register) -> None:
    """Check that each names what came before it, and of the same performer."""
    signed = {a.digest: a for a in found.agreements}
    followed = set[str]()
    for later in found.agreements:
        if later.supersedes is None:
            continue
        before = signed.get(later.supersedes)
        if before is None or before.performer != later.performer or before.entry > later.entry:
            _misfit("It follows an agreement that is not its performer's", later.entry)
        if later.supersedes in followed:
            _misfit("It follows an agreement that another follows already", later.entry)
        followed.add(later.supersedes)
    last = dict[str, str]()
    for withdrawal in found.withdrawals:
        if withdrawal.before != last.get(withdrawal.performer):
            _misfit("A withdrawal before this one is not shown", withdrawal.entry)
        last[withdrawal.performer] = withdrawal.digest
    for take in found.takes.values():
        under = signed.get(take.agreement)
        if under is None or under.performer != take.performer or under.entry > take.entry:
            _misfit("The take names no agreement of its performer", take.entry)


def _misfit(what: str, entry: int) -> None:
    raise CheckFailed(what, where=f"entry {entry}")
