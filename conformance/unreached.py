"""Suites that nothing of ours answers yet: counted, so that the page is honest about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

#: suite → (how many cases it holds, why none is passed).
UNREACHED: dict[str, tuple[Callable[[Path], int], str]] = {}
