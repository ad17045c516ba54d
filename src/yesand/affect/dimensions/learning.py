"""Learning read-outs, and what they are worth for performers of whom they learned nothing.

A fold's read-out learns from what was said of the *other* folds' performers, seen by the model that
never met the fold's. What raters said of whom it is asked about is in nothing of it: not in the
values learned from, nor in the raters' bias and noise, nor in the penalty. The read-out that is
kept learns from all, by the penalty that did best over the folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from yesand.affect.dimensions import ridge
from yesand.affect.dimensions.agreed import Agreed, agreed
from yesand.affect.dimensions.readouts import ReadOut
from yesand.affect.dimensions.ridge import Ridge
from yesand.affect.dimensions.said import Ratings
from yesand.affect.evaluating.on_axes import OnAxis, one_against_rest, scored
from yesand.affect.evaluating.recall import Floats, Ints
from yesand.affect.head.curvature import one_thread

#: With fewer rated takes, performers or folds that hold some, nothing is learned; nor where
#: leaving a fold out leaves fewer takes.
LEAST_TAKES, LEAST_PERFORMERS, LEAST_FOLDS, LEAST_LEFT = 20, 3, 3, 10
#: So many of the values of unmet performers lie within what is told of them.
WITHIN = 0.9
_ALIKE = 1e-6


@dataclass(frozen=True, eq=False)
class Cells:
    """What is to be read: takes, or moments of takes.

    Attributes
    ----------
    owner : each cell's take, (cells,). performers : whose it is, (cells,). fold : that holds them
        out, (cells,).
    seen : the embedding by each fold's model, (folds, cells, d). final : by the model that is
        kept, (cells, d).
    """

    owner: Ints
    performers: Sequence[str]
    fold: Ints
    seen: Floats
    final: Floats

    def only(self, cells: Ints) -> Cells:
        """Return some of them."""
        whose = [self.performers[n] for n in cells]
        return Cells(
            self.owner[cells], whose, self.fold[cells], self.seen[:, cells], self.final[cells]
        )


@dataclass(frozen=True, eq=False)
class Learned:
    """A read-out of one axis, and what it was learned from.

    Attributes
    ----------
    within : how far from what raters said nine of ten values of unmet performers lay.
    told : what is read of each rated cell by the read-out that never met its performer.
    """

    axis: str
    ridge: Ridge
    within: float
    agreed: Agreed
    told: Floats
    score: OnAxis


def learn(cells: Cells, ratings: Ratings, axis: str, what: str = "rated") -> Learned | str:
    """Return the read-out of an axis, or in words why there is none.

    Parameters
    ----------
    what : happened to the takes: they were rated, or traced.
    """
    if why := lacking(cells, ratings, axis, what):
        return why
    target = agreed(ratings)
    if float(target.value.std()) < _ALIKE:
        return f"All ratings say the same of {axis}"
    own = cells.only(target.cell)
    with one_thread():
        told = np.empty(len(target))
        lost = np.zeros(len(ridge.PENALTIES))
        for k in np.unique(own.fold).tolist():
            out = own.fold == k
            told[out] = _unmet(cells, ratings, k)(own.seen[k][out])
            lost += ridge.missed(own.seen[k], target.value, target.weight, out)
        penalty = ridge.best(lost)
        kept = next(ridge.solved(own.final, target.value, target.weight, [penalty]))
    place = np.zeros(len(cells.owner), dtype=np.int64)
    place[target.cell] = np.arange(len(target))
    beside = one_against_rest(place[ratings.cell], ratings.value, told)
    score = scored(told, target.value, own.performers, own.owner, beside)
    if not score.agreement.ccc > 0:
        return f"Of performers never met, {axis} is told no better than by one value for all"
    return Learned(axis, kept, spread(told, target.value), target, told, score)


def _unmet(cells: Cells, ratings: Ratings, k: int) -> Ridge:
    """Return the read-out that nothing of a fold's performers went into."""
    target = agreed(ratings.among(cells.fold != k))
    met = cells.only(target.cell)
    return ridge.fitted(met.seen[k], target.value, target.weight, met.fold)


def lacking(cells: Cells, ratings: Ratings, axis: str, what: str = "rated") -> str:
    """Return in words what there is too little of to learn an axis; empty: nothing."""
    here = np.unique(ratings.cell)
    takes, first = np.unique(cells.owner[here], return_index=True)
    if not len(takes):
        return f"No take is {what} on {axis}"
    if len(takes) < LEAST_TAKES:
        many = f"{len(takes)} take is" if len(takes) == 1 else f"{len(takes)} takes are"
        return f"Only {many} {what} on {axis}; {LEAST_TAKES} are needed"
    people = len({cells.performers[n] for n in here})
    if people < LEAST_PERFORMERS:
        many = "one performer's takes are" if people == 1 else f"{people} performers' takes are"
        return f"Only {many} {what} on {axis}; {LEAST_PERFORMERS} performers' are needed"
    _, each = np.unique(cells.fold[here][first], return_counts=True)
    if len(each) < LEAST_FOLDS:
        many = "one fold" if len(each) == 1 else f"{len(each)} folds"
        return f"The takes {what} on {axis} lie in {many}; {LEAST_FOLDS} are needed"
    if (left := int(each.sum() - each.max())) < LEAST_LEFT:
        return (
            f"Without one fold's performers only {left} takes {what} on {axis} are left; "
            f"{LEAST_LEFT} are needed"
        )
    return ""


def spread(told: Floats, given: Floats) -> float:
    """Return the distance within which ``WITHIN`` of all values lie, one more counted as beyond.

    Split conformal prediction's quantile (Lei et al. 2018) over the folds' errors.
    """
    apart = np.sort(np.abs(told - given))
    return float(apart[min(len(apart), ceil(WITHIN * (len(apart) + 1))) - 1])


def kept(found: Sequence[Learned | str]) -> ReadOut | None:
    """Return the read-outs of the axes that could be learned, as a model keeps them."""
    made = [one for one in found if isinstance(one, Learned)]
    if not made:
        return None
    return ReadOut(
        axes=tuple(one.axis for one in made),
        slope=np.stack([one.ridge.slope for one in made]),
        bias=np.array([one.ridge.bias for one in made]),
        within=np.array([one.within for one in made]),
        penalty=np.array([one.ridge.penalty for one in made]),
    )
