"""What a model says of one recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Nothing was heard; the likeliest emotion was not likely enough.
SILENCE, UNSURE = "silence", "unsure"
NO_VAD = "This model has no head for valence, arousal and dominance."


@dataclass(frozen=True)
class Answer:
    """A distribution over emotions, and whether it should be acted upon.

    Attributes
    ----------
    emotions : emotion → probability; they add up to one.
    seconds : of sound that was heard.
    why : of an abstention ``silence``, ``no-face`` or ``unsure``; else empty. The distribution
        stands all the same.
    vad : valence, arousal, dominance, where the model has such a head; else none.
    notes : what about the recording makes the answer less sure, in plain words.
    """

    emotions: Mapping[str, float]
    seconds: float
    why: str = ""
    notes: tuple[str, ...] = ()
    vad: Mapping[str, float] | None = None

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
            "vad": None if self.vad is None else dict(self.vad),
            "seconds": round(self.seconds, 3),
            "notes": [*self.notes, *([NO_VAD] if self.vad is None else [])],
        }


def judged(
    emotions: Mapping[str, float],
    seconds: float,
    threshold: float,
    *,
    nothing: str = "",
    notes: tuple[str, ...] = (),
) -> Answer:
    """Return an answer that abstains where nothing was heard, or nothing likely enough.

    Selective classification by the top probability (Geifman & El-Yaniv 2017).

    Parameters
    ----------
    threshold : below it the likeliest emotion is not named; 0 never abstains for that.
    nothing : why nothing could be told: ``silence``, or ``no-face`` of a video.
    """
    unsure = max(emotions.values()) < threshold
    return Answer(emotions, seconds, nothing or (UNSURE if unsure else ""), notes)
