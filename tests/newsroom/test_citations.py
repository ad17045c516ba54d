"""A citation for every claim."""

from __future__ import annotations

import pytest

from yesand.kernel.errors import Refused
from yesand.newsroom import citations
from yesand.newsroom.content import Content, content

SOURCES = [{"title": f"S{n}", "url": f"https://s.example/{n}"} for n in (1, 2)]


def article(*texts: str, sources: int = 2) -> Content:
    sections = [{"heading": f"Part {i}", "text": text} for i, text in enumerate(texts)]
    return content({"title": "T", "sections": sections, "sources": SOURCES[:sources]})


def test_an_article_whose_paragraphs_all_name_their_source_may_be_published() -> None:
    citations.check(article("One thing. [1]\n\nAnother. [2]", "We think so. [view]"))


def test_a_paragraph_without_a_source_keeps_it_from_being_published() -> None:
    made = article("One thing. [1, 2]\n\nA bare claim of 40 per cent.")
    with pytest.raises(Refused, match="A bare claim"):
        citations.check(made)
    assert citations.unbacked(made) == ["A bare claim of 40 per cent."]


def test_a_source_that_is_not_listed_keeps_it_from_being_published() -> None:
    with pytest.raises(Refused, match="There is no source 3"):
        citations.check(article("One thing. [1, 2]\n\nAnother. [3]"))


def test_a_source_that_is_never_named_keeps_it_from_being_published() -> None:
    with pytest.raises(Refused, match="Source 2 is not named"):
        citations.check(article("One thing. [1]"))


def test_a_link_is_no_citation() -> None:
    assert citations.unbacked(article("See [1](https://x.example)."))
    assert citations.cited("[1, 2] and [2], [10](https://x.example)") == [1, 2]


def test_headings_and_rules_are_no_claims_and_lists_are() -> None:
    made = article("### A heading\n\n---\n\n- a claim in a list\n- and another", sources=0)
    assert citations.unbacked(made) == ["- a claim in a list\n- and another"]


def test_sentences_without_a_source_of_their_own_are_shown_to_the_editor() -> None:
    made = article("It was said in 2019. It was true. [1] Nobody minded.", sources=1)
    assert citations.thin(made) == ["It was said in 2019.", "Nobody minded."]
