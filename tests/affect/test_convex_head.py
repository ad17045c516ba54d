"""The convex head: one optimum, whatever it starts from, and nobody in it who was taken out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from yesand.affect.head import sources
from yesand.affect.head.compact import compact
from yesand.affect.head.curvature import hessian
from yesand.affect.head.fitting import TOLERANCE, lead, minimum
from yesand.affect.head.head import Head, learn
from yesand.affect.head.problem import Problem
from yesand.affect.head.scaling import CLIP, Scale, balanced
from yesand.affect.prosody.functionals import VERSION
from yesand.affect.prosody.rows import NAMES
from yesand.kernel.errors import BadInput, CheckFailed

PENALTY = 6e-4


def corpus(seed: int, takes: int = 120, width: int = 90, classes: int = 4) -> tuple:
    """Return features of a few performers, targets, and whose each take is."""
    luck = np.random.default_rng(seed)
    label, owner = luck.integers(classes, size=takes), luck.integers(6, size=takes)
    sort, voice = luck.normal(size=(classes, width)), luck.normal(size=(6, width))
    rows = sort[label] + voice[owner] + 2 * luck.normal(size=(takes, width))
    return rows * luck.uniform(0.1, 50, width) + 7, np.eye(classes)[label], owner


@given(seed=st.integers(0, 10_000), width=st.sampled_from([3, 40, 90]))
def test_taking_a_performer_out_gives_the_head_that_never_met_them(seed: int, width: int) -> None:
    rows, target, owner = corpus(seed, width=width)
    everyone, left = learn(rows, target, PENALTY), owner != 0
    forgotten = learn(rows[left], target[left], PENALTY, everyone.head)
    retrained = learn(rows[left], target[left], PENALTY)
    assert np.abs(forgotten.head.weights - retrained.head.weights).max() < 1e-6
    assert (forgotten.head.scale.mean == retrained.head.scale.mean).all()
    assert np.abs(everyone.head.weights - retrained.head.weights).max() > 1e-4


def test_the_optimum_is_one_by_an_independent_solver() -> None:
    from sklearn.linear_model import LogisticRegression

    rows, target, _ = corpus(1)
    found = learn(rows, target, PENALTY)
    seen = found.head.scale.scaled(rows)
    peer = LogisticRegression(
        C=1 / (PENALTY * rows.size), fit_intercept=False, tol=1e-12, max_iter=50_000
    ).fit(seen, target.argmax(1), balanced(target))
    assert np.abs(peer.coef_ - found.head.weights).max() < 1e-5
    assert found.found.apart <= TOLERANCE


def test_how_far_it_is_from_the_optimum_is_never_told_too_small() -> None:
    rows, target, _ = corpus(2)
    scale = Scale.of(rows)
    problem = Problem(
        torch.from_numpy(scale.scaled(rows)),
        torch.from_numpy(target.T.copy()),
        torch.from_numpy(balanced(target)),
        5.0,
    )
    best = minimum(problem, torch.zeros(problem.shape).double(), lead(problem.features)).weights
    for seed in range(20):
        luck = torch.Generator().manual_seed(seed)
        there = best + torch.randn(best.shape, generator=luck).double() * 10 ** (-seed / 3)
        told = problem.apart(problem.slope(there, problem.chance(there)))
        assert float((there - best).norm()) <= told + TOLERANCE


def test_gradient_and_curvature_are_those_of_the_value() -> None:
    rows, target, _ = corpus(3, takes=30, width=5)
    scale = Scale.of(rows)
    problem = Problem(
        torch.from_numpy(scale.scaled(rows)),
        torch.from_numpy(target.T.copy()),
        torch.from_numpy(balanced(target)),
        2.0,
    )
    luck = torch.Generator().manual_seed(0)
    weights, way = (torch.randn(problem.shape, generator=luck).double() for _ in range(2))
    step = 1e-5
    rise = (problem.value(weights + step * way) - problem.value(weights - step * way)) / (2 * step)
    chance = problem.chance(weights)
    assert float((problem.slope(weights, chance) * way).sum()) == pytest.approx(rise, rel=1e-6)
    whole = hessian(problem.features, chance.T, problem.weight, problem.l2)
    bent = (whole @ way.T.reshape(-1)).view(problem.shape[1], -1).T
    assert torch.allclose(bent, problem.bent(way, chance), atol=1e-8)


def test_takes_of_many_emotions_at_once_are_learned_from_too() -> None:
    rows, target, _ = corpus(4)
    soft = 0.7 * target + 0.3 / target.shape[1]
    told = learn(rows, soft, PENALTY).head.probability(rows)
    assert (
        np.allclose(told.sum(1), 1)
        and told.max() < learn(rows, target, PENALTY).head.probability(rows).max()
    )


def test_every_emotion_counts_alike_however_rare() -> None:
    target = np.eye(3)[[0] * 8 + [1] * 2]
    weight = balanced(target)
    assert weight.mean() == pytest.approx(1) and weight[:8].sum() == pytest.approx(weight[8:].sum())


def test_one_broken_take_decides_nothing() -> None:
    rows, target, _ = corpus(5)
    broken = rows.copy()
    broken[0, 0] = 1e12
    seen = Scale.of(rows).scaled(broken)
    assert np.abs(seen).max() <= CLIP and (seen[:, -1] == 1).all()
    assert np.isfinite(learn(broken, target, PENALTY).head.weights).all()


def test_features_that_are_no_numbers_are_refused() -> None:
    rows, target, _ = corpus(6)
    rows[3, 3] = np.nan
    with pytest.raises(CheckFailed, match="did not converge"):
        learn(rows, target, PENALTY)


def test_a_feature_that_never_varies_says_nothing() -> None:
    rows, target, _ = corpus(7)
    rows[:, 2] = 5.0
    assert np.abs(learn(rows, target, PENALTY).head.weights[:, 2]).max() < 1e-12


def test_heads_are_the_same_to_the_bit_with_one_thread_as_with_two() -> None:
    rows, target, _ = corpus(8)
    before = torch.get_num_threads()
    try:
        made = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            made.append(learn(rows, target, PENALTY).head.weights.tobytes())
    finally:
        torch.set_num_threads(before)
    assert made[0] == made[1]


def test_components_hold_what_varies_most_and_few_features_stay_as_they_are() -> None:
    rows, _, owner = corpus(9)
    trains = owner != 1
    few = compact(rows, trains, 10)
    seen = Scale.of(rows[trains]).scaled(rows)[:, :-1]
    main = np.linalg.eigvalsh(seen[trains].T @ seen[trains])[::-1][:10]
    assert few.shape == (len(rows), 10)
    assert np.allclose((few[trains] ** 2).sum(0), main, rtol=1e-3)
    plain = Scale.of(rows[trains, :8]).scaled(rows[:, :8])[:, :-1]
    assert (compact(rows[:, :8], trains) == plain).all()


def test_features_have_a_name_and_a_width() -> None:
    known = sources.source(VERSION)
    quiet = known.row(np.zeros(1_600, dtype=np.float32), 16_000)
    assert quiet.shape == (known.width,) == (len(NAMES),) and np.isfinite(quiet).all()
    with pytest.raises(BadInput, match="No features called"):
        sources.source("mfcc-v0")


def test_a_head_carried_to_another_scale_says_the_same() -> None:
    rows, _, owner = corpus(10)
    old, new = Scale.of(rows), Scale.of(rows[owner != 2])
    weights = np.random.default_rng(0).normal(size=(4, rows.shape[1] + 1))
    carried = new.carried(weights, old)
    near = rows.mean(0) + 0.5 * (rows[:5] - rows.mean(0))
    told = [Head(s, w).probability(near) for s, w in ((old, weights), (new, carried))]
    assert np.allclose(*told)
