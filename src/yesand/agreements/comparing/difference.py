"""The difference between two agreements, offers or versions, clause by clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from yesand.agreements.comparing.clauses import Clause, Worded
from yesand.agreements.comparing.effects import (
    ABSENT,
    Effect,
    allowed,
    direction,
    effect,
    places,
    protected,
    together,
)
from yesand.agreements.comparing.values import ENGLISH, Voice, clause_of, fields, label, said


def _(words: str) -> str:
    """Mark words that are looked up later."""
    return words


class Kind(StrEnum):
    """What became of a clause."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """One field that differs; ``ABSENT`` stands for a side that does not state it."""

    field: str
    before: Any
    after: Any
    effect: Effect

    def means(self, voice: Voice = ENGLISH) -> str:
        """Say in plain words what changed."""
        name, found = label(self.field, voice), "; ".join(_sentences(self, voice))
        return f"{name}: {found}" if name else found

    def as_dict(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "field": self.field,
            "before": None if self.before is ABSENT else self.before,
            "after": None if self.after is ABSENT else self.after,
            "effect": self.effect.value,
            "means": self.means(),
        }


@dataclass(frozen=True)
class Difference:
    """One clause of both sides.

    Attributes
    ----------
    before, after : its words on either side; empty where that side lacks it.
    changes : its fields that differ.
    effect : what all of them mean together for the performer.
    """

    field: str
    heading: str
    kind: Kind
    before: str
    after: str
    changes: tuple[Change, ...]

    @property
    def effect(self) -> Effect:
        """What it means for the performer."""
        return together([change.effect for change in self.changes])

    def as_dict(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "clause": self.field,
            "heading": self.heading,
            "kind": self.kind.value,
            "before": self.before,
            "after": self.after,
            "effect": self.effect.value,
            "changes": [change.as_dict() for change in self.changes],
        }


@dataclass(frozen=True)
class Comparison:
    """All clauses of both sides, in the order of the later one."""

    clauses: tuple[Difference, ...]

    @property
    def different(self) -> tuple[Difference, ...]:
        """The clauses that are not the same."""
        return tuple(each for each in self.clauses if each.kind != Kind.SAME)

    @property
    def same(self) -> tuple[Difference, ...]:
        """The clauses that are the same."""
        return tuple(each for each in self.clauses if each.kind == Kind.SAME)

    def count(self, effect: Effect) -> int:
        """Count the clauses that differ and mean that for the performer."""
        return sum(each.effect == effect for each in self.different)

    @property
    def better(self) -> int:
        """How many clauses are better for the performer."""
        return self.count(Effect.BETTER)

    @property
    def worse(self) -> int:
        """How many clauses are worse for the performer, at least in part."""
        return self.count(Effect.WORSE) + self.count(Effect.MIXED)


def compare(before: Worded, after: Worded) -> Comparison:
    """Compare two versions clause by clause.

    Of two equal versions every clause is the same. Compared the other way round, what was better is
    worse, and what was added is removed.

    >>> from yesand.agreements.terms import Terms
    >>> one = Terms(valid_from="2026-01-01", purposes=["research"])
    >>> other = Terms(valid_from="2026-01-01", purposes=["research", "advertising"])
    >>> (found,) = compare(Worded.of(one), Worded.of(other)).different
    >>> found.heading, found.effect.value, found.changes[0].means()
    ('What for', 'worse', 'now also allowed: advertising')
    """
    old, new = before.clauses(), after.clauses()
    changed = _changes(before.terms, after.terms)
    names = [*new, *(name for name in old if name not in new)]
    return Comparison(
        tuple(_clause(name, old.get(name), new.get(name), changed.get(name, ())) for name in names)
    )


def _clause(
    name: str, before: Clause | None, after: Clause | None, changes: tuple[Change, ...]
) -> Difference:
    known = after or before
    assert known is not None
    old, new = (each.says if each else "" for each in (before, after))
    if before is None or after is None:
        kind = Kind.ADDED if before is None else Kind.REMOVED
    else:
        kind = Kind.CHANGED if changes or old != new else Kind.SAME
    return Difference(name if known.field else "", known.heading, kind, old, new, changes)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Change, ...]]:
    found: dict[str, tuple[Change, ...]] = {}
    for change in changes(fields(before), fields(after)):
        clause = clause_of(change.field)
        found[clause] = (*found.get(clause, ()), change)
    return found


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the fields that differ, as ``values.fields`` names them."""
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, ABSENT), after.get(name, ABSENT)
        if old != new:
            yield Change(name, old, new, effect(name, old, new))


def _sentences(change: Change, voice: Voice) -> Iterable[str]:
    judged = direction(change.field)
    lists = (_MORE_ALLOWED, _LESS_ALLOWED)
    if judged is protected:
        lists = _ASKED if change.field == "approval_per_use" else _RULED_OUT
    if judged in (allowed, places, protected) and not _worldwide(change):
        old, new = (set() if v is ABSENT else set(v) for v in (change.before, change.after))
        for words, some in zip(lists, (new - old, old - new), strict=True):
            if some:
                yield voice.say(words).format(what=said(change.field, sorted(some), voice))
        return
    told = {
        "before": said(change.field, change.before, voice),
        "after": said(change.field, change.after, voice),
    }
    yield voice.say(_("{after} instead of {before}")).format(**told)


def _worldwide(change: Change) -> bool:
    sides = (v for v in (change.before, change.after) if v is not ABSENT)
    return direction(change.field) is places and any("*" in side for side in sides)


_MORE_ALLOWED = _("now also allowed: {what}")
_LESS_ALLOWED = _("no longer allowed: {what}")
_RULED_OUT = (_("now also ruled out: {what}"), _("no longer ruled out: {what}"))
_ASKED = (
    _("now only after asking each time: {what}"),
    _("no longer asked for each time: {what}"),
)
