"""What an article may hold, and that its form is one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput
from yesand.newsroom.content import content, seen


def minimal(**more: Any) -> dict[str, Any]:
    return {"title": "A title", "sections": [{"text": "We think so. [view]"}], **more}


def test_the_same_content_has_the_same_digest_and_other_content_another() -> None:
    assert content(minimal()).digest == content(minimal(dek="")).digest
    assert content(minimal()).digest != content(minimal(dek="More.")).digest


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"sections": []},
        {"tags": ["two words"]},
        {"writer": "nobody"},
        {"language": "english!"},
        {"sources": [{"title": "A", "url": "javascript:alert(1)"}]},
        {"sources": [{"title": "A", "url": "//elsewhere.example/"}]},
        {"sources": [{"title": "A", "url": 'https://x.example/"onclick="'}]},
        {"sources": [{"title": "A", "url": "https://x.example/", "on": "yesterday"}]},
        {"unheard": 1},
        {"image": {"sha256": "0" * 64, "alt": ""}},
    ],
)
def test_what_is_not_of_the_form_is_told_and_not_kept(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="cannot be kept so"):
        content(minimal(**wrong))


def test_marks_that_turn_the_order_of_letters_around_are_taken_out() -> None:
    made = content(minimal(title="pay \u202egnihton\u202c to \u2066Ada\u2069\u00ad"))
    assert made.title == "pay gnihton to Ada"


def test_right_to_left_words_stay_as_they_are() -> None:
    arabic = "من علّم الآلة أن تعتذر؟"
    assert content(minimal(title=arabic)).title == arabic


@given(st.text())
def test_seeing_twice_changes_nothing(text: str) -> None:
    once = seen(text)
    assert seen(once) == once
    assert not any(c in once for c in "\u202e\u2066\x00\x1b")
