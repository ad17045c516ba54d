"""The subset that shows most of what is real, under a budget and above floors.

What a subset shows is a facility-location function over real takes of performers whom no parent is:
each counts by the likeness of the nearest chosen take of its emotion. It is monotone and submodular
(Cornuéjols et al. 1977), so that greedy choice has a guarantee.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yesand.kernel.errors import BadInput
from yesand.synthetic.judging.neighbours import Floats, Ints, Side, between

#: What either order of greedy choice reaches at least, of what can be reached
#: (Leskovec et al. 2007: half of 1 − 1/e).
GUARANTEE = 0.5 * (1 - 1 / np.e)
Costs = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Chosen:
    """What was chosen.

    Attributes
    ----------
    takes : in the order of choice. spent : micro-units. shows : of what all real takes would be
        worth, each met by itself, from 0 to 1.
    at_best : no subset of this price shows more (by submodularity, Leskovec et al. 2007, §3.2).
    left_out : takes below a floor, by the floor's name.
    """

    takes: Ints
    spent: int
    shows: float
    at_best: float
    left_out: Mapping[str, int]


def likeness(real: Side, made: Side) -> Floats:
    """Return how far each made take stands for each real one of its emotion, (R, M), 0 to 1.

    As wide as real takes of one emotion lie apart; takes of other emotions stand for nothing.
    """
    apart = between(real.rows, made.rows)
    same = real.label[:, None] == made.label[None]
    own = between(real.rows, real.rows)[real.label[:, None] == real.label[None]]
    wide = float(np.median(own[own > 0])) if (own > 0).any() else 1.0
    return np.where(same, np.exp(-((apart / wide) ** 2)), 0.0)


def choose(
    like: Floats,
    cost: Costs,
    budget: int,
    floors: Mapping[str, NDArray[np.bool_]] | None = None,
) -> Chosen:
    """Return the better of two greedy choices: by gain for its price, and by gain alone.

    Parameters
    ----------
    like : (R, M), as by ``likeness``. cost : micro-units of each take, above zero, (M,).
    floors : by name, which takes are above it, (M,).

    Raises
    ------
    BadInput : a take that costs nothing or less, or a budget that buys no take that is left.
    """
    if (cost <= 0).any():
        raise BadInput("A take that costs nothing", where="cost", remedy="Price every take.")
    fit, left = np.ones(len(cost), dtype=bool), dict[str, int]()
    for name, above in (floors or {}).items():
        left[name] = int((fit & ~above).sum())
        fit &= above
    if not fit.any():
        raise BadInput("No take is above the floors", where="floors", remedy=f"Left out: {left}.")
    cheapest = int(cost[fit].min())
    if budget < cheapest:
        raise BadInput(
            f"A budget of {budget} buys nothing",
            where="budget",
            remedy=f"The cheapest take costs {cheapest} micro-units.",
        )
    orders = [_greedy(like, cost, budget, fit, by_price) for by_price in (True, False)]
    best = max(orders, key=lambda order: (_value(like, order), -len(order)))
    shows = _value(like, best)
    return Chosen(
        best, int(cost[best].sum()), shows, min(1.0, _bound(like, cost, budget, fit, best)), left
    )


def _greedy(like: Floats, cost: Costs, budget: int, fit: NDArray[np.bool_], by_price: bool) -> Ints:
    """Choose lazily (Minoux 1978): a gain once computed is never exceeded later."""
    met, spent, chosen = np.zeros(len(like)), 0, list[int]()

    def worth(take: int) -> float:
        gain = float(np.maximum(like[:, take] - met, 0).mean())
        return gain / int(cost[take]) if by_price else gain

    waiting = [(-worth(int(j)), int(j)) for j in np.flatnonzero(fit)]
    heapq.heapify(waiting)
    while waiting:
        _, take = heapq.heappop(waiting)
        if spent + int(cost[take]) > budget:
            continue
        now = worth(take)
        if waiting and now < -waiting[0][0]:
            heapq.heappush(waiting, (-now, take))
            continue
        if now <= 0:
            break
        chosen.append(take)
        spent += int(cost[take])
        np.maximum(met, like[:, take], out=met)
    return np.array(chosen, dtype=np.int64)


def _value(like: Floats, chosen: Ints) -> float:
    return float(like[:, chosen].max(axis=1).mean()) if len(chosen) else 0.0


def _bound(like: Floats, cost: Costs, budget: int, fit: NDArray[np.bool_], chosen: Ints) -> float:
    """Return what no subset exceeds: the gains of the rest, best for their price, on top."""
    met = like[:, chosen].max(axis=1) if len(chosen) else np.zeros(len(like))
    rest = np.flatnonzero(fit)
    gain = np.maximum(like[:, rest] - met[:, None], 0).mean(axis=0)
    order = np.argsort(-gain / cost[rest])
    room, more = float(budget), 0.0
    for j in order:
        part = min(1.0, room / int(cost[rest[j]]))
        more += part * float(gain[j])
        room -= part * int(cost[rest[j]])
        if room <= 0:
            break
    return float(met.mean()) + more
