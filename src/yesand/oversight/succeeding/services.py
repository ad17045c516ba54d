"""Closing duties to retrain by the model that took the old one's place."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from yesand.agreements.decision import Request
from yesand.agreements.scope import Scope
from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.oversight.closing.services import fulfil
from yesand.oversight.duties import Duty
from yesand.oversight.models import Fulfilment, Obligation
from yesand.oversight.services import ended_by
from yesand.training.descending.services import model_named
from yesand.training.models import TrainedModel
from yesand.training.unlearning.services import removal
from yesand.training.unlearning.verification import Verdict

#: Why nothing is closed: nothing is owed at all, or all of it was closed in other words.
_NOTHING = {
    False: "Nothing is owed about this model",
    True: "All that is owed about this model was stated to be done already, in other words",
}


def succeed(place: Place, old: str, new: str) -> list[Fulfilment]:
    """State, signed by each bearer, that a model was retrained and is replaced by another.

    All that is still owed about it is closed, or nothing is. The same again is what there is; what
    an earlier model has closed stays as it is.

    Raises
    ------
    NotFound : no such model. Refused : the new one was not made from the old one, was not verified
        against a training without the takes, still holds some of them, or the old one serves on;
        or nothing is owed about it.
    """
    before, after = model_named(old), model_named(new)
    told = _verified(place, before, after)
    owed = Obligation.objects.filter(duty=Duty.RETRAIN, subject=f"model:{before.name}")
    text = f"Retrained: {before.name} is replaced by {after.name}. {told}"
    mine = Q(fulfilment=None) | Q(fulfilment__statement=text)
    rows = list(owed.filter(mine).select_related("bearer", "withdrawal__performer").order_by("pk"))
    if not rows:
        raise Refused(_NOTHING[owed.exists()], where=before.name)
    with transaction.atomic():
        return [_closed(place, row, before, after, text) for row in rows]


def _closed(
    place: Place, row: Obligation, old: TrainedModel, new: TrainedModel, text: str
) -> Fulfilment:
    performer, manifest = row.withdrawal.performer, new.manifest
    # By what the old model was for: a manifest of another request would not be concerned.
    asked = Request.parse(old.manifest.request)
    if manifest.performers.filter(performer=performer).exists() and ended_by(
        place, manifest, performer, Scope.parse(row.withdrawal.scope), asked
    ):
        raise Refused(
            "The new model was made from takes that this withdrawal takes back, too",
            where=new.name,
            remedy="Unlearn it on a manifest that the gate gives now.",
        )
    return fulfil(place, row, row.bearer, text)


def _verified(place: Place, old: TrainedModel, new: TrainedModel) -> str:
    """Return what is said of the removal, if it may be called one."""
    told = removal(place, new, old)
    if told.get("verdict") != Verdict.UNLEARNED:
        raise Refused(
            f"The removal is not verified, but {told.get('verdict')}",
            where=new.name,
            remedy="Unlearn again into another folder, and have it verified.",
        )
    return (
        f"Digest {new.digest}, manifest {new.manifest_id}; by {told['how']}, without "
        f"{told['takes_removed']} takes. {told['says']}"
    )
