"""What a tool may be told: typed, closed, and never a person.

Whose records a tool reads is decided by the session alone. No field here names anybody; a test
holds every tool to it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from yesand.heidi.intents import Intent
from yesand.heidi.supposing import part_of_the_price, unit_named
from yesand.heidi.topics import Named, Topic
from yesand.heidi.when import amount, month, when
from yesand.heidi.words import kept
from yesand.heidi.zones import zone_named

EMOTIONS = {
    "anger": "anger angry furious",
    "joy": "joy joyful joyous happy happiness",
    "sadness": "sad sadness",
    "fear": "fear afraid fearful scared",
    "calm": "calm",
    "disgust": "disgust disgusted",
    "surprise": "surprise surprised",
    "neutral": "neutral",
}
_EMOTION = {word: emotion for emotion, words in EMOTIONS.items() for word in words.split()}


def emotions(named: str) -> tuple[str, ...]:
    """Return the words for a feeling, by any one of them; of an unknown one, the word itself."""
    emotion = _EMOTION.get(named.lower())
    return tuple(EMOTIONS[emotion].split()) if emotion else (named,)


Words = Annotated[str, Field(max_length=400), AfterValidator(kept)]
#: What the clock on the wall shows; the zone is told apart from it.
Wall = Annotated[dt.time, AfterValidator(lambda told: told.replace(tzinfo=None))]
Zone = Annotated[str, Field(max_length=64), AfterValidator(kept)]


class Slots(BaseModel):
    """Told nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Asked(Slots):
    """The question in the person's own words, for tools that look something up by it."""

    question: Words = ""


class Found(Slots):
    """Which takes."""

    emotion: Annotated[str, Field(max_length=40), AfterValidator(kept)] = ""
    state: Literal["", "accepted", "rejected", "disputed"] = ""
    words: Words = ""
    month: Annotated[str, Field(pattern=r"^(\d{4}-\d\d)?$")] = ""


class Issued(Slots):
    """Which statements."""

    month: Annotated[str, Field(pattern=r"^(\d{4}-\d\d)?$")] = ""
    amount: Annotated[str, Field(pattern=r"^(\d{1,12}(\.\d{1,6})?)?$")] = ""


class Supposed(Slots):
    """At which part of the price, of which unit, and whether this month's use is meant."""

    percent: Annotated[str, Field(pattern=r"^\d{0,5}$")] = ""
    unit: Literal["", "request", "inference-second", "output-second", "character", "revenue"] = ""
    use: Literal["", "now"] = ""


Kind = Literal["", "talk", "performance", "rating"]


class Meet(Slots):
    """When, in the zone that is named or else the person's own, and what for."""

    day: dt.date | None = None
    time: Wall | None = None
    zone: Zone = ""
    kind: Kind = ""


class Change(Slots):
    """Which meeting (by its kind and its day) and when instead."""

    kind: Kind = ""
    of_day: dt.date | None = None
    day: dt.date | None = None
    time: Wall | None = None
    zone: Zone = ""


def read(intent: Named, text: str, now: dt.datetime) -> Slots:
    """Return what a sentence tells the tool of an intent; ``now`` is in the person's zone."""
    reader = _READERS.get(intent)
    return reader(text, now) if reader else Slots()


def _asked(text: str, _now: dt.datetime) -> Asked:
    return Asked(question=text[:400])


def _issued(text: str, now: dt.datetime) -> Issued:
    named, sum_ = month(text, now), amount(text)
    return Issued(month=str(named or ""), amount="" if sum_ is None else str(sum_))


def _supposed(text: str, _now: dt.datetime) -> Supposed:
    told = {"percent": part_of_the_price(text), "unit": unit_named(text)}
    return Supposed.model_validate(told | {"use": "now" if "this month" in text.lower() else ""})


def _meet(text: str, now: dt.datetime) -> Meet:
    told = when(text, now)
    return Meet(day=told.day, time=told.time, zone=zone_named(text), kind=_kind(text))


def _cancelled(text: str, now: dt.datetime) -> Change:
    return Change(kind=_kind(text), of_day=when(text, now).day)


def _found(text: str, now: dt.datetime) -> Found:
    plain = text.lower()
    states = {"reject": "rejected", "refus": "rejected", "turned down": "rejected",
              "disput": "disputed", "accepted": "accepted"}  # fmt: skip
    state = next((s for part, s in states.items() if part in plain), "")
    emotion = next((_EMOTION[w] for w in re.findall(r"\w+", plain) if w in _EMOTION), "")
    named = month(text, now)
    return Found.model_validate(
        {"emotion": emotion, "state": state, "words": text[:400], "month": str(named or "")}
    )


def _kind(text: str) -> Kind:
    plain = text.lower()
    if "rating" in plain or re.search(r"\brate\b", plain):
        return "rating"
    if re.search(r"\b(record|recording|session|perform|performance|scene|studio|duo)\b", plain):
        return "performance"
    if re.search(r"\b(talk|chat)\b", plain):
        return "talk"
    return ""


def _moved(text: str, now: dt.datetime) -> Change:
    before, to, after = text.rpartition(" to ")
    target, source = (when(after, now), when(before, now)) if to else (when(text, now), None)
    if not target and source:
        target, source = source, None
    return Change(
        kind=_kind(text),
        of_day=source.day if source else None,
        day=target.day,
        time=target.time,
        zone=zone_named(text),
    )


_READERS: dict[Named, Callable[[str, dt.datetime], Slots]] = {
    Intent.CLAUSE: _asked,
    Intent.HUMAN: _asked,
    Intent.OTHER: _asked,
    Intent.TAKES: _found,
    Intent.STATEMENTS: _issued,
    Intent.INVOICES: _issued,
    Intent.CLOSING: _issued,
    Topic.MISSING: _issued,
    Topic.RECEIVABLES: _issued,
    Topic.SUPPOSED: _supposed,
    Intent.BOOK: _meet,
    Intent.MOVE: _moved,
    Intent.CANCEL: _cancelled,
}
