"""Tables and corrections on pages, and what a performer directs."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.people.acting import BANK, MONEY, READ
from yesand.people.models import Delegation, User
from yesand.royalties.instruments.models import Instrument
from yesand.royalties.instruments.services import directed_payees, read
from yesand.royalties.instruments.shapes import Certificate, Direction

pytestmark = pytest.mark.one_database
NOW = datetime(2026, 11, 2, tzinfo=UTC)
TAX = {
    "country": "US", "name": "us-royalties", "effective": "2026-11-01", "kinds": ["royalty"],
    "default_ppm": 300_000, "default_law": "26 U.S.C. § 1441(a)", "backup_ppm": 240_000,
    "backup_law": "26 U.S.C. § 3406(a)",
}  # fmt: skip


def entered(client: Client, kind: str, document: object) -> tuple[int, str]:
    told = document if isinstance(document, str) else json.dumps(document)
    answer = client.post(reverse("new_instrument"), {"kind": kind, "document": told})
    return answer.status_code, answer.content.decode()


def test_a_producer_enters_a_table_once_however_often(stage: Stage, as_: dict[str, Client]) -> None:
    for _ in range(2):
        assert entered(as_["producer"], "tax-table", TAX)[0] == 302
    assert Instrument.objects.get().kind == "tax-table"
    shown = as_["auditor"].get(reverse("instruments")).content.decode()
    assert "tax table" in shown and "Enter one" not in shown
    assert (
        "Steuertabelle"
        in as_["producer"].get(reverse("instruments"), HTTP_ACCEPT_LANGUAGE="de").content.decode()
    )
    for wrong, said in (
        ("{", "Not valid JSON"),
        ("[1]", "no JSON object"),
        ("[" * 30_000, "Not valid JSON"),
        ({**TAX, "default_ppm": -1}, "default_ppm"),
        ({**TAX, "default_ppm": 1}, "begins on 2026-11-01 already"),
    ):
        status, text = entered(as_["producer"], "tax-table", wrong)
        assert status == 422 and said in text, wrong
    assert Instrument.objects.count() == 1


def test_a_certificate_is_of_somebody_who_is_here(stage: Stage, as_: dict[str, Client]) -> None:
    told = {"performer": "Ada", "country": "DE", "form": "W-8BEN", "effective": "2026-11-01",
            "until": "2028-12-31"}  # fmt: skip
    assert entered(as_["producer"], "certificate", told)[0] == 302
    row = Instrument.objects.get()
    assert row.performer == stage.ada and isinstance(read(row), Certificate)
    status, text = entered(as_["producer"], "certificate", {**told, "performer": "Nobody"})
    assert status == 422 and "No such performer" in text


def test_a_correction_waits_for_the_next_settlement(stage: Stage, as_: dict[str, Client]) -> None:
    told = {"month": "2026-10", "why": "counted twice", "deployment": "night-line",
            "unit": "request", "usage_period": "2026-10", "quantity": 7}  # fmt: skip
    assert entered(as_["producer"], "correction", told)[0] == 302
    shown = as_["auditor"].get(reverse("instruments")).content.decode()
    assert "waits for the next settlement" in shown
    status, text = entered(as_["producer"], "correction", {**told, "month": "2026-09"})
    assert status == 422 and "That month is not settled" in text


def test_a_performer_alone_directs_their_pay(stage: Stage, as_: dict[str, Client]) -> None:
    page, form = reverse("directions"), {"role": "agent", "to": "ada-agency", "percent": "12.5",
                                         "effective": "2031-01-01"}  # fmt: skip
    for _ in range(2):
        assert as_["ada"].post(page, form).status_code == 302
    told = read(Instrument.objects.get())
    assert isinstance(told, Direction) and (told.ppm, told.to) == (125_000, "ada-agency")
    assert "12.5 %" in as_["ada"].get(page).content.decode()
    assert "ada-agency" not in as_["ben"].get(page).content.decode()
    late = as_["ada"].post(page, {**form, "effective": "2025-11-01"})
    assert late.status_code == 422 and "It begins today or later." in late.content.decode()
    none = as_["ada"].post(page, {**form, "percent": "", "effective": "2031-01-02"})
    assert none.status_code == 422 and "an agent gets a part" in none.content.decode()
    assert as_["ada"].post(page, {**form, "role": "payee", "to": "ada-films"}).status_code == 302
    day = datetime(2031, 1, 1, tzinfo=UTC)
    assert directed_payees(day.date()) == {"performer:Ada": "payee:ada-films"}
    agent = User.objects.create(username="agent")
    Delegation.objects.create(
        performer=stage.ada, user=agent, kind="agent", scopes=[READ, MONEY, BANK],
        granted_at=NOW, until=day,
    )  # fmt: skip
    client = Client()
    client.force_login(agent)
    assert client.get(page).status_code == client.post(page, form).status_code == 404
