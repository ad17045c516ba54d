"""What people are told: their own figures, their own clauses, and nothing of anybody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from stage import Stage

from yesand.heidi.answering.services import LONGEST, answer, run
from yesand.heidi.intents import Intent
from yesand.heidi.reply import Reply
from yesand.heidi.slots import Asked, Found, Issued, Slots
from yesand.heidi.tools.asker import Asker
from yesand.heidi.tools.mentioned import with_their_pages
from yesand.heidi.tools.table import TOOLS
from yesand.kernel.ids import digest
from yesand.kernel.money import Money
from yesand.people.models import Delegation, User
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.royalties.disputing.services import open_dispute
from yesand.takes.models import Take

Who = Callable[[str], Asker]


def whole(reply: Reply) -> str:
    """All that a reply says or links to."""
    return json.dumps([reply.text, reply.cards(), [w.says for w in reply.wishes]])


def test_the_balance_is_the_ledgers(asker: Who, stage: Stage) -> None:
    reply, trace = answer(asker("ada"), "What is my balance?")
    owed = str(Money(stage.statement.currency, stage.statement.total_micro))
    assert f"You are owed {owed} now." == reply.text
    assert [c.tool for c in trace] == ["balance"]
    assert all(row.address for row in reply.rows), "every figure leads to its page"


def test_why_the_balance_changed_is_told_line_by_line(asker: Who) -> None:
    reply, _ = answer(asker("ada"), "Why did my balance change?")
    assert [row.name for row in reply.rows] == ["session fee", "royalty of night-line"]
    assert "first statement" in reply.text


def test_a_clause_is_told_in_its_own_words(asker: Who, stage: Stage) -> None:
    reply, _ = answer(asker("ada"), "Can my voice be cloned under my contract?")
    assert reply.quotes[0].text in stage.agreement.text
    assert "asked" in reply.quotes[0].text


def test_who_learned_from_me_comes_with_share_and_interval(asker: Who) -> None:
    reply, _ = answer(asker("ada"), "Which models learned from me?")
    assert "52.000 % (between 43.000 % and 61.000 %)" in whole(reply)
    assert "night-line" in whole(reply)


def test_a_rejected_take_comes_with_its_reason(asker: Who) -> None:
    reply, _ = answer(asker("ada"), "Why was my take rejected?")
    assert "Silent" in whole(reply) and len(reply.rows) == 1


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Explain the clause about payment in my agreement", "Pay"),
        ("Where may they use my voice?", "Where"),
        ("What does my agreement say about withdrawal?", "Withdrawing"),
        ("How long does the agreement run?", "Until"),
    ],
)
def test_a_clause_is_found_by_what_people_call_it(question: str, title: str, asker: Who) -> None:
    reply = run(asker("ada"), Intent.CLAUSE, Asked(question=question))[0]
    assert reply.quotes[0].title.endswith(title), [q.title for q in reply.quotes]


def test_a_producer_is_told_whose_agreement_it_is(asker: Who) -> None:
    reply = run(asker("producer"), Intent.CLAUSE, Asked(question="pay"))[0]
    assert reply.text.startswith("The latest agreement, of ") and " with " in reply.text


@pytest.mark.parametrize("word", ["anger", "angry", "furious", "Angry"])
def test_a_feeling_is_found_by_whatever_word(word: str, asker: Who, stage: Stage) -> None:
    for called in ("anger", "angry"):
        fresh = Take.objects.filter(performer=stage.ada, emotion="anger").first()
        assert fresh is not None
        fresh.pk, fresh.sha256, fresh.emotion = None, digest(called.encode()), called
        fresh.entry = log.record(stage.house.place, Kind.TAKE_RECORDED, fresh.sha256)
        fresh.save(force_insert=True)
    reply = run(asker("ada"), Intent.TAKES, Found(emotion=word))[0]
    assert len(reply.rows) == 3


def test_where_there_is_no_such_take_it_is_said_which_there_are(asker: Who) -> None:
    reply = run(asker("ada"), Intent.TAKES, Found(emotion="disgust"))[0]
    assert reply.text.startswith("I find no such take. There are these")
    assert {"anger", "joy", "sadness", "calm"} == {row.name for row in reply.rows}
    assert reply.rows[0].address.startswith("/takes/?emotion=")
    assert (
        "No take was rejected" in run(asker("ben"), Intent.TAKES, Found(state="rejected"))[0].text
    )


def test_a_first_statement_is_no_more_and_no_less(asker: Who) -> None:
    reply = run(asker("ada"), Intent.CHANGE, Slots())[0]
    assert not [r.value for r in reply.rows if "+" in r.value or "new" in r.value]


def test_who_acts_for_a_performer_in_money_is_told_their_disputes(asker: Who, stage: Stage) -> None:
    open_dispute(stage.house.place, stage.statement, 0, "Three hours", stage.users["ada"])
    agent = User.objects.create(username="agent")
    now = stage.house.place.clock.now()
    grant = Delegation(performer=stage.ada, user=agent, kind="agent", scopes=["read", "money"])
    grant.granted_at, grant.until = now, now + timedelta(days=100)
    grant.save()
    reply = run(Asker.at(stage.house.place, agent), Intent.DISPUTES, Slots())[0]
    assert len(reply.rows) == 1 and "held" in reply.rows[0].value
    assert run(asker("rater"), Intent.DISPUTES, Slots())[0].rows == ()


def test_a_withdrawal_is_never_made_here(asker: Who, stage: Stage) -> None:
    reply, _ = answer(asker("ada"), "I want to withdraw everything")
    assert not reply.wishes and not stage.ada.withdrawals.exists()


def test_what_she_does_not_know_she_says_and_offers_a_human(asker: Who) -> None:
    reply, _ = answer(asker("ada"), "Where do penguins live?")
    assert reply.text.startswith("I do not know that") and reply.offers_human


def test_what_is_written_is_quoted_with_its_source(asker: Who) -> None:
    reply, _ = answer(asker("rater"), "What is a manifest?")
    assert reply.quotes[0].address == "/help/questions/#what-is-a-manifest"


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_said_is_answered_kindly(asker: Who, text: str) -> None:
    assert "You sent me nothing" in answer(asker("ada"), text)[0].text


def test_a_hundred_thousand_characters_are_answered_kindly(asker: Who) -> None:
    reply, trace = answer(asker("ada"), "balance " * 12_500)
    assert f"up to {LONGEST:,}" in reply.text and trace == []


@pytest.mark.parametrize(
    "who", ["ada", "ben", "dora", "lab", "other", "producer", "auditor", "rater"]
)
def test_every_role_is_greeted_in_its_own_words(asker: Who, who: str) -> None:
    reply, _ = answer(asker(who), "Hello Heidi")
    assert "I am Heidi" in reply.text


# -- Whose records -------------------------------------------------------------------------------


def test_no_tool_takes_a_person(asker: Who) -> None:
    forbidden = (
        "person",
        "user",
        "performer",
        "handle",
        "account",
        "name",
        "who",
        "id",
        "licensee",
    )
    for tool in TOOLS.values():
        assert not [f for f in tool.slots.model_fields if f in forbidden or f.endswith("_id")]
        assert tool.slots.model_config["extra"] == "forbid"


def test_another_persons_statement_of_the_same_month_is_not_found(asker: Who) -> None:
    told = whole(run(asker("dora"), Intent.STATEMENTS, Issued(month="2026-10"))[0])
    assert "EUR" not in told
    assert "no takes of yours" in run(asker("dora"), Intent.TAKES, Found(emotion="anger"))[0].text
    assert "no agreement" in run(asker("dora"), Intent.CLAUSE, Asked(question="pay"))[0].text


def test_who_lost_their_seat_is_told_nothing(asker: Who, stage: Stage) -> None:
    stage.users["ada"].seats.all().delete()
    for intent in TOOLS:
        told = whole(run(asker("ada"), intent, TOOLS[intent].slots())[0])
        assert "EUR" not in told and "late-train" not in told


@pytest.mark.parametrize("who", ["ada", "producer", "lab", "auditor", "rater"])
def test_my_account_is_told_where_the_house_asks_for_a_second_factor(
    asker: Who, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.setattr(settings, "REQUIRE_MFA", "everyone")
    reply, _ = answer(asker(who), "My account")
    assert "You are signed in as" in reply.text
    assert reverse("mfa_first") in whole(reply)


def test_a_tool_that_breaks_says_so_with_a_reference_that_is_in_the_log(
    asker: Who, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_asker: Asker, _slots: Slots) -> Reply:
        raise AttributeError("no such thing")

    monkeypatch.setitem(TOOLS, Intent.BALANCE, replace(TOOLS[Intent.BALANCE], run=breaks))
    reply, _ = answer(asker("ada"), "What is my balance?")
    reference = reply.text.rstrip(".").split()[-1]
    assert reply.offers_human
    assert reference in caplog.text


def test_who_sees_everybody_and_names_one_is_shown_their_page(asker: Who) -> None:
    for name in ("producer", "auditor"):
        reply, _ = answer(asker(name), "what is ada's balance")
        assert "not about Ada alone" in reply.text
        assert reply.links[0].address == reverse("performer", args=["Ada"])
    assert "Ada" not in answer(asker("producer"), "what is the balance")[0].text


def test_a_name_tells_nothing_to_who_may_not_see_whose_it_is(asker: Who) -> None:
    reply = Reply("You are owed nothing.")
    for name in ("ben", "lab", "rater"):
        assert with_their_pages(reply, asker(name), "what is Ada's balance") is reply
