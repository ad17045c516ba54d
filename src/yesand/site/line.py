"""The line, drawn: ten stations, and a voice that calms into a ruled line of a ledger."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Station:
    """One station of the line: its name, the address of its list, and what happens there."""

    key: str
    plural: str
    address: str
    about: str


STATIONS = (
    Station("performer", "performers", "performers", "a person, with a key of their own"),
    Station("agreement", "agreements", "agreements", "terms and plain words, signed by both"),
    Station("session", "sessions", "sessions", "a meeting to perform, under one agreement"),
    Station("take", "takes", "takes", "one performance, named by its hash"),
    Station("corpus", "corpora", "manifests", "exactly the takes that a request may use"),
    Station("model", "models", "models", "what was trained, bound to its corpus"),
    Station("reliance", "reports", "reports", "how much a model leans on whom"),
    Station("usage", "usage events", "usage", "every metered use of a deployment"),
    Station("statement", "statements", "statements", "what one performer is owed, and why"),
    Station("payout", "payouts", "payouts", "what has been paid"),
)


def wave(width: int = 1000, height: int = 120, steps: int = 500) -> str:
    """Return the SVG path of the line: loud on the left, still on the right.

    Parameters
    ----------
    width, height : size of the view box; the line ends at half the height.
    steps : straight pieces, enough for the fastest part to look round.
    """
    points = (_point(i / steps, width, height) for i in range(steps + 1))
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _point(t: float, width: int, height: int) -> tuple[float, float]:
    envelope = math.exp(-5.2 * t) * (1 - math.exp(-60 * t))
    voice = math.sin(220 * t) * (0.62 + 0.38 * math.sin(37 * t + 1.1)) + 0.25 * math.sin(401 * t)
    return t * width, height / 2 * (1 - 0.92 * envelope * voice)
