"""How far a model's parts are to be trusted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from yesand.affect.calibration import across, cooled, trust
from yesand.affect.evaluating import calibration_error

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def said(
    seed: int, sharp: float, takes: int = 4_000, classes: int = 5
) -> tuple[Floats, Ints, Floats]:
    """Return logits that are ``sharp`` times too sure, what was acted, and true probabilities."""
    luck = np.random.default_rng(seed)
    logits = luck.normal(0, 1.5, (takes, classes))
    true = softmax(logits, axis=1)
    label = (true.cumsum(axis=1) > luck.random((takes, 1))).argmax(axis=1)
    return sharp * logits, label, true


def surprise(logits: Floats, label: Ints) -> float:
    return -float(log_softmax(logits, axis=1)[np.arange(len(label)), label].mean())


def doubted(logits: Floats, label: Ints) -> float:
    """Return the same with one more take of each emotion, heard as every emotion alike."""
    many, classes = logits.shape
    alike = -float(log_softmax(logits, axis=1).mean(axis=1).mean())
    return (many * surprise(logits, label) + classes * alike) / (many + classes)


@pytest.mark.parametrize("sharp", [0.3, 1.0, 4.0])
def test_one_part_is_given_the_temperature_that_it_is_off_by(sharp: float) -> None:
    logits, label, _ = said(0, sharp)
    (weight,) = trust(logits[None], label)
    assert weight * sharp == pytest.approx(1, abs=0.06)
    best = minimize_scalar(lambda w: surprise(w * logits, label), bounds=(0, 20), method="bounded")
    assert surprise(weight * logits, label) == pytest.approx(best.fun, abs=1e-4)
    before = calibration_error(softmax(logits, axis=1), label)
    after = calibration_error(softmax(weight * logits, axis=1), label)
    assert after < 0.03 and (after < before or sharp == 1.0)


def test_a_part_that_says_nothing_is_not_trusted() -> None:
    logits, label, _ = said(1, 1.0)
    noise = np.random.default_rng(2).normal(0, 1.5, logits.shape)
    told, heard = trust(np.stack([noise, logits]), label)
    assert told < 0.05
    assert heard > 0.9


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_no_small_change_of_any_weight_does_better(seed: int) -> None:
    luck = np.random.default_rng(seed)
    parts, label = luck.normal(0, 2, (3, 60, 4)), luck.integers(0, 4, 60)
    weights = trust(parts, label)
    assume(weights.sum() > 0.05)  # parts that know nothing: below
    least = doubted(np.tensordot(weights, parts, axes=1), label)
    assert (weights >= 0).all()
    for part in range(3):
        for step in (-0.01, 0.01):
            moved = weights.copy()
            moved[part] = max(0.0, moved[part] + step)
            assert doubted(np.tensordot(moved, parts, axes=1), label) >= least - 1e-6


def test_a_fold_says_nothing_of_its_own_weights() -> None:
    logits, label, _ = said(3, 2.0, takes=300)
    fold = np.arange(300) % 3
    found = across(logits[None], label, fold)
    other = label.copy()
    other[fold == 1] = (other[fold == 1] + 1) % 5
    again = across(logits[None], other, fold)
    assert np.array_equal(found[:, fold == 1], again[:, fold == 1])
    assert not np.array_equal(found[:, fold == 0], again[:, fold == 0])
    for k in range(3):
        assert len(np.unique(found[0, fold == k])) == 1


@pytest.mark.parametrize("takes", [2, 20, 200])
def test_few_takes_told_apart_do_not_make_sure_of_everything(takes: int) -> None:
    label = np.arange(takes) % 2
    (weight,) = trust(np.eye(2)[label][None], label)
    sure = softmax([weight, 0.0])[0]
    # Laplace's rule of succession, with a class's own share of what is said of the others.
    assert sure == pytest.approx((takes + 1) / (takes + 2), abs=1e-3)


def test_parts_that_do_worse_than_chance_are_hardly_trusted_and_still_say_something() -> None:
    label = np.arange(40) % 2
    weights = trust(-5 * np.eye(2)[label][None], label)
    assert 0 < weights.sum() <= 0.05


@pytest.mark.parametrize("sharp", [0.01, 0.5, 1e6])
def test_one_part_alone_is_weighed_to_the_last_digits(sharp: float) -> None:
    logits, label, _ = said(3, sharp, takes=300)
    (weight,) = trust(logits[None], label)
    (beside,) = trust(logits[None] + 1e-9, label)
    assert abs(weight - beside) < 1e-7 and 0.05 <= weight <= 20
    if 0.05 < weight < 20:
        best = minimize_scalar(
            lambda w: doubted(w * logits, label), bounds=(0.05, 20), method="bounded"
        )
        assert weight == pytest.approx(best.x, rel=1e-3)


def test_each_fold_s_answers_are_cooled_by_the_others() -> None:
    logits, label, _ = said(4, 4.0, takes=1_200)
    fold = np.arange(1_200) % 3
    shares, whole = cooled(logits, label, fold)
    assert whole == pytest.approx(trust(logits[None], label)[0])
    mine = fold == 1
    theirs = trust(logits[None][:, ~mine], label[~mine])[0]
    assert np.allclose(shares[mine], softmax(theirs * logits[mine], axis=1))
    assert calibration_error(shares, label) < calibration_error(softmax(logits, axis=1), label)
