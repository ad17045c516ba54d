"""Payouts on the pages: one's own details, two producers, the bank's word, and who sees what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from stage import Stage, seat

from bank_files import OURS, booked, camt, entry, part
from yesand.agreements import services as agreements
from yesand.kernel.errors import Refused
from yesand.people.delegating.services import grant
from yesand.people.leaving.services import erase, preview, take_home
from yesand.people.models import Delegation, Seat
from yesand.royalties.models import BankAccount, BankMovement, Payout, PayoutRun
from yesand.royalties.paying.banking.services import current

ADAS = "GB33BUKB20201555555555"


@pytest.fixture
def clients(stage: Stage, as_: dict[str, Client]) -> dict[str, Client]:
    """Everybody, and a second producer."""
    as_["second"] = Client()
    as_["second"].force_login(seat(stage, "second", Seat.Role.PRODUCER))
    for client, page, number in (
        ("ada", "bank_account", ADAS),
        ("producer", "house_account", OURS),
    ):
        done = as_[client].post(reverse(page), {"holder": client.title(), "iban": number})
        assert done.status_code == 302
    return as_


def sent(client: Client, page: str, *arguments: object, **form: object) -> str:
    """Send a form and return the page that follows."""
    answer = client.post(reverse(page, args=arguments), form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def shown(client: Client, page: str, *arguments: object) -> str:
    answer = client.get(reverse(page, args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_run_goes_from_one_producer_to_another_to_the_bank_and_back(
    clients: dict[str, Client],
) -> None:
    one, two = clients["producer"], clients["second"]
    assert "Prepare a run in EUR" in shown(one, "payout_runs")
    assert "no bank details" in shown(clients["auditor"], "payout_runs")
    assert "another producer has to approve it" in sent(one, "payout_prepare", currency="EUR")
    run = PayoutRun.objects.get()
    assert "cannot approve" in sent(one, "payout_decide", run.digest, decision="approve")
    page = sent(two, "payout_decide", run.digest, decision="approve")
    assert "GB33 … 5555" in page and ADAS not in page and "new details" in page
    file = one.get(reverse("payout_file", args=[run.digest]))
    assert file.headers["Content-Type"] == "application/xml" and ADAS.encode() in file.content
    ada = Payout.objects.get()
    assert "on its way" in shown(clients["ada"], "balance")
    amount = str(ada.money).split()[0]
    told = camt(booked(ada.end_to_end, amount), entry("9.00", "CRDT", part("", "9.00"), "R"))
    given = SimpleUploadedFile("november.xml", told, "text/xml")
    page = sent(one, "payout_bank", file=given)
    assert "1 paid, 0 came back, 1 to look at" in page and "names no payout of ours" in page
    waits = BankMovement.objects.exclude(problem="").get()
    assert "the rent" in sent(one, "payout_note", waits.pk, words="the rent")
    page = shown(clients["ada"], "balance")
    assert ">paid<" in page and "GB33 … 5555" in page
    answer = clients["ada"].get("/api/payouts").json()
    assert answer["count"] == 1 and answer["items"][0]["standing"] == "booked"
    assert ADAS not in str(answer) and clients["ben"].get("/api/payouts").json()["count"] == 0


def test_wrong_details_are_said_at_their_field_and_kept_ones_stay(
    clients: dict[str, Client],
) -> None:
    given = {"holder": "Ada", "iban": ADAS[:-1] + "6", "bic": "x"}
    answer = clients["ada"].post(reverse("bank_account"), given)
    page = answer.content.decode()
    assert answer.status_code == 422 and "check digits" in page
    assert BankAccount.objects.filter(payee="performer:Ada").count() == 1
    assert ADAS not in shown(clients["ada"], "balance")
    assert "GB33 BUKB 2020" in shown(clients["ada"], "bank_account")
    assert "taken back" in sent(clients["ada"], "bank_account_end")
    assert current("performer:Ada") is None and "No bank details yet" in shown(
        clients["ada"], "bank_account"
    )


def test_a_delegate_sees_both_ends_and_changes_nothing_without_that_right(
    stage: Stage, clients: dict[str, Client]
) -> None:
    until = stage.house.place.clock.now() + timedelta(days=90)
    made, _ = grant(stage.house.place, stage.ada, "agent", ["money"], until)
    rater = stage.users["rater"]
    Delegation.objects.filter(pk=made.pk).update(user=rater)
    page = f"{reverse('bank_account')}?of=Ada"
    seen = clients["rater"].get(page).content.decode()
    assert "GB33 … 5555" in seen and ADAS[4:] not in seen.replace(" ", "")
    given = {"holder": "Rater", "iban": OURS}
    assert clients["rater"].post(page, given).status_code == 404
    Delegation.objects.filter(pk=made.pk).update(scopes=["money", "bank"])
    assert clients["rater"].post(page, given).status_code == 302
    row = current("performer:Ada")
    assert row is not None and row.by == rater and row.masked == "DE89 … 3000"


def test_who_leaves_takes_their_details_along_once_nothing_is_on_its_way(
    stage: Stage, clients: dict[str, Client]
) -> None:
    place, ada = stage.house.place, stage.users["ada"]
    sent(clients["producer"], "payout_prepare", currency="EUR")
    run = PayoutRun.objects.get()
    sent(clients["second"], "payout_decide", run.digest, decision="approve")
    assert any("on its way" in line for line in preview(place, ada).hindrances)
    with pytest.raises(Refused, match="on its way"):
        erase(place, ada, forgoing=True)
    payout = Payout.objects.get()
    told = camt(booked(payout.end_to_end, str(payout.money).split()[0]))
    sent(clients["producer"], "payout_bank", file=SimpleUploadedFile("n.xml", told, "text/xml"))
    with (place.root / "home.zip").open("wb") as out:
        assert "royalties.json" in take_home(place, ada, out)
    agreements.withdraw(place, stage.ada, reason="I go.")
    erase(place, ada, forgoing=True)
    assert not BankAccount.objects.filter(payee="performer:Ada").exclude(sealed="").exists()
    assert Payout.objects.get().masked == "GB33 … 5555"
    assert len(stage.house.check()) == 11
    gone = clients["producer"].get(reverse("payout_file", args=[run.digest]))
    assert gone.status_code in {404, 409, 422}
