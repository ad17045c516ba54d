"""A stream: sound comes in by and by, and so do answers about the latest of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yesand.affect.dimensions.reading import Value
from yesand.kernel.errors import BadInput
from yesand.serving.answer import SILENCE, Answer
from yesand.serving.sound import SHORTEST, Floats, Sound, checked_rate, samples_of

#: A running answer is about so many of the latest seconds.
SPAN = 4.0
#: Usage is metered at the end, and of a long stream in pieces of so many seconds before it: a
#: process that is killed loses less than one.
PIECE = 60.0

#: A sound to the answer about it.
Hears = Callable[[Sound], Answer]
#: Seconds, and the mean distribution over them (none: all was silence), to be counted.
Counts = Callable[[float, Mapping[str, float] | None], None]


@dataclass
class _Mean:
    """The mean of answers, each counting for its seconds; silence counts for nothing."""

    sums: dict[str, float] = field(default_factory=dict)
    axes: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, answer: Answer, seconds: float) -> None:
        if answer.why != SILENCE:
            self.seconds += seconds
            for name, share in answer.emotions.items():
                self.sums[name] = self.sums.get(name, 0.0) + share * seconds
            for axis, one in (answer.dimensions or {}).items():
                told = np.array([one.value, one.low, one.high]) * seconds
                self.axes[axis] = self.axes.get(axis, np.zeros(3)) + told

    def value(self) -> dict[str, float] | None:
        return {n: s / self.seconds for n, s in self.sums.items()} if self.seconds else None

    def dimensions(self) -> dict[str, Value] | None:
        means = {axis: (sums / self.seconds).tolist() for axis, sums in self.axes.items()}
        return {axis: Value(*mean) for axis, mean in means.items()} or None


class Stream:
    """One speaker's sound, chunk by chunk; use it in ``with``, so that its end is metered.

    Parameters
    ----------
    rate : of all chunks, in Hz. every : seconds between answers.
    """

    def __init__(self, rate: int, every: float, hears: Hears, counts: Counts) -> None:
        if not SHORTEST <= every <= SPAN:
            raise BadInput(f"An answer every {every} s", where="every", remedy="From 0.1 to 4 s.")
        self.rate, self.every = checked_rate(rate, "stream"), every
        self._hears, self._counts = hears, counts
        self._latest: Floats = np.zeros(0, np.float32)
        self._cut = b""
        self._heard = self._answered = self._counted = 0
        self._whole, self._piece = _Mean(), _Mean()
        self._last: Answer | None = None
        self.closed = False

    @property
    def seconds(self) -> float:
        """How much was heard so far."""
        return self._heard / self.rate

    def feed(self, chunk: bytes | NDArray[Any]) -> Answer | None:
        """Take a chunk in; return an answer about the latest four seconds if one is due.

        Parameters
        ----------
        chunk : little-endian 16-bit PCM of one channel, cut anywhere; or samples as ``predict``
            takes them.

        Raises
        ------
        BadInput : no samples, or not all of it a number; the stream goes on without it.
        """
        if self.closed:
            raise BadInput("The stream is over", where="stream", remedy="Open another.")
        samples = self._pcm(chunk) if isinstance(chunk, bytes) else samples_of(chunk)
        self._heard += len(samples)
        self._latest = np.concatenate([self._latest, samples])[-int(SPAN * self.rate) :]
        due = self._heard - self._answered >= self.every * self.rate
        return self._answer() if due else None

    def close(self) -> Answer | None:
        """Meter the rest and return the mean of all answers, or nothing if nothing was heard.

        Raises
        ------
        NotServing, Unmetered : the last piece may not be answered; what was before it is metered.
        """
        if self.closed:
            return None
        self.closed = True
        try:
            if self._heard > self._answered and len(self._latest) >= SHORTEST * self.rate:
                self._answer()
            self._answered = self._heard
        finally:
            if self._answered > self._counted:
                self._count(last=True)
        mean, last = self._whole.value(), self._last
        if last is None:
            return None
        told = self._whole.dimensions() if mean else last.dimensions
        why = "" if mean else SILENCE
        return Answer(mean or last.emotions, self.seconds, why, last.notes, told)

    def __enter__(self) -> Stream:
        """Use it in ``with``."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _pcm(self, chunk: bytes) -> Floats:
        """Return the samples of PCM bytes; half a sample waits for its other half."""
        whole = self._cut + chunk
        self._cut = whole[len(whole) // 2 * 2 :]
        return samples_of(np.frombuffer(whole[: len(whole) // 2 * 2], "<i2"))

    def _answer(self) -> Answer:
        made = self._hears(Sound(self._latest, self.rate))
        if made.trace:
            before = 1000 * (self._heard - len(self._latest)) / self.rate
            made = replace(made, trace={a: one.later(before) for a, one in made.trace.items()})
        new = (self._heard - self._answered) / self.rate
        self._answered, self._last = self._heard, made
        self._whole.add(made, new)
        self._piece.add(made, new)
        if self._answered - self._counted >= PIECE * self.rate:
            self._count()
        return made

    def _count(self, *, last: bool = False) -> None:
        """Count whole seconds, so that pieces add up to what one event would count."""
        size = self._answered - self._counted
        seconds = -(-size // self.rate) if last else size // self.rate
        self._counts(seconds, self._piece.value())
        self._counted += seconds * self.rate
        self._piece = _Mean()
