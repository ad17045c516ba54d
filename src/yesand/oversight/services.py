"""Raising the obligations that a withdrawal brings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from yesand.agreements.clause import Request
from yesand.agreements.film import asked_with
from yesand.agreements.models import Agreement, Withdrawal
from yesand.agreements.scope import Scope
from yesand.agreements.terms import Terms, Withdrawing
from yesand.corpus.holding.services import held_entries
from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.kernel.errors import CheckFailed, NotFound
from yesand.kernel.place import Place
from yesand.oversight.duties import Due, Holding, arising, deletion, strictest
from yesand.oversight.models import Obligation
from yesand.people import services as people
from yesand.people.models import Performer
from yesand.people.seats import PRODUCER
from yesand.synthetic.reaching.services import batches_of, handed_out, taught_with, voiced
from yesand.takes.models import Take
from yesand.training.models import Deployment, TrainedModel


def obligations(place: Place, withdrawal: Withdrawal) -> list[Obligation]:
    """Return every obligation of a withdrawal, the soonest first; new ones are raised.

    Again changes nothing, unless a model or deployment has come to light since.
    """
    scope = Scope.parse(withdrawal.scope)
    due = duties(place, withdrawal.performer, scope, withdrawal.at, before=withdrawal.entry_id)
    with transaction.atomic():
        for each in due:
            _raise(withdrawal, each)
    return list(withdrawal.obligations.order_by(F("due").asc(nulls_last=True), "pk"))


def duties(
    place: Place, performer: Performer, scope: Scope, at: datetime, *, before: int | None = None
) -> list[Due]:
    """Return the duties of a withdrawal of that scope, made at that moment.

    Parameters
    ----------
    before : the withdrawal's own log entry; none: it has not been made yet.
    """
    reached = held(place, performer, scope, before=before)
    holdings = [_holding(m, performer, scope) for m in reached]
    due = _once(arising(at, PRODUCER, holdings))
    if scope.for_every_use:
        signed = Agreement.objects.filter(performer=performer)
        if before is not None:
            signed = signed.filter(entry_id__lt=before)
        if signed.exists():
            promised, takes = _strictest(signed), len(scope.takes)
            due.append(deletion(at, PRODUCER, performer.handle, promised, takes))
    return due


def held(
    place: Place, performer: Performer, scope: Scope, *, before: int | None = None
) -> Iterator[Manifest]:
    """Yield the manifests that hold takes of the performer that the scope takes back.

    Parameters
    ----------
    before : only those of a log no longer than that, before the gate knew of the withdrawal.
    """
    rows = Manifest.objects.filter(performers__performer=performer)
    if before is not None:
        rows = rows.filter(log_size__lte=before)
    for manifest in rows.select_related("licensee").distinct().order_by("entry_id"):
        if ended_by(place, manifest, performer, scope):
            yield manifest


def ended_by(
    place: Place,
    manifest: Manifest,
    performer: Performer,
    scope: Scope,
    request: Request | None = None,
) -> bool:
    """Tell whether what a scope takes back is in a manifest that holds takes of the performer.

    Parameters
    ----------
    request : what the takes are used for, where that is not what the manifest was asked for.
    """
    # The day of a withdrawal narrows nothing: it covers what it names from then on.
    withdrawn = scope.since(datetime.max.replace(tzinfo=UTC))
    asked = asked_with(request or Request.parse(manifest.request))
    if not any(map(withdrawn.covers, asked)):
        return False
    return not scope.takes or bool(taken_from(place, manifest, performer, scope))


def taken_from(place: Place, manifest: Manifest, performer: Performer, scope: Scope) -> list[Take]:
    """Return the single takes of a scope that a manifest holds, in the log's order.

    A manifest whose file is broken or lost counts as holding all that were logged before it: it
    hinders no withdrawal.
    """
    rows = Take.objects.filter(performer=performer, sha256__in=scope.takes)
    named = list(rows.filter(entry_id__lt=manifest.log_size).order_by("entry_id"))
    try:
        inside = set(held_entries(place, manifest, [take.entry_id for take in named]))
    except (CheckFailed, NotFound):
        return named
    return [take for take in named if take.entry_id in inside]


def about_service(deployment: Deployment) -> list[Obligation]:
    """Return what is owed about a deployment, the soonest first.

    That is what its name is written on, and what its licensee owes for its model and corpus.
    """
    model = deployment.model
    behind = [f"model:{model.name}", f"manifest:{model.manifest_id}"]
    rows = Obligation.objects.filter(
        Q(subject=f"deployment:{deployment.name}")
        | Q(subject__in=behind, bearer=deployment.licensee)
    )
    return list(
        rows.select_related("bearer", "fulfilment").order_by(F("due").asc(nulls_last=True), "pk")
    )


def asked_by(manifest: Manifest) -> Withdrawing | None:
    """Return what the terms behind a corpus ask after a withdrawal, the strictest of each."""
    parts = ManifestPerformer.objects.filter(manifest=manifest)
    signed = Agreement.objects.filter(digest__in=parts.values("agreement"))
    return _strictest(signed) if signed.exists() else None


def _once(found: Iterable[Due]) -> list[Due]:
    """Return each duty once, by its earliest day: a model may be reached on two ways.

    What has no day is later than any.
    """
    kept: dict[tuple[str, str, str], Due] = {}
    for due in found:
        key = due.duty.value, due.bearer, due.subject
        was = kept.get(key)
        if was is None or (due.due and (was.due is None or due.due < was.due)):
            kept[key] = due
    return list(kept.values())


def _raise(withdrawal: Withdrawal, due: Due) -> None:
    Obligation.objects.get_or_create(
        withdrawal=withdrawal,
        duty=due.duty.value,
        bearer=people.organisation(due.bearer),
        subject=due.subject,
        defaults={"due": due.due, "clause": due.clause},
    )


def _holding(manifest: Manifest, performer: Performer, scope: Scope) -> Holding:
    descended = tuple(batches_of(manifest, performer, scope.takes))
    models = made_from(manifest, descended)
    # What holds nobody's voice stays, as it does when somebody is erased.
    batches = voiced(descended)
    running = Deployment.objects.filter(model__in=models, decommission=None)
    return Holding(
        manifest.digest,
        manifest.licensee.slug,
        _promised(manifest, performer),
        tuple(model.name for model in models),
        tuple((d.name, d.licensee.slug) for d in running.order_by("name")),
        batches,
        handed_out(batches),
    )


def made_from(manifest: Manifest, batches: Collection[str]) -> list[TrainedModel]:
    """Return the models of a manifest, and those taught with synthetic takes of it, by name."""
    own = TrainedModel.objects.filter(manifest=manifest)
    found = {model.name: model for model in (*own, *taught_with(batches))}
    return [found[name] for name in sorted(found)]


def _promised(manifest: Manifest, performer: Performer) -> Withdrawing:
    parts = ManifestPerformer.objects.filter(manifest=manifest, performer=performer)
    return _strictest(Agreement.objects.filter(digest__in=parts.values("agreement")))


def _strictest(agreements: QuerySet[Agreement]) -> Withdrawing:
    return strictest(Terms.parse(a.terms).withdrawing for a in agreements)
