"""What would change a denial: for each clause against a request, the nearest way around it.

A clause says why; this says what then. Nothing here decides: what it proposes must be asked anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from babel import Locale

from yesand.agreements.clause import Clause, Request
from yesand.agreements.days import first_moment, last_moment, zones
from yesand.agreements.decision import FITS
from yesand.agreements.statute import EEA
from yesand.agreements.terms import TERRITORIES, WORLD
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass


@dataclass(frozen=True)
class Change:
    """What would lift one clause.

    Attributes
    ----------
    sentence : it in plain words.
    request : the fields to ask for instead, if asking for something else is enough.
    """

    clause: Clause
    sentence: str
    request: Mapping[str, Any] = field(default_factory=dict)

    def applied(self, request: Request) -> Request:
        """Return the request with what is asked for instead."""
        return replace(request, **self.request)


#: The field of a request that meets a list of the terms, its vocabulary, and what it is called.
_LISTS: Mapping[str, tuple[str, type[StrEnum], str]] = {
    "use_classes": ("use_class", UseClass, "kind of system"),
    "purposes": ("purpose", Purpose, "purpose"),
    "modalities": ("modality", Modality, "channel"),
    "materials": ("material", Material, "form"),
}
_OTHER_TERMS = "only after the performer signs other terms"
#: What no other request changes: clause → the sentence.
_WAIT = {
    "withdrawal": "Would be permitted after the performer signs a new agreement.",
    "suspension": "Would be permitted when the suspension is lifted.",
    "suspended_in_strike": "Would be permitted when the strike is over.",
    "approval_per_use": "Would be permitted after the performer agrees to this use.",
    "agreement": "Would be permitted after the performer signs an agreement.",
    "at": "Would be decided if the moment named its time zone.",
    "signature": "Would be permitted under an agreement for a replica alone, signed by itself.",
    "majority_on": "Would be permitted after the performer signs it themselves.",
    "corpus_licence": "Wider use needs the leave of the collection's publisher.",
}
_STATES = {
    "rejected": "Would be permitted after a producer accepts the recording.",
    "disputed": "Would be permitted after the dispute is settled.",
}


def changes(clauses: Iterable[Clause], request: Request) -> tuple[Change, ...]:
    """Return what would change each clause of a denial, in the clauses' order.

    >>> from datetime import UTC, datetime
    >>> import yesand
    >>> at = datetime(2026, 10, 1, tzinfo=UTC)
    >>> request = yesand.Request("acme-lab", "research", "recognition", at, territory="FR")
    >>> terms = yesand.Terms(valid_from="2027-01-01", territories=["DE"])
    >>> [c.sentence for c in changes(yesand.decide(terms, request).clauses, request)][:1]
    ['Would be permitted from 2027-01-01.']
    """
    return tuple(change(clause, request) for clause in clauses)


def change(clause: Clause, request: Request) -> Change:
    """Return what would change one clause of a denial."""
    if clause.term in _WAIT:
        return Change(clause, _WAIT[clause.term])
    if clause.term == "state":
        return Change(clause, _STATES.get(clause.value, "Only with another recording."))
    found = _REASONS.get(clause.term, _listed)
    try:
        return found(clause, request)
    except ValueError:  # a value that no decision of ours writes
        return Change(clause, f"Would be permitted {_OTHER_TERMS}.")


def _statute(clause: Clause, request: Request) -> Change:
    elsewhere = "outside the European Economic Area" if request.territory in EEA else ""
    sentence = "No consent changes this. The ban does not reach another purpose"
    return Change(clause, f"{sentence}{f', nor use {elsewhere}' if elsewhere else ''}.")


def _banned(clause: Clause, request: Request) -> Change:
    return Change(clause, f"Would not be banned for another purpose; for this one {_OTHER_TERMS}.")


def _begins(clause: Clause, request: Request) -> Change:
    day, zone = _day(clause)
    said = f"Would be permitted from {_named(day, zone)}."
    return Change(clause, said, {"at": first_moment(day, zone)})


def _ends(clause: Clause, request: Request) -> Change:
    day, zone = _day(clause)
    said = f"Was permitted until {_named(day, zone)}; now only under a new agreement."
    return Change(clause, said, {"at": last_moment(day, zone)})


def _training(clause: Clause, request: Request) -> Change:
    said = f"Training was permitted until {_named(*_day(clause))}; measuring with it still may be."
    fits = request.use_class in FITS[Action.EVALUATE]
    return Change(clause, said, {"action": Action.EVALUATE} if fits else {})


def _day(clause: Clause) -> tuple[date, str]:
    """Return the day that a clause names, and the zone that it is counted in."""
    day, _, zone = clause.value.partition(" ")
    if zone and zone not in zones():
        raise ValueError(zone)
    return date.fromisoformat(day), zone or "UTC"


def _named(day: date, zone: str) -> str:
    return f"{day}" if zone == "UTC" else f"{day} in {zone}"


def _trial(clause: Clause, request: Request) -> Change:
    return Change(clause, "Would be permitted inside this house, where trial terms hold.")


def _commercial(clause: Clause, request: Request) -> Change:
    said = "Would be permitted if no money is made with it."
    return Change(clause, said, {"commercial": False})


def _territory(clause: Clause, request: Request) -> Change:
    named = [code for code in clause.value.split(", ") if code in TERRITORIES | {WORLD}]
    if not named:
        return Change(clause, f"No place is named: {_OTHER_TERMS}.")
    names = Locale("en").territories
    places = [str(names.get(code, code)) for code in named]
    return Change(clause, f"Would be permitted in {_any(places)}.", {"territory": named[0]})


def _modality(clause: Clause, request: Request) -> Change:
    said = f"This recording is of the {clause.value}: ask for that channel."
    return Change(clause, said, {"modality": Modality(clause.value)})


def _listed(clause: Clause, request: Request) -> Change:
    if clause.term not in _LISTS:
        return Change(clause, f"Would be permitted {_OTHER_TERMS}.")
    name, vocabulary, called = _LISTS[clause.term]
    if clause.term == "use_classes" and clause.value == request.use_class:
        return _misfit(clause, request)
    if clause.value == getattr(request, name):  # of a video, whose sound is not named
        return Change(clause, f"Would be permitted {_OTHER_TERMS}.")
    named = [vocabulary(word) for word in clause.value.split(", ") if word in set(vocabulary)]
    if not named:
        return Change(clause, f"No {called} is named: {_OTHER_TERMS}.")
    said = f"Would be permitted for the {called} {_any(map(str, named))}."
    return Change(clause, said, {name: named[0]})


def _misfit(clause: Clause, request: Request) -> Change:
    """The use class may be named, but the action is no part of it."""
    if request.use_class not in FITS.get(request.action, ()):
        fits = [action for action in Action if request.use_class in FITS[action]]
        said = f"With {request.use_class}, only these are possible: {_any(map(str, fits))}."
        return Change(clause, said, {"action": fits[0]})
    return Change(clause, f"Would be permitted {_OTHER_TERMS}.")


def _any(words: Iterable[str]) -> str:
    found = [word.replace("-", " ") for word in words]
    return " or ".join(filter(None, [", ".join(found[:-1]), found[-1]]))


_REASONS = {
    "statute": _statute,
    "banned_purposes": _banned,
    "valid_from": _begins,
    "valid_until": _ends,
    "train_until": _training,
    "trial": _trial,
    "commercial": _commercial,
    "territories": _territory,
    "modality": _modality,
}
