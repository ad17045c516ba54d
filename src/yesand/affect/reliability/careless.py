"""Raters who do not listen, each with the evidence. Nobody is left out by it: a person decides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yesand.affect.reliability.alpha import Floats, Ints
from yesand.affect.reliability.judgements import Judgements, RaterAgreement

#: With fewer ratings nothing is said of anybody.
LEAST = 10
#: Of the answers, one and the same; of the ratings, given before the take was over.
SAME, HASTY = 0.8, 0.2
#: How improbable it must be by chance, before it is shared out among the raters.
_CHANCE = 0.01


@dataclass(frozen=True)
class Careless:
    """One thing that speaks against one rater.

    Attributes
    ----------
    sign : ``same-answer``, ``too-fast``, ``against-everybody``, ``fails-gold`` or ``only-skips``.
    figure, usual : the rater's figure and what it is measured against.
    ratings : on how many it rests.
    says : the evidence in a sentence. label : the one answer, where it is about that.
    """

    rater: str
    sign: str
    figure: float
    usual: float
    ratings: int
    says: str
    label: str = ""


def careless(
    given: Judgements,
    agreements: list[RaterAgreement],
    *,
    heard_ms: Floats | None = None,
    long_ms: Floats | None = None,
    gold: Ints | None = None,
) -> list[Careless]:
    """Return what speaks against raters, rater by rater.

    Parameters
    ----------
    agreements : as `judgements.by_rater` gives them, in the raters' order.
    heard_ms : how long each rating took, NaN where nobody knows, shape (ratings,).
    long_ms : how long each rating's take is, shape (ratings,).
    gold : the agreed label of each take, −1 where there is none, shape (takes,).
    """
    overall, votes = given.reliability.alpha(), given.counts
    found = []
    for j, agreement in enumerate(agreements):
        own = given.rater == j
        if own.sum() < LEAST and (gold is None or (gold[given.take[own]] >= 0).sum() < 3):
            continue
        found += list(_same(given, j, own, votes))
        found += list(_against(agreement, overall))
        if heard_ms is not None and long_ms is not None:
            found += list(_hasty(given.raters[j], heard_ms[own], long_ms[own]))
        if gold is not None:
            found += list(_failing(given, j, own, gold))
    return found


def skipping(answers: Mapping[str, tuple[int, int]]) -> list[Careless]:
    """Return who leaves the takes that they are shown unjudged, far more often than others do.

    Leaving earns as judging does. By Hoeffding, as for one answer (`_same`).

    Parameters
    ----------
    answers : each rater's judged and unjudged takes, a correction not counted again.
    """
    found = []
    judged, left = (sum(one[k] for one in answers.values()) for k in (0, 1))
    for rater, (own_judged, own_left) in sorted(answers.items()):
        n = own_judged + own_left
        others = judged + left - n
        if min(n, others) < LEAST:
            continue  # with nobody to compare with, it may be the takes
        share, usual = own_left / n, (left - own_left + 0.5) / (others + 1)
        if share < SAME or share <= usual:
            continue
        if n * _divergence(share, usual) > math.log(len(answers) / _CHANCE):
            told = f"leaves {share:.0%} of {n} takes unjudged, the others {usual:.0%}"
            found.append(Careless(rater, "only-skips", share, usual, n, told))
    return found


def _same(given: Judgements, j: int, own: NDArray[np.bool_], votes: Ints) -> Iterator[Careless]:
    """Find one answer given far more often than others give it to the same takes.

    A take that nobody else rated tells nothing of the rater: it may be what they say it is.
    By Hoeffding 1963 (theorem 1) the chance of such a share is at most exp(−n·KL(share ‖ usual)).
    """
    own = own & (votes.sum(1)[given.take] > 1)
    if own.sum() < LEAST:
        return
    answers = np.bincount(given.label[own], minlength=len(given.labels))
    n, top = int(own.sum()), int(answers.argmax())
    share = float(answers[top]) / n
    others = votes[given.take[own]]
    rest = others.sum(1) - 1
    said = others[:, top] - (given.label[own] == top)
    usual = float((said.sum() + 0.5) / (rest.sum() + 1))
    if share < SAME or share <= usual:
        return
    if n * _divergence(share, usual) > math.log(len(given.raters) / _CHANCE):
        told = f"answers {given.labels[top]} to {share:.0%} of {n} takes, the others to {usual:.0%}"
        yield Careless(given.raters[j], "same-answer", share, usual, n, told, given.labels[top])


def _against(agreement: RaterAgreement, overall: float) -> Iterator[Careless]:
    enough = agreement.ratings >= LEAST and overall > 0
    if enough and agreement.high < overall / 2:
        told = (
            f"agrees with the rest by α {agreement.alpha:.2f} "
            f"({agreement.low:.2f} to {agreement.high:.2f}), where all agree by {overall:.2f}"
        )
        yield Careless(
            agreement.rater, "against-everybody", agreement.alpha, overall, agreement.ratings, told
        )


def _hasty(rater: str, heard: Floats, long: Floats) -> Iterator[Careless]:
    known = ~np.isnan(heard)
    n = int(known.sum())
    share = float((heard[known] < long[known]).mean()) if n else 0.0
    if n >= LEAST and share >= HASTY:
        told = f"answered {share:.0%} of {n} takes before they were over"
        yield Careless(rater, "too-fast", share, HASTY, n, told)


def _failing(given: Judgements, j: int, own: NDArray[np.bool_], gold: Ints) -> Iterator[Careless]:
    known = gold[given.take] >= 0
    right = gold[given.take] == given.label
    asked, hits = int((own & known).sum()), int((own & known & right).sum())
    others = known & ~own
    # With nobody to compare with, four of five is what gold is made for.
    usual = float((right[others].sum() + 4) / (others.sum() + 5))
    if asked >= 3 and _at_most(hits, asked, usual) * len(given.raters) < _CHANCE:
        told = f"gets {hits} of {asked} gold takes right, the others {usual:.0%}"
        yield Careless(given.raters[j], "fails-gold", hits / asked, usual, asked, told)


def _divergence(share: float, usual: float) -> float:
    parts = ((share, usual), (1 - share, 1 - usual))
    return sum(p * math.log(p / q) for p, q in parts if p > 0)


def _at_most(hits: int, asked: int, chance: float) -> float:
    """Return P(X ≤ hits) of a binomial."""
    return sum(
        math.comb(asked, k) * chance**k * (1 - chance) ** (asked - k) for k in range(hits + 1)
    )
