"""Terms and requests made ready for very many questions: one bit for each thing that can be named.

A request needs some bits; terms give some; the request is permitted if none that it needs is
missing, its moment lies within the terms' days, and no withdrawal or suspension covers it. Exactly
what ``decide`` permits (a property test holds the two together), without the words that explain it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from yesand.agreements.approval import Approved
from yesand.agreements.clause import Request
from yesand.agreements.days import day_of, end_instant, first_instant, instant_of
from yesand.agreements.decision import FITS, Suspended, Withdrawn
from yesand.agreements.statute import forbidden
from yesand.agreements.terms import TERRITORIES, WORLD, Terms
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass
from yesand.people.seats import INSIDE

#: Where the calendar ends, for terms without an end.
NEVER = end_instant(date.max)
THROUGH = "through a strike"
_FLAGS = ("commercial", THROUGH, "outside the house", "exported from a trial")
_NAMED = [*UseClass, *Purpose, *Modality, *Material]
#: Marks the use classes for which nobody needs to be asked first.
_FREELY = "freely"
_PLACES = [WORLD, *sorted(TERRITORIES)]


def _bits() -> dict[object, int]:
    kinds = (
        [(type(v), v) for v in _NAMED]
        + [(str, f) for f in _FLAGS]
        + [(None, p) for p in _PLACES]
        + [(_FREELY, u) for u in UseClass]
    )
    return {kind: 1 << n for n, kind in enumerate(kinds)}


_BIT = _bits()
_EVERYWHERE = sum(_BIT[None, place] for place in _PLACES)


def _of(values: Iterable[object]) -> int:
    return sum(_BIT[type(value), value] for value in values)


@dataclass(frozen=True, slots=True)
class Rule:
    """What terms give: bits, and the instants (``days``) from which on and before which.

    ``zone`` is where the last day of a leave for a single use is counted.
    """

    given: int
    first: int
    end: int
    end_of_training: int
    zone: str

    @classmethod
    def of(cls, terms: Terms) -> Rule:
        """Compile terms."""
        given = (
            _of(terms.licensed)
            | sum(_BIT[_FREELY, use] for use in UseClass if use not in terms.approval_per_use)
            | _of(terms.purposes - terms.banned_purposes)
            | _of(terms.modalities)
            | _of(terms.materials)
            | _territories(terms.territories)
        )
        for flag, holds in zip(
            _FLAGS,
            (terms.commercial, not terms.suspended_in_strike, not terms.trial, not terms.trial),
            strict=True,
        ):
            given |= _BIT[str, flag] if holds else 0
        first, end, training = _instants(terms)
        return cls(given, first, end, min(end, training), terms.zone)


def _instants(terms: Terms) -> tuple[int, int, int]:
    """Return when terms begin, and when they and their time for training are over."""

    def after(day: date | None) -> int:
        return end_instant(day, terms.zone) if day else NEVER

    of_age = first_instant(terms.majority_on, terms.zone) if terms.majority_on else NEVER
    begins = first_instant(terms.valid_from, terms.zone)
    return begins, min(after(terms.valid_until), of_age), after(terms.train_until)


def _territories(named: frozenset[str]) -> int:
    if WORLD in named:
        return _EVERYWHERE
    return sum(_BIT[None, place] for place in named)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request needs: bits at an instant. ``needed`` is −1 if no terms can ever permit it.

    ``freely`` is the bit that leave for this single use stands in for.
    """

    request: Request
    needed: int
    at: int
    training: bool
    freely: int

    @classmethod
    def of(cls, request: Request, *, strike: bool = False) -> Ask:
        """Compile a request."""
        training = request.action == Action.TRAIN
        if _hopeless(request):
            return cls(request, -1, 0, training, 0)
        freely = _BIT[_FREELY, request.use_class]
        needed = (
            _BIT[UseClass, request.use_class]
            | freely
            | _BIT[Purpose, request.purpose]
            | _BIT[Modality, request.modality]
            | _BIT[Material, request.material]
            | _BIT[None, request.territory]
        )
        outside = request.licensee not in INSIDE
        flags = (request.commercial, strike, outside, request.action == Action.EXPORT)
        for flag, wanted in zip(_FLAGS, flags, strict=True):
            needed |= _BIT[str, flag] if wanted else 0
        return cls(request, needed, instant_of(request.at), training, freely)


def _hopeless(request: Request) -> bool:
    return (
        request.at.tzinfo is None
        or request.territory not in _TERRITORIES_AND_WORLD
        or request.use_class not in FITS.get(request.action, ())
        or any(True for _ in forbidden(request))
    )


_TERRITORIES_AND_WORLD = frozenset(_PLACES)


def permits(
    rule: Rule,
    ask: Ask,
    withdrawals: tuple[Withdrawn, ...] = (),
    take: str = "",
    *,
    approvals: tuple[Approved, ...] = (),
    suspensions: tuple[Suspended, ...] = (),
) -> bool:
    """Tell whether ``decide`` permits the request under the terms.

    >>> from datetime import UTC, datetime
    >>> import yesand
    >>> at = datetime(2026, 10, 1, tzinfo=UTC)
    >>> request = yesand.Request("acme-lab", "research", "recognition", at, territory="DE")
    >>> permits(Rule.of(yesand.Terms(valid_from="2026-01-01")), Ask.of(request))
    False
    """
    needed = ask.needed
    if needed < 0:
        return False
    missing = needed & ~rule.given
    if missing and not (missing == ask.freely and _approved(rule, ask, approvals)):
        return False
    if not rule.first <= ask.at < (rule.end_of_training if ask.training else rule.end):
        return False
    if any(withdrawn.covers(ask.request, take) for withdrawn in withdrawals):
        return False
    through = bool(rule.given & _BIT[str, THROUGH])
    return not any(s.stops(in_strike=not through) and s.covers(ask.request) for s in suspensions)


def _approved(rule: Rule, ask: Ask, approvals: tuple[Approved, ...]) -> bool:
    day = day_of(ask.request.at, rule.zone)
    return any(one.covers(ask.request, day) for one in approvals)
