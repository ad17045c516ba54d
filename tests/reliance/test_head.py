"""The head: the same optimum as scikit-learn's, whatever the subset."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from yesand.kernel.errors import CheckFailed
from yesand.reliance import head


def takes(seed: int = 0, count: int = 120, width: int = 6, classes: int = 4) -> head.Takes:
    rng = np.random.default_rng(seed)
    label = rng.integers(0, classes, count)
    features = rng.normal(size=(count, width)) + rng.normal(size=(classes, width))[label]
    return head.Takes(
        torch.from_numpy(np.column_stack([features, np.ones(count)])),
        torch.from_numpy(label),
        torch.arange(count) % 5,
        classes,
    )


@pytest.mark.parametrize("l2", [0.3, 3.0, 30.0])
def test_every_subset_has_the_optimum_that_scikit_learn_finds(l2: float) -> None:
    given = takes()
    include = torch.tensor([[1, 1, 1, 1, 1], [1, 0, 1, 0, 1], [0, 0, 0, 1, 0]], dtype=torch.float64)
    found = head.fit(given, include, l2, tolerance=1e-6)
    for row, weights in zip(include, found, strict=True):
        chosen = row[given.owner].bool()
        peer = LogisticRegression(C=1 / l2, fit_intercept=False, tol=1e-12, max_iter=5_000)
        peer.fit(given.features[chosen].numpy(), given.label[chosen].numpy())
        assert np.abs(weights.T.numpy() - peer.coef_).max() < 1e-5


def test_certificate_bounds_the_distance_to_the_optimum() -> None:
    given, all_of_them = takes(1), torch.ones(1, 5, dtype=torch.float64)
    best = head.fit(given, all_of_them, 1.0, tolerance=1e-9)
    for tolerance in (1e-1, 1e-2, 1e-4):
        found = head.fit(given, all_of_them, 1.0, tolerance=tolerance)
        assert torch.linalg.norm(found - best) <= tolerance + 1e-9


def test_head_of_nobody_is_the_uniform_guess() -> None:
    given = takes()
    nobody = head.fit(given, torch.zeros(1, 5, dtype=torch.float64), 1.0)
    likelihood = head.log_likelihood(nobody, given)
    assert torch.allclose(likelihood, torch.full_like(likelihood, -float(np.log(4))))


def test_subset_without_some_emotions_still_has_a_head() -> None:
    given = takes()
    one_emotion = head.Takes(given.features, given.label, (given.label == 2).long(), given.classes)
    include = torch.tensor([[0.0, 1.0]], dtype=torch.float64)
    found = head.fit(one_emotion, include, 1.0)
    assert torch.isfinite(head.log_likelihood(found, given)).all()


def test_subsets_side_by_side_are_the_same_as_one_by_one() -> None:
    given = takes(2)
    include = (torch.rand(70, 5, generator=torch.manual_seed(3)) > 0.5).double()
    together = head.fit(given, include, 2.0, tolerance=1e-8)
    alone = torch.cat([head.fit(given, row[None], 2.0, tolerance=1e-8) for row in include])
    assert torch.allclose(together, alone, atol=1e-7)


def test_a_head_that_does_not_converge_is_an_error_and_not_a_figure() -> None:
    with pytest.raises(CheckFailed, match="did not converge"):
        head.fit(takes(), torch.ones(1, 5, dtype=torch.float64), 1e-6, limit=3)


def test_training_leaves_the_number_of_threads_as_it_was() -> None:
    before = torch.get_num_threads()
    head.fit(takes(), torch.ones(1, 5, dtype=torch.float64), 1.0)
    assert torch.get_num_threads() == before
