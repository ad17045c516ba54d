"""What stands for all agreements, as columns: each distinct value once, and who has it.

A request is put to every distinct value of every field of the terms, not to every agreement: a
hundred thousand agreements share few territories, dates and lists of purposes. What a field says
against a request is a label; agreements with equal labels are answered in equal words, so they
form one group, and ``decide`` explains one of each group to whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

import numpy as np
import numpy.typing as npt

from yesand.agreements.clause import Request
from yesand.agreements.decision import FITS, Decision, decide, outside, reaches
from yesand.agreements.standing import Standing
from yesand.agreements.statute import forbidden
from yesand.agreements.suspending.suspension import stopping
from yesand.agreements.vocabulary import Action

Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Says = Callable[[Any], Hashable]

#: What a permit shows: each of these fields' values.
_SHOWN = ("use_classes", "purposes", "modalities", "materials", "territories")
_SILENT: Hashable = None


@dataclass(frozen=True, eq=False)
class Field:
    """One field of many agreements: its distinct values, and which of them each has."""

    values: tuple[Any, ...]
    numbers: Ints  # shape (agreements,)

    @classmethod
    def of(cls, values: list[Any]) -> Field:
        """Name equal values by one number."""
        known: dict[Any, int] = {}
        numbers = np.fromiter((known.setdefault(v, len(known)) for v in values), np.int32)
        return cls(tuple(known), numbers)

    def labels(self, says: Says) -> Ints:
        """Return what each agreement's value says, as a number: 0 for nothing."""
        known: dict[Hashable, int] = {_SILENT: 0}
        told = [known.setdefault(says(value), len(known)) for value in self.values]
        return np.array(told, np.int32)[self.numbers]


@dataclass(frozen=True, eq=False)
class Answers:
    """One request put to all agreements.

    Attributes
    ----------
    permit : shape (agreements,).
    group : equal for agreements that are answered in the same words; shape (agreements,).
    """

    permit: Mask
    group: Ints


@dataclass(frozen=True, eq=False)
class Standings:
    """Standings made into columns once, to answer any number of requests."""

    rows: tuple[Standing, ...]
    fields: Mapping[str, Field]

    @classmethod
    def of(cls, standings: tuple[Standing, ...]) -> Standings:
        """Compile standings."""
        terms = [s.terms for s in standings]
        of_terms = (*_SHOWN, *_AGAINST)
        fields = {name: Field.of([getattr(t, name) for t in terms]) for name in of_terms}
        fields["withdrawals"] = Field.of([s.withdrawals for s in standings])
        fields["suspensions"] = Field.of([stopping(s.terms, s.suspensions) for s in standings])
        fields["source"] = Field.of([_source(s) for s in standings])
        return cls(standings, fields)

    def answer(self, request: Request, *, strike: bool = False) -> Answers:
        """Put a request to all of them."""
        against = {
            name: self.fields[name].labels(says) for name, says in _against(request, strike).items()
        }
        permit = np.full(len(self.rows), not _hopeless(request))
        for labels in against.values():
            permit &= labels == 0
        denied = [*against.values(), self.fields["source"].numbers]
        shown = [self.fields[name].numbers for name in _SHOWN]
        keys = [*(np.where(permit, 0, d) for d in denied), *(np.where(permit, s, 0) for s in shown)]
        return Answers(permit, _grouped([permit.astype(np.int32), *keys]))

    def explain(self, number: int, request: Request, *, strike: bool = False) -> Decision:
        """Return the decision on the agreement of that number, in words."""
        standing = self.rows[number]
        return decide(
            standing.terms,
            request,
            standing.withdrawals,
            strike=strike,
            suspensions=standing.suspensions,
        )


def _source(standing: Standing) -> tuple[str, str]:
    terms = standing.terms
    return ("", "") if terms.trial else (terms.corpus_licence, terms.corpus)


def _hopeless(request: Request) -> bool:
    """Tell whether no terms at all permit it."""
    fits = request.use_class in FITS.get(request.action, ())
    return request.at.tzinfo is None or not fits or any(True for _ in forbidden(request))


def _against(request: Request, strike: bool) -> dict[str, Says]:
    """Return, for each field, what its value says against the request: nothing, or itself."""

    def lacks(wanted: object) -> Says:
        return lambda given: _SILENT if wanted in given else given

    def holds(unwanted: object) -> Says:
        return lambda given: True if unwanted in given else _SILENT

    return {
        "use_classes": lacks(request.use_class),
        "purposes": lacks(request.purpose),
        "modalities": lacks(request.modality),
        "materials": lacks(request.material),
        "territories": lambda given: _SILENT if reaches(given, request.territory) else given,
        "commercial": lambda given: True if request.commercial and not given else _SILENT,
        "banned_purposes": holds(request.purpose),
        "approval_per_use": holds(request.use_class),
        "suspended_in_strike": lambda given: True if strike and given else _SILENT,
        "trial": lambda given: True if given and outside(request) else _SILENT,
        "withdrawals": lambda taken: _days(taken, request),
        "suspensions": lambda each: tuple(s for s in each if s.covers(request)) or _SILENT,
        **_untimely(request),
    }


_AGAINST = (
    "commercial",
    "banned_purposes",
    "approval_per_use",
    "suspended_in_strike",
    "trial",
    "valid_from",
    "valid_until",
    "train_until",
)


def _days(taken: Any, request: Request) -> Hashable:
    return tuple(f"{w.at:%Y-%m-%d}" for w in taken if w.covers(request)) or _SILENT


def _untimely(request: Request) -> dict[str, Says]:
    if request.at.tzinfo is None:
        return {}
    day = request.at.astimezone(UTC).date()

    def before(begins: date) -> Hashable:
        return begins if day < begins else _SILENT

    def after(ends: date | None) -> Hashable:
        return ends if ends and day > ends else _SILENT

    training = {"train_until": after} if request.action == Action.TRAIN else {}
    return {"valid_from": before, "valid_until": after, **training}


def _grouped(keys: list[Ints]) -> Ints:
    """Return one number for each distinct combination of the keys' values."""
    group = np.zeros(len(keys[0]), np.int64)
    for key in keys:
        mixed = group * (int(key.max(initial=0)) + 1) + key
        group = np.unique(mixed, return_inverse=True)[1]
    return group.astype(np.int32)
