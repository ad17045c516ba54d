"""What a model took from whom, by the emotion performed: a table that shades where most lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yesand.reliance.shares import BILLION
from yesand.takes.heat import shade


@dataclass(frozen=True)
class Cell:
    """A part of all that the model learned, in parts per billion; harm is below zero."""

    ppb: int
    shade: int = 0


@dataclass(frozen=True)
class EmotionTable:
    """Emotions across; for each performer who may be named, their cells and their sum."""

    emotions: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell], Cell]]


def by_emotion(
    shares: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> EmotionTable | None:
    """Return the table, the largest share first; None where takes were not told apart.

    Parameters
    ----------
    names : handle → the name to show, of those who may be named (`naming.names`).

    >>> ada = {"share_ppb": 0, "effect": 40, "emotions": {"joy": 30, "fear": 10}}
    >>> table = by_emotion({"ada": ada}, {"ada": "Ada"})
    >>> [(cell.ppb, cell.shade) for cell in table.rows[0][1]]
    [(750000000, 10), (250000000, 6)]
    """
    gain = sum(share["effect"] for share in shares.values())
    told = {handle: share for handle, share in shares.items() if share.get("emotions")}
    shown = [handle for handle in told if handle in names]
    if gain <= 0 or not shown:
        return None
    emotions = list(told[shown[0]]["emotions"])
    most = max(max(told[handle]["emotions"].values()) for handle in shown)
    rows = [
        (
            names[handle],
            [_cell(told[handle]["emotions"][e], gain, most) for e in emotions],
            Cell(_part(told[handle]["effect"], gain)),
        )
        for handle in sorted(shown, key=lambda h: (-told[h]["share_ppb"], h))
    ]
    return EmotionTable(emotions, rows)


def _cell(effect: int, gain: int, most: int) -> Cell:
    strong = max(0, effect) / most if most > 0 else 0.0
    return Cell(_part(effect, gain), shade(strong))


def _part(effect: int, gain: int) -> int:
    return round(effect * BILLION / gain)
