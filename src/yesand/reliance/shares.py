"""From effects to shares: integers in parts per billion that add up to 10⁹ exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from yesand.reliance.inputs import Floats

BILLION = 1_000_000_000


def apportion(weights: Sequence[float]) -> list[int]:
    """Cut 10⁹ in proportion to the weights by largest remainders (Hamilton's method).

    A negative weight counts as nothing; without any positive weight all get the same. Of equal
    remainders the first in order gets the odd part, so the same weights give the same shares.
    """
    exact = [Fraction(max(0.0, w)) for w in weights]
    whole = sum(exact)
    if not whole:
        exact, whole = [Fraction(1)] * len(exact), Fraction(len(exact))
    quotas = [w * BILLION / whole for w in exact]
    parts = [int(q) for q in quotas]
    order = sorted(range(len(quotas)), key=lambda i: (parts[i] - quotas[i], i))
    for i in order[: BILLION - sum(parts)]:
        parts[i] += 1
    return parts


def fractions(effects: Floats) -> Floats:
    """Return effects (…, performers) as fractions of the whole, negative ones counted as 0."""
    kept = np.clip(effects, 0, None)
    whole = kept.sum(-1, keepdims=True)
    equal = np.full_like(kept, 1 / kept.shape[-1])
    parts: Floats = np.divide(kept, whole, out=equal, where=whole > 0)
    return parts
