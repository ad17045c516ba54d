"""To whom synthetic takes pass on what they bring: measured or declared, and what follows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.reliance import through
from yesand.reliance.panel import Panel
from yesand.reliance.pooling import Pooled, beside_unasked, divided, spread
from yesand.reliance.report import Agreement, RelianceReport, Utility
from yesand.reliance.rows import Row, open_row
from yesand.reliance.through import Through, Unasked
from yesand.synthetic.teaching.fitted import effects, relied
from yesand.synthetic.teaching.passing import Voice, by_generator, by_parents
from yesand.training.made import BILLION, Added, MadeTake, Passed, into

NAMES = ("Ada", "Ben", "Cleo", "Dan")


def test_a_take_stands_for_its_parents_performers_in_equal_parts() -> None:
    ada, ben = Voice("Ada", "joy"), Voice("Ben", "joy")
    assert [p.ppb for p in by_parents([ada, ben, ben])] == [333_333_333, 666_666_667]
    assert by_parents([ada, ada]) == (Passed("Ada", BILLION, BILLION, BILLION),)


@given(st.lists(st.sampled_from([Voice(n, e) for n in NAMES for e in "jk"]), min_size=1))
def test_what_nobody_measured_adds_up_and_may_be_none_or_all(takes: list[Voice]) -> None:
    for emotion, parts in by_generator(takes).items():
        mine = [t for t in takes if t.emotion == emotion]
        assert sum(p.ppb for p in parts) == BILLION
        assert {p.performer for p in parts} == {t.performer for t in mine}
        assert all((p.low, p.high) == (0, BILLION) for p in parts)


@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_the_fitted_voice_s_effects_add_up_to_what_all_are_worth(count: int, seed: int) -> None:
    heard = np.random.default_rng(seed).normal(size=(count, 3))
    found = effects(heard)
    for asked in range(count):
        others = [n for n in range(count) if n != asked]
        mean = heard[others].sum(axis=0) / count
        gain = (heard[asked] ** 2).sum() - ((heard[asked] - mean) ** 2).sum()
        assert found[asked].sum() == pytest.approx(gain / 2, abs=1e-9)
        assert found[asked, asked] == 0


def test_who_voices_an_emotion_as_the_others_do_is_relied_on_and_an_outlier_is_not() -> None:
    rng = np.random.default_rng(3)
    rows, emotions, performers = [], [], []
    for who in NAMES:
        for emotion, shift in (("joy", 1.0), ("calm", -1.0)):
            turn = -1.0 if who == "Dan" else 1.0
            for _ in range(4):
                rows.append(turn * shift + rng.normal(0, 0.2, 8) + (who == "Ben") * 5)
                emotions.append(emotion)
                performers.append(who)
    found = relied(np.array(rows), emotions, performers)
    for parts in found.values():
        told = {p.performer: p for p in parts}
        assert sum(p.ppb for p in parts) == BILLION
        assert told["Dan"].ppb < 10_000_000 < min(told[n].ppb for n in NAMES[:3])
        assert all(p.low <= p.ppb <= p.high for p in parts)
    renamed = relied(np.array(rows), emotions, [f"x{NAMES.index(p)}" for p in performers])
    assert [p.ppb for p in renamed["joy"]] == [p.ppb for p in found["joy"]]


def made(name: str, *people: str, batch: str = "b") -> MadeTake:
    return MadeTake(
        path=Path(name),
        sha256=name,
        emotion="joy",
        duration_ms=1_000,
        batch=batch,
        parents=(f"of {name}",),
        passed=by_parents([Voice(who, "joy") for who in people]),
    )


def test_a_take_teaches_where_nobody_whom_it_descends_from_is_held_out() -> None:
    takes = [made("a", "Ada"), made("b", "Ada", "Cleo"), made("c", *NAMES)]
    held = {"Ada": 0, "Ben": 1, "Cleo": 2, "Dan": 2}
    assert into(takes, held, 3).T.tolist() == [
        [False, True, True], [False, True, False], [False, False, False],
    ]  # fmt: skip
    added = Added.of(takes, {}, lambda: None)
    left = added.without(["of b"], NAMES)
    assert [t.sha256 for t in left.takes] == ["a", "c"]
    assert left.asked == added.asked != Added.of(takes[:1], {}, print).asked
    # Whoever has no take left could not be paid for one that stands for them.
    assert [t.sha256 for t in added.without([], ["Ada"]).takes] == ["a"]
    with pytest.raises(Refused, match="all come from copies"):
        added.without(["of a"], ["Ada"])


def test_whoever_a_generator_heard_counts_though_they_performed_another_emotion() -> None:
    take = replace(made("a", "Ada"), heard=frozenset({"Ada", "Ben"}))
    assert take.people == {"Ada", "Ben"} and take.paid == {"Ada"}
    assert into([take], {"Ada": 0, "Ben": 1, "Cleo": 2}, 3).T.tolist() == [[False, False, True]]


@pytest.mark.parametrize(("unasked_ms", "sets"), [(999, True), (1_001, False)])
def test_minutes_set_no_shares_where_most_of_what_was_taught_was_asked_about_never(
    unasked_ms: int, sets: bool
) -> None:
    rows = tuple(Row(who, BILLION // 2, 0, BILLION, 1, 0, 2, 1) for who in NAMES[:2])
    nothing = Utility(1, 0, 0, 1), Agreement(1.0, 1.0, 1.0, 1.0, 1)
    report = RelianceReport("m", "q", "aumann-shapley", "1", {}, *nothing, True, "", rows)
    alone = Unasked("aa", unasked_ms, {"Ada": (BILLION, 0, BILLION)})
    through = replace(THROUGH, unasked=(alone,), performed_ms=600, played_ms=400)
    told = beside_unasked(report, through)
    assert sum(row.share_ppb for row in told.rows) == BILLION
    assert told.sets_shares is sets and bool(told.reason) is not sets


#: Two people; the third player stands for both, the fourth for the second alone.
THROUGH = Through(
    people=2,
    batches=("aa", "bb"),
    part=np.array([[0.25, 0.75], [0.0, 1.0]]),
    low=np.array([[0.0, 0.5], [0.0, 1.0]]),
    high=np.array([[0.5, 1.0], [0.0, 1.0]]),
)


def panel(effect: np.ndarray) -> Panel:
    asked = len(effect)
    return Panel(
        effect=effect[None],
        without=effect,
        whole=effect.sum(axis=1),
        none=np.zeros(asked),
        plays=np.ones(effect.shape, dtype=bool),
        amount=np.ones(effect.shape[1]),
    )


@given(st.integers(0, 2**32 - 1))
def test_what_players_bring_goes_to_people_whole_and_shares_have_its_interval(seed: int) -> None:
    effect = np.abs(np.random.default_rng(seed).normal(1, 0.3, (5, 4)))
    of_people = Pooled.of_players(panel(effect), THROUGH)
    assert isinstance(of_people, Pooled)
    found, players = of_people.effects(), of_people.by_player()
    assert found.sum() == pytest.approx(players.sum())
    assert found[0] == pytest.approx(players[0] + 0.25 * players[2])
    share = found / found.sum()
    low, high = spread(THROUGH, of_people.resampled(50, np.random.default_rng(0)))
    assert (low <= share + 1e-9).all() and (share <= high + 1e-9).all()
    told = divided(THROUGH, players, [400_000_000, 600_000_000])
    assert set(told[0]) == {"aa"} and set(told[1]) == {"aa", "bb"}
    assert sum(told[1].values()) < 600_000_000
    assert THROUGH.leaving(4)[1].tolist() == [0, 1, 0, 1]


def test_a_row_says_what_came_through_and_no_more_than_there_is() -> None:
    salt = bytes(32)
    row = Row("Ada", 50, 0, 100, 1, 0, 2, 1, through=(("aa", 20), ("bb", 30)))
    report = {"rows": [row.sealed(salt)]}
    assert open_row(report, row.as_json(), salt.hex()) == row
    less = {**row.as_json(), "through": {"aa": 20}}
    with pytest.raises(CheckFailed):
        open_row(report, less, salt.hex())
    with pytest.raises(BadInput, match="More came"):
        Row.parse({**row.as_json(), "through": {"aa": 51}})


def test_a_folder_that_names_strangers_or_gives_away_more_than_all_is_refused() -> None:
    arrays = {
        "labels": np.array(["joy"]), "duration_ms": np.array([1]), "embedding": np.zeros((2, 1, 1)),
        "made_take": np.array(["x"]), "made_label": np.array([0]), "made_ms": np.array([5]),
        "made_into": np.array([[True], [False]]), "made_source": np.array([0]),
        "made_embedding": np.zeros((2, 1, 1)), "source_batch": np.array(["aa"]),
        "passed_from": np.array([0]), "passed_to": np.array(["mask"]),
        "passed_ppb": np.array([(BILLION, BILLION, BILLION)]),
    }  # fmt: skip
    read = through.read(arrays, ["Ada"], {"mask": "Ada"})
    assert read is not None and read.through.batches == ("aa",) and read.owner.tolist() == [1]
    with pytest.raises(BadInput, match="not here"):
        through.read(arrays, ["Ada"], {})
    with pytest.raises(BadInput, match="not one whole"):
        through.read({**arrays, "passed_ppb": np.array([(5, 5, 5)])}, ["Ada"], {"mask": "Ada"})
    with pytest.raises(BadInput, match="label"):
        through.read({**arrays, "made_label": np.array([1])}, ["Ada"], {"mask": "Ada"})
    del arrays["passed_to"]
    with pytest.raises(BadInput, match="without passed_to"):
        through.read(arrays, ["Ada"], {"mask": "Ada"})
