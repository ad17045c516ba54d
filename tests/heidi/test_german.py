"""Questions in German are understood too, and answered in German."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.urls import reverse
from scripts import messages
from stage import Stage

from yesand.heidi.answering.services import answer, router
from yesand.heidi.german import in_english
from yesand.heidi.intents import Intent
from yesand.heidi.models import Message
from yesand.heidi.slots import Meet, read
from yesand.heidi.tools.asker import Asker

Who = Callable[[str], Asker]
NOW = datetime.fromisoformat("2026-11-25T09:00")
BUTTONS = (
    "My account",
    "Book a meeting",
    "What is my balance?",
    "Who learned from me?",
    "Why did my balance change?",
    "What do we owe to performers?",
    "Which meetings are booked this week?",
    "Show our models",
    "May we use the takes commercially?",
    "Show all statements",
    "Book a rating hour tomorrow",
    "When is my next meeting?",
)


def german(english: str) -> str:
    with messages.catalogue("heidi", "de").open("rb") as file:
        return str(read_po(file)[english].string)


@pytest.mark.parametrize("english", BUTTONS)
def test_a_german_button_asks_what_the_english_one_asks(english: str, stage: Stage) -> None:
    known = router(stage.house.place.cache)
    assert known.guess(in_english(german(english))).intent is known.guess(english).intent


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Was steht mir zu?", Intent.BALANCE),
        ("Wie hoch ist mein Guthaben?", Intent.BALANCE),
        ("Welche Modelle wurden mit mir trainiert?", Intent.MODELS),
        ("Zeig mir meine Vereinbarung", Intent.AGREEMENTS),
        ("Warum wurde meine Aufnahme abgelehnt?", Intent.TAKES),
        ("Ich möchte einen Termin am Freitag um 15 Uhr buchen", Intent.BOOK),
        ("Ich möchte meinen Termin morgen absagen", Intent.CANCEL),
        ("Meinen Termin auf Dienstag um 10 Uhr verschieben", Intent.MOVE),
        ("Ich möchte widerrufen", Intent.WITHDRAW),
    ],
)
def test_a_german_question_is_understood(question: str, intent: Intent, stage: Stage) -> None:
    assert router(stage.house.place.cache).guess(in_english(question)).intent is intent


@pytest.mark.parametrize(
    "question",
    ["Will the die be cast in war?", "What is my balance?", "Wohnen Pinguine hier?", "", "3 · 14"],
)
def test_what_is_not_german_stays_as_it_is(question: str) -> None:
    assert in_english(question) == question


def test_a_german_day_and_hour_are_read() -> None:
    for said in ("Termin buchen am 3. Dezember um 15 Uhr", "Buchen: Termin, 2026-12-03 um 15:00"):
        told = read(Intent.BOOK, in_english(said), NOW)
        assert isinstance(told, Meet)
        assert told.day is not None and told.day.isoformat() == "2026-12-03"
        assert told.time is not None and told.time.isoformat() == "15:00:00"


def test_who_reads_german_is_answered_in_german(asker: Who) -> None:
    ada = replace(asker("ada"), language="de")
    reply, _ = answer(ada, "Wie hoch ist mein Guthaben?")
    assert reply.text.startswith("Ihnen stehen jetzt ")


def test_who_reads_the_pages_in_german_is_answered_in_german(
    as_: dict[str, Client], stage: Stage
) -> None:
    asked = {"text": german("What is my balance?"), "key": "k"}
    as_["ada"].post(reverse("heidi_say"), asked, headers={"accept-language": "de"})
    told = Message.objects.get(user=stage.users["ada"], author=Message.Author.HEIDI)
    assert told.text.startswith(german("You are owed %(left)s now.").split("%")[0])
