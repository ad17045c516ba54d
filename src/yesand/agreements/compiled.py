"""Terms and requests made ready for very many questions: one bit for each thing that can be named.

A request needs some bits; terms give some; the request is permitted if none that it needs is
missing, its day lies within the terms' days, and no withdrawal or suspension covers it. Exactly
what ``decide`` permits (a property test holds the two together), without the words that explain it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date

from yesand.agreements.clause import Request
from yesand.agreements.decision import FITS, Suspended, Withdrawn
from yesand.agreements.statute import forbidden
from yesand.agreements.terms import TERRITORIES, WORLD, Terms
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass
from yesand.people.seats import INSIDE

#: The last day there is, for terms without an end.
NEVER = date.max.toordinal()
THROUGH = "through a strike"
_FLAGS = ("commercial", THROUGH, "outside the house", "exported from a trial")
_NAMED = [*UseClass, *Purpose, *Modality, *Material]
_PLACES = [WORLD, *sorted(TERRITORIES)]


def _bits() -> dict[object, int]:
    kinds = (
        [(type(v), v) for v in _NAMED] + [(str, f) for f in _FLAGS] + [(None, p) for p in _PLACES]
    )
    return {kind: 1 << n for n, kind in enumerate(kinds)}


_BIT = _bits()
_EVERYWHERE = sum(_BIT[None, place] for place in _PLACES)


def _of(values: Iterable[object]) -> int:
    return sum(_BIT[type(value), value] for value in values)


@dataclass(frozen=True, slots=True)
class Rule:
    """What terms give: bits, and the first and last days, as ordinals of the calendar."""

    given: int
    first: int
    last: int
    last_training: int

    @classmethod
    def of(cls, terms: Terms) -> Rule:
        """Compile terms."""
        given = (
            _of(terms.use_classes - terms.approval_per_use)
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
        last = terms.valid_until.toordinal() if terms.valid_until else NEVER
        training = terms.train_until.toordinal() if terms.train_until else NEVER
        return cls(given, terms.valid_from.toordinal(), last, min(last, training))


def _territories(named: frozenset[str]) -> int:
    if WORLD in named:
        return _EVERYWHERE
    return sum(_BIT[None, place] for place in named)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request needs: bits on a day. ``needed`` is −1 if no terms can ever permit it."""

    request: Request
    needed: int
    day: int
    training: bool

    @classmethod
    def of(cls, request: Request, *, strike: bool = False) -> Ask:
        """Compile a request."""
        training = request.action == Action.TRAIN
        if _hopeless(request):
            return cls(request, -1, 0, training)
        needed = (
            _BIT[UseClass, request.use_class]
            | _BIT[Purpose, request.purpose]
            | _BIT[Modality, request.modality]
            | _BIT[Material, request.material]
            | _BIT[None, request.territory]
        )
        outside = request.licensee not in INSIDE
        flags = (request.commercial, strike, outside, request.action == Action.EXPORT)
        for flag, wanted in zip(_FLAGS, flags, strict=True):
            needed |= _BIT[str, flag] if wanted else 0
        return cls(request, needed, request.at.astimezone(UTC).date().toordinal(), training)


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
    if needed & rule.given != needed or needed < 0:
        return False
    if not rule.first <= ask.day <= (rule.last_training if ask.training else rule.last):
        return False
    if any(withdrawn.covers(ask.request, take) for withdrawn in withdrawals):
        return False
    through = bool(rule.given & _BIT[str, THROUGH])
    return not any(s.stops(in_strike=not through) and s.covers(ask.request) for s in suspensions)
