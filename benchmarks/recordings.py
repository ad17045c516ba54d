"""The recordings that benchmarks are run on, where they are at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from yesand.kernel.ids import digest_file
from yesand.training.examples import Example

#: The third field of a file's name says which (Livingstone & Russo 2018).
RAVDESS = "neutral calm happy sad angry fearful disgust surprised".split()
#: The sixth letter of a file's name says which (Burkhardt et al. 2005).
EMODB = {
    "W": "anger", "L": "boredom", "E": "disgust", "A": "fear", "F": "happiness",
    "T": "sadness", "N": "neutral",
}  # fmt: skip


def data() -> Path:
    """Return where they lie (``YESAND_DATA``)."""
    default = Path(__file__).parents[2] / "shared" / "data"
    return Path(os.environ.get("YESAND_DATA", default))


def ravdess() -> list[Example]:
    """Return RAVDESS's takes, each content once."""
    return _takes(
        "ravdess/Actor_*/*.flac",
        lambda path: (path.parent.name, RAVDESS[int(path.name.split("-")[2]) - 1]),
    )


def emodb() -> list[Example]:
    """Return EMO-DB's takes, each content once; a speaker is a number."""
    return _takes("emodb/*.flac", lambda path: (path.stem[:2], EMODB[path.stem[5]]))


def _takes(pattern: str, told: Callable[[Path], tuple[str, str]]) -> list[Example]:
    found: dict[str, Example] = {}
    for path in sorted(data().glob(pattern)):
        name = digest_file(path)
        found.setdefault(name, Example(path, name, *told(path), 0))
    return list(found.values())
