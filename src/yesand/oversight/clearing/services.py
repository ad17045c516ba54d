"""Deleting the synthetic takes of a batch that withdrawals ask for, and saying that it was done."""

from __future__ import annotations

from dataclasses import dataclass

from yesand.agreements.scope import Scope
from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.oversight.closing.services import fulfil
from yesand.oversight.duties import Duty
from yesand.oversight.models import Obligation
from yesand.people.models import User
from yesand.people.seats import PRODUCER
from yesand.synthetic.deleting import services as deleting
from yesand.synthetic.models import SyntheticBatch
from yesand.synthetic.reaching.services import descending


@dataclass(frozen=True)
class Cleared:
    """What was deleted of a batch.

    Attributes
    ----------
    takes : how many that withdrawals ask for. new : how many of them were there until now.
    """

    takes: int
    new: int


def clear(place: Place, batch: SyntheticBatch, by: User | None = None) -> Cleared:
    """Delete what descends from whom withdrew, and state that the house's duties to are done.

    Again changes nothing.

    Raises
    ------
    Refused : nothing asks for it, or nobody's voice is in it.
    """
    where = f"batch {batch.digest[:12]}"
    if batch.nobodys_voice:
        raise Refused(
            "Nobody's voice is in this batch: it stays, and is taught and handed out no more",
            where=where,
        )
    owed = Obligation.objects.filter(
        duty=Duty.DELETE.value, bearer__slug=PRODUCER, subject=f"batch:{batch.digest}"
    ).select_related("withdrawal__performer", "bearer")
    takes = {sha256 for one in owed for sha256 in _asked(batch, one)}
    if not takes:
        raise Refused("No withdrawal asks for this batch to be deleted", where=where)
    new = deleting.delete(place, batch, takes, {one.withdrawal_id for one in owed})
    for one in owed.filter(fulfilment=None):
        said = f"Synthetic takes of {where} that were deleted: {len(_asked(batch, one))}."
        fulfil(place, one, one.bearer, said, by)
    return Cleared(len(takes), len(new))


def _asked(batch: SyntheticBatch, owed: Obligation) -> list[str]:
    scope = Scope.parse(owed.withdrawal.scope)
    rows = descending(batch, owed.withdrawal.performer, scope.takes)
    return list(rows.values_list("sha256", flat=True))
