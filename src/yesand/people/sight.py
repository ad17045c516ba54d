"""Who sees what: one table, and the rows that a person may see by it.

Identity comes from the session, never from an argument: a view asks for
``visible(Take, request.sight)``, and what is not in it does not exist for that person (404).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from yesand.kernel.clock import Clock
from yesand.kernel.place import Place
from yesand.people.acting import MONEY, READ, SIGN
from yesand.people.models import Delegation, Performer, Seat, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

Row = TypeVar("Row", bound=Model)
_ALL_SEEING = {Seat.Role.PRODUCER, Seat.Role.AUDITOR}


@dataclass(frozen=True)
class Acting:
    """For whom a person acts, what they may do for them, and until when."""

    performer: Performer
    kind: str
    scopes: frozenset[str]
    until: datetime


@dataclass(frozen=True)
class Sight:
    """What a person's seats let them see."""

    roles: frozenset[str] = frozenset()
    #: The performer that they are, if they sit in a performer's seat.
    performer: Performer | None = None
    #: The licensees that they sit for.
    licensees: frozenset[int] = frozenset()
    #: The unions that they sit for.
    unions: frozenset[int] = frozenset()
    #: The performers for whom they act at present.
    acting: tuple[Acting, ...] = ()
    #: Their account, while they sit in any seat.
    account: User | None = None

    @classmethod
    def of(cls, user: User | AnonymousUser, now: datetime | None = None) -> Sight:
        """Return what the seats of the session's user let them see, and those they act for."""
        if not user.is_authenticated or not user.is_active:
            return cls()
        seats = list(Seat.objects.filter(user=user))
        roles = frozenset(seat.role for seat in seats)
        return cls(
            roles=roles,
            performer=Performer.objects.filter(user=user).first()
            if Seat.Role.PERFORMER in roles
            else None,
            licensees=_organisations(seats, Seat.Role.LICENSEE),
            unions=_organisations(seats, Seat.Role.UNION),
            acting=_acting(user, now or Clock().now()),
            account=user if roles else None,
        )

    @property
    def everything(self) -> bool:
        """Producers and auditors see everything."""
        return bool(self.roles & _ALL_SEEING)

    def performers(self, scope: str = READ) -> frozenset[int]:
        """Return the performers that they are, or act for by that right (`people.acting`)."""
        own = {self.performer.pk} if self.performer is not None else set()
        return frozenset(own | {a.performer.pk for a in self.acting if scope in a.scopes})

    def may(self, scope: str, performer: Performer) -> bool:
        """Tell whether they may do that for a performer: as that performer, or as a delegate."""
        return performer.pk in self.performers(scope)

    def able(self, scope: str) -> tuple[Performer, ...]:
        """Return those for whom they may do that: first themselves, then those they act for."""
        own = (self.performer,) if self.performer is not None else ()
        return (*own, *(a.performer for a in self.acting if scope in a.scopes))

    def whose(self, scope: str, handle: str = "") -> Performer | None:
        """Return the performer for whom they do something: themselves, or one they act for.

        Parameters
        ----------
        handle : which of those for whom they act; whoever else it names is nobody.
        """
        return next((p for p in self.able(scope) if handle in {"", p.handle}), None)


def _organisations(seats: list[Seat], role: Seat.Role) -> frozenset[int]:
    mine = (seat.organisation_id for seat in seats if seat.role == role)
    return frozenset(found for found in mine if found is not None)


def _acting(user: User, now: datetime) -> tuple[Acting, ...]:
    rows = Delegation.objects.filter(user=user, ended_at=None, until__gt=now)
    return tuple(
        Acting(row.performer, row.kind, frozenset(row.scopes), row.until)
        for row in rows.select_related("performer").order_by("pk")
    )


class Request(HttpRequest):
    """A request with the house it is about and the sight of who sends it (set by middleware)."""

    place: Place
    sight: Sight
    reference: str


@dataclass(frozen=True)
class Rule:
    """Paths from a record to whose it is: performer, licensees, account; none is nobody's."""

    performer: str = ""
    licensees: tuple[str, ...] = ()
    signed_in: bool = False
    #: The right by which a delegate sees it.
    right: str = READ
    account: str = ""


#: Every record that has a page. What is not named here is seen by producers and auditors alone.
RULES = {
    "provenance.entry": Rule(signed_in=True),  # index, kind, time, commitment: no personal data
    "people.performer": Rule(performer="pk"),
    "agreements.agreement": Rule(performer="performer"),
    "agreements.withdrawal": Rule(performer="performer"),
    "agreements.offer": Rule(performer="performer", right=SIGN),
    "agreements.step": Rule(performer="offer__performer", right=SIGN),
    "agreements.collective": Rule(signed_in=True),  # a floor is for everybody to know
    "agreements.approval": Rule(performer="agreement__performer"),
    "agreements.approvalend": Rule(performer="approval__agreement__performer"),
    "agreements.suspension": Rule(signed_in=True),
    "agreements.membership": Rule(performer="performer"),
    "meetings.meeting": Rule(account="attendances__user"),
    "meetings.change": Rule(account="meeting__attendances__user"),
    "takes.scene": Rule(performer="projects__performers"),
    "takes.project": Rule(performer="performers"),
    "takes.session": Rule(performer="performer"),
    "takes.take": Rule(performer="performer"),
    "takes.review": Rule(performer="take__performer"),
    "takes.credential": Rule(performer="take__performer"),
    "takes.override": Rule(performer="take__performer"),
    "takes.upload": Rule(performer="performer"),
    "affect.rater": Rule(account="user"),
    "affect.rating": Rule(account="rater__user"),
    "affect.showing": Rule(account="rater__user"),
    "affect.skip": Rule(account="showing__rater__user"),
    "corpus.manifest": Rule(performer="performers__performer", licensees=("licensee",)),
    "corpus.manifestperformer": Rule(performer="performer", licensees=("manifest__licensee",)),
    "corpus.order": Rule(licensees=("manifest__licensee",)),
    "corpus.export": Rule(
        performer="manifest__performers__performer", licensees=("manifest__licensee",)
    ),
    "training.trainedmodel": Rule(
        performer="manifest__performers__performer",
        licensees=("manifest__licensee", "deployments__licensee"),
    ),
    "training.descent": Rule(
        performer="model__manifest__performers__performer",
        licensees=("model__manifest__licensee", "model__deployments__licensee"),
    ),
    "training.deployment": Rule(
        performer="model__manifest__performers__performer", licensees=("licensee",)
    ),
    "training.decommission": Rule(
        performer="deployment__model__manifest__performers__performer",
        licensees=("deployment__licensee",),
    ),
    "synthetic.syntheticbatch": Rule(
        performer="takes__descents__performer", licensees=("manifest__licensee",)
    ),
    "synthetic.synthetictake": Rule(
        performer="descents__performer", licensees=("batch__manifest__licensee",)
    ),
    "synthetic.syntheticexport": Rule(
        performer="batch__takes__descents__performer", licensees=("batch__manifest__licensee",)
    ),
    "reliance.report": Rule(
        performer="model__manifest__performers__performer",
        licensees=("model__manifest__licensee", "model__deployments__licensee"),
    ),
    "reliance.look": Rule(
        performer="model__manifest__performers__performer",
        licensees=("model__manifest__licensee", "model__deployments__licensee"),
    ),
    "reliance.fall": Rule(performer="performer"),
    "royalties.statement": Rule(performer="performer", right=MONEY),
    "royalties.settlement": Rule(performer="statements__performer", right=MONEY),
    "royalties.tariffversion": Rule(signed_in=True),  # prices are for everybody to know
    "royalties.raterrate": Rule(signed_in=True),
    "royalties.raterpay": Rule(account="rater__user"),
    "royalties.paidanswer": Rule(account="pay__rater__user"),
    "royalties.delivery": Rule(licensees=("licensee",)),
    "royalties.attestation": Rule(licensees=("licensee",)),
    "royalties.account": Rule(performer="performer", licensees=("organisation",), right=MONEY),
    "royalties.payout": Rule(performer="performer", right=MONEY),
    "royalties.instrument": Rule(performer="performer", right=MONEY),
    "royalties.invoice": Rule(licensees=("licensee",)),
    "royalties.dispute": Rule(performer="performer", right=MONEY),
    "royalties.audit": Rule(performer="performer", right=MONEY),
    "royalties.usageclaim": Rule(account="by"),
    "royalties.bankaccount": Rule(performer="performer", right=MONEY),
    "oversight.obligation": Rule(performer="withdrawal__performer", licensees=("bearer",)),
    "oversight.fulfilment": Rule(
        performer="obligation__withdrawal__performer", licensees=("obligation__bearer",)
    ),
    "oversight.revocation": Rule(licensees=("licensee",)),
}


def visible(model: type[Row], sight: Sight) -> QuerySet[Row]:
    """Return the rows of a model that a person may see, each once."""
    rows = model._default_manager.all()
    if sight.everything:
        return rows
    theirs = _theirs(RULES.get(model._meta.label_lower, Rule()), sight)
    if theirs is None:
        return rows.none()
    return rows.filter(pk__in=model._default_manager.filter(theirs).values("pk"))


def _theirs(rule: Rule, sight: Sight) -> Q | None:
    """Return the condition for a row to be one's own; none: no row can be."""
    paths = []
    if rule.signed_in and (sight.roles or sight.acting):
        return Q()
    if rule.performer and (theirs := sight.performers(rule.right)):
        paths.append(Q(**{f"{rule.performer}__in": theirs}))
    if rule.account and sight.account is not None:
        paths.append(Q(**{rule.account: sight.account.pk}))
    if sight.licensees:
        paths += [Q(**{f"{path}__in": sight.licensees}) for path in rule.licensees]
    if not paths:
        return None
    either = paths[0]
    for path in paths[1:]:
        either |= path
    return either
