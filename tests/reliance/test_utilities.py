"""Four utilities of one form: the estimators take each as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from yesand.kernel.errors import BadInput
from yesand.reliance import estimators, implicit
from yesand.reliance.head import Takes, fit, log_likelihood
from yesand.reliance.inputs import Corpus, FrozenModel, Inputs, ask
from yesand.reliance.utilities import NAMES, asking, labels, temperature, tempered

L2 = 2.0


def game(seed: int = 0) -> tuple[Takes, Takes, torch.Tensor]:
    draw = torch.Generator().manual_seed(seed)
    meaning = torch.randn(3, 4, generator=draw, dtype=torch.float64)

    def some(count: int) -> Takes:
        label = torch.arange(count) % 3
        noise = torch.randn(count, 4, generator=draw, dtype=torch.float64)
        features = torch.cat([meaning[label] + noise, noise.new_ones(count, 1)], 1)
        return Takes(features, label, torch.arange(count) % 4, 3)

    asked = some(15)
    return some(40), asked, torch.full((15, 1), 1 / 15, dtype=torch.float64)


def answers(trained: Takes, asked: Takes, who: torch.Tensor) -> torch.Tensor:
    return (asked.features @ fit(trained, who, L2, tolerance=1e-9)[0]).softmax(1)


def test_asking_for_the_label_is_asking_as_before() -> None:
    _, asked, rate = game()
    found, rates = asking(asked, rate, labels(asked))
    assert torch.equal(found.label, asked.label) and torch.equal(rates, rate)


def test_without_labels_the_loss_is_the_divergence_of_the_model_without() -> None:
    trained, asked, rate = game()
    everybody, few = torch.ones(1, 4).double(), torch.tensor([[1.0, 1, 0, 0]]).double()
    whole = answers(trained, asked, everybody)
    found, rates = asking(asked, rate, whole)
    worth = [
        float(log_likelihood(fit(trained, who, L2, tolerance=1e-9), found)[0] @ rates[:, 0])
        for who in (everybody, few)
    ]
    part = answers(trained, asked, few)
    divergence = float((whole * (whole / part).log()).sum(1).mean())
    assert worth[0] - worth[1] == pytest.approx(divergence, rel=1e-6) and divergence > 0


def test_effects_add_up_by_every_utility() -> None:
    trained, asked, rate = game()
    raters = 0.7 * labels(asked) + 0.1
    for target in (labels(asked), raters, answers(trained, asked, torch.ones(1, 4).double())):
        found = implicit.head_values(trained, *asking(asked, rate, target), L2)
        assert float(found.missing) < 0.005


def test_a_temperature_mends_scores_that_are_too_sure() -> None:
    trained, asked, _ = game()
    scores = asked.features @ fit(trained, torch.ones(1, 4).double(), L2)[0]
    once = temperature(scores, asked.label)
    assert temperature(scores * 5, asked.label) == pytest.approx(5 * once, rel=1e-2)
    twice = tempered(asked, torch.full((15,), 2.0))
    assert torch.allclose(twice.features, asked.features / 2)


def test_targets_that_are_none_are_refused() -> None:
    _, asked, rate = game()
    with pytest.raises(BadInput, match="fit"):
        asking(asked, rate, labels(asked)[:, :2])
    with pytest.raises(BadInput, match="add up"):
        asking(asked, rate, labels(asked) * 0.5)


def corpus_of_six() -> Inputs:
    """Return six performers in two folds; raters hear a third of each take as the next emotion."""
    draw, takes = np.random.default_rng(3), 72
    owner, label = np.repeat(np.arange(6), 12), np.arange(takes) % 3
    heard = np.eye(3)[label] * 2 / 3 + np.eye(3)[(label + 1) % 3] / 3
    shown = draw.normal(size=(3, 4))[label] + draw.normal(size=(takes, 4))
    names = tuple(f"P{n}" for n in range(6))
    takes_ = tuple(f"{n:064x}" for n in range(takes))
    corpus = Corpus(takes_, names, owner, ("angry", "calm", "sad"), label, heard)
    queries = ask(corpus, owner % 2)
    return Inputs(FrozenModel("0" * 64, np.stack([shown, shown])), corpus, queries)


QUICK = {"epochs": 2, "seeds": 2, "max_seeds": 2, "checks": 2, "batch": 16}


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("aumann-shapley", {}),
        ("datamodel", {}),
        ("leave-one-out", {}),
        ("shapley", {"pairs": 2}),
        ("aumann-shapley", {"network": "mlp:4", "nodes": 2, **QUICK}),
        ("shapley", {"network": "mlp:4", "pairs": 2, "epochs": 2, "seeds": 1}),
        ("in-run", {"network": "mlp:4", **QUICK}),
    ],
    ids=str,
)
def test_an_estimator_judges_by_the_utility_that_it_is_given(
    method: str, told: dict[str, object]
) -> None:
    given = corpus_of_six()
    found = {}
    for name in NAMES:
        chosen = estimators.estimator(method, utility=name, resamples=4, **told)
        if name == "calibrated" and told.get("network"):
            with pytest.raises(BadInput, match="not calibrated"):
                chosen.estimate(given.model, given.corpus, given.queries)
            continue
        made = chosen.estimate(given.model, given.corpus, given.queries)
        assert made.settings["utility"] == name
        found[name] = (made.utility, tuple(row.effect for row in made.rows))
        assert made.utility.none == pytest.approx(-np.log(3) * 1e9, rel=1e-3)
    assert len(set(found.values())) == len(found)


def test_what_raters_heard_is_what_is_taught_again() -> None:
    given = corpus_of_six()
    acted = replace(given.corpus, heard=np.eye(3)[given.corpus.label])
    labelled = replace(given.corpus, heard=None)
    chosen = estimators.estimator(resamples=4, l2=3.0)
    soft, hard, plain = (
        chosen.estimate(given.model, corpus, given.queries)
        for corpus in (given.corpus, acted, labelled)
    )
    assert [row.effect for row in hard.rows] == [row.effect for row in plain.rows]
    assert [row.effect for row in soft.rows] != [row.effect for row in plain.rows]
    with pytest.raises(BadInput, match="Nobody's ratings"):
        estimators.estimator(utility="raters").estimate(given.model, labelled, given.queries)
    with pytest.raises(BadInput, match="trains on what was acted"):
        estimators.estimator("influence").estimate(given.model, given.corpus, given.queries)
    with pytest.raises(BadInput, match="No such utility"):
        estimators.estimator(utility="truth").estimate(given.model, given.corpus, given.queries)
