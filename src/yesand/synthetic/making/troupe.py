"""A voice of code that speaks as many performers did, and like none of them.

Its source and filter are those of the sample troupe (``takes.troupe``); its manner is fitted to how
the takes' emotions are voiced over all performers (``manners``); who speaks, and what gibberish, is
drawn by chance.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from yesand.affect.features import RATE, resampled
from yesand.kernel.errors import YesAndError
from yesand.provenance.credentials.claim import Source
from yesand.synthetic.making import manners, variation
from yesand.synthetic.making.generator import (
    ALONE,
    Around,
    Corpus,
    Expected,
    Floats,
    Made,
    Outcome,
    Parent,
    Refusal,
    Wanted,
    named,
)
from yesand.synthetic.making.manners import MEASURES, Voicing
from yesand.takes.troupe import cast, perform, scenes, speech, voice

#: Of an emotion's spread that takes get: all of it is performers and their takes together.
_SPREAD = 0.6
_ASK = 32


@dataclass(frozen=True)
class _Order:
    place: str
    seed: int
    emotion: str
    voicing: Voicing


@dataclass(frozen=True)
class Troupe:
    """The sample troupe's voice, fitted to takes."""

    spread: float = _SPREAD
    name: str = "troupe"
    version: str = "1"
    #: Its manner is a model derived from sampled content, as IPTC defines that term.
    source: Source = Source.MODEL
    whole: bool = True
    #: Its voice is drawn by chance; of the takes it knows eight measures over all performers.
    nobodys_voice: bool = True
    outside: bool = False
    unlicensed: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of its code and settings."""
        code = (sys.modules[__name__], manners, variation, cast, perform, scenes, speech, voice)
        return named(self.name, self.version, self.settings(), *code)

    def settings(self) -> dict[str, Any]:
        """Return everything that it was told."""
        return {"spread": str(self.spread)}

    def make(self, corpus: Corpus, wanted: Wanted, around: Around = ALONE) -> Iterator[Outcome]:
        """Yield ``each`` takes for every take of the corpus, emotion by emotion."""
        found = fitted(corpus, around)
        many = Counter(take.emotion for take in corpus.of(wanted.emotion))
        orders = []
        for emotion, number in sorted(many.items()):
            voicing = found[emotion]
            for k in range(1, number * wanted.each + 1):
                place = f"{emotion} {k}"
                if isinstance(voicing, str):
                    yield Refusal(place, voicing)
                else:
                    orders.append(_Order(place, wanted.seed_of(place), emotion, voicing))
        yield from around.each(partial(_said, spread=self.spread), orders)


def fitted(corpus: Corpus, around: Around = ALONE) -> dict[str, Voicing | str]:
    """Return how each emotion of a corpus is voiced, or why nothing can be said of it."""
    rows = []
    for number, take in enumerate(corpus.takes):
        if number % _ASK == 0:
            around.still_holds()
        rows.append(_row(take))
    emotions = [take.emotion for take in corpus.takes]
    return manners.voicings(np.array(rows), emotions, [take.performer for take in corpus.takes])


def _row(take: Parent) -> Floats:
    try:
        sound = take.sound()
    except YesAndError as fault:
        raise type(fault)(fault.what, where=fault.where or take.sha256[:12]) from fault
    return manners.measured(resampled(sound.mono, sound.rate))


def _said(order: _Order, spread: float) -> Outcome:
    """Return one take of a voice by chance."""
    rng = np.random.default_rng(order.seed)
    # A number of no member: those are people's names.
    speaker = cast.drawn(len(cast.CAST) + 1, rng)
    wanted = order.voicing.mean + spread * order.voicing.spread * rng.standard_normal(len(MEASURES))
    line = scenes.SCENES[int(rng.integers(len(scenes.SCENES)))].line
    made = perform.say(speaker, manners.manner(wanted), line, rng)
    note = {"f0_hz": f"{speaker.f0:.1f}", "line": line, "tract": f"{speaker.tract:.3f}"}
    return Made(
        order.place,
        made.astype(np.float32),
        RATE,
        order.emotion,
        order.seed,
        Expected(RATE, 0.5, 10.0),
        note=note,
    )
