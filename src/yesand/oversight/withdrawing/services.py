"""Foreseeing a withdrawal, and making it with all of its duties in one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import transaction

from yesand.agreements import services as agreements
from yesand.agreements.clause import Request
from yesand.agreements.models import Withdrawal
from yesand.agreements.scope import Scope
from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput
from yesand.kernel.money import Money
from yesand.kernel.place import Place
from yesand.oversight.feed.services import notify
from yesand.oversight.foreseen import Corpus, Foreseen, Service
from yesand.oversight.services import (
    duties,
    ended_by,
    held,
    made_from,
    obligations,
    taken_from,
)
from yesand.people.models import Organisation, Performer
from yesand.provenance.dsse import payload_of
from yesand.royalties.lines import ON_TOP
from yesand.royalties.models import Statement
from yesand.royalties.statement import parse_statement
from yesand.synthetic.reaching.services import batches_of
from yesand.takes.models import Take
from yesand.training.models import Deployment

#: So many signs of a take's SHA-256 name it, unless two of a performer's begin alike.
_SHORTEST = 8
#: Money by deployment, in the last month that was settled.
Earned = Mapping[str, tuple[Money, ...]]


def foresee(place: Place, performer: Performer, scope: Scope) -> Foreseen:
    """Return what a withdrawal of this scope would do if it were made now. It changes nothing.

    Raises
    ------
    BadInput : it names a take that is not the performer's, or a licensee that does not exist.
    """
    own_takes(performer, scope.takes)
    _check_licensees(scope.licensees)
    now, earned = place.clock.now(), earned_by_deployment(performer)
    standing = agreements.standing_withdrawal(performer, scope)
    return Foreseen(
        scope=scope,
        takes=_takes(performer, scope),
        corpora=tuple(
            _corpus(place, m, performer, scope, earned) for m in held(place, performer, scope)
        ),
        duties=tuple(duties(place, performer, scope, now)),
        already=standing.digest if standing else None,
    )


def take_back(
    place: Place, performer: Performer, scope: Scope, reason: str = ""
) -> tuple[Withdrawal, bool]:
    """Withdraw, raise every duty and tell every licensee, all or nothing; say whether it is new.

    The same scope again, from a second page or a second machine, is the withdrawal there is.

    Raises
    ------
    Refused : there is nothing to withdraw. BadInput : a take that is not the performer's, or a
        licensee that does not exist.
    """
    own_takes(performer, scope.takes)
    _check_licensees(scope.licensees)
    with transaction.atomic():
        agreements.alone(performer)
        before = agreements.standing_withdrawal(performer, scope)
        made = agreements.withdraw(place, performer, scope, reason)
        obligations(place, made)
        notify(place, made)
    return made, before is None


def earned_by_deployment(performer: Performer) -> dict[str, tuple[Money, ...]]:
    """Return what each deployment brought a performer in the last month that was settled."""
    rows = Statement.objects.filter(performer=performer).order_by("-settlement__period")
    last = rows.values_list("settlement__period", flat=True).first()
    sums = Counter[tuple[str, str]]()
    for row in rows.filter(settlement__period=last):
        for line in parse_statement(parse(payload_of(row.envelope))["predicate"]).lines:
            if line.deployment and line.kind not in ON_TOP:
                sums[line.deployment, row.currency] += line.micro
    found: dict[str, tuple[Money, ...]] = {}
    for (deployment, currency), micro in sorted(sums.items()):
        found[deployment] = (*found.get(deployment, ()), Money(currency, micro))
    return found


def own_takes(performer: Performer, named: Iterable[str]) -> frozenset[str]:
    """Return the SHA-256 of takes of the performer's own, each told whole or by how it begins.

    Raises
    ------
    BadInput : none of theirs begins so, or several; whether another's does is not told.
    """
    mine = Take.objects.filter(performer=performer)
    found = set[str]()
    for name in named:
        one = set(mine.filter(sha256__startswith=name.lower()).values_list("sha256", flat=True)[:2])
        if len(one) != 1 or len(name) < _SHORTEST:
            many = "More than one" if len(one) > 1 else "No"
            raise BadInput(
                f"{many} take of {performer.handle} is called that",
                where=f"take {name[:64]!r}",
                remedy="Give its SHA-256, or at least the first 8 signs of it.",
            )
        found |= one
    return frozenset(found)


def _check_licensees(named: Iterable[str]) -> None:
    """Refuse to sign what would take nothing back, because a name is misspelt."""
    licensees = Organisation.objects.filter(kind=Organisation.Kind.LICENSEE)
    known = set(licensees.values_list("slug", flat=True))
    unknown = sorted(set(named) - known)
    if unknown:
        raise BadInput(
            f"No licensee is called {unknown[0][:64]!r}",
            where="licensees",
            remedy=f"Of {', '.join(sorted(known))}.",
        )


def _takes(performer: Performer, scope: Scope) -> int:
    rows = Take.objects.filter(performer=performer, state=Take.State.ACCEPTED)
    if scope.takes:
        rows = rows.filter(sha256__in=scope.takes)
    if scope.modalities:
        rows = rows.filter(modality__in=[m.value for m in scope.modalities])
    return rows.count()


def _corpus(
    place: Place, manifest: Manifest, performer: Performer, scope: Scope, earned: Earned
) -> Corpus:
    batches = batches_of(manifest, performer, scope.takes)
    models = made_from(manifest, batches)
    running = Deployment.objects.filter(model__in=models, decommission=None)
    request = Request.parse(manifest.request)
    return Corpus(
        manifest=manifest.digest,
        licensee=manifest.licensee.name,
        purpose=request.purpose.value,
        use_class=request.use_class.value,
        **_size(place, manifest, performer, scope),
        models=tuple((model.digest, model.name) for model in models),
        services=tuple(
            Service(d.name, d.licensee.name, d.model.name, earned.get(d.name, ()))
            for d in running.select_related("licensee", "model").order_by("name")
        ),
        ended=_ended(place, manifest, performer),
        batches=tuple(batches.items()),
    )


def _size(place: Place, manifest: Manifest, performer: Performer, scope: Scope) -> dict[str, int]:
    """Return how many takes of a manifest, and how much sound, a scope takes back."""
    if scope.takes:
        single = taken_from(place, manifest, performer, scope)
        return {"takes": len(single), "duration_ms": sum(take.duration_ms for take in single)}
    parts = list(ManifestPerformer.objects.filter(manifest=manifest, performer=performer))
    takes, length = sum(p.takes for p in parts), sum(p.duration_ms for p in parts)
    return {"takes": takes, "duration_ms": length}


def _ended(place: Place, manifest: Manifest, performer: Performer) -> bool:
    later = Withdrawal.objects.filter(performer=performer, entry_id__gte=manifest.log_size)
    return any(ended_by(place, manifest, performer, Scope.parse(w.scope)) for w in later)
