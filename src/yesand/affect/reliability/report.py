"""How far the raters of a house agree, computed from ratings: per emotion, per rater, per axis."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.rating.given import AXES, shares
from yesand.affect.reliability.alpha import Floats, ReliabilityData, by_label
from yesand.affect.reliability.careless import Careless, careless
from yesand.affect.reliability.consensus import dawid_skene, mace
from yesand.affect.reliability.continuous import fit
from yesand.affect.reliability.judgements import Judgements, RaterAgreement, by_rater
from yesand.affect.reliability.soft import SoftLabels, soft_labels

#: So many performers are drawn whole in a bootstrap; fewer tell too little of how they differ, and
#: takes are drawn.
_PERFORMERS = 10
#: A confusion is told of if the rater met the emotion so often, and said another in so many.
_MET, _OFTEN = 5, 0.3


@dataclass(frozen=True)
class Said:
    """One rating, as reliability needs it.

    Attributes
    ----------
    performer : drawn together in bootstraps. axes : by axis, in the scale's own units.
    """

    take: str
    performer: str
    rater: str
    emotions: Mapping[str, int | None]
    axes: Mapping[str, float]
    spent_ms: int | None
    duration_ms: int


@dataclass(frozen=True)
class Agreed:
    """An α with its 95 % interval, and how many takes and ratings it rests on."""

    name: str
    alpha: float
    low: float
    high: float
    takes: int
    ratings: int

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; what cannot be computed is null."""
        return {
            "name": self.name,
            "alpha": figure(self.alpha),
            "low": figure(self.low),
            "high": figure(self.high),
            "takes": self.takes,
            "ratings": self.ratings,
        }


@dataclass(frozen=True)
class Reliability:
    """What is known of the ratings in one space and modality.

    Attributes
    ----------
    people : how many raters there are.
    competence : of raters of takes that others rated too; of nobody else is it known.
    repeated : ratings of a take that the same rater had rated before: left out here.
    tied : ratings that name two labels equally strongly: they have no first label, and count in
        soft labels alone.
    confuses : rater → (what it is, what they say, how often), the worst of their confusions.
    bias : axis → rater → (bias, noise), in the scale's units.
    """

    space: str
    modality: str
    people: int
    overall: Agreed
    emotions: tuple[Agreed, ...]
    axes: tuple[Agreed, ...]
    raters: tuple[RaterAgreement, ...]
    competence: dict[str, float]
    confuses: dict[str, tuple[str, str, float]]
    bias: dict[str, dict[str, tuple[float, float]]]
    careless: tuple[Careless, ...]
    repeated: int
    tied: int

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "space": self.space,
            "modality": self.modality,
            "people": self.people,
            "overall": self.overall.as_json(),
            "emotions": [one.as_json() for one in self.emotions],
            "axes": [one.as_json() for one in self.axes],
            "raters": [
                {
                    "rater": one.rater,
                    "ratings": one.ratings,
                    "alpha": figure(one.alpha),
                    "low": figure(one.low),
                    "high": figure(one.high),
                    "competence": figure(self.competence.get(one.rater, math.nan)),
                    "confuses": self._confusion(one.rater),
                }
                for one in self.raters
            ],
            "bias": {
                axis: {r: {"bias": figure(b), "noise": figure(n)} for r, (b, n) in people.items()}
                for axis, people in self.bias.items()
            },
            "careless": [
                {"rater": c.rater, "sign": c.sign, "ratings": c.ratings, "says": c.says}
                for c in self.careless
            ],
            "repeated": self.repeated,
            "tied": self.tied,
        }

    def _confusion(self, rater: str) -> dict[str, Any] | None:
        if rater not in self.confuses:
            return None
        right, said, share = self.confuses[rater]
        return {"right": right, "said": said, "share": figure(share)}


def reliability(
    said: Sequence[Said],
    space: str,
    modality: str,
    labels: Sequence[str],
    gold: Mapping[str, str] | None = None,
) -> Reliability:
    """Return how far raters agree.

    Parameters
    ----------
    said : the ratings of one space (or scale) and modality.
    labels : the space's labels; empty where only axes were rated.
    gold : the agreed label of takes, by take.
    """
    whole, said = len(said), once(said)
    firsts = [(one, first(one.emotions)) for one in said if one.emotions]
    rows = [(one, label) for one, label in firsts if label is not None]
    given = Judgements.of([(one.take, one.rater, label) for one, label in rows], labels)
    owners = {one.take: one.performer for one in said}
    clusters = [owners[str(take)] for take in given.takes]
    agreements = by_rater(given)
    return Reliability(
        space=space,
        modality=modality,
        people=len({one.rater for one in said}),
        overall=_agreed("all", given.reliability, given.counts.sum(1), clusters),
        emotions=tuple(_emotions(given, clusters)),
        axes=tuple(_axes(said)),
        raters=tuple(agreements),
        competence=_worth(given.shared),
        confuses=_confusions(given.shared),
        bias=_biases(said),
        careless=tuple(_careless(given, [one for one, _ in rows], agreements, gold or {})),
        repeated=whole - len(said),
        tied=len(firsts) - len(rows),
    )


def soft(said: Sequence[Said], labels: Sequence[str]) -> tuple[tuple[str, ...], SoftLabels]:
    """Return takes and their soft labels: every rater counts by MACE's competence.

    One whose takes nobody else rated counts as half: nothing speaks for them or against them.
    """
    named = [one for one in once(said) if one.emotions]
    tops = [(one.take, one.rater, first(one.emotions)) for one in named]
    given = Judgements.of([(t, r, label) for t, r, label in tops if label is not None], labels)
    worth = _worth(given.shared)
    takes = {take: k for k, take in enumerate(dict.fromkeys(one.take for one in named))}
    answers = np.array([[shares(one.emotions).get(x, 0.0) for x in labels] for one in named])
    trust = np.array([worth.get(one.rater, 0.5) for one in named], dtype=np.float64)
    index = np.array([takes[one.take] for one in named], dtype=np.int64)
    return tuple(takes), soft_labels(index, answers, trust)


def once(said: Sequence[Said]) -> list[Said]:
    """Return each rater's first rating of each take: who agrees with themselves is no crowd."""
    found: dict[tuple[str, str], Said] = {}
    for one in said:
        found.setdefault((one.take, one.rater), one)
    return list(found.values())


def first(emotions: Mapping[str, int | None]) -> str | None:
    """Return the label named most strongly; none: two are."""
    strongest = sorted(emotions.items(), key=lambda item: -(item[1] or 0))
    if len(strongest) > 1 and strongest[0][1] == strongest[1][1]:
        return None
    return strongest[0][0]


def figure(value: float) -> float | None:
    """Return a figure to four decimals; none: it is no number."""
    return None if math.isnan(value) else round(value, 4)


def _agreed(name: str, data: ReliabilityData, number: Any, clusters: Sequence[str]) -> Agreed:
    paired = np.asarray(number)[np.asarray(number) > 1]
    low, high = data.interval(clusters if len(set(clusters)) >= _PERFORMERS else None)
    return Agreed(name, data.alpha(), low, high, len(paired), int(paired.sum()))


def _emotions(given: Judgements, clusters: Sequence[str]) -> list[Agreed]:
    counts = given.counts
    each = zip(given.labels, by_label(counts), strict=True)
    return [_agreed(label, data, counts.sum(1), clusters) for label, data in each]


def _axes_in(said: Sequence[Said]) -> list[str]:
    """Return the axes that were rated, in one order, whatever database they come from."""
    return [axis for axis in AXES if any(axis in one.axes for one in said)]


def _axes(said: Sequence[Said]) -> list[Agreed]:
    found = []
    for axis in _axes_in(said):
        rows = [one for one in said if axis in one.axes]
        table, clusters = _table(rows, axis)
        data = ReliabilityData.of_ratings(table, "interval")
        found.append(_agreed(axis, data, (~np.isnan(table)).sum(1), clusters))
    return found


def _table(rows: Sequence[Said], axis: str) -> tuple[Floats, list[str]]:
    """Return a column for each first, second … rating of a take: who gave it does not matter."""
    by_take: dict[str, list[float]] = {}
    for one in rows:
        by_take.setdefault(one.take, []).append(one.axes[axis])
    table = np.full((len(by_take), max(map(len, by_take.values()))), np.nan)
    for k, values in enumerate(by_take.values()):
        table[k, : len(values)] = values
    owners = {one.take: one.performer for one in rows}
    return table, [owners[take] for take in by_take]


def _worth(given: Judgements) -> dict[str, float]:
    """Return each rater's competence by MACE, of those who rated any of it."""
    if not len(given):
        return {}
    told = mace(given).competence
    return {given.raters[j]: float(told[j]) for j in np.unique(given.rater)}


def _confusions(given: Judgements) -> dict[str, tuple[str, str, float]]:
    """Return each rater's worst confusion by Dawid–Skene, where they give it often."""
    if not len(given):
        return {}
    told = dawid_skene(given)
    met = np.zeros((len(given.raters), len(given.labels)))
    np.add.at(met, given.rater, told.posterior[given.take])
    found = {}
    for j, name in enumerate(given.raters):
        wrong = told.confusion[j] * (1 - np.eye(len(given.labels))) * (met[j] >= _MET)[:, None]
        right, said = np.unravel_index(int(wrong.argmax()), wrong.shape)
        if wrong[right, said] >= _OFTEN:
            found[name] = (
                given.labels[int(right)],
                given.labels[int(said)],
                float(wrong[right, said]),
            )
    return found


def _biases(said: Sequence[Said]) -> dict[str, dict[str, tuple[float, float]]]:
    """Return each rater's bias and noise on each axis, of those with whom others can differ."""
    found = {}
    for axis in _axes_in(said):
        rows = [one for one in said if axis in one.axes]
        number = Counter(one.take for one in rows)
        shared = {one.rater for one in rows if number[one.take] > 1}
        if not shared or len({one.axes[axis] for one in rows}) < 2:
            continue  # nobody to differ from, or one value and no other
        takes = {t: k for k, t in enumerate(dict.fromkeys(one.take for one in rows))}
        people = {r: k for k, r in enumerate(dict.fromkeys(one.rater for one in rows))}
        told = fit(
            [takes[one.take] for one in rows],
            [people[one.rater] for one in rows],
            [one.axes[axis] for one in rows],
        )
        found[axis] = {
            r: (float(told.bias[k]), float(told.noise[k])) for r, k in people.items() if r in shared
        }
    return found


def _careless(
    given: Judgements,
    rows: Sequence[Said],
    agreements: list[RaterAgreement],
    gold: Mapping[str, str],
) -> list[Careless]:
    known = {label: k for k, label in enumerate(given.labels)}
    return careless(
        given,
        agreements,
        heard_ms=np.array([np.nan if r.spent_ms is None else r.spent_ms for r in rows]),
        long_ms=np.array([r.duration_ms for r in rows], dtype=np.float64),
        gold=np.array([known.get(gold.get(str(t), ""), -1) for t in given.takes], dtype=np.int64),
    )
