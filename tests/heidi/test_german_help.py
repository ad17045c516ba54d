"""The pages a performer lives by are there in German: the same sections, at the same addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from stage import Stage

from yesand.heidi.answering.services import answer, run
from yesand.heidi.documents import PAGES, anchors, language_of, sections, source, there
from yesand.heidi.headings import asked
from yesand.heidi.intents import Intent
from yesand.heidi.rendering import page_of
from yesand.heidi.search import search
from yesand.heidi.slots import Asked
from yesand.heidi.tools.asker import Asker

Who = Callable[[str], Asker]
TRANSLATED = [page for page in PAGES if language_of(page, "de") == "de"]


@dataclass(frozen=True)
class Piece:
    title: str
    text: str
    url: str


SHELF = [Piece(s.heading, s.text, f"{s.page}#{s.anchor}") for s in sections("de")]


def shape(page: str, language: str) -> list[str]:
    """What stands in which order: levels of headings, rows of tables, items of lists, commands."""
    found = re.findall(r"^(#+ |\| |- |```)|(`[^`\n]+`)", source(page, language), re.M)
    return ["".join(each) for each in found]


def test_what_a_performer_lives_by_is_there_in_german() -> None:
    assert {"for-performers", "questions", "what-it-is"} <= set(TRANSLATED)


@pytest.mark.parametrize("page", TRANSLATED)
def test_a_german_page_has_the_shape_and_the_addresses_of_the_english_one(page: str) -> None:
    assert shape(page, "de") == shape(page, "en")
    html = page_of(page, "de")[1]
    assert re.findall(r'<h\d id="([^"]+)"', html) == anchors(page)[1:]


@pytest.mark.parametrize("page", TRANSLATED)
def test_a_german_page_is_not_left_behind_in_length(page: str) -> None:
    english = [s for s in sections() if s.page == page]
    german = [s for s in sections("de") if s.page == page]
    for one, other in zip(english, german, strict=True):
        assert 0.6 < len(other.text) / len(one.text) < 1.9 or len(one.text) < 60, other.heading


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("Was ist denn Reliance?", "questions#what-is-reliance"),
        ("Wann werde ich bezahlt?", "questions#when-am-i-paid"),
        ("Wo gebe ich meine IBAN ein?", "for-performers#where-do-i-enter-my-iban"),
        ("Kann meine Stimme geklont werden", "questions#can-my-voice-be-cloned"),
        ("Passwort vergessen", "questions#i-forgot-my-password"),
        ("Was geschieht, wenn ich widerrufe?", "questions#withdrawal"),
    ],
)
def test_a_german_question_finds_its_german_section(question: str, place: str) -> None:
    assert search(question, SHELF, german=True)[0].passage.url == place


@pytest.mark.parametrize(
    "question", ["Wie wird das Wetter?", "Wer hat gewonnen", "", "die der das"]
)
def test_what_nobody_wrote_about_in_german_has_no_answer(question: str) -> None:
    assert search(question, SHELF, german=True) == []
    assert asked(question, sections("de"), german=True) is None


@pytest.mark.one_database
def test_the_help_is_shown_in_the_language_of_the_page_and_says_what_it_lacks(
    stage: Stage,
) -> None:
    assert there("reference")
    for page, language, says in (
        ("questions", "de", "Was ist ein Take?"),
        ("questions", "en", "What is a take?"),
        ("reference", "de", "Diese Seite gibt es nur auf Englisch."),
    ):
        where = reverse("help_page", args=[page])
        html = Client().get(where, headers={"accept-language": language}).content.decode()
        assert says in html
        assert f'<div lang="{"en" if page == "reference" else language}">' in html


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("language", "question", "says"),
    [
        ("de", "Was ist ein Manifest?", "Die unterschriebene Feststellung"),
        ("de", "What is a manifest?", "Die unterschriebene Feststellung"),
        ("en", "What is a manifest?", "The signed statement of exactly"),
        ("de", "How do I verify a statement offline?", "yesand verify"),
        ("de", "Wer sieht meine Aufzeichnungen?", "wen Sie zu Ihrer Vertretung gemacht haben"),
    ],
)
def test_heidi_quotes_the_section_in_the_readers_language(
    language: str, question: str, says: str, asker: Who
) -> None:
    reply, _ = answer(replace(asker("ada"), language=language), question)
    assert any(says in quote.text for quote in reply.quotes), reply


@pytest.mark.one_database
def test_what_only_english_words_find_is_quoted_in_german_all_the_same(asker: Who) -> None:
    with override("de"):
        reply, _ = run(asker("ada"), Intent.OTHER, Asked(question="forgot my password"))
    assert reply.quotes[0].text.startswith("Niemand kann es sehen.")
