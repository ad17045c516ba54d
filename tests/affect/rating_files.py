"""Small files of ratings, and what taking them in told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yesand
from yesand.affect.rating.files import Defaults
from yesand.affect.rating.services import import_ratings

HEADER = "take,rater,emotions,scale,valence,arousal,seconds,trace,id"


def table(path: Path, *rows: str) -> Path:
    """Write rows under the header."""
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def taken(house: yesand.House, path: Path, **told: str) -> dict[str, Any]:
    """Take a file in, and return its report with bad rows as (row, reason)."""
    report = import_ratings(house.place, path, defaults=Defaults(**told))
    return {**report.as_dict(), "bad": report.bad}
