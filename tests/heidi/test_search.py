"""Passages: the right one first, and none where nothing answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.agreements.templates import standard
from yesand.heidi.clauses import about, clauses
from yesand.heidi.documents import PAGES, sections, there
from yesand.heidi.rendering import page_of
from yesand.heidi.search import excerpt, search


@dataclass(frozen=True)
class Piece:
    title: str
    text: str
    url: str = "/"


SHELF = [Piece(s.heading, s.text, f"/{s.page}/#{s.anchor}") for s in sections()]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("what is a manifest", "What is a manifest?"),
        ("am I paid after a withdrawal?", "Am I still paid after a withdrawal?"),
        ("what does the log hold", "What does the log hold?"),
        ("who sees my records?", "Who sees my records?"),
        ("I forgot my password", "I forgot my password"),
        ("what is a delegate", "What is a delegate?"),
        ("is this legal advice", "Is this legal advice?"),
    ],
)
def test_the_documentation_answers(question: str, title: str) -> None:
    assert search(question, SHELF)[0].passage.title == title


@pytest.mark.parametrize(
    "question",
    ["what's the weather in paris", "who won the cup", "bake a cake", "", "the of and", "🦊"],
)
def test_what_nobody_wrote_about_has_no_answer(question: str) -> None:
    assert search(question, SHELF) == []


def test_the_order_of_the_shelf_does_not_matter() -> None:
    found = [h.passage for h in search("reliance share interval", SHELF)]
    assert found == [h.passage for h in search("reliance share interval", SHELF[::-1])]


@given(st.text(max_size=200), st.text(max_size=900))
def test_any_text_is_searched_and_cut(question: str, text: str) -> None:
    search(question, [Piece("A", text)])
    assert len(excerpt(text, question)) <= 430


def test_every_page_of_the_help_is_rendered_without_scripts() -> None:
    for page in filter(there, PAGES):
        title, html = page_of(page)
        assert title and "<script" not in html and "javascript:" not in html
    assert not there("../secret") and not there("decisions")


TEXT = """\
8. Where. It may be used in Germany. [territories = ["DE"]]

10. Other work. The performer is free to work for others. [exclusive = false]

19. Credit. The performer is named as they wish. [credit = true]

24. After death. It ends with the performer's death. [post_mortem = false]"""


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("in which countries may they use it?", 8),
        ("am I bound exclusively?", 10),
        ("will I be named in credits", 19),
        ("what happens when I die", 24),
        ("explain clause 24", 24),
    ],
)
def test_a_question_finds_its_clause(question: str, number: int) -> None:
    assert about(question, clauses(TEXT))[0].number == number


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("may they use my recordings in advertising?", "purposes"),
        ("is research on my voice permitted", "purposes"),
        ("may my voice be used at a workplace", "purposes"),
        ("do they sell my voice commercially", "commercial"),
        ("what happens to my recordings if I withdraw", "withdrawing"),
    ],
)
def test_a_question_finds_its_clause_in_a_standard(question: str, field: str) -> None:
    whole = clauses(standard("recognition", date(2026, 1, 1)).text)
    assert about(question, whole)[0].field == field


def test_a_question_about_nothing_finds_none() -> None:
    assert about("what about the weather", clauses(TEXT)) == []
