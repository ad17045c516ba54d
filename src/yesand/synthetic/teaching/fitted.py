"""The fitted voice's own reliance: who brought its manner how near to performers it never heard.

Of an emotion the voice knows the mean of its performers' distances (``making.manners``). Where the
performers p weigh w_p, that mean is drawn towards none by as much as one performer weighs,

    m(w) = Σ_p w_p x_p / (1 + Σ_p w_p),

and it is as useful to a performer q, who was not heard, as it makes likely what q does: with the
emotion's spread s, U_q(w) = −½ ‖(x_q − m(w)) / s‖², and nobody's takes are worth U_q(0). A
performer's effect is Aumann–Shapley's,

    φ_p,q = ∫₀¹ ((x_q − m(t)) / s²) · (x_p − m(t)) / (1 + t n) dt,

which adds up to U_q(1) − U_q(0) over the n who are heard [1], averaged over all q. Its interval is
95 % by bootstrap over q. Nothing is trained or drawn beside.

[1] R. J. Aumann, L. S. Shapley: Values of Non-Atomic Games. Princeton University Press, 1974.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from yesand.synthetic.teaching.passing import cut
from yesand.training.made import BILLION, Passed

Floats = NDArray[np.float64]
#: The integrand is smooth: of more nodes no share moves by a part in 10⁹.
_NODES = 24
_RESAMPLES, _SEED = 400, 0
#: A measure that hardly varies in an emotion weighs no more than this part of its usual spread.
_LEAST = 0.05


def relied(
    rows: Floats, emotions: Sequence[str], performers: Sequence[str]
) -> dict[str, tuple[Passed, ...]]:
    """Return emotion → whom its manner rests on; nothing of one that says nothing of others.

    Parameters
    ----------
    rows : (takes, measures), as ``manners.measured`` has them.
    """
    emotion, performer = np.array(emotions), np.array(performers)
    names = sorted(set(performers))
    apart = np.array(rows, dtype=np.float64)
    for who in names:
        mine = performer == who
        kinds = [rows[mine & (emotion == e)].mean(axis=0) for e in np.unique(emotion[mine])]
        apart[mine] -= np.mean(kinds, axis=0)
    usual = np.maximum(apart.std(axis=0), 1e-9)
    found = {}
    for one in sorted(set(emotions)):
        mine = emotion == one
        heard = [name for name in names if (mine & (performer == name)).any()]
        means = np.array([apart[mine & (performer == name)].mean(axis=0) for name in heard])
        spread = np.maximum(apart[mine].std(axis=0), _LEAST * usual)
        if told := _shares(effects(means / spread), heard):
            found[one] = told
    return found


def effects(heard: Floats) -> Floats:
    """Return each performer's effect for each who is asked, (asked, performers); own ones are 0.

    Parameters
    ----------
    heard : (performers, measures), in spreads.
    """
    count = len(heard)
    nodes, weights = leggauss(_NODES)
    found = np.zeros((count, count))
    for asked in range(count):
        others = np.arange(count) != asked
        known, whole = heard[others], heard[others].sum(axis=0)
        for t, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
            mean = t * whole / (1 + t * (count - 1))
            slope = (known - mean) @ (heard[asked] - mean) / (1 + t * (count - 1))
            found[asked, others] += weight * slope
    return found


def _shares(found: Floats, who: Sequence[str]) -> tuple[Passed, ...]:
    """Return shares of what everybody brought, negative effects counted as nothing."""
    count = len(who)
    asked = 1 - np.eye(count)
    if count < 2 or not (mean := np.clip(found.sum(axis=0), 0, None)).sum():
        return ()
    rng = np.random.default_rng(_SEED)
    counts = rng.multinomial(count, np.full(count, 1 / count), _RESAMPLES).astype(np.float64)
    # Nobody is asked about themselves: each is weighed by how often others were drawn.
    due = np.maximum(counts @ asked, 1)
    drawn = np.clip(counts @ found / due, 0, None)
    whole = drawn.sum(axis=1, keepdims=True)
    parts = np.divide(drawn, whole, out=np.full_like(drawn, 1 / count), where=whole > 0)
    low, high = np.rint(np.percentile(parts, [2.5, 97.5], axis=0) * BILLION).astype(int)
    told = dict(cut({name: float(each) for name, each in zip(who, mean, strict=True)}))
    return tuple(
        Passed(name, told[name], min(int(low[n]), told[name]), max(int(high[n]), told[name]))
        for n, name in enumerate(who)
    )
