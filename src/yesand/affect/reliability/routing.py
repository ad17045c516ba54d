"""Which take to show next: the one whose next rating is expected to tell most.

What raters answer to a take is a distribution θ, known so far as Dirichlet(prior + counts). The
expected fall of θ's entropy by one more answer is the mutual information between the two (Lindley
1956; for labels, Houlsby et al. 2011): H(E θ) − E H(θ). A take on which ten raters are evenly split
is known to be ambiguous, so it asks for no more; one that two raters split asks for a third.
"""

from __future__ import annotations

import numpy as np

from yesand.affect.reliability.alpha import Floats


def gain(counts: Floats, prior: Floats) -> Floats:
    """Return what one more rating of each take is expected to tell, in bits, shape (takes,).

    Parameters
    ----------
    counts : ratings so far, shape (takes, labels); may be fractions.
    prior : pseudo-counts of the labels, all above nothing, shape (labels,).
    """
    from scipy.special import digamma

    known = counts + prior
    whole = known.sum(1, keepdims=True)
    mean = known / whole
    entropy = -(mean * np.log(mean)).sum(1)
    expected = digamma(whole[:, 0] + 1) - (mean * digamma(known + 1)).sum(1)
    bits: Floats = np.maximum(entropy - expected, 0) / np.log(2)
    return bits


def prior_of(counts: Floats, worth: float = 1.0) -> Floats:
    """Return everybody's average answer as ``worth`` ratings, no label without any."""
    size = counts.shape[1]
    share = (counts.sum(0) + 1 / size) / (counts.sum() + 1)
    pseudo: Floats = worth * share
    return pseudo


def order(counts: Floats, *, seed: int, most: int | None = None) -> list[int]:
    """Return takes, the most telling first; equals in an order drawn by the rater's own seed.

    Parameters
    ----------
    most : takes that have this many ratings are done.
    """
    told = np.round(gain(counts, prior_of(counts)), 9)
    luck = np.random.default_rng(seed).permutation(len(counts))
    ranked = [int(k) for k in np.lexsort((luck, -told))]
    # Shares of labels add up to whole ratings but for rounding.
    done = np.round(counts.sum(1)) >= (np.inf if most is None else most)
    return [k for k in ranked if not done[k]]
