"""The books as pages: balances as of a day, and each posting with what it follows from."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse
from matrix import SEEN
from matrix_royalties import paid
from stage import Stage

from yesand.royalties.books.grammar import read
from yesand.royalties.models import Account
from yesand.royalties.paying.running.services import approve


def page(client: Client, name: str, *args: object, **query: str) -> str:
    return client.get(reverse(name, args=args), query).content.decode()


def test_an_auditor_sees_every_account_and_that_both_sides_agree(
    stage: Stage, as_: dict[str, Client]
) -> None:
    told = page(as_["auditor"], "books")
    for name in ("performer:Ada", "performer:Ben", "fund"):
        assert name in told
    debit, credit = re.findall(r'class="middle">([0-9.,]+)', told)
    assert debit == credit != "0.000000"
    assert "Nothing was posted" in page(as_["auditor"], "books", as_of="2026-09-30")


def test_a_performer_sees_their_own_account_alone(stage: Stage, as_: dict[str, Client]) -> None:
    assert as_["ada"].get(reverse("books")).status_code == SEEN
    told = page(as_["ada"], "books")
    assert "performer:Ada" in told
    assert "performer:Ben" not in told and "fund" not in told and "Beancount" not in told


def test_each_posting_leads_to_its_statement_and_its_payout(
    stage: Stage, as_: dict[str, Client]
) -> None:
    run = paid(stage)
    approve(stage.house.place, run, stage.users["lab"])
    account = Account.objects.get(name="performer:Ada").pk
    seen = page(as_["auditor"], "book", account)
    assert reverse("statement", args=[stage.statement.digest]) in seen
    assert reverse("payout_run", args=[run.digest]) in seen
    hers = page(as_["ada"], "book", account)
    assert reverse("statement", args=[stage.statement.digest]) in hers
    assert reverse("payout_run", args=[run.digest]) not in hers


def test_a_day_that_is_none_is_said_and_shows_the_books_as_they_are(
    stage: Stage, as_: dict[str, Client]
) -> None:
    response = as_["auditor"].get(reverse("books"), {"as_of": "yesterday"})
    assert response.status_code == 422
    assert "“yesterday” is no day" in response.content.decode()
    assert "performer:Ada" in response.content.decode()


def test_the_ledger_is_sent_as_a_file_that_reads(stage: Stage, as_: dict[str, Client]) -> None:
    response = as_["auditor"].get(reverse("ledger"))
    assert response["Content-Disposition"].endswith('.beancount"')
    assert read(response.content.decode().splitlines()).transactions > 0
