"""How well the regression and exact retraining agree, and whether that is enough to pay by."""

from __future__ import annotations

import numpy as np

from yesand.reliance.inputs import Floats
from yesand.reliance.panel import Panel, Resampled, interval
from yesand.reliance.report import Agreement

#: Below this agreement between halves of what was drawn a report must not set shares.
ENOUGH = 0.9


def rank_agreement(one: Floats, other: Floats) -> float | None:
    """Return Spearman's correlation; None for fewer than three, or where all are the same."""
    if len(one) < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    from scipy.stats import spearmanr  # a page that names the bar alone starts without it

    return round(float(spearmanr(one, other)[0]), 4)


def agreement(panel: Panel, resampled: Resampled, halves: float | None) -> Agreement:
    """Compare the effects with exact leave-one-performer-out."""
    from scipy.stats import pearsonr

    effects, losses = panel.effects(), panel.losses()
    spearman = rank_agreement(effects, losses)
    same, told = _in_order(resampled)
    return Agreement(
        halves=halves,
        spearman=spearman,
        pearson=None if spearman is None else round(float(pearsonr(effects, losses)[0]), 4),
        concordance=round(same / told, 4) if told else None,
        pairs=told,
    )


def verdict(
    performers: int, gain_low: float, halves: float | None, drawn: str = "subsets"
) -> tuple[bool, str]:
    """Tell whether the shares may set pay, and why not in plain words."""
    if performers < 2:
        return False, "There is one performer only, so nobody else's voice to ask about."
    if not gain_low > 0:
        return False, (
            "On voices that it never heard, the model does no better than a guess that can be told "
            "from chance."
        )
    if halves is None:
        return False, f"Whether halves of the {drawn} would agree on the order cannot be told."
    if halves < ENOUGH:
        return False, f"Halves of the {drawn} agree {halves} on the order; {ENOUGH} is needed."
    return True, ""


def _in_order(resampled: Resampled) -> tuple[int, int]:
    """Count pairs of performers whom both tell apart, and how many of them both order alike."""
    same = told = 0
    for first in range(resampled.effect.shape[1]):
        one, other = (
            _sign(samples[:, first, None] - samples[:, first + 1 :])
            for samples in (resampled.effect, resampled.without)
        )
        both = (one != 0) & (other != 0)
        told += int(both.sum())
        same += int((both & (one == other)).sum())
    return same, told


def _sign(differences: Floats) -> Floats:
    """Return 1 or −1 where 95 % of the samples agree on the sign, else 0."""
    low, high = interval(differences)
    return np.where(low > 0, 1.0, np.where(high < 0, -1.0, 0.0))
