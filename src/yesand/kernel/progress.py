"""How long work tells how far it is, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called with the work done so far, the whole, and a word on what is under way."""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Take the news."""


def silent(done: int, total: int, note: str = "") -> None:
    """Listen to nothing."""
