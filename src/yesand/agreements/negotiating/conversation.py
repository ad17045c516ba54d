"""A negotiation as one reads it: word by word, each beside the one that it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from yesand.agreements.comparing.clauses import Worded
from yesand.agreements.comparing.difference import Comparison, Difference, compare
from yesand.agreements.comparing.effects import Effect
from yesand.agreements.comparing.values import Voice


def _(words: str) -> str:
    """Mark words that are looked up later."""
    return words


#: What a change means for the performer: in words, and how the badge that says so is marked.
EFFECTS: Mapping[Effect, tuple[str, str]] = {
    Effect.BETTER: (_("better for the performer"), "good"),
    Effect.WORSE: (_("worse for the performer"), "warn"),
    Effect.MIXED: (_("better in part, worse in part"), "warn"),
    Effect.NEITHER: (_("neither better nor worse"), ""),
    Effect.OPEN: (_("read it and judge for yourself"), ""),
}
KINDS: Mapping[str, str] = {
    "added": _("new clause"),
    "removed": _("clause left out"),
    "changed": _("changed"),
}


class Said(Protocol):
    """A step as it is kept."""

    digest: str
    kind: str
    party: str
    hand: Any
    draft: Any
    note: str
    at: datetime
    answer_by: datetime | None
    entry_id: int


@dataclass(frozen=True)
class Clause:
    """One clause that differs, in the reader's words."""

    heading: str
    kind: str
    before: str
    after: str
    meaning: str
    mark: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Beside:
    """Two versions side by side."""

    clauses: tuple[Clause, ...]
    same: int
    better: int
    worse: int

    @classmethod
    def of(cls, found: Comparison, voice: Voice) -> Beside:
        """Put a comparison into the reader's words."""
        clauses = tuple(_clause(each, voice) for each in found.different)
        return cls(clauses, len(found.same), found.better, found.worse)


def _clause(each: Difference, voice: Voice) -> Clause:
    meaning, mark = EFFECTS[each.effect]
    # What is granted or not, the two sentences say already.
    told = (c for c in each.changes if "." in c.field or not isinstance(c.after, bool))
    changes = tuple(change.means(voice) for change in told)
    heading = each.heading or voice.say(_("Closing words"))
    kind = voice.say(KINDS.get(each.kind.value, each.kind.value))
    return Clause(heading, kind, each.before, each.after, voice.say(meaning), mark, changes)


@dataclass(frozen=True)
class Word:
    """One word of the conversation, beside the last offer before it."""

    said: Said
    beside: Beside | None


def words(steps: Sequence[Said], voice: Voice, before: Worded | None = None) -> Iterator[Word]:
    """Yield the words in order.

    Parameters
    ----------
    before : the agreement that is to be amended; the first offer is set beside it.
    """
    for step in steps:
        if step.draft is None:
            yield Word(step, None)
            continue
        now = Worded(step.draft["terms"], step.draft["text"])
        yield Word(step, Beside.of(compare(before, now), voice) if before else None)
        before = now
