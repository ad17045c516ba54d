"""What a corpus layout is: it recognises a folder and reads rows from it.

A layout knows names and label files, never sound: whether a file can be played is found later,
for every layout in the same way.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Prompt:
    """A scene as a corpus tells it: an improv prompt, or a fixed sentence."""

    slug: str
    title: str
    circumstances: str = ""
    relationship: str = ""
    beats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One recording that a corpus names, and what it says about it.

    Attributes
    ----------
    performer : handle, unique in the house, so prefixed by the corpus where its own are bare
        numbers.
    emotion : the corpus's own label, as an English word.
    recorded_at : only where the corpus tells it.
    """

    path: Path
    performer: str
    emotion: str
    intensity: str = ""
    scene: Prompt | None = None
    repetition: int = 1
    language: str = ""
    recorded_at: datetime | None = None
    credit_name: str = ""
    synthetic: bool = False


@dataclass(frozen=True)
class BadRow:
    """Something that belongs to the corpus and cannot be taken, with the reason."""

    path: Path
    reason: str


class Layout(Protocol):
    """How one corpus lies on disk.

    Attributes
    ----------
    name : as in ``agreements/corpora.json``, which holds the corpus's own licence.
    expects : one line for people: by what the layout is recognised.
    """

    @property
    def name(self) -> str:
        """The corpus's short name."""

    @property
    def expects(self) -> str:
        """By what it is recognised."""

    def recognises(self, root: Path) -> bool:
        """Tell whether the folder holds this corpus, without opening its recordings."""

    def corpus(self, root: Path) -> str:
        """Return the name that sessions and faults of this folder are filed under."""

    def rows(self, root: Path) -> Iterator[Row | BadRow]:
        """Read the rows, always in the same order."""


def recordings(root: Path, pattern: re.Pattern[str]) -> Iterator[tuple[Path, re.Match[str]]]:
    """Yield everything under ``root`` whose whole name matches, sorted by path.

    Hidden names are passed over: macOS archives hold a ``._`` twin beside every file.
    """
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted([*names, *(d for d in below if Path(d).suffix)]):
            match = pattern.fullmatch(name)
            if match and not name.startswith("."):
                yield Path(folder) / name, match


def any_recording(root: Path, pattern: re.Pattern[str]) -> bool:
    """Tell whether any name under ``root`` matches."""
    return next(recordings(root, pattern), None) is not None
