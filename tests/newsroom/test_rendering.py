"""Text becomes a page, and never anything else."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.newsroom.content import content
from yesand.newsroom.length import count, minutes, words
from yesand.newsroom.manuscript import body_of, listed, parse, sections, sources
from yesand.newsroom.rendering import plain, rendered

SAFE = set(
    "p h3 h4 em strong a ul ol li blockquote code pre hr br sup span "
    "table thead tbody tr th td".split()
)


class Elements(HTMLParser):
    """Notes what a browser would make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Elements()
    reader.feed(html)
    return reader.found


def harmless(html: str) -> bool:
    for tag, attributes in elements(html):
        address = (attributes.get("href") or "").strip().lower()
        if tag not in SAFE or re.match(r"(javascript|data|vbscript):", address):
            return False
        if any(name.startswith("on") or name == "style" for name in attributes):
            return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt&#58;alert(1))",
        "![x](https://spy.example/pixel.png)",
        "<a href='data:text/html,<script>1</script>'>x</a>",
        "`<svg onload=alert(1)>`",
        "[view](javascript:1) [1](data:text/html,x)",
        "<style>body{display:none}</style>",
    ],
)
def test_script_in_a_text_is_words(text: str) -> None:
    assert harmless(rendered(text))


@given(st.text(alphabet="<>&\"'()[]!`#*_-1,\n =/:;abjscriptonerror\u202e\u05d0", max_size=80))
def test_no_text_becomes_more_than_text(text: str) -> None:
    assert harmless(rendered(text))


def test_numbers_in_brackets_lead_to_the_sources() -> None:
    html = rendered("It is so [1, 12].")
    assert 'href="#source-1"' in html and 'href="#source-12"' in html
    assert plain("It is so [1, 12].") == "It is so."


def test_every_block_takes_its_own_direction() -> None:
    assert rendered("שלום\n\nhello").count('dir="auto"') == 2


def test_a_view_is_marked_as_one() -> None:
    assert 'class="badge view"' in rendered("So we think. [view]")


def test_words_are_counted_without_marks_and_addresses() -> None:
    assert count("Don't stop [2]: it's [well-known](https://x.example/a/b).") == 4
    assert count("感情を演じる") == 3
    assert minutes(0) == minutes(238) == 1 and minutes(239) == 2
    made = content(
        {"title": "Two words", "sections": [{"heading": "One", "text": "Two more. [1]"}]}
    )
    assert words(made) == 5


def test_a_manuscript_reads_back_as_it_was_written() -> None:
    text = (
        "title: A title\ntags: One thing, two\n\nThe opening. [1]\n\n## A part\n\nMore. [1]\n"
        "\n---\nA paper | A journal | https://j.example/p?a=1 | 2019\n"
    )
    made = parse(text)
    assert [s.heading for s in made.sections] == ["", "A part"]
    assert made.tags == ("one-thing", "two") and made.sources[0].on == "2019"
    again = content(
        {
            **made.as_json(),
            "sections": sections(body_of(made.sections)),
            "sources": sources(listed(made.sources)),
        }
    )
    assert again == made
