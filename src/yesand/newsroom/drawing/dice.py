"""Numbers that look thrown and are none: the same from the same seed, on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of numbers out of SHA-256 over the seed and a counter."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.thrown = 0

    def between(self, low: float, high: float) -> float:
        """Return a number from ``low`` up to ``high``."""
        self.thrown += 1
        told = hashlib.sha256(f"{self.seed}\n{self.thrown}".encode()).digest()
        return low + (high - low) * int.from_bytes(told[:6], "big") / 2**48

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both among them."""
        return int(self.between(low, high + 1))

    def one_of(self, choices: Sequence[T]) -> T:
        """Return one of them."""
        return choices[self.whole(0, len(choices) - 1)]
