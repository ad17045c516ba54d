"""What three raters say of the troupe's whistles on axes, and how it moves over their time."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from yesand.affect.dimensions.said import Said
from yesand.training.examples import Example

AXES = ("valence", "arousal", "dominance")
#: What each feeling is, before raters differ.
MEANT = {"glad": (0.7, 0.6, 0.2), "grave": (-0.5, -0.6, -0.3), "uneasy": (-0.4, 0.4, -0.6)}
RATERS = ("rita", "rolf", "rosa")


def said(
    troupe: Sequence[Example], axes: Sequence[str] = AXES, traced: bool = True, seed: int = 0
) -> list[Said]:
    """Return three ratings of each take: one rater says more than is meant, one less."""
    luck, made = np.random.default_rng(seed), list[Said]()
    for one in troupe:
        for n, rater in enumerate(RATERS):
            values = _values(one.emotion, n, luck)
            made.append(Said(one.sha256, rater, axes={axis: values[axis] for axis in axes}))
            if traced:
                line = _line(values["arousal"])
                made.append(Said(one.sha256, rater, trace={"arousal": line}))
    return made


def ratings_file(folder: Path, path: Path) -> Path:
    """Write the same as a file of ratings, of the takes that ``whistles.record`` has written."""
    luck = np.random.default_rng(0)
    with (folder / "takes.csv").open() as file, path.open("w", newline="") as to:
        table = csv.writer(to)
        table.writerow(["take", "rater", "scale", *AXES, "trace", "modality"])
        for row in csv.DictReader(file):
            for n, rater in enumerate(RATERS):
                values = _values(row["emotion"], n, luck)
                told = [f"{values[axis]:.3f}" for axis in AXES]
                line = json.dumps({"arousal": _line(round(values["arousal"], 3))[:2]})
                table.writerow([row["path"], rater, "vad", *told, line, "voice"])
    return path


def _values(emotion: str, n: int, luck: np.random.Generator) -> dict[str, float]:
    told = np.array(MEANT[emotion]) + 0.1 * (n - 1) + 0.06 * luck.standard_normal(3)
    return dict(zip(AXES, np.clip(told, -1, 1).tolist(), strict=True))


def _line(value: float) -> list[tuple[float, float]]:
    # The last point lies beyond the take's end (0.7 s).
    return [(0, value), (500, max(-1.0, round(value - 0.2, 3))), (5_000, 1.0)]
