"""The desk is asked: payouts, escrow, the books, prices, estimates, and what waits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from planted import desk
from stage import Stage

from yesand.heidi.answering.services import answer
from yesand.heidi.german import in_english
from yesand.heidi.intents import Intent
from yesand.heidi.reply import Reply
from yesand.heidi.router import ready
from yesand.heidi.supposing import part_of_the_price, unit_named
from yesand.heidi.tools.asker import Asker
from yesand.heidi.topics import Topic, topic
from yesand.kernel.clock import Period
from yesand.kernel.money import Money
from yesand.royalties.estimating.estimate import What
from yesand.royalties.estimating.services import Proposed, keep
from yesand.royalties.invoicing.services import owed_lines
from yesand.royalties.models import Estimate, Posting, Settlement
from yesand.royalties.paying.payees.services import hold
from yesand.royalties.tariffs.services import publish
from yesand.training.models import Deployment

pytestmark = pytest.mark.one_database
Who = Callable[[str], Asker]
EVALUATION = Path(__file__).parents[2] / "scripts" / "heidi_evaluation.json"
ASKED = [
    ("Do the books balance?", Topic.BOOKS),
    ("Does the ledger agree with the statements?", Topic.BOOKS),
    ("Show the payout runs", Topic.PAYOUTS),
    ("Why was I not paid?", Topic.PAYOUTS),
    ("Which payouts came back?", Topic.PAYOUTS),
    ("What usage is in escrow?", Topic.ESCROW),
    ("Did anybody claim the usage?", Topic.ESCROW),
    ("Which months rest on estimates?", Topic.MISSING),
    ("Is our usage attested?", Topic.MISSING),
    ("Show the tariffs", Topic.PRICES),
    ("What does a request cost?", Topic.PRICES),
    ("What would our bill be if the price rose by 20 %?", Topic.SUPPOSED),
    ("How much would we owe at half the price?", Topic.SUPPOSED),
    ("What would our bill be if the price fell to 80 %?", Topic.SUPPOSED),
    ("Show all exceptions", Topic.EXCEPTIONS),
    ("Show receivables by age", Topic.RECEIVABLES),
    ("Were there audits of my pay?", Topic.AUDITS),
    ("Zeig die Auszahlungsläufe", Topic.PAYOUTS),
    ("Warum wurde ich nicht bezahlt?", Topic.PAYOUTS),
    ("Welche Nutzung wartet?", Topic.ESCROW),
    ("Gibt es eine Saldenliste?", Topic.BOOKS),
    ("Welche Monate sind geschätzt?", Topic.MISSING),
    ("Was würde es kosten, wenn der Preis um 20 % steigt?", Topic.SUPPOSED),
    ("Why didn't I get paid?", Topic.PAYOUTS),
    ("How does a payout run work?", Intent.OTHER),
    ("What is an escrow?", Intent.OTHER),
    ("Which usage is missing before October can be closed?", Intent.CLOSING),
    ("What is my balance?", Intent.BALANCE),
]


def test_what_the_desk_is_asked_is_known_by_its_words(tmp_path: Path) -> None:
    router = ready(tmp_path)
    english = {text: in_english(text) for text, _ in ASKED}
    found = {text: topic(router.guess(told).intent, told) for text, told in english.items()}
    assert found == dict(ASKED)


def test_nothing_that_is_not_hers_is_taken_for_the_desks(tmp_path: Path) -> None:
    asked = json.loads(EVALUATION.read_text("utf-8"))
    guesses = ready(tmp_path).guesses([row["text"] for row in asked])
    for row, guess in zip(asked, guesses, strict=True):
        about = topic(guess.intent, row["text"])
        if about in set(Topic):
            assert row["intent"] in {"balance", "invoices", "statements"}, (row["text"], about)


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("if prices fell by 30 %", "70"),
        ("at 80 percent of the price", "80"),
        ("if the price doubled", "200"),
        ("10 % cheaper", "90"),
        ("if the price rose by 1000 %", "1100"),
        ("if it fell by 120 %", "0"),
        ("if it fell to 80 %", "80"),
        ("if it were raised to 120 %", "120"),
        ("at 80 % or more", "80"),
        ("if it rose by 2.5 %", ""),
        ("if it rose by 1,000 %", ""),
        ("what would our bill be", ""),
    ],
)
def test_a_price_is_supposed_in_words(text: str, percent: str) -> None:
    assert part_of_the_price(text) == percent
    assert unit_named("per second of speech") == "output-second" and not unit_named(text)


def rows(reply: Reply) -> dict[str, str]:
    assert all(row.address for row in reply.rows), "every figure leads to its page"
    return {row.name: row.value for row in reply.rows}


def test_a_performer_is_told_why_they_are_not_in_the_next_run(asker: Who, stage: Stage) -> None:
    owed = -sum(
        Posting.objects.filter(account__name="performer:Ada").values_list("micro", flat=True)
    )
    said = rows(answer(asker("ada"), "Why was I not paid?")[0])
    assert said == {"Not in the next run": f"{Money('EUR', owed)}: no bank details"}
    hold(stage.house.place, "performer:Ada", "xprivate words", stage.users["producer"])
    said = rows(answer(asker("ada"), "Why was I not paid?")[0])
    assert said["Not in the next run"].endswith(": on hold")
    assert "xprivate" in str(answer(asker("producer"), "Show the payout runs")[0])


def test_the_auditor_is_told_that_all_agrees_and_what_does_not(asker: Who, stage: Stage) -> None:
    reply, _ = answer(asker("auditor"), "Do the books balance?")
    assert reply.text.startswith("The books balance and agree")
    assert "add up to 0" in rows(reply)["Trial balance, EUR"]
    assert "difference 0" in rows(reply)["Reconciliation, EUR"]
    desk(stage)  # what was posted here follows from no statement
    reply, _ = answer(asker("auditor"), "Do the books balance?")
    assert reply.text == "The books do not agree:"
    assert "difference 1.23" in rows(reply)["Reconciliation, EUR"]


def test_what_waits_is_told_with_its_reason(asker: Who, stage: Stage) -> None:
    desk(stage)
    said = rows(answer(asker("lab"), "What usage is in escrow?")[0])
    assert said["xescrowline, 2026-10"].startswith("7 × request: ")
    told = answer(asker("producer"), "Show all exceptions")[0]
    assert "xescrowline" in str(told.rows) and "performer:Ada: no bank details" in str(told.rows)


def test_an_estimate_is_marked_as_one_for_the_licensee_alone(asker: Who, stage: Stage) -> None:
    line, place = Deployment.objects.get(name="night-line"), stage.house.place
    keep(place, [Proposed(line, Period(2026, 10), {What("request", "", False): 3_000}, ())])
    assert Estimate.objects.count() == 1
    for name in ("lab", "producer"):
        said = rows(answer(asker(name), "What was estimated in October?")[0])
        assert said["ESTIMATE of night-line"] == "3,000 × request"
        assert said["night-line"] == "nothing is attested"
    for name in ("other", "ada"):
        assert "3,000" not in str(answer(asker(name), "What was estimated in October?")[0])


def test_prices_are_those_in_force_this_month(asker: Who, stage: Stage) -> None:
    told = {"name": "film", "currency": "EUR", "revenue_share_ppm": 60_000}
    place = stage.house.place
    publish(
        place, {**told, "version": 1, "effective": "2026-11-01", "per_unit": {"request": 2_000}}
    )
    publish(
        place, {**told, "version": 2, "effective": "2026-12-01", "per_unit": {"request": 9_000}}
    )
    said = rows(answer(asker("ada"), "Show the tariffs")[0])
    assert said == {"film@1": "request 0.002 EUR; part of revenue 6 %"}


def test_a_licensee_supposes_a_price_and_nobody_else(asker: Who, stage: Stage) -> None:
    reply, trace = answer(asker("lab"), "What would our bill be if the price rose by 50 %?")
    assert trace[0].slots == {"percent": "150"}
    name, said = next(iter(rows(reply).items()))
    supposed, billed = (
        Money.of("EUR", part.split()[0]).micro for part in said.split(" instead of ")
    )
    assert name == "night-line, request" and abs(2 * supposed - 3 * billed) <= 6
    billed = sum(line.micro for line in owed_lines(Settlement.objects.get())["house-lab", "EUR"])
    said = rows(answer(asker("lab"), "What would our bill be at 100 % of the price?")[0])
    assert said["All of 2026-10"] == str(Money("EUR", billed))
    assert not answer(asker("ada"), "What would our bill be if the price rose by 50 %?")[0].rows
    assert not answer(asker("producer"), "What would our bill be at half the price?")[0].rows
