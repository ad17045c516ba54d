"""``make outside``: one agreement before four checkers, and a copy that each must refuse."""

from __future__ import annotations

import pytest
from scripts import outside
from stage import Stage

from yesand.kernel.errors import BadInput


@pytest.fixture
def named(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    told = {"address": "1 Example Street", "contact": "privacy@house.example", "country": "DE"}
    monkeypatch.setattr(settings, "CONTROLLER", told)


def test_all_four_accept_the_agreement_and_refuse_a_spoiled_one(
    stage: Stage, named: None, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = list(outside.checkers(stage.house, outside.chosen("")))
    for name, run in rows:
        assert list(outside.outcome(name, *run())) == []
    assert len(rows) == 4 and capsys.readouterr().out.count("✓") == 4


def test_a_checker_that_accepts_all_is_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(outside.outcome("blind", "all is well", [], [])) == [
        "blind: accepted a spoiled copy"
    ]
    assert "✗" in capsys.readouterr().out


def test_an_agreement_that_is_not_there_is_said(stage: Stage) -> None:
    with pytest.raises(BadInput):
        outside.chosen("ffff0000")
