"""What a model says of one recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yesand.affect.dimensions.reading import Curve, Value

#: Nothing was heard; the likeliest emotion was not likely enough.
SILENCE, UNSURE = "silence", "unsure"
NO_VAD = "This model has no head for valence, arousal and dominance."
NO_TRACE = "This model tells nothing over a recording's time."


@dataclass(frozen=True)
class Answer:
    """A distribution over emotions, and whether it should be acted upon.

    Attributes
    ----------
    emotions : emotion → probability; they add up to one.
    seconds : of sound that was heard.
    why : of an abstention ``silence`` or ``unsure``; else empty. The distribution stands all the
        same.
    dimensions : valence, arousal, dominance, as far as the model reads them out; else none. Nine of
        ten values of performers whom it never met lie in the interval.
    trace : the same over the sound's time, if it was asked for and the model can tell.
    notes : what about the recording makes the answer less sure, in plain words.
    """

    emotions: Mapping[str, float]
    seconds: float
    why: str = ""
    notes: tuple[str, ...] = ()
    dimensions: Mapping[str, Value] | None = None
    trace: Mapping[str, Curve] | None = None

    @property
    def vad(self) -> dict[str, float] | None:
        """Valence, arousal and dominance alone, from −1 to 1."""
        told = self.dimensions
        return None if told is None else {axis: one.value for axis, one in told.items()}

    @property
    def abstained(self) -> bool:
        """Whether the model declines to name one emotion."""
        return bool(self.why)

    @property
    def top(self) -> str:
        """The likeliest emotion."""
        return max(self.emotions, key=lambda name: self.emotions[name])

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, probabilities to six decimals."""
        return {
            "emotions": {name: round(share, 6) for name, share in self.emotions.items()},
            "top": self.top,
            "probability": round(self.emotions[self.top], 6),
            "abstained": self.abstained,
            "why": self.why,
            "vad": self.vad and {axis: round(value, 4) for axis, value in self.vad.items()},
            "dimensions": self.dimensions and {a: _value(v) for a, v in self.dimensions.items()},
            "trace": self.trace and {axis: _curve(one) for axis, one in self.trace.items()},
            "seconds": round(self.seconds, 3),
            "notes": [*self.notes, *([NO_VAD] if self.vad is None else [])],
        }


def _value(one: Value) -> dict[str, float]:
    return {name: round(getattr(one, name), 4) for name in ("value", "low", "high")}


def _curve(one: Curve) -> dict[str, Any]:
    points = [[round(at), round(value, 4)] for at, value in one.points]
    return {"points": points, "within": round(one.within, 4)}


def judged(
    emotions: Mapping[str, float],
    seconds: float,
    threshold: float,
    *,
    silent: bool = False,
    notes: tuple[str, ...] = (),
    dimensions: Mapping[str, Value] | None = None,
    trace: Mapping[str, Curve] | None = None,
) -> Answer:
    """Return an answer that abstains where nothing was heard, or nothing likely enough.

    Selective classification by the top probability (Geifman & El-Yaniv 2017).

    Parameters
    ----------
    threshold : below it the likeliest emotion is not named; 0 never abstains for that.
    """
    unsure = max(emotions.values()) < threshold
    why = SILENCE if silent else UNSURE if unsure else ""
    return Answer(emotions, seconds, why, notes, dimensions, trace)
