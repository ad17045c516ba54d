"""A performer's shares over time, and what a report foretold against what was found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from yesand.reliance.history import HEIGHT, WIDTH, Course, Measured, drawn
from yesand.reliance.scatter import SIZE, scattered

START = datetime(2026, 10, 1, tzinfo=UTC)
M = 1_000_000


def course(model: str, *shares: int, spread: int = 20, after: int = 0) -> Course:
    points = tuple(
        Measured(
            START + timedelta(days=after + 30 * n), s * M, (s - spread) * M, (s + spread) * M, "r"
        )
        for n, s in enumerate(shares)
    )
    return Course(model, model, points)


def test_a_share_went_up_or_down_only_beyond_both_intervals() -> None:
    assert course("a", 100, 130).went == "alike"
    assert course("a", 100, 150).went == "more"
    assert course("a", 150, 300, 100).went == "less"


def test_every_dot_lies_on_the_picture_with_its_interval_around_it() -> None:
    picture = drawn([course("a", 100, 200), course("b", 400, after=45)])
    assert picture is not None and picture.newest.model == "b"
    assert [line.course.model for line in picture.lines] == ["a", "b"]
    for line in picture.lines:
        for dot in line.dots:
            assert 0 < dot.x < WIDTH and 0 < dot.high < dot.y < dot.low < HEIGHT
    assert picture.lines[0].dots[0].y > picture.lines[0].dots[1].y
    assert [tick.label for tick in picture.columns] == ["2026-10-01", "2026-11-15"]


def test_one_report_stands_in_the_middle_and_none_draws_nothing() -> None:
    alone = drawn([course("a", 100)])
    assert alone is not None and len(alone.columns) == 1
    assert drawn([]) is None and drawn([Course("a", "a", ())]) is None


def test_more_models_than_marks_leave_the_oldest_out() -> None:
    picture = drawn([course(f"m{n}", 50, after=n) for n in range(10)])
    assert picture is not None and picture.left_out == 2
    assert {line.course.model for line in picture.lines}.isdisjoint({"m0", "m1"})


def test_a_scatter_of_nothing_but_the_mean_still_has_its_place() -> None:
    assert scattered([(0, 0), (1, 1)]) is None
    flat = scattered([(0, 0)] * 3)
    assert flat is not None and flat.dots == ((SIZE / 2, SIZE / 2),) * 3
