"""A fall is told only beyond doubt, and only with reasons that both reports bear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from yesand.reliance.fallen import Told, fallen, reasons

M = 1_000_000


def share(part: int, low: int, high: int, **emotions: int) -> dict[str, object]:
    return {"share_ppb": part * M, "low_ppb": low * M, "high_ppb": high * M, "emotions": emotions}


BEFORE = Told(
    "coach",
    "aumann-shapley",
    {"ada": share(500, 450, 550, joy=5), "ben": share(500, 450, 550, joy=5)},
    {"ada": 10, "ben": 10},
    {"joy": 1000 * M, "fear": 0},
)


def after(part: int, low: int, high: int, **more: Any) -> Told:
    shares = {"ada": share(part, low, high, joy=3, fear=0), "ben": share(1000 - part, 0, 1000)}
    return replace(BEFORE, shares=shares, **more)


def test_a_share_that_is_lower_within_its_intervals_did_not_fall() -> None:
    assert fallen(BEFORE, after(420, 400, 460)) == []
    assert fallen(BEFORE, after(420, 400, 449)) == ["ada"]


def test_a_share_that_is_gone_fell_if_it_was_there_beyond_doubt() -> None:
    gone = replace(BEFORE, shares={"ben": share(1000, 1000, 1000)})
    assert fallen(BEFORE, gone) == ["ada"]
    doubtful = replace(BEFORE, shares={"ada": share(10, 0, 30), "ben": share(990, 970, 1000)})
    assert fallen(doubtful, gone) == []


def test_usage_that_moved_to_an_emotion_never_performed_is_the_reason() -> None:
    moved = after(300, 250, 350, mix={"joy": 400 * M, "fear": 600 * M})
    ((kind, told),) = reasons(BEFORE, moved, "ada")
    assert kind == "moved"
    assert told == {"more": ["fear"], "less": ["joy"], "never": ["fear"]}


def test_takes_that_are_missing_are_counted_and_a_withdrawal_is_named_as_one() -> None:
    fewer = after(300, 250, 350, takes={"ada": 4, "ben": 10})
    assert reasons(BEFORE, fewer, "ada") == [("fewer", {"takes": 6})]
    assert reasons(BEFORE, fewer, "ada", withdrew=True) == [("withdrawn", {"takes": 6})]
    assert reasons(BEFORE, fewer, "ben") == [("unknown", {})]


def test_others_who_joined_and_another_model_are_named() -> None:
    shares = {"ada": share(200, 150, 250), "ben": share(500, 0, 900), "cleo": share(300, 0, 500)}
    new = replace(BEFORE, shares=shares, model="coach-2")
    assert reasons(BEFORE, new, "ada") == [
        ("replaced", {"before": "coach", "after": "coach-2"}),
        ("joined", {"performers": 1, "share_ppb": 300 * M}),
    ]


def test_where_the_reports_say_nothing_no_reason_is_made_up() -> None:
    assert reasons(BEFORE, after(300, 250, 350), "ada") == [("unknown", {})]
