"""What must be known of takes and queries is said beside the shares, and names nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from reliance_factories import frozen

from yesand.reliance.caveats import caveats
from yesand.reliance.estimators import estimator
from yesand.reliance.inputs import Inputs, read


@pytest.fixture
def given(tmp_path: Path) -> Inputs:
    return read(frozen(tmp_path / "f.npz", performers=6, folds=3, takes=8), "a" * 64)


def test_a_corpus_without_fault_has_none(given: Inputs) -> None:
    assert caveats(given) == ()


def test_an_emotion_that_nobody_trains_where_it_is_asked_is_said(given: Inputs) -> None:
    label = given.corpus.label.copy()
    alone = given.corpus.owner == 0
    label[~alone & (label == 3)] = 2
    (told,) = caveats(replace(given, corpus=replace(given.corpus, label=label)))
    assert "shows sad where 1 performers were asked" in told and "P0" not in told


def test_queries_unlike_all_training_are_said_and_measured(given: Inputs) -> None:
    far = given.model.embedding.copy()
    far[0, given.queries.fold == 0] += 30
    shifted = replace(given, model=replace(given.model, embedding=far))
    (told,) = caveats(shifted)
    assert told.startswith("16 of 48 queries lie half as far out again")
    found = estimator("aumann-shapley", resamples=5, checks=0).estimate(
        shifted.model, shifted.corpus, shifted.queries
    )
    assert sum(row.share_ppb for row in found.rows) == 10**9


def test_a_performer_with_a_single_take_is_said_and_has_a_share(given: Inputs) -> None:
    kept = (given.corpus.owner != 5) | (np.arange(len(given.corpus.owner)) == 47)
    corpus = replace(
        given.corpus,
        takes=tuple(np.array(given.corpus.takes)[kept].tolist()),
        owner=given.corpus.owner[kept],
        label=given.corpus.label[kept],
    )
    queries = replace(
        given.queries, fold=given.queries.fold[kept], weight=given.queries.weight[kept]
    )
    model = replace(given.model, embedding=given.model.embedding[:, kept])
    few = Inputs(model, corpus, queries)
    assert any("single take" in told for told in caveats(few))
    found = estimator("aumann-shapley", resamples=5, checks=0).estimate(model, corpus, queries)
    assert [row.performer for row in found.rows] == list(corpus.performers)


def test_whoever_gave_copies_alone_stands_beside_the_others_with_nothing(tmp_path: Path) -> None:
    path = frozen(tmp_path / "f.npz", performers=4, folds=2)
    with np.load(path) as arrays:
        whole = dict(arrays)
    np.savez(path, **whole, copier=np.array(["Mona", "P01", "Mona"]))
    given = read(path, "a" * 64, names={"Mona": "A-mona"})
    assert (given.copies, given.copiers) == (3, ("A-mona",))
    found = estimator("leave-one-out", resamples=5).estimate(
        given.model, given.corpus, given.queries
    )
    rows = found.beside_copies(given.copies, given.copiers).rows
    assert [row.performer for row in rows] == ["A-mona", "P00", "P01", "P02", "P03"]
    assert rows[0].share_ppb == 0 and sum(row.share_ppb for row in rows) == 10**9


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("aumann-shapley", {"checks": 0}),
        ("shapley", {"pairs": 2}),
        ("datamodel", {"pairs": 3}),
        ("influence", {}),
    ],
)
def test_where_nothing_was_learned_there_is_nothing_to_share(
    given: Inputs, name: str, settings: dict[str, object]
) -> None:
    deaf = replace(
        given, model=replace(given.model, embedding=np.zeros_like(given.model.embedding))
    )
    found = estimator(name, resamples=5, **settings).estimate(deaf.model, deaf.corpus, deaf.queries)
    assert not found.sets_shares and "no better than a guess" in found.reason
    assert max(row.share_ppb for row in found.rows) - min(row.share_ppb for row in found.rows) <= 1
