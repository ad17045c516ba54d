"""A plan is made from a part of the real work, and its arithmetic is plain."""

from __future__ import annotations

from pathlib import Path

import pytest
from reliance_factories import frozen, recording

from yesand.kernel.errors import BadInput
from yesand.reliance import planning
from yesand.reliance.estimators import estimator
from yesand.reliance.inputs import Inputs, read
from yesand.reliance.planning import Probe, Tick, foreseen, plan


@pytest.fixture
def given(tmp_path: Path) -> Inputs:
    frozen(tmp_path / "frozen.npz", performers=10, folds=5)
    return read(recording(tmp_path), "a" * 64)


def test_even_work_is_extrapolated_evenly() -> None:
    assert foreseen([Tick(0, 0), Tick(1, 10), Tick(2, 20)], 100) == pytest.approx(10)


def test_setting_up_is_paid_once() -> None:
    ticks = [Tick(0, 0), Tick(8, 3), Tick(9, 13), Tick(10, 23)]
    assert foreseen(ticks, 103) == pytest.approx(10 + 80 * 0.1)


def test_work_that_is_done_takes_what_it_took() -> None:
    assert foreseen([Tick(0, 0), Tick(3, 7)], 7) == 3
    assert foreseen([Tick(0, 0), Tick(3, 0)], 7) == 3


def test_only_a_part_of_the_work_is_done(given: Inputs) -> None:
    told: list[int] = []
    found = plan(
        estimator("datamodel", pairs=10, l2=3.0, resamples=5),
        given,
        lambda done, total, note="": told.append(done),
    )
    assert found.unit == "heads retrained" and found.units > 100
    assert 0 < found.spent < found.seconds == found.least
    assert found.bytes > 2**24
    assert told[-1] <= found.units


def test_work_that_ends_within_the_part_is_told_as_it_was(given: Inputs) -> None:
    found = plan(estimator("recorded"), given)
    assert found.seconds == found.spent == found.least


def test_seeds_that_agree_early_cost_less(given: Inputs) -> None:
    class Settling:
        name = "settling"

        def settings(self) -> dict[str, int]:
            return {"seeds": 4, "max_seeds": 12}

        def estimate(self, model: object, corpus: object, queries: object, progress: Probe) -> None:
            for done in range(12):
                progress(done + 1, 12, "trainings")

    found = plan(Settling(), given)  # type: ignore[arg-type]
    assert found.least == pytest.approx(found.seconds / 3)


def test_an_estimator_that_says_nothing_cannot_be_planned(given: Inputs) -> None:
    class Silent:
        name = "silent"

        def estimate(self, *_: object) -> None:
            """Say nothing."""

    with pytest.raises(BadInput, match="how far"):
        plan(Silent(), given)  # type: ignore[arg-type]


def test_memory_is_told_without_proc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(planning, "Path", lambda _: tmp_path / "none")
    assert planning.peak() > 2**24
