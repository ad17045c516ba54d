"""Estimators find who matters, say how sure they are, and never crash on an odd troupe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reliance_factories import frozen, recording

from yesand.kernel.errors import BadInput, NotFound
from yesand.reliance.estimators import estimator, names
from yesand.reliance.inputs import read
from yesand.reliance.peers import PEERS
from yesand.reliance.report import RelianceReport
from yesand.reliance.shares import BILLION


def report(path: Path, name: str = "datamodel", mix: Any = None, **settings: Any) -> RelianceReport:
    given = read(path, "a" * 64, mix)
    chosen = estimator(name, resamples=60, **settings)
    return chosen.estimate(given.model, given.corpus, given.queries)


def shares(found: RelianceReport) -> np.ndarray[Any, Any]:
    return np.array([row.share_ppb for row in found.rows]) / BILLION


def test_performers_who_show_more_have_larger_shares(tmp_path: Path) -> None:
    clarity = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4]
    found = report(frozen(tmp_path / "f.npz", clarity=clarity, takes=24))
    assert found.sets_shares and found.settings["exact"]
    assert np.corrcoef(shares(found), clarity)[0, 1] > 0.8
    assert shares(found)[-3:].sum() > 2 * shares(found)[:3].sum()


def test_shares_agree_with_exact_leave_one_performer_out(tmp_path: Path) -> None:
    rising = np.linspace(0, 0.8, 8).tolist()
    found = [
        report(frozen(tmp_path / "f.npz", clarity=rising, takes=24, seed=seed)).agreement
        for seed in range(4)
    ]
    # Wherever both can tell two performers apart, they put them in the same order.
    assert sum(one.pairs for one in found) >= 10
    assert {one.concordance for one in found} <= {1.0, None}
    assert np.mean([one.spearman or 0 for one in found]) > 0.7


def test_leave_one_out_is_the_same_beside_the_datamodel_and_alone(tmp_path: Path) -> None:
    path = frozen(tmp_path / "f.npz", performers=5, folds=3)
    alone = {row.performer: row.effect for row in report(path, "leave-one-out").rows}
    assert alone == {row.performer: row.leave_one_out for row in report(path).rows}


def test_leaving_one_out_ranks_and_never_sets_shares(tmp_path: Path) -> None:
    path = frozen(tmp_path / "f.npz", performers=4, folds=2)
    assert report(path).sets_shares
    found = report(path, "leave-one-out")
    assert not found.sets_shares and "does not price" in found.reason


def test_effects_add_up_to_what_all_are_worth_in_uneven_folds(tmp_path: Path) -> None:
    found = report(frozen(tmp_path / "f.npz", performers=8, folds=3))
    gain = found.utility.all - found.utility.none
    assert abs(sum(row.effect for row in found.rows) - gain) <= len(found.rows)


def test_the_same_takes_are_worth_the_same_in_a_large_fold_and_in_a_small_one(
    tmp_path: Path,
) -> None:
    path = frozen(tmp_path / "f.npz", performers=5, takes=8)
    with np.load(path) as arrays:
        kept = dict(arrays)
    # All five give the very same takes; two are held out together, the others alone.
    kept["embedding"] = np.tile(kept["embedding"][:, :8], (1, 5, 1))
    kept["label"] = np.tile(kept["label"][:8], 5)
    kept["fold"] = np.repeat([0, 0, 1, 2, 3], 8)
    np.savez(path, **kept)
    found = report(path, l2=3.0)
    assert shares(found) == pytest.approx(np.full(5, 0.2), abs=0.003)


def test_random_subsets_agree_with_all_of_them(tmp_path: Path) -> None:
    rising = np.linspace(0, 1.6, 9).tolist()
    path = frozen(tmp_path / "f.npz", performers=9, folds=3, clarity=rising)
    exact, drawn = report(path), report(path, pairs=24)
    assert exact.settings["exact"] and not drawn.settings["exact"]
    assert np.abs(shares(exact) - shares(drawn)).max() < 0.02
    assert drawn.agreement.halves is not None and drawn.agreement.halves < 1


def test_halves_that_disagree_set_no_shares(tmp_path: Path) -> None:
    path = frozen(tmp_path / "f.npz", performers=12, folds=4, takes=8)
    found = report(path, pairs=14)
    assert found.agreement.halves is not None and found.agreement.halves < 0.9
    assert not found.sets_shares and "agree" in found.reason


def test_the_same_question_has_the_same_answer(tmp_path: Path) -> None:
    path = frozen(tmp_path / "f.npz", performers=12, folds=3, takes=8)
    assert report(path, pairs=20) == report(path, pairs=20)
    assert report(path, pairs=20, seed=1).rows != report(path, pairs=20).rows


def test_a_model_that_learned_nothing_sets_no_shares(tmp_path: Path) -> None:
    found = report(frozen(tmp_path / "f.npz", clarity=[0.0] * 8))
    assert not found.sets_shares and "chance" in found.reason
    assert sum(row.share_ppb for row in found.rows) == BILLION


def test_a_performer_who_misleads_the_model_gets_nothing_and_it_is_on_record(
    tmp_path: Path,
) -> None:
    found = report(frozen(tmp_path / "f.npz", clarity=[1.0] * 7 + [-2.0], takes=16))
    assert found.rows[-1].effect < 0
    assert found.rows[-1].share_ppb == 0
    assert found.rows[-1].leave_one_out < 0


@pytest.mark.parametrize("name", [name for name in names() if name not in PEERS])
@pytest.mark.parametrize(("performers", "folds"), [(1, 1), (2, 2), (3, 3), (4, 2)])
def test_small_troupes_get_a_report(tmp_path: Path, name: str, performers: int, folds: int) -> None:
    frozen(tmp_path / "frozen.npz", performers, folds=folds)
    found = report(recording(tmp_path), name)
    assert len(found.rows) == performers
    assert sum(row.share_ppb for row in found.rows) == BILLION
    if performers == 1:
        assert not found.sets_shares and "one performer" in found.reason


def test_a_performer_with_one_take_and_missing_emotions_are_handled(tmp_path: Path) -> None:
    path = frozen(tmp_path / "f.npz", performers=4)
    with np.load(path) as arrays:
        kept = dict(arrays)
    one = kept["performer"] == "P00"
    few = (kept["performer"] != "P01") | (kept["label"] == 2)
    chosen = np.flatnonzero((~one | (np.cumsum(one) == 1)) & few)
    for name in ("take", "performer", "label", "duration_ms", "fold"):
        kept[name] = kept[name][chosen]
    kept["embedding"] = kept["embedding"][:, chosen]
    np.savez(path, **kept)
    found = report(path)
    assert [row.performer for row in found.rows] == ["P00", "P01", "P02", "P03"]
    assert found.rows[0].share_ppb < found.rows[2].share_ppb


def test_intervals_hold_the_share(tmp_path: Path) -> None:
    for row in report(frozen(tmp_path / "f.npz", performers=10, folds=5), pairs=40).rows:
        assert 0 <= row.low_ppb <= row.share_ppb <= row.high_ppb <= BILLION


def test_the_usage_mix_decides_whom_the_model_relies_on(tmp_path: Path) -> None:
    path = frozen(tmp_path / "f.npz", performers=6, folds=3, takes=16)
    with np.load(path) as arrays:
        kept = dict(arrays)
    # The first two perform nothing but anger: they matter where anger is what is asked about.
    keep = np.flatnonzero(~np.isin(kept["performer"], ["P00", "P01"]) | (kept["label"] == 0))
    for name in ("take", "performer", "label", "duration_ms", "fold"):
        kept[name] = kept[name][keep]
    kept["embedding"] = kept["embedding"][:, keep]
    np.savez(path, **kept)
    angry = shares(report(path, mix={"angry": 1.0}))[:2].sum()
    others = shares(report(path, mix={"calm": 1.0, "happy": 2.0}))[:2].sum()
    assert angry > others + 0.1
    one, other = (read(path, "a" * 64, mix) for mix in ({"angry": 1.0}, {"calm": 1.0}))
    assert one.queries.digest(one.corpus) != other.queries.digest(other.corpus)


@pytest.mark.parametrize("mix", [{"bored": 1.0}, {"angry": -1.0}, {"angry": 0.0}, {}])
def test_a_usage_mix_that_makes_no_sense_is_refused(tmp_path: Path, mix: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        read(frozen(tmp_path / "f.npz"), "a" * 64, mix)


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    given = read(frozen(tmp_path / "f.npz", performers=4, folds=2), "a" * 64)

    def hear(done: int, total: int, note: str = "") -> None:
        told.append((done, total))

    estimator("datamodel", resamples=5).estimate(given.model, given.corpus, given.queries, hear)
    assert told[-1][0] == told[-1][1] and told == sorted(told)


def test_an_unknown_estimator_or_setting_is_refused() -> None:
    with pytest.raises(NotFound, match="datamodel"):
        estimator("guess")
    with pytest.raises(BadInput, match=r"no setting.*nodes"):
        estimator(guesses=3)


@pytest.mark.parametrize(
    ("name", "value"),
    [("resamples", 0), ("resamples", 2.5), ("resamples", "many"), ("seed", -1), ("network", 3),
     ("l2", "none"), ("l2", float("nan")), ("rate", True), ("checks", None)],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: Any) -> None:
    with pytest.raises(BadInput, match=name):
        estimator("aumann-shapley", **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("label", np.full(96, 9)), ("fold", np.arange(96) % 4), ("fold", np.full(96, 7)),
     ("take", np.array(["x"])), ("embedding", np.full((4, 96, 6), np.nan)),
     ("embedding", np.zeros((96, 6)))],
)  # fmt: skip
def test_frozen_features_that_do_not_fit_are_refused(tmp_path: Path, name: str, value: Any) -> None:
    path = frozen(tmp_path / "f.npz")
    with np.load(path) as arrays:
        kept = {**arrays, name: value}
    np.savez(path, **kept)
    with pytest.raises(BadInput):
        read(path, "a" * 64)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"text"])
def test_what_is_not_frozen_features_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "frozen.npz").write_bytes(content)
    with pytest.raises(BadInput):
        read(tmp_path, "a" * 64)
    with pytest.raises(NotFound):
        read(tmp_path / "elsewhere.npz", "a" * 64)
