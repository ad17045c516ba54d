"""The floor of a collective agreement: for some terms, the least that a performer may be offered.

A floor states values of terms, field by field. Terms keep to it if, for every field it states,
theirs is the same or better for the performer, as `yesand.agreements.comparing.effects` judges it.
What cannot be judged (another currency) does not keep to it: unknown is below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from yesand.agreements.comparing.clauses import heading, sentence
from yesand.agreements.comparing.difference import Change
from yesand.agreements.comparing.effects import (
    ABSENT,
    Direction,
    Effect,
    allowed,
    direction,
    effect,
    ends,
    fewer,
    flag_off,
    money,
    more,
    places,
    protected,
)
from yesand.agreements.comparing.kinds import read
from yesand.agreements.comparing.values import ENGLISH, Voice, clause_of, fields, label, said
from yesand.agreements.terms import Terms
from yesand.kernel.errors import BadInput

_KEEPS = {Effect.BETTER, Effect.NEITHER}


def _(words: str) -> str:
    """Mark words that are looked up later."""
    return words


@dataclass(frozen=True)
class Floor:
    """The stated fields and their values, as plain JSON; parts of the pay are named with a dot.

    >>> floor = Floor.parse({"exclusive": False, "notice_days": 30})
    >>> terms = Terms(valid_from="2026-01-01", notice_days=7)
    >>> [below.means() for below in floor.below(terms)]
    ['7 days instead of 30 days']
    """

    limits: Mapping[str, Any]

    @classmethod
    def parse(cls, told: Any, *, where: str = "floor") -> Floor:
        """Read a floor, parts of the pay and of a withdrawal nested or named with a dot.

        Raises
        ------
        BadInput : with every field that is wrong: no term, no matter of better or worse, no value
            that it can have; or if none is stated.
        """
        if not isinstance(told, Mapping) or not told:
            raise BadInput("A floor states at least one term", where=where)
        found, wrong = dict[str, Any](), list[str]()
        for name, value in sorted(_flat(told).items()):
            try:
                found[name] = _read(name, value)
            except (ValueError, BadInput) as fault:
                wrong.append(f"{name}: {_why(fault)}")
        if wrong:
            raise BadInput(f"A floor that does not hold: {'; '.join(wrong)}", where=where)
        return cls(found)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is signed."""
        return dict(self.limits)

    def below(self, terms: Terms) -> tuple[Change, ...]:
        """Return, for each stated field in which terms go below, how they differ from the floor."""
        told = fields(terms.as_json())
        theirs = {name: told.get(name, ABSENT) for name in self.limits}
        judged = (Change(n, v, theirs[n], effect(n, v, theirs[n])) for n, v in self.limits.items())
        return tuple(c for c in judged if c.before != c.after and c.effect not in _KEEPS)


def _flat(told: Mapping[str, Any]) -> dict[str, Any]:
    nested = {n: v for n, v in told.items() if not isinstance(v, Mapping) or "micro" in v}
    return nested | fields({n: v for n, v in told.items() if n not in nested})


def _read(name: str, value: Any) -> Any:
    judged = direction(name)
    if judged is None or effect(name, value, value) == Effect.OPEN:
        raise ValueError("no term of an agreement that can be better or worse")
    if judged.__name__ == "neither":
        raise ValueError("is neither better nor worse, so it cannot be a floor")
    return read(name, value)


def _why(fault: Exception) -> str:
    if isinstance(fault, ValidationError):
        return "; ".join(str(e["msg"]).removeprefix("Value error, ") for e in fault.errors())
    return str(fault)


#: How a limit is said, by how its field is judged.
_SAID: Mapping[Direction, str] = {
    allowed: _("nothing but {what}"),
    places: _("nowhere but {what}"),
    protected: _("at least {what}"),
    more: _("at least {what}"),
    money: _("at least {what}"),
    fewer: _("at most {what}"),
    ends: _("no later than {what}"),
    flag_off: _("{what}"),
}


def in_words(name: str, limit: Any, voice: Voice = ENGLISH) -> str:
    """Say one limit.

    >>> in_words("notice_days", 30), in_words("onward_licensing", False)
    ('Notice: at least 30 days', 'Passing on: Passing these rights on to others is not allowed.')
    """
    judged = direction(name)
    words = _SAID.get(judged, "{what}") if judged else "{what}"
    called = heading(clause_of(name), voice.language)
    if isinstance(limit, bool) and "." not in name:
        return f"{called}: {sentence(name, limit, voice.language)}"
    part = label(name, voice)
    told = voice.say(words).format(what=said(name, limit, voice))
    return f"{called}: {part + ': ' if part else ''}{told}"


def below_in_words(change: Change, voice: Voice = ENGLISH) -> str:
    """Say how one term goes below a floor, and name its clause."""
    called = heading(clause_of(change.field), voice.language)
    return f"{called}: {change.means(voice)}"
