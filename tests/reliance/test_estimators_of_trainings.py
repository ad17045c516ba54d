"""Estimators that differentiate: exact for the head, averaged over seeds for a network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reliance_factories import frozen

from yesand.kernel.canonical import canonical
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.reliance.estimators import estimator
from yesand.reliance.inputs import Inputs, Queries, read
from yesand.reliance.report import RelianceReport, checks
from yesand.reliance.rows import Row
from yesand.reliance.shares import BILLION

CLARITY = [0.0, 0.4, 0.8, 1.2, 1.6, 2.0]
SMALL: dict[str, Any] = {
    "network": "mlp:8", "epochs": 8, "batch": 24, "rate": 0.05, "decay": 0.02, "resamples": 40,
    "max_seeds": 8,
}  # fmt: skip


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    path = tmp_path_factory.mktemp("trainings") / "f.npz"
    return read(frozen(path, performers=6, folds=2, takes=16, clarity=CLARITY), "a" * 64)


def report(given: Inputs, name: str, **settings: Any) -> RelianceReport:
    return estimator(name, **settings).estimate(given.model, given.corpus, given.queries)


def shares(found: RelianceReport) -> np.ndarray[Any, Any]:
    return np.array([row.share_ppb for row in found.rows]) / BILLION


def split(given: Inputs, person: int, parts: int) -> Inputs:
    """Return the inputs with one performer's takes under several names; the queries stay."""
    corpus = given.corpus
    owner = corpus.owner.copy()
    mine = np.flatnonzero(owner == person)
    people = len(corpus.performers)
    owner[mine] = np.array([person, *range(people, people + parts - 1)])[
        np.arange(len(mine)) % parts
    ]
    names = (*corpus.performers, *(f"Z{i}" for i in range(parts - 1)))
    return replace(given, corpus=replace(corpus, owner=owner, performers=names))


def test_the_heads_shares_are_near_shapleys_and_cost_far_less(troupe: Inputs) -> None:
    found = report(troupe, "aumann-shapley", resamples=40)
    truth = report(troupe, "shapley", resamples=40, pairs=60, l2=found.settings["l2"])
    # Of three players each is far from small; of twenty the two differ by a third of a point.
    assert np.abs(shares(found) - shares(truth)).max() < 0.08
    assert np.corrcoef(shares(found), shares(truth))[0, 1] > 0.97
    assert found.quality.additivity is not None and found.quality.additivity < 5e-3
    assert truth.quality.additivity is not None and truth.quality.additivity < 1e-6
    assert found.quality.trainings * 5 < truth.quality.trainings
    assert found.sets_shares and truth.sets_shares
    assert {row.performer: row.leave_one_out for row in found.rows} == {
        row.performer: row.leave_one_out for row in truth.rows
    }


def test_a_model_that_learned_nothing_sets_no_shares(tmp_path: Path) -> None:
    given = read(frozen(tmp_path / "f.npz", clarity=[0.0] * 8), "a" * 64)
    for settings in ({}, {**SMALL, "nodes": 4, "checks": 0}):
        found = report(given, "aumann-shapley", **settings)
        assert not found.sets_shares and "chance" in found.reason
        assert sum(row.share_ppb for row in found.rows) == BILLION


@pytest.mark.parametrize("parts", [2, 4])
def test_a_performer_of_several_accounts_has_the_same_sum_in_the_report(
    troupe: Inputs, parts: int
) -> None:
    # Nobody of their fold is asked, so that who asks is the same before and after.
    kept = replace(
        troupe,
        queries=Queries(troupe.queries.fold, troupe.queries.weight * (troupe.queries.fold != 1)),
    )
    one = report(kept, "aumann-shapley", resamples=5, l2=3.0, checks=0)
    many = report(split(kept, 5, parts), "aumann-shapley", resamples=5, l2=3.0, checks=0)
    before, after = ([row.effect for row in found.rows] for found in (one, many))
    assert after[:5] == pytest.approx(before[:5], abs=3)
    assert after[5] + sum(after[6:]) == pytest.approx(before[5], abs=3 + parts)


def test_a_network_is_measured_until_its_seeds_agree(troupe: Inputs) -> None:
    found = report(troupe, "aumann-shapley", **SMALL)
    assert found.sets_shares and 4 <= found.quality.seeds <= 8
    assert found.quality.additivity is not None and found.quality.additivity < 5e-3
    assert found.agreement.halves is not None and found.agreement.halves >= 0.9
    assert np.corrcoef(shares(found), CLARITY)[0, 1] > 0.6
    held = found.quality.faithfulness
    assert held.subsets == 2 * 16 and held.spearman is not None and held.spearman > 0.5
    told = dict(checks({"agreement": vars(found.agreement), "quality": found.predicate(
        {row.performer: bytes(32) for row in found.rows})["quality"]}))  # fmt: skip
    assert {"Effects miss their sum by", "Smallest share that can be told from none"} <= set(told)


def test_one_seed_is_not_enough_to_set_shares(troupe: Inputs) -> None:
    found = report(troupe, "aumann-shapley", **{**SMALL, "max_seeds": 1}, nodes=4, checks=0)
    assert found.quality.seeds == 2  # which share the nodes and count as one
    assert not found.sets_shares and "None" not in found.reason
    assert "halves of the seeds" in found.reason and "cannot be told" in found.reason


@pytest.mark.parametrize("name", ["in-run", "metagradient"])
def test_what_does_not_add_up_ranks_and_sets_no_shares(troupe: Inputs, name: str) -> None:
    found = report(troupe, name, **SMALL, checks=0)
    assert not found.sets_shares and ("sets no pay" in found.reason or "agree" in found.reason)
    assert np.corrcoef([row.effect for row in found.rows], CLARITY)[0, 1] > 0.3


def test_permutations_of_a_network_add_up(troupe: Inputs) -> None:
    found = report(troupe, "shapley", **SMALL, pairs=3, seeds=2, checks=0)
    assert found.quality.additivity is not None and found.quality.additivity < 1e-6
    assert found.settings["network"] == "mlp:8" and "l2" not in found.settings
    assert found.quality.trainings == 2 * (2 * 3 * 4 + 4) * 2 - 4


@pytest.mark.parametrize("name", ["aumann-shapley", "in-run"])
def test_asked_the_same_again_the_bytes_are_the_same(troupe: Inputs, name: str) -> None:
    salts = {handle: bytes(32) for handle in troupe.corpus.performers}
    one, two = (
        report(troupe, name, **{**SMALL, "network": "linear"}, checks=3).predicate(salts)
        for _ in range(2)
    )
    assert canonical(one) == canonical(two)


def test_a_rate_too_high_is_told_and_nothing_is_measured(troupe: Inputs) -> None:
    with pytest.raises(CheckFailed, match="smaller learning rate"):
        report(troupe, "aumann-shapley", **{**SMALL, "rate": 1e30})


def test_an_order_that_there_is_not_is_refused(troupe: Inputs) -> None:
    with pytest.raises(BadInput, match="order"):
        report(troupe, "in-run", **{**SMALL, "max_seeds": 1}, order=3)


@pytest.mark.parametrize("network", ["mlp", "mlp:", "mlp:0", "mlp:x", "tree", "mlp:-4"])
def test_a_network_that_is_none_is_refused(troupe: Inputs, network: str) -> None:
    with pytest.raises(BadInput, match="No such network"):
        report(troupe, "aumann-shapley", network=network)
    with pytest.raises(BadInput, match="two nodes"):
        report(troupe, "aumann-shapley", nodes=1)
    with pytest.raises(BadInput, match="dealt evenly"):
        report(troupe, "aumann-shapley", **SMALL, nodes=5)


def test_an_emotion_that_nobody_trains_and_a_performer_of_one_take_are_measured(
    troupe: Inputs,
) -> None:
    corpus, kept = troupe.corpus, np.flatnonzero(
        (troupe.corpus.label != 2) & ((troupe.corpus.owner > 0) | (np.arange(96) == 0))
    )  # fmt: skip
    few = Inputs(
        replace(troupe.model, embedding=troupe.model.embedding[:, kept]),
        replace(corpus, takes=tuple(corpus.takes[i] for i in kept), owner=corpus.owner[kept],
                label=corpus.label[kept]),
        Queries(troupe.queries.fold[kept], troupe.queries.weight[kept]),
    )  # fmt: skip
    for settings in ({"network": "head"}, {**SMALL, "nodes": 4, "checks": 0}):
        found = report(few, "aumann-shapley", **settings)
        assert sum(row.share_ppb for row in found.rows) == BILLION
        assert found.rows[0].share_ppb < found.rows[5].share_ppb


@pytest.mark.parametrize("settings", [{}, {**SMALL, "seeds": 2, "max_seeds": 2}])
def test_effects_are_told_by_emotion_and_add_up(troupe: Inputs, settings: dict[str, Any]) -> None:
    for row in report(troupe, "aumann-shapley", **settings).rows:
        assert len(row.emotions) > 1
        assert abs(sum(effect for _, effect in row.emotions) - row.effect) <= len(row.emotions)
        assert Row.parse(row.as_json()) == row
