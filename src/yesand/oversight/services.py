"""Raising the obligations that a withdrawal brings."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import F, QuerySet

from yesand.agreements.clause import Request
from yesand.agreements.models import Agreement, Withdrawal
from yesand.agreements.scope import EVERYTHING, Scope
from yesand.agreements.terms import Terms, Withdrawing
from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.kernel.place import Place
from yesand.oversight.duties import Due, Holding, arising, deletion, strictest
from yesand.oversight.models import Obligation
from yesand.people import services as people
from yesand.people.seats import PRODUCER
from yesand.training.models import Deployment, TrainedModel


def obligations(place: Place, withdrawal: Withdrawal) -> list[Obligation]:
    """Return every obligation of a withdrawal, the soonest first; new ones are raised.

    Again changes nothing, unless a model or deployment has come to light since.
    """
    scope = Scope.parse(withdrawal.scope)
    whole = scope == EVERYTHING
    due = list(arising(withdrawal.at, PRODUCER, _holdings(withdrawal, scope), whole))
    if whole:
        handle = withdrawal.performer.handle
        due.append(deletion(withdrawal.at, PRODUCER, handle, _signed_before(withdrawal)))
    with transaction.atomic():
        for each in due:
            _raise(withdrawal, each)
    return list(withdrawal.obligations.order_by(F("due").asc(nulls_last=True), "pk"))


def _raise(withdrawal: Withdrawal, due: Due) -> None:
    Obligation.objects.get_or_create(
        withdrawal=withdrawal,
        duty=due.duty.value,
        bearer=people.organisation(due.bearer),
        subject=due.subject,
        defaults={"due": due.due, "clause": due.clause},
    )


def _holdings(withdrawal: Withdrawal, scope: Scope) -> Iterator[Holding]:
    """Yield where the performer's takes went before the gate knew of the withdrawal."""
    withdrawn = scope.since(withdrawal.at)
    held = Manifest.objects.filter(
        performers__performer=withdrawal.performer, log_size__lte=withdrawal.entry_id
    )
    for manifest in held.distinct().order_by("entry_id"):
        if withdrawn.covers(Request.parse(manifest.request)):
            models = TrainedModel.objects.filter(manifest=manifest).order_by("name")
            running = Deployment.objects.filter(model__in=models, decommission=None)
            yield Holding(
                manifest.digest,
                manifest.licensee.slug,
                _promised(manifest, withdrawal),
                tuple(model.name for model in models),
                tuple((d.name, d.licensee.slug) for d in running.order_by("name")),
            )


def _promised(manifest: Manifest, withdrawal: Withdrawal) -> Withdrawing:
    parts = ManifestPerformer.objects.filter(manifest=manifest, performer=withdrawal.performer)
    return _strictest(Agreement.objects.filter(digest__in=parts.values("agreement")))


def _signed_before(withdrawal: Withdrawal) -> Withdrawing:
    signed = Agreement.objects.filter(performer=withdrawal.performer)
    return _strictest(signed.filter(entry_id__lt=withdrawal.entry_id))


def _strictest(agreements: QuerySet[Agreement]) -> Withdrawing:
    return strictest(Terms.parse(a.terms).withdrawing for a in agreements)
