"""Foreseeing a withdrawal, and making it with all of its duties in one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.db import transaction

from yesand.agreements import services as agreements
from yesand.agreements.clause import Request
from yesand.agreements.models import Withdrawal
from yesand.agreements.scope import Scope
from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.kernel.canonical import parse
from yesand.kernel.money import Money
from yesand.kernel.place import Place
from yesand.oversight.foreseen import Corpus, Foreseen, Service
from yesand.oversight.services import duties, held, obligations
from yesand.people.models import Performer
from yesand.provenance.dsse import payload_of
from yesand.royalties.models import Statement
from yesand.royalties.statement import parse_statement
from yesand.takes.models import Take
from yesand.training.models import Deployment

#: Money by deployment, in the last month that was settled.
Earned = Mapping[str, tuple[Money, ...]]


def foresee(place: Place, performer: Performer, scope: Scope) -> Foreseen:
    """Return what a withdrawal of this scope would do if it were made now. It changes nothing."""
    now, earned = place.clock.now(), earned_by_deployment(performer)
    standing = agreements.standing_withdrawal(performer, scope)
    return Foreseen(
        scope=scope,
        takes=_takes(performer, scope),
        corpora=tuple(_corpus(m, performer, earned) for m in held(performer, scope)),
        duties=tuple(duties(performer, scope, now)),
        already=standing.digest if standing else None,
    )


def take_back(
    place: Place, performer: Performer, scope: Scope, reason: str = ""
) -> tuple[Withdrawal, bool]:
    """Withdraw and raise every duty, all or nothing; tell whether it is new.

    The same scope again, from a second page or a second machine, is the withdrawal there is.

    Raises
    ------
    Refused : there is nothing to withdraw.
    """
    with transaction.atomic():
        agreements.alone(performer)
        before = agreements.standing_withdrawal(performer, scope)
        made = agreements.withdraw(place, performer, scope, reason)
        obligations(place, made)
    return made, before is None


def earned_by_deployment(performer: Performer) -> dict[str, tuple[Money, ...]]:
    """Return what each deployment brought a performer in the last month that was settled."""
    rows = Statement.objects.filter(performer=performer).order_by("-settlement__period")
    last = rows.values_list("settlement__period", flat=True).first()
    sums = Counter[tuple[str, str]]()
    for row in rows.filter(settlement__period=last):
        for line in parse_statement(parse(payload_of(row.envelope))["predicate"]).lines:
            if line.deployment:
                sums[line.deployment, row.currency] += line.micro
    found: dict[str, tuple[Money, ...]] = {}
    for (deployment, currency), micro in sorted(sums.items()):
        found[deployment] = (*found.get(deployment, ()), Money(currency, micro))
    return found


def _takes(performer: Performer, scope: Scope) -> int:
    rows = Take.objects.filter(performer=performer, state=Take.State.ACCEPTED)
    if scope.modalities:
        rows = rows.filter(modality__in=[m.value for m in scope.modalities])
    return rows.count()


def _corpus(manifest: Manifest, performer: Performer, earned: Earned) -> Corpus:
    parts = list(ManifestPerformer.objects.filter(manifest=manifest, performer=performer))
    models = manifest.models.order_by("name")
    running = Deployment.objects.filter(model__in=models, decommission=None)
    request = Request.parse(manifest.request)
    return Corpus(
        manifest=manifest.digest,
        licensee=manifest.licensee.name,
        purpose=request.purpose.value,
        use_class=request.use_class.value,
        takes=sum(part.takes for part in parts),
        duration_ms=sum(part.duration_ms for part in parts),
        models=tuple((model.digest, model.name) for model in models),
        services=tuple(
            Service(d.name, d.licensee.name, d.model.name, earned.get(d.name, ()))
            for d in running.select_related("licensee", "model").order_by("name")
        ),
        ended=_ended(manifest, performer, request),
    )


def _ended(manifest: Manifest, performer: Performer, request: Request) -> bool:
    later = Withdrawal.objects.filter(performer=performer, entry_id__gte=manifest.log_size)
    return any(Scope.parse(w.scope).since(w.at).covers(request) for w in later)
