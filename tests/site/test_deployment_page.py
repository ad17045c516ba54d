"""A deployment's page: its use by month, and what its licensee owes."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage, withdrawn

from yesand.kernel.clock import Period
from yesand.royalties.months import counted
from yesand.training.registry.services import deploy


def page(client: Client) -> str:
    return client.get(reverse("deployment", args=["night-line"])).content.decode()


@pytest.mark.parametrize("who", ["lab", "producer", "auditor"])
def test_who_runs_it_and_who_keeps_the_house_see_its_use(
    who: str, stage: Stage, as_: dict[str, Client]
) -> None:
    shown = page(as_[who])
    assert 'aria-label="Used by month: 2026-10: 4,170 × request"' in shown
    assert "in request; the tallest bar is 4,170 × request" in shown
    assert len(re.findall("<rect", shown)) == 12


def test_a_performer_in_it_sees_that_it_serves_and_not_its_use(
    stage: Stage, as_: dict[str, Client]
) -> None:
    withdrawn(stage)
    shown = page(as_["ada"])
    assert "in service" in shown
    assert "Used by month" not in shown and "Obligations" not in shown


def test_a_service_without_use_says_what_comes(stage: Stage, as_: dict[str, Client]) -> None:
    since = stage.house.place.clock.now()
    deploy(stage.house.place, stage.model, stage.manifest.licensee, since, "day-line")
    shown = as_["lab"].get(reverse("deployment", args=["day-line"])).content.decode()
    assert "No usage was delivered yet." in shown and "<rect" not in shown


def test_the_terms_say_beforehand_what_a_withdrawal_will_ask(
    stage: Stage, as_: dict[str, Client]
) -> None:
    shown = page(as_["lab"])
    assert "None. They arise when a performer takes" in shown
    assert "within 180 days" in shown and "within 30 days" in shown and "at once" in shown


def test_after_a_withdrawal_each_duty_stands_there_with_its_date(
    stage: Stage, as_: dict[str, Client]
) -> None:
    withdrawn(stage)
    shown = page(as_["lab"])
    assert "retrain or retire" in shown and 'datetime="2027-05-01' in shown
    assert "stop training" in shown and 'datetime="2026-11-02' in shown
    assert "go on paying" in shown and "while it is in service" in shown
    assert "deployment night-line</a>" in shown and "Ada" not in shown


def test_a_chart_of_use_counts_only_its_own_months() -> None:
    chart = counted("character", {"2025-01": 9, "2026-09": 5, "2026-10": 10}, Period(2026, 10))
    assert [bar.height for bar in chart.bars[-2:]] == [50.0, 100.0]
    assert chart.most == "10 × character" and "2025-01" not in chart.told
