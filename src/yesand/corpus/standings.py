"""What stands for all agreements, as columns: each distinct value once, and who has it.

A request is put to every distinct value of every field of the terms, not to every agreement: a
hundred thousand agreements share few territories, dates and lists of purposes. What a field says
against a request is a label; agreements with equal labels are answered in equal words, so they
form one group, and ``decide`` explains one of each group to whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from yesand.agreements.approval import Approved, leave
from yesand.agreements.clause import Request
from yesand.agreements.days import day_of
from yesand.agreements.decision import FITS, Decision, decide, outside, reaches
from yesand.agreements.standing import Standing
from yesand.agreements.statute import forbidden
from yesand.agreements.suspending.suspension import stopping
from yesand.agreements.vocabulary import Action, UseClass

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
        fields |= {name: Field.of([(getattr(t, name), t.zone) for t in terms]) for name in _DAYS}
        fields["approval_per_use"] = Field.of([_asking(s) for s in standings])
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
        shown.append(self.fields["approval_per_use"].labels(lambda each: _given(each, request)))
        keys = [*(np.where(permit, 0, d) for d in denied), *(np.where(permit, s, 0) for s in shown)]
        return Answers(permit, grouped([permit.astype(np.int32), *keys]))

    def explain(self, number: int, request: Request, *, strike: bool = False) -> Decision:
        """Return the decision on the agreement of that number, in words."""
        standing = self.rows[number]
        return decide(
            standing.terms,
            request,
            standing.withdrawals,
            strike=strike,
            suspensions=standing.suspensions,
            approvals=standing.approvals,
        )


def _source(standing: Standing) -> tuple[str, str]:
    terms = standing.terms
    return ("", "") if terms.trial else (terms.corpus_licence, terms.corpus)


#: How the performer is asked for each use: for which, what they agreed to, and in which zone.
_Asking = tuple[frozenset[UseClass], tuple[Approved, ...], str]


def _asking(standing: Standing) -> _Asking:
    terms = standing.terms
    # Leave that nobody needs changes nothing, and must not keep equal terms apart.
    found = standing.approvals if terms.approval_per_use else ()
    return terms.approval_per_use, found, terms.zone if found else ""


def _given(asking: _Asking, request: Request) -> Hashable:
    """Return the leave that a permit shows: nothing, where none is needed."""
    uses, approvals, zone = asking
    if request.use_class not in uses or not approvals or request.at.tzinfo is None:
        return _SILENT
    found = leave(approvals, day_of(request.at, zone), request)
    return (found.at.date(), found.until) if found else _SILENT


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

    def unasked(asking: _Asking) -> Hashable:
        needed = request.use_class in asking[0] and _given(asking, request) is _SILENT
        return True if needed else _SILENT

    return {
        "use_classes": _uses(request),
        "purposes": lacks(request.purpose),
        "modalities": lacks(request.modality),
        "materials": lacks(request.material),
        "territories": lambda given: _SILENT if reaches(given, request.territory) else given,
        "commercial": lambda given: True if request.commercial and not given else _SILENT,
        "banned_purposes": holds(request.purpose),
        "approval_per_use": unasked,
        "suspended_in_strike": lambda given: True if strike and given else _SILENT,
        "trial": lambda given: True if given and outside(request) else _SILENT,
        "withdrawals": lambda taken: _days(taken, request),
        "suspensions": lambda each: tuple(s for s in each if s.covers(request)) or _SILENT,
        **_untimely(request),
    }


_AGAINST = ("commercial", "banned_purposes", "suspended_in_strike", "trial")
#: Days are days of a zone.
_DAYS = ("valid_from", "valid_until", "train_until", "majority_on")


def _uses(request: Request) -> Says:
    def says(given: frozenset[UseClass]) -> Hashable:
        alone = request.use_class != UseClass.REPLICA or given == {UseClass.REPLICA}
        return _SILENT if request.use_class in given and alone else given

    return says


def _days(taken: Any, request: Request) -> Hashable:
    return tuple(f"{w.at:%Y-%m-%d}" for w in taken if w.covers(request)) or _SILENT


def _untimely(request: Request) -> dict[str, Says]:
    if request.at.tzinfo is None:
        return {}

    @cache
    def today(zone: str) -> date:
        return day_of(request.at, zone)

    def before(begins: tuple[date, str]) -> Hashable:
        return begins if today(begins[1]) < begins[0] else _SILENT

    def after(ends: tuple[date | None, str]) -> Hashable:
        return ends if ends[0] and today(ends[1]) > ends[0] else _SILENT

    def since(begins: tuple[date | None, str]) -> Hashable:
        return begins if begins[0] and today(begins[1]) >= begins[0] else _SILENT

    training = {"train_until": after} if request.action == Action.TRAIN else {}
    return {"valid_from": before, "valid_until": after, "majority_on": since, **training}


def grouped(keys: list[Ints]) -> Ints:
    """Return one number for each distinct combination of the keys' values, from 0 on."""
    group = np.zeros(len(keys[0]), np.int64)
    for key in keys:
        mixed = group * (int(key.max(initial=0)) + 1) + key
        group = np.unique(mixed, return_inverse=True)[1]
    return group.astype(np.int32)
