"""Every score within its bounds, whatever order takes come in, and as a slow version has it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, pearsonr
from sklearn.metrics import f1_score, log_loss

from yesand.affect.evaluating import Beside, Evaluation, evaluate
from yesand.affect.evaluating import calibration as cal
from yesand.affect.evaluating.abstaining import COVERAGES, abstention
from yesand.affect.evaluating.corpora import abroad, carry
from yesand.affect.evaluating.dimensional import agreement, by_axis, concordance
from yesand.affect.evaluating.heard import beside, heard, jensen_shannon
from yesand.affect.evaluating.intervals import drawn, of_one
from yesand.affect.evaluating.recall import confusions, uar, uars
from yesand.affect.reliability.ceiling import ceiling
from yesand.affect.spaces import mapping
from yesand.kernel.errors import BadInput

LABELS = ("angry", "calm", "fearful", "sad")


def predictions(seed: int, takes: int, people: int) -> tuple[Any, Any, list[str]]:
    """Return predictions, some of them ties, of people some of whom lack an emotion."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(1, 6, (takes, len(LABELS))).astype(float)
    label = rng.integers(0, len(LABELS), takes)
    weight[np.arange(takes), label] += rng.integers(0, 6, takes)
    whose = [f"p{k:02d}" for k in rng.integers(0, people, takes)]
    return weight / weight.sum(1, keepdims=True), label, whose


sets = st.builds(predictions, st.integers(0, 10_000), st.integers(1, 80), st.integers(1, 6))


def scored(given_: tuple[Any, Any, list[str]], order: Any = slice(None)) -> Evaluation:
    p, y, whose = given_
    languages = ["de" if who < "p03" else "en" for who in whose]
    votes = np.random.default_rng(1).integers(0, 4, p.shape)
    known = Beside(
        groups={"language": list(np.array(languages)[order])},
        folds=list(np.array([str(int(who[1:]) % 2) for who in whose])[order]),
        votes=votes[order],
    )
    return evaluate(p[order], y[order], list(np.array(whose)[order]), LABELS, known)


@given(sets)
@settings(deadline=None, max_examples=60)
def test_every_score_lies_within_its_bounds(some: tuple[Any, Any, list[str]]) -> None:
    found = scored(some)
    rates = [found.uar, found.accuracy, found.macro_f1, found.ece, found.adaptive, found.classwise]
    assert all(0 <= rate <= 1 for rate in rates) and 0 <= found.brier <= 2
    assert 0 <= found.abstention.least_area <= found.abstention.area + 1e-12 <= 1 + 1e-12
    for one in (*found.performers, *found.folds, *found.groups["language"]):
        assert 0 <= one.interval.low <= one.interval.high <= 1
    for one in found.performers:
        assert one.interval.low - 1e-9 <= one.uar <= one.interval.high + 1e-9
    assert sum(part.takes for part in found.performers) == found.takes == found.confusion.sum()
    assert sum(one.takes for one in found.bins) == found.takes
    assert bool(found.intervals) == (len(found.performers) > 1)
    figures = {"uar": found.uar, "accuracy": found.accuracy, "ece": found.ece}
    for name, one in found.intervals.items():
        figure = (figures | {"worst": found.worst[1]})[name]
        assert one.low - 1e-9 <= figure <= one.high + 1e-9
    assert found.heard is None or 0 <= found.heard.js <= math.log(2) + 1e-12
    assert found.worst[1] == min(found.by_performer.values())


@given(sets, st.randoms())
@settings(deadline=None, max_examples=40)
def test_the_order_of_takes_does_not_matter(some: tuple[Any, Any, list[str]], luck: Any) -> None:
    order = list(range(len(some[1])))
    luck.shuffle(order)
    one, other = scored(some).as_json(), scored(some, order).as_json()
    # Which raters are drawn goes by the order of the takes.
    for told in (one, other):
        if told["heard"]:
            told["heard"].pop("beside")
    assert one == other


@given(sets)
@settings(deadline=None, max_examples=60)
def test_scores_are_those_of_a_slow_version(some: tuple[Any, Any, list[str]]) -> None:
    p, y, whose = some
    found, chosen = scored(some), p.argmax(1)
    assert found.macro_f1 == pytest.approx(f1_score(y, chosen, average="macro"))
    assert found.log_loss == pytest.approx(log_loss(y, p, labels=range(len(LABELS))))
    assert found.brier == pytest.approx(
        np.mean([sum((p[t, c] - (y[t] == c)) ** 2 for c in range(4)) for t in range(len(y))])
    )
    owner = np.array([sorted(set(whose)).index(who) for who in whose])
    tables = confusions(y, chosen, 4, owner, len(set(whose)))
    for k, who in enumerate(sorted(set(whose))):
        mine = owner == k
        assert found.by_performer[who] == pytest.approx(uar(y[mine], chosen[mine]))
        assert uars(tables)[k] == pytest.approx(found.by_performer[who])
    assert found.classwise == pytest.approx(_classwise(p, y))
    assert found.ece == pytest.approx(_weighted_gap(found))


def _classwise(p: Any, y: Any) -> float:
    total = 0.0
    for c in range(p.shape[1]):
        for k in range(cal.BINS):
            low, high = k / cal.BINS, (k + 1) / cal.BINS
            some = (cal.place(p[:, c]) == k) if len(p) else []
            assert all(low - 1e-9 <= v <= high + 1e-9 for v in p[some, c])
            total += abs(((y == c)[some] - p[some, c]).sum()) / len(y)
    return total / p.shape[1]


def _weighted_gap(found: Evaluation) -> float:
    return (
        sum(b.takes * abs(b.accuracy - b.confidence) for b in found.bins if b.takes) / found.takes
    )


@given(sets)
@settings(deadline=None, max_examples=60)
def test_abstention_is_the_mean_over_all_orders_of_equal_confidence(
    some: tuple[Any, Any, list[str]],
) -> None:
    p, y, _ = some
    found = abstention(p, y)
    right, sure = p.argmax(1) == y, p.max(1)
    # Each take after those that are surer counts by how its equals do on average.
    smooth = np.array([right[sure == s].mean() for s in sure])[np.argsort(-sure, kind="stable")]
    risk = 1 - smooth.cumsum() / np.arange(1, len(y) + 1)
    assert found.area == pytest.approx(risk.mean())
    for coverage, point in zip(COVERAGES, found.points, strict=True):
        assert point.takes == math.ceil(round(coverage * len(y), 9))
        assert point.accuracy == pytest.approx(1 - risk[point.takes - 1])
    assert found.points[-1].uar == pytest.approx(uar(y, p.argmax(1)))
    assert found.points[-1].emotions == len(set(y))


def test_who_is_least_sure_of_just_the_errors_has_the_least_area() -> None:
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    found = abstention(p, np.array([0, 0, 1, 1]))
    assert found.area == pytest.approx(found.least_area) == pytest.approx((1 / 3 + 1 / 2) / 4)
    assert found.points[9].uar == 1.0 and found.points[9].emotions == 1


def test_equal_bins_keep_takes_of_one_confidence_together() -> None:
    same = np.tile([0.7, 0.3], (40, 1))
    label = np.array([0] * 28 + [1] * 12)
    assert cal.adaptive_error(same, label) == pytest.approx(0)
    assert cal.adaptive_error(same, label[::-1].copy()) == pytest.approx(0)


def test_an_interval_by_whole_performers_is_wider_where_they_differ() -> None:
    alike = np.array([[[5, 5], [5, 5]]] * 12)
    apart = np.array([[[10, 0], [0, 10]], [[0, 10], [10, 0]]] * 6)
    none = np.zeros((12, cal.BINS))
    one, other = drawn(alike, none), drawn(apart, none)
    # Where they do not differ at all it is no narrower than over the takes: 60 of 120, twice.
    assert (one["uar"].low, one["uar"].high) == pytest.approx((0.4377, 0.5623), abs=1e-4)
    assert other["uar"].high - other["uar"].low > 0.4
    # The worst of them may be worse another day: the interval goes below what was seen.
    assert one["worst"].low < 0.4 < one["worst"].high == 0.5
    assert drawn(alike, none)["worst"] == one["worst"] and not drawn(alike[:1], none)


def test_an_interval_covers_what_it_should() -> None:
    """Coverage by simulation: 24 performers whose rates differ, and one performer's own takes."""
    rng = np.random.default_rng(3)
    truth = np.array([0.35, 0.6, 0.9])
    takes = np.full((4000, 3), 8)
    low, high = of_one(rng.binomial(takes, truth), takes)
    assert 0.93 < float(((low <= truth.mean()) & (truth.mean() <= high)).mean()) < 0.985
    inside = 0
    for _ in range(150):
        rate = np.clip(rng.normal(0.6, 0.12, (24, 1)), 0, 1)
        hits = rng.binomial(8, np.broadcast_to(rate, (24, 2)))
        tables = np.array([[[a, 8 - a], [8 - b, b]] for a, b in hits])
        ends = drawn(tables, np.zeros((24, cal.BINS)), draws=300)["uar"]
        inside += ends.low <= 0.6 <= ends.high
    assert 0.86 < inside / 150 < 0.99


def test_a_fold_without_an_emotion_and_an_emotion_without_takes_are_said() -> None:
    p = np.eye(4)[[0, 1, 0, 0]] * 0.6 + 0.1
    known = Beside(folds=["0", "0", "1", "1"], groups={"sex": ["f", "f", "", "m"]})
    found = evaluate(p, np.array([0, 1, 0, 0]), ["a", "a", "b", "b"], LABELS, known)
    told = found.as_json()
    assert told["missing"] == ["fearful", "sad"] and found.uar == 1
    assert told["folds"]["1"]["missing"] == ["calm", "fearful", "sad"]
    assert told["performers"]["b"]["missing"] == ["calm", "fearful", "sad"]
    # Where the sex is not known, a take is in neither group.
    assert {name: part["takes"] for name, part in told["groups"]["sex"].items()} == {"f": 2, "m": 1}
    assert told["emotions"]["sad"] == {"recall": None, "precision": None, "f1": None}


def test_what_is_no_prediction_is_refused() -> None:
    good, label = np.full((2, 4), 0.25), np.array([0, 1])
    for broken in (np.full((2, 4), np.nan), -good, np.full((2, 3), 0.3)):
        with pytest.raises(BadInput):
            evaluate(broken, label, ["a", "b"], LABELS)
    with pytest.raises(BadInput, match="No take"):
        evaluate(good[:0], label[:0], [], LABELS)


values = st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=2, max_size=40)


@given(values)
@settings(deadline=None)
def test_concordance_is_pearson_lowered_by_bias_and_scale(pairs: list[tuple[float, float]]) -> None:
    x, y = np.array(pairs).T
    found = agreement(x, y)
    if not np.isnan(found.ccc):
        assert -1 - 1e-9 <= found.ccc <= 1 + 1e-9
        assert concordance(y, x) == pytest.approx(found.ccc, abs=1e-9)
    if np.ptp(x) > 1e-3 and np.ptp(y) > 1e-3:
        assert found.pearson == pytest.approx(pearsonr(x, y).statistic, abs=1e-6)
        assert abs(found.ccc) <= abs(found.pearson) + 1e-9
    assert found.rmse == pytest.approx(math.sqrt(sum((a - b) ** 2 for a, b in pairs) / len(pairs)))


def test_concordance_by_hand() -> None:
    x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0])
    # Covariance 2/3, variances 2/3 each, means one apart: (4/3) / (4/3 + 1).
    assert concordance(x, y) == pytest.approx(4 / 7)
    assert concordance(x, x) == 1 and concordance(x, -x + 4) == pytest.approx(-1)
    told = by_axis(np.stack([x, x], 1), np.stack([y, [np.nan] * 3], 1), ("valence", "arousal"))
    assert told["arousal"].as_json() == {"takes": 0, "ccc": None, "rmse": None, "pearson": None}
    with pytest.raises(BadInput):
        agreement([1.0, np.nan], [1.0, 2.0])
    with pytest.raises(BadInput):
        agreement([1.0], [1.0, 2.0])


@given(st.integers(0, 9999))
@settings(deadline=None, max_examples=40)
def test_distances_from_raters_are_those_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, votes = rng.dirichlet(np.ones(4), 9), rng.integers(0, 5, (9, 4))
    votes[0] = 0
    found = heard(p, votes, outside=int(votes.sum()))
    assert found is not None and found.takes == int((votes.sum(1) > 0).sum())
    q = (votes / np.maximum(votes.sum(1, keepdims=True), 1))[votes.sum(1) > 0]
    p = p[votes.sum(1) > 0]
    assert found.kl == pytest.approx(entropy(q, p, axis=1).mean())
    assert found.entropy == pytest.approx(entropy(q, axis=1).mean())
    assert found.cross_entropy == pytest.approx(found.kl + found.entropy)
    assert jensen_shannon(q, p) == pytest.approx(jensenshannon(q, p, axis=1) ** 2)
    assert found.outside == 0.5
    assert heard(p, np.zeros_like(q, dtype=np.int64)) is None


def test_a_model_that_answers_as_the_crowd_does_is_nearer_to_it_than_one_rater() -> None:
    rng = np.random.default_rng(5)
    truth = rng.dirichlet(np.ones(4), 400)
    votes = np.array([rng.multinomial(10, one) for one in truth])
    told = beside(truth, votes, 3)
    assert told.takes == 400 and told.model < told.raters
    # And raters are as far apart as the ceiling says, on the same draws.
    assert told.raters == ceiling(votes, truth.argmax(1)).apart[3]
    found = heard(truth, votes)
    assert found is not None and found.model > found.one_rater
    assert found.one_rater == ceiling(votes, truth.argmax(1)).one_against_rest
    # Who listens is nearer than who always says the same.
    assert told.constant > told.model and found.constant < found.model


def test_a_corpus_is_scored_in_words_that_both_have() -> None:
    """A model of RAVDESS's labels on EMO-DB's takes: boredom has no counterpart in Ekman's."""
    labels = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
    p = np.eye(8)[[4, 4, 0, 1]] * 0.92 + 0.01
    given_ = ["anger", "boredom", "neutral", "neutral"]
    whose = ["03", "08", "03", "08"]
    made = abroad(p, "ravdess", given_, ["emodb"] * 4, whose, "ekman", labels)
    (found,) = made.corpora
    assert made.scores.uar == found.scores.uar and set(made.scores.groups) == {"corpus"}
    assert set(found.scores.by_performer) == {"emodb 03", "emodb 08"}
    assert found.left_out == 1 and found.scores.takes == 3 and found.scores.uar == 1
    # Neutral and calm are one word there, so that the model is as sure of it as of both.
    assert found.scores.log_loss == pytest.approx(-(math.log(0.93) + 2 * math.log(0.94)) / 3)
    assert "surprise" in found.scores.labels and "surprise" in found.scores.missing
    with pytest.raises(BadInput, match="no emotion of the space"):
        abroad(p, "ravdess", ["bored"] * 4, ["emodb"] * 4, ["03"] * 4, "ekman")
    with pytest.raises(BadInput, match="can say nothing"):
        abroad(p, "ravdess", ["boredom"] * 4, ["emodb"] * 4, ["03"] * 4, "ekman")


def test_probabilities_are_carried_as_a_mapping_carries_one() -> None:
    way = mapping("gemep", "ekman")
    p = np.random.default_rng(2).dirichlet(np.ones(len(way.source.labels)), 20)
    shares, outside = carry(p, way.source.labels, way)
    for row, share, out in zip(p, shares, outside, strict=True):
        told, left = way.carry(dict(zip(way.source.labels, map(float, row), strict=True)))
        assert out == pytest.approx(left)
        assert share == pytest.approx([told.get(label, 0.0) for label in way.target.labels])
