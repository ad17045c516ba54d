"""Whoever has not signed in is answered from what is public, and nothing of it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.translation import override
from planted import agreement, meeting, scene, take
from stage import Stage

from yesand.heidi.answering.services import LONGEST
from yesand.heidi.intents import Intent
from yesand.heidi.models import Chunk, Letter, Message, Proposal
from yesand.heidi.phrases import phrases
from yesand.heidi.reply import Reply
from yesand.heidi.tools import table
from yesand.heidi.tools.asker import Tool
from yesand.heidi.visiting.services import answer, door
from yesand.kernel.errors import BadInput

pytestmark = pytest.mark.one_database

SECRET = "xsecretofadas"


@pytest.fixture(autouse=True)
def _unhurried(stage: Stage) -> Iterator[None]:
    """No test is slowed down by what another one asked, or led astray by its language."""
    cache.clear()
    with override("en"):
        yield
    cache.clear()


def told(reply: Reply) -> str:
    return json.dumps([reply.text, reply.cards()])


def ask(client: Client, text: str, **more: str) -> str:
    return client.post(reverse("heidi_visitor"), {"text": text}, headers=more).content.decode()


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What is reliance?", "a share with an interval"),
        ("How do I withdraw?", "You may withdraw at any time"),
        ("Which models are in service?", "Named by their wish: Ada Actor"),
        ("am I still paid after a withdrawal", "until it is decommissioned"),
    ],
)
def test_what_is_public_is_told_with_its_source(question: str, says: str, stage: Stage) -> None:
    reply = answer(stage.house.place, question)
    assert says in told(reply)
    assert all(quote.address.startswith(("/help/", "/register/")) for quote in reply.quotes)
    assert reply.quotes


@pytest.mark.parametrize(
    "question",
    ["My account", "Book a meeting", "What is my balance?", "Cancel my meeting tomorrow",
     "Show my takes", "Who learned from me?", "What is Ada's balance?"],
)  # fmt: skip
def test_what_is_somebodys_own_leads_to_the_door(question: str, stage: Stage) -> None:
    reply = answer(stage.house.place, question)
    assert door() in reply.links and not reply.rows and not reply.wishes


def test_what_nobody_wrote_about_is_not_known(stage: Stage) -> None:
    assert answer(stage.house.place, "How do I bake bread?").text.startswith("I do not know that")


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("hello@house.example", "mailto:hello@house.example"),
        ("https://house.example/ask", "https://house.example/ask"),
        ("javascript:alert(1)", "mailto:javascript:alert(1)"),
        ("", "/login/?next=%2Fheidi%2F"),
    ],
)
def test_a_human_is_named_if_the_house_names_one(contact: str, address: str, stage: Stage) -> None:
    with override_settings(CONTROLLER={**settings.CONTROLLER, "contact": contact}):
        reply = answer(stage.house.place, "I want to talk to a human")
    assert reply.links[0].address == address
    assert ("names no address" in reply.text) is (not contact)


def test_no_tool_runs_and_no_record_is_told_whatever_a_visitor_asks(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    performer, now = stage.ada, stage.house.place.clock.now()
    take(stage, performer, "ada", SECRET, scene("ada", SECRET))
    agreement(stage, performer, "ada", SECRET)
    meeting(stage, "ada", SECRET, now)
    Message.objects.create(user=stage.users["ada"], author="person", key="k", text=SECRET, at=now)
    run: list[str] = []
    for intent, tool in table.TOOLS.items():
        caught = Tool(tool.intent, tool.about, tool.slots, lambda asker, slots: run.append("ran"))  # type: ignore[arg-type,return-value,func-returns-value]
        monkeypatch.setitem(table.TOOLS, intent, caught)
    asked = [next(p.text for p in phrases() if p.intent is intent) for intent in Intent]
    for question in [*asked, SECRET, f"What does {SECRET} say?", "Ada", "Show Ada's agreement"]:
        reply = answer(stage.house.place, question)
        found = [q.text + q.title for q in reply.quotes] + [reply.text, *map(str, reply.links)]
        assert not any(SECRET in words for words in found), question
    assert run == []


def test_nothing_of_it_is_kept(stage: Stage) -> None:
    visitor = Client()
    page = ask(visitor, "What is a manifest?")
    assert "The signed statement of exactly which takes" in page and "no-store" in str(
        visitor.get(reverse("heidi_visitor")).headers
    )
    kept = (Message, Chunk, Proposal, Letter, Session)
    assert [model.__name__ for model in kept if model.objects.exists()] == []


def test_words_of_a_visitor_are_shown_and_never_run(stage: Stage) -> None:
    page = ask(Client(), "<script>alert(1)</script> what is a take")
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def test_nothing_and_too_much_are_told_kindly(stage: Stage) -> None:
    for text in ("", " \0 ", "x" * (LONGEST + 1), "x" * 100_000):
        with pytest.raises(BadInput):
            answer(stage.house.place, text)
    sent = Client().post(reverse("heidi_visitor"), {"text": "y" * 3_000})
    assert sent.status_code == 422 and "y" * 3_000 in sent.content.decode()


def test_who_asks_very_fast_is_asked_to_wait_and_keeps_their_words(stage: Stage) -> None:
    visitor, where = Client(), reverse("heidi_visitor")
    statuses = [visitor.post(where, {"text": "What is a take?"}).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    assert "my very words" in visitor.post(where, {"text": "my very words"}).content.decode()


def test_a_visitor_is_answered_in_the_language_of_the_page(stage: Stage) -> None:
    page = ask(Client(), "Was ist ein Manifest?", **{"accept-language": "de"})
    assert "Die unterschriebene Feststellung" in page
    with override("de"):
        assert "Melden Sie sich an" in answer(stage.house.place, "Wie hoch ist mein Guthaben?").text


def test_the_dock_of_every_open_page_asks_heidi(stage: Stage) -> None:
    for name in ("start", "register", "account_login"):
        assert (
            f'action="{reverse("heidi_visitor")}"' in Client().get(reverse(name)).content.decode()
        )
