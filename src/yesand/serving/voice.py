"""The model itself: the one module here that knows PyTorch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.affect.dimensions.reading import Read
from yesand.affect.features import HOP, RATE
from yesand.affect.head.brought import Brought
from yesand.affect.listening import Heard, Row, hear
from yesand.agreements.vocabulary import Modality
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, Refused, TooLarge
from yesand.serving.answer import SILENCE
from yesand.serving.sight import NO_FACE, Film
from yesand.serving.sound import Sound
from yesand.training import digest, folder
from yesand.training.folder import AnyLoaded, Enrolment, Loaded
from yesand.training.fused_folder import Both, LoadedFused
from yesand.training.head_folder import LoadedHead
from yesand.training.memory import exhausted

Floats = NDArray[np.float64]
#: What a model is told of a sound, as its ``listen`` gives it.
Told = Heard | Row | Both
#: So many recordings go through the model at once, as long as memory lasts.
BATCH = 16
#: What the card calls the probability below which it is better to abstain.
ABSTAIN = "abstain_below"


@dataclass(frozen=True, eq=False)
class Voice:
    """A loaded model with the digest that it is registered by."""

    loaded: AnyLoaded
    digest: str
    card: Mapping[str, Any]

    @classmethod
    def open(cls, where: Path, brought: Brought | None = None) -> Voice:
        """Load a model from its folder, every file of it counted into its digest.

        Parameters
        ----------
        brought : where an encoder or a model of faces lies that it needs; none: the environment.

        Raises
        ------
        NotFound, BadInput : no model that this Yes-And can run, or what it needs is not here.
        """
        named = digest.model_digest(where)
        card = where / folder.CARD_DATA
        told = parse(card.read_bytes(), where=str(card)) if card.is_file() else {}
        return cls(folder.load(where, brought), named, told)

    @property
    def manifest(self) -> str:
        """The manifest that it says it came from."""
        return str(self.loaded.about.get("manifest", ""))

    @property
    def threshold(self) -> float:
        """Below which probability its card has it abstain; 0 if the card says nothing."""
        return float(self.card.get(ABSTAIN, 0.0))

    @property
    def axes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The axes that it reads out of a sound, and those of which it tells a sound's time."""
        if not isinstance(self.loaded, Loaded):
            return (), ()
        outs = self.loaded.outs
        return outs.take.axes if outs.take else (), outs.moment.axes if outs.moment else ()

    def enrol(self, sounds: Iterable[Sound]) -> Enrolment:
        """Return what is usual for who speaks in these sounds, one after another.

        Raises
        ------
        TooLarge : as for ``hear``. BadInput : no sound, or a silent one.
        """
        rows = list[Row]()
        for number, sound in enumerate(sounds, 1):
            if sound.silent:
                raise BadInput("Nobody is heard in it", where=f"recording {number} of enrolment")
            rows.append(_heard(sound).prosody)
        return Enrolment.of_rows(rows)

    def hear(
        self, sounds: Sequence[Sound], enrolled: Enrolment | None = None
    ) -> tuple[Floats, str]:
        """Return the distribution for each sound, (sounds, labels), and what memory did to it.

        Raises
        ------
        TooLarge : one sound alone is more than this machine's memory holds.
        """
        return self.answer([self._told(sound) for sound in sounds], enrolled)

    @property
    def eyes(self) -> LoadedHead | LoadedFused | None:
        """The model, if it looks at faces."""
        loaded = self.loaded
        if isinstance(loaded, Loaded) or Modality.FACE not in loaded.senses:
            return None
        return loaded

    def nothing(self, sound: Sound) -> str:
        """Return why nothing can be told of a take (``silence``, ``no-face``), or ""."""
        if not isinstance(sound, Film) or self.eyes is None:
            return SILENCE if sound.silent else ""
        if sound.face is not None:
            return ""
        hears = Modality.VOICE in self.eyes.senses and not sound.mute
        return (SILENCE if sound.silent else "") if hears else NO_FACE

    def _told(self, sound: Sound) -> Told:
        """Return what the model is told of a take."""
        try:
            if isinstance(sound, Film) and self.eyes is not None:
                mute = sound.mute or (sound.face is not None and sound.silent)
                return self.eyes.watched(sound.face, None if mute else (sound.signal, sound.rate))
            return self.loaded.listen(sound.signal, sound.rate)
        except Refused as fault:  # an encoder that memory does not do for
            raise _too_large(sound.seconds) from fault
        except (MemoryError, RuntimeError) as fault:
            if not exhausted(fault):
                raise
            raise _too_large(sound.seconds) from fault

    def answer(self, heard: Sequence[Any], enrolled: Enrolment | None = None) -> tuple[Floats, str]:
        """Return the same for sounds as the model is told of them (``listen``).

        Raises
        ------
        TooLarge : one sound alone is more than this machine's memory holds.
        """
        found, note = self.told(heard, enrolled)
        return found.probability, note

    def read(
        self, sounds: Sequence[Sound], enrolled: Enrolment | None = None, *, trace: bool = False
    ) -> tuple[Read, str]:
        """Return all that the model says of each sound, and what memory did to it.

        Parameters
        ----------
        trace : whether values are wanted over a sound's time, too.

        Raises
        ------
        TooLarge : one sound alone is more than this machine's memory holds.
        """
        return self.told([self._told(sound) for sound in sounds], enrolled, trace=trace)

    def told(
        self, heard: Sequence[Any], enrolled: Enrolment | None = None, *, trace: bool = False
    ) -> tuple[Read, str]:
        """Return the same for sounds as the model is told of them."""
        parts, size, begin = list[Read](), min(BATCH, len(heard)), 0
        while begin < len(heard):
            try:
                some = heard[begin : begin + size]
                parts.append(self.loaded.read(some, enrolled, trace=trace))
            except (MemoryError, torch.OutOfMemoryError, RuntimeError) as fault:
                if not exhausted(fault):
                    raise
                if size == 1:
                    raise _too_large(_seconds(heard[begin])) from fault
                size //= 2
                continue
            begin += size
        note = f"Memory ran out: heard {size} at a time." if size < min(BATCH, len(heard)) else ""
        return Read.joined(parts), note


def _heard(sound: Sound) -> Heard:
    try:
        return hear(sound.signal, sound.rate)
    except (MemoryError, RuntimeError) as fault:
        if not exhausted(fault):
            raise
        raise _too_large(sound.seconds) from fault


def _seconds(told: Told) -> float:
    return len(told.mel) * HOP / RATE if isinstance(told, Heard) else 0.0


def _too_large(seconds: float) -> TooLarge:
    return TooLarge(
        "One recording alone is more than the memory here holds",
        where=f"{seconds:.0f} s",
        remedy="Send it as a stream.",
    )
