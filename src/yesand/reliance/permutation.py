"""Shapley values by permutation: what each performer adds on entering, every step retrained.

Orders come in pairs, one the other's reverse, which removes much of the luck (Mitchell et al.
2022). Each order's values add up to U(all) − U(none) exactly.
"""

from __future__ import annotations

import numpy as np

from yesand.reliance.inputs import Floats, Ints


def orders(players: int, pairs: int, rng: np.random.Generator) -> Ints:
    """Return random orders, each followed by its reverse, (2 · pairs, players)."""
    drawn = [rng.permutation(players) for _ in range(pairs)]
    return np.array([order for one in drawn for order in (one, one[::-1])], dtype=np.int64)


def entering(order: Ints) -> Floats:
    """Return who is in after each entry, (orders, players + 1, players), 1 or 0."""
    place = order.argsort(1)
    steps = np.arange(order.shape[1] + 1)[:, None]
    return (place[:, None, :] < steps).astype(np.float64)


def values(order: Ints, utility: Floats) -> Floats:
    """Return what each player adds in each order, (orders, Q, players).

    Parameters
    ----------
    utility : (orders, players + 1, Q), of each subset that ``entering`` names.
    """
    gains = np.diff(utility, axis=1).transpose(0, 2, 1)
    place = np.broadcast_to(order.argsort(1)[:, None], gains.shape)
    found: Floats = np.take_along_axis(gains, place, 2)
    return found
