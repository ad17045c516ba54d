"""What metered usage is about, told day by day, and looked at after each delivery."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from royalties_factories import Stage, at, event, used

import yesand
from yesand.cli import _run as run
from yesand.kernel.clock import SetClock
from yesand.reliance.models import Look
from yesand.royalties.mixing.planning.services import plan_daily_look
from yesand.royalties.mixing.services import mix_since_report, passed_over, usage_of, watch


@pytest.fixture
def stage(house: yesand.House) -> Stage:
    return Stage(house.place)


def about(number: int, day: int, **emotions: float) -> dict[str, object]:
    time = f"2026-09-{day:02d}T12:00:00Z"
    return event(number, time=time, data={"emotions": emotions} if emotions else {})


def test_the_mix_counts_each_use_once_by_day(stage: Stage, tmp_path: Path) -> None:
    events = [about(1, 3, joy=1), about(2, 3, joy=30, fear=10), about(3, 4, fear=2), about(4, 4)]
    used(stage, tmp_path, *events, about(5, 1, anger=1))
    found = usage_of(stage.place, stage.model, at("2026-09-02"))
    assert found.emotions == ("fear", "joy")
    assert found.days.tolist() == [[0.25, 1.75], [1.0, 0.0]] and found.events == 3
    assert found.mix == {"fear": 416_666_667, "joy": 583_333_333}


def test_a_model_is_measured_as_it_was_used_since_its_report(
    stage: Stage, tmp_path: Path, clock: SetClock
) -> None:
    used(stage, tmp_path, about(1, 3, joy=1), about(2, 3, fear=1))
    assert mix_since_report(stage.place, stage.model) == {"fear": 5 * 10**8, "joy": 5 * 10**8}
    stage.reported()
    assert mix_since_report(stage.place, stage.model) == {}


def test_a_delivery_has_the_usage_looked_at_once_in_an_hour(
    stage: Stage, tmp_path: Path, clock: SetClock
) -> None:
    used(stage, tmp_path, about(1, 3, joy=1))
    used(stage, tmp_path, about(2, 3, joy=1))
    (task,) = DBTaskResult.objects.filter(task_path__endswith="watch_usage")
    assert task.run_after == clock.now() + timedelta(hours=1)


def test_the_command_looks_at_every_model_in_service(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str], clock: SetClock
) -> None:
    used(stage, tmp_path, about(1, 3, joy=1))
    assert watch(stage.place) == []  # no report yet
    report = stage.reported()
    clock.advance(days=5)
    used(stage, tmp_path, event(7, time="2026-10-03T09:00:00Z", data={"emotions": {"joy": 1}}))
    assert run(["watch", "--house", str(stage.place.root)]) == 0
    assert "Models looked at: 1; reports due: 0." in capsys.readouterr().out
    (seen,) = Look.objects.all()
    # This report does not say what it was asked, so nothing can be said of moving.
    assert seen.report == report and seen.moved_ppb is None and seen.mix == {"joy": 10**9}


def test_a_model_that_was_not_looked_at_is_named_with_the_reason(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["watch", "--house", str(stage.place.root)]
    used(stage, tmp_path, about(1, 3, joy=1))
    assert run(asked) == 0
    assert "no report of it sets shares yet" in " ".join(capsys.readouterr().out.split())
    assert list(passed_over([])) == [stage.model.name]
    stage.reported()
    assert run(asked) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Models looked at: 1" in told and "not looked at" not in told
    assert passed_over([]) == {}


def test_a_report_is_looked_at_once_a_day_though_nothing_is_used(
    stage: Stage, clock: SetClock
) -> None:
    place, tasks = stage.place, DBTaskResult.objects.filter(task_path__endswith="watch_usage")
    assert not plan_daily_look(place)  # no report
    stage.reported()
    assert not plan_daily_look(place)
    clock.advance(days=1)
    assert plan_daily_look(place) and not plan_daily_look(place)
    assert tasks.count() == 1
    assert [(one.due, one.mix) for one in watch(place)] == [("", {})]
    tasks.update(status=TaskResultStatus.SUCCESSFUL)
    assert not plan_daily_look(place)
    clock.advance(days=180)
    assert plan_daily_look(place)
    assert [one.due for one in watch(place)] == ["old"]


def test_with_nothing_in_service_the_command_says_so(
    house: yesand.House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["watch", "--house", str(house.place.root)]) == 0
    assert "No model is in service" in capsys.readouterr().out
