"""Decisions: may this be done with takes under these terms? Unknown is deny.

The order is fixed, and the first stage that speaks decides:

1. **statute**: bans that nobody can consent away (``statute``);
2. **withdrawal** and **suspension**: what the performer took back, and what a strike or the
   producer holds up (``suspending``);
3. **prohibition**: banned purposes, the agreement's days, a strike, trial terms outside the house;
4. **permission**: each thing asked for must be named: what is not named is not licensed.

A denial carries every clause that failed, in that order; a permit carries the clauses that allowed
it. The function is total: it answers any request that can be built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from yesand.agreements.clause import Clause, Request
from yesand.agreements.statute import forbidden
from yesand.agreements.suspending.suspension import Suspended, stopping
from yesand.agreements.terms import TERRITORIES, WORLD, Terms
from yesand.agreements.vocabulary import Action, Modality, Purpose, UseClass
from yesand.people.seats import INSIDE

__all__ = ["Clause", "Decision", "Request", "Suspended", "Withdrawn", "decide"]

#: What may be done in which use class: evaluation measures and never fits (``vocabulary``).
FITS = {
    Action.TRAIN: frozenset(UseClass) - {UseClass.EVALUATION},
    Action.EVALUATE: frozenset(UseClass),
    Action.EXPORT: frozenset(UseClass),
    Action.SYNTHESISE: frozenset({UseClass.SYNTHESIS, UseClass.REPLICA}),
}


@dataclass(frozen=True)
class Withdrawn:
    """A withdrawal as the decision sees it; empty sets narrow nothing (all of it is withdrawn)."""

    at: datetime
    purposes: frozenset[Purpose] = frozenset()
    use_classes: frozenset[UseClass] = frozenset()
    modalities: frozenset[Modality] = frozenset()
    licensees: frozenset[str] = frozenset()
    #: SHA-256 of single takes.
    takes: frozenset[str] = frozenset()

    def covers(self, request: Request, take: str = "") -> bool:
        """Tell whether it takes back what is asked for, whatever day the request names.

        Parameters
        ----------
        take : the SHA-256 of the take that is asked about. Which one is not known without it, so
            that a withdrawal of single takes may be about it: unknown is deny.
        """
        return (not self.takes or not take or take in self.takes) and self._reaches(request)

    def _reaches(self, request: Request) -> bool:
        return (
            (not self.purposes or request.purpose in self.purposes)
            and (not self.use_classes or request.use_class in self.use_classes)
            and (not self.modalities or request.modality in self.modalities)
            and (not self.licensees or request.licensee in self.licensees)
        )


@dataclass(frozen=True)
class Decision:
    """Permit or deny, with the clauses that made it.

    >>> import yesand
    >>> from datetime import UTC, datetime
    >>> from yesand.agreements.vocabulary import Purpose, UseClass
    >>> at = datetime(2026, 10, 1, tzinfo=UTC)
    >>> request = yesand.Request("acme-lab", Purpose.RESEARCH, UseClass.RECOGNITION, at)
    >>> decision = yesand.decide(yesand.Terms(valid_from="2026-01-01"), request)
    >>> decision.permit
    False
    >>> decision.clauses[0].reason
    'recognition is not named, so it is not licensed'
    """

    permit: bool
    clauses: tuple[Clause, ...] = field(default_factory=tuple)


def decide(
    terms: Terms,
    request: Request,
    withdrawals: tuple[Withdrawn, ...] = (),
    *,
    strike: bool = False,
    take: str = "",
    suspensions: tuple[Suspended, ...] = (),
) -> Decision:
    """Decide one request in the fixed order of this module; what nothing permits is denied.

    Parameters
    ----------
    withdrawals : those that the terms' performer made after signing them.
    strike : whether a strike of performers is on.
    take : the SHA-256 of the take that it is about; without it, what any single take's withdrawal
        denies is denied.
    suspensions : those that reach the terms' class of agreements and are not lifted.

    >>> import yesand
    >>> from datetime import UTC, datetime
    >>> from yesand.agreements.vocabulary import Purpose, UseClass
    >>> at = datetime(2026, 10, 1, tzinfo=UTC)
    >>> request = yesand.Request(
    ...     "acme-lab", Purpose.RESEARCH, UseClass.RECOGNITION, at, territory="DE", commercial=False
    ... )
    >>> terms = yesand.Terms(
    ...     valid_from="2026-01-01",
    ...     use_classes=["recognition"],
    ...     purposes=["research"],
    ...     modalities=["voice"],
    ...     territories=["DE"],
    ... )
    >>> yesand.decide(terms, request).permit
    True
    """
    against = [
        *forbidden(request),
        *_withdrawn(request, withdrawals, take),
        *_suspended(terms, request, suspensions),
        *_prohibited(terms, request, strike),
        *(clause for allowed, clause in _asked(terms, request) if not allowed),
    ]
    if against:
        return Decision(False, (*against, *_source(terms)))
    return Decision(True, tuple(clause for _, clause in _asked(terms, request)))


def _withdrawn(request: Request, withdrawals: tuple[Withdrawn, ...], take: str) -> Iterator[Clause]:
    for withdrawal in withdrawals:
        if withdrawal.covers(request, take):
            day = f"{withdrawal.at:%Y-%m-%d}"
            yield Clause("withdrawal", day, f"the performer withdrew this on {day}")


def _suspended(
    terms: Terms, request: Request, suspensions: tuple[Suspended, ...]
) -> Iterator[Clause]:
    for suspension in stopping(terms, suspensions):
        if suspension.covers(request):
            yield suspension.clause()


def _prohibited(terms: Terms, request: Request, strike: bool) -> Iterator[Clause]:
    if request.purpose in terms.banned_purposes:
        yield Clause("banned_purposes", request.purpose, "this purpose is banned by name")
    yield from _untimely(terms, request)
    if strike and terms.suspended_in_strike:
        yield Clause("suspended_in_strike", "true", "a strike is on")
    if terms.trial and outside(request):
        yield Clause("trial", "true", "trial terms never reach outside this house")


def outside(request: Request) -> bool:
    """Tell whether a request reaches outside this house, as trial terms never do."""
    return request.licensee not in INSIDE or request.action == Action.EXPORT


def _untimely(terms: Terms, request: Request) -> Iterator[Clause]:
    day = _day(request.at)
    if day is None:
        yield Clause("at", str(request.at), "a moment without a zone is no moment")
        return
    if day < terms.valid_from:
        yield Clause("valid_from", str(terms.valid_from), "the agreement has not begun")
    if terms.valid_until and day > terms.valid_until:
        yield Clause("valid_until", str(terms.valid_until), "the agreement is over")
    if terms.train_until and day > terms.train_until and request.action == Action.TRAIN:
        yield Clause("train_until", str(terms.train_until), "the time for training is over")


def _day(moment: datetime) -> date | None:
    return moment.astimezone(UTC).date() if moment.tzinfo else None


def _asked(terms: Terms, request: Request) -> Iterator[tuple[bool, Clause]]:
    """Yield every permission the request needs, and whether the terms give it."""
    for name, wanted in (
        ("use_classes", request.use_class),
        ("purposes", request.purpose),
        ("modalities", request.modality),
        ("materials", request.material),
    ):
        given = getattr(terms, name)
        yield wanted in given, _named(name, given, wanted, wanted in given)
    there = reaches(terms.territories, request.territory)
    yield there, _named("territories", terms.territories, request.territory, there)
    yield from _conditions(terms, request)


def _conditions(terms: Terms, request: Request) -> Iterator[tuple[bool, Clause]]:
    if request.commercial:
        reason = "making money with it is " + ("allowed" if terms.commercial else "not allowed")
        yield terms.commercial, Clause("commercial", str(terms.commercial).lower(), reason)
    if request.use_class in terms.approval_per_use:
        reason = "the performer must be asked for each use, and has not agreed to this one"
        yield False, Clause("approval_per_use", request.use_class, reason)
    if request.use_class not in FITS.get(request.action, ()):
        reason = f"{request.action} is no part of {request.use_class}"
        yield False, Clause("use_classes", request.use_class, reason)


def reaches(named: frozenset[str], territory: str) -> bool:
    """Tell whether the territories that terms name reach one, or (``*``) all of them."""
    if territory == WORLD:
        return WORLD in named
    return territory in TERRITORIES and (territory in named or WORLD in named)


def _named(name: str, given: frozenset[str], wanted: str, allowed: bool) -> Clause:
    reason = f"{wanted} is {'named' if allowed else 'not named, so it is not licensed'}"
    return Clause(name, ", ".join(sorted(given)) or "none", reason)


def _source(terms: Terms) -> Iterator[Clause]:
    if terms.corpus_licence and not terms.trial:
        reason = f"these limits are the own licence of {terms.corpus}"
        yield Clause("corpus_licence", terms.corpus_licence, reason)
