"""Who acts for a person, and what was withdrawn, by the words that people use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from stage import Stage

from yesand.heidi.answering.services import answer
from yesand.heidi.tools.asker import Asker
from yesand.people.models import Delegation
from yesand.takes.reviewing.services import queue

Who = Callable[[str], Asker]


@pytest.mark.parametrize("question", ["Who is my agent?", "Which delegates do I have?"])
def test_who_acts_for_a_performer_is_told_with_its_end(
    question: str, asker: Who, stage: Stage
) -> None:
    now = stage.house.place.clock.now()
    Delegation.objects.create(
        performer=stage.ada,
        user=stage.users["ben"],
        kind="agent",
        scopes=["read"],
        granted_at=now,
        until=now + timedelta(days=30),
    )
    reply, _ = answer(asker("ada"), question)
    row = next(row for row in reply.rows if row.name == "Acts for you")
    until = f"{now + timedelta(days=30):%Y-%m-%d}"
    assert row.value == f"ben (agent), until {until}" and "delegates" in row.address
    mine, _ = answer(asker("ben"), "For whom do I act?")
    assert any(row.name == "You act for" and "Ada" in row.value for row in mine.rows)


def test_withdrawals_are_listed_for_whoever_may_see_them(asker: Who, stage: Stage) -> None:
    assert "Nothing has been withdrawn" in answer(asker("auditor"), "List withdrawals")[0].text
    made = stage.house.withdraw("Ada", purposes=["health"])
    for who in ("ada", "auditor"):
        reply, _ = answer(asker(who), "List all withdrawals")
        assert "There is 1 withdrawal" in reply.text
        assert [row.address for row in reply.rows] == [f"/withdrawals/{made.digest}/"]
    assert not answer(asker("ben"), "List my withdrawals")[0].rows
    assert "no performer’s seat" in answer(asker("rater"), "List withdrawals")[0].text


@pytest.mark.parametrize("question", ["Who withdrew?", "Who has withdrawn?"])
def test_who_withdrew_is_told_with_names_to_a_producer(
    question: str, asker: Who, stage: Stage
) -> None:
    stage.house.withdraw("Ada", purposes=["health"])
    reply, _ = answer(asker("producer"), question)
    assert "There is 1 withdrawal" in reply.text and "Ada" in reply.rows[0].name
    assert reply.quotes[0].title == "Who has withdrawn?" and not reply.offers_human
    assert not answer(asker("ben"), question)[0].rows, "others are told of their own alone"


def test_how_an_agent_gets_access_is_told_with_the_way_there(asker: Who) -> None:
    reply, _ = answer(asker("ada"), "How do I give my agent access?")
    assert reply.quotes[0].title == "How do I give my agent access?"
    assert "/account/delegates/" in [link.address for link in reply.links]
    none = answer(asker("rater"), "Show my account")[0]
    assert "/account/delegates/" not in [link.address for link in none.links]


@pytest.mark.parametrize(
    ("question", "address"),
    [
        ("Where do I enter my IBAN?", "#where-do-i-enter-my-iban"),
        ("Wo gebe ich meine IBAN ein?", "#where-do-i-enter-my-iban"),
        ("How do I change my bank details?", "#how-do-i-change-my-bank-details"),
        ("How do I record a scene offline?", "#can-i-record-offline"),
    ],
)
def test_what_the_documentation_asks_about_oneself_is_answered_by_it(
    question: str, address: str, asker: Who
) -> None:
    reply, _ = answer(asker("ada"), question)
    assert reply.quotes[0].address.endswith(address)
    assert not reply.offers_human and "do not know" not in reply.text


def test_the_queue_is_the_producers_and_holds_what_waits_for_a_verdict(
    asker: Who, stage: Stage
) -> None:
    reply, _ = answer(asker("producer"), "Which takes are in the queue?")
    assert reply.links[0].address == "/takes/queue/" and len(reply.rows) == queue().count() > 0
    queue().update(state="accepted", findings=[])
    assert "queue is empty" in answer(asker("producer"), "Which takes are in the queue?")[0].text
    theirs = answer(asker("ada"), "Which takes are in the queue?")[0]
    assert "/takes/queue/" not in [link.address for link in theirs.links]


@pytest.mark.parametrize(
    "question", ["Why is the rest not permitted?", "May we train a model for advertising?"]
)
def test_a_licensee_is_shown_where_the_reasons_stand(question: str, asker: Who) -> None:
    reply, _ = answer(asker("lab"), question)
    assert reply.links[0].address == "/corpora/ask/" and "which clause" in reply.text
