"""The security checklist: every requirement answered, every answer true to the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import asvs


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (None, "no answer"),
        (["by-design"], "no answer"),
        (["test", "tests/site/test_sight.py::test_that_is_not_there"], "no such test"),
        (["test", "surely"], "no such test"),
        (["by-design", "src/yesand/nowhere.py does it"], "no such file"),
        (["by-luck", "it held so far"], "no kind of answer"),
        (["not-yet", "next month"], "not yet"),
    ],
)
def test_an_answer_that_does_not_hold_is_told(answer: list[str] | None, fault: str) -> None:
    assert fault in str(asvs._fault(answer))


def test_an_answer_that_holds_is_met() -> None:
    assert asvs._fault(["not-applicable", "no such thing here"]) is None
    assert asvs._fault(["by-design", "src/yesand/people/sight.py decides"]) is None
    here = "tests/conformance/test_asvs_answers.py::test_an_answer_that_holds_is_met"
    assert asvs._fault(["test", here, "a remark"]) is None


def test_no_answer_names_a_test_or_file_that_is_gone() -> None:
    faults = {name: asvs._fault(answer) for name, answer in asvs.answered().items()}
    gone = {name: fault for name, fault in faults.items() if fault and "not yet" not in fault}
    assert gone == {}


@pytest.mark.conformance
def test_every_requirement_has_an_answer_and_the_table_shows_it(conformance: Path) -> None:
    rows = asvs.requirements(conformance / "asvs")
    assert len(rows) == 253
    assert {row.id for row in rows} == set(asvs.answered())
    shown = asvs.PAGE.read_text("utf-8")
    assert shown == asvs.page(rows, asvs.answered()), "run `make conformance NAME=asvs`"
