"""The line, drawn: ten stations, and a voice that calms into a ruled line of a ledger."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Station:
    """One station of the line: its keys, the address of its list, and how people read it."""

    key: str
    plural: str
    address: str
    name: StrPromise
    many: StrPromise
    about: StrPromise


STATIONS = (
    Station(
        "performer",
        "performers",
        "performers",
        _("performer"),
        _("performers"),
        _("a person, with a key of their own"),
    ),
    Station(
        "agreement",
        "agreements",
        "agreements",
        _("agreement"),
        _("agreements"),
        _("terms and plain words, signed by both"),
    ),
    Station(
        "session",
        "sessions",
        "sessions",
        _("session"),
        _("sessions"),
        _("a meeting to perform, under one agreement"),
    ),
    Station(
        "take", "takes", "takes", _("take"), _("takes"), _("one performance, named by its hash")
    ),
    Station(
        "corpus",
        "corpora",
        "manifests",
        _("corpus"),
        _("corpora"),
        _("exactly the takes that a request may use"),
    ),
    Station(
        "model",
        "models",
        "models",
        _("model"),
        _("models"),
        _("what was trained, bound to its corpus"),
    ),
    Station(
        "reliance",
        "reports",
        "reports",
        _("reliance"),
        _("reports"),
        _("how much a model leans on whom"),
    ),
    Station(
        "usage",
        "usage events",
        "usage",
        _("usage"),
        _("usage events"),
        _("every metered use of a deployment"),
    ),
    Station(
        "statement",
        "statements",
        "statements",
        _("statement"),
        _("statements"),
        _("what one performer is owed, and why"),
    ),
    Station("payout", "payouts", "payouts", _("payout"), _("payouts"), _("what has been paid")),
)


@cache
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
