"""The datamodel: utility regressed on who is in, under the constraint that effects add up."""

from __future__ import annotations

import numpy as np

from yesand.reliance.inputs import Floats
from yesand.reliance.subsets import Design

_CURVE = 4  # terms of the learning curve that is taken out first


def effects(design: Design, utility: Floats, whole: Floats, none: Floats) -> Floats:
    """Return each player's effect on each query, (players, queries); a column adds up exactly.

    First a learning curve g(how many are in), which favours nobody, is fitted and taken out; its
    own Shapley value, (g(all) − g(none)) / players, is what every player gets back. What is left
    varies far less with the luck of the draw: the errors halve.

    Parameters
    ----------
    utility : (pairs, 2, queries) utility of each subset.
    whole, none : (queries,) utility of everybody and of nobody.
    """
    players = design.members.shape[2]
    even: Floats = (whole - none) / players
    if players == 1:
        return np.array([even])
    rest = utility - none - design.members.sum(2)[..., None] * even
    rest -= _curve(design, rest)
    # Given its constraint, the difference within a pair tells all that the pair can tell.
    centred = design.members - design.members.mean(2, keepdims=True)
    root = np.sqrt(design.weight)[:, None]
    solved: Floats = np.linalg.lstsq(
        root * (centred[:, 0] - centred[:, 1]), root * (rest[:, 0] - rest[:, 1]), rcond=None
    )[0]
    centre: Floats = solved.mean(0)
    together: Floats = even + solved - centre
    return together


def _curve(design: Design, rest: Floats) -> Floats:
    """Return the fitted curve at each subset's size: a polynomial that is 0 at none and at all."""
    share = design.members.mean(2)
    powers = np.stack([share * (1 - share) * share**j for j in range(_CURVE)], -1)
    root = np.sqrt(design.weight)[:, None, None]
    count = rest.shape[2]
    terms = np.linalg.lstsq(
        (root * powers).reshape(-1, _CURVE), (root * rest).reshape(-1, count), rcond=None
    )[0]
    fitted: Floats = powers @ terms
    return fitted
