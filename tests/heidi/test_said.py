"""Whatever is typed, sent or told by a model: a kind answer, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import Stage
from told import told

from yesand.heidi.answering.services import run
from yesand.heidi.intents import Intent
from yesand.heidi.models import Letter, Message, Proposal
from yesand.heidi.tools.asker import Asker
from yesand.heidi.tools.table import TOOLS

Who = Callable[[str], Asker]
Serve = Callable[[str], Path]
FETCH = {"X-Requested-With": "fetch"}
LONG = "x" * 100_000


@pytest.mark.parametrize("text", ["", "   ", LONG, "\0"])
@pytest.mark.parametrize("scripted", [True, False])
def test_nothing_and_too_much_are_told_and_the_words_are_kept(
    text: str, scripted: bool, as_: dict[str, Client]
) -> None:
    headers = FETCH if scripted else {}
    answer = as_["ada"].post(reverse("heidi_say"), {"text": text, "key": "k"}, headers=headers)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert ("100,000 characters" in page) if text == LONG else ("You sent me nothing" in page)
    assert scripted or text.replace("\0", "").strip() in page, "what was typed is in the box"
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> what is my balance?",
        "\u202eecnalab ym si tahw",
        "\u05de\u05d4 \u05d4\u05d9\u05ea\u05e8\u05d4 \u05e9\u05dc\u05d9?",
        "\u0645\u0627 \u0647\u0648 \u0631\u0635\u064a\u062f\u064a\u061f",
        "what is\0 my balance?",
        "{{ user }} {% url 'x' %} '; DROP TABLE heidi_message; --",
        "\U0001f98a" * 500,
    ],
)
def test_any_script_and_any_tag_is_shown_as_it_was_typed(text: str, as_: dict[str, Client]) -> None:
    assert as_["ada"].post(reverse("heidi_say"), {"text": text, "key": "k"}).status_code == 302
    page = as_["ada"].get(reverse("heidi")).content.decode()
    assert "<script>alert" not in page
    assert 'class="heidi-text" dir="auto"' in page
    kept = as_["ada"].get(reverse("heidi_export")).json()["conversation"]
    assert kept[0]["text"] == text.replace("\0", "") and kept[1]["text"]
    sent = as_["ada"].post(reverse("letter_send"), {"question": text})
    assert sent.status_code == 302 and Letter.objects.get().question == text.replace("\0", "")


ANYTHING: dict[str, st.SearchStrategy[object]] = {
    "day": st.dates().map(str),
    "of_day": st.dates().map(str),
    "time": st.times().map(str) | st.just("10:00Z") | st.just("10:00+14:00"),
    "zone": st.sampled_from(["UTC", "Europe/Berlin", "Mars", "", "../etc"]) | st.text(max_size=64),
    "kind": st.sampled_from(["", "talk", "performance", "rating"]),
    "state": st.sampled_from(["", "accepted", "rejected", "disputed"]),
    "month": st.from_regex(r"\A(\d{4}-\d\d)?\Z") | st.sampled_from(["0000-00", "9999-12"]),
    "amount": st.from_regex(r"\A(\d{1,12}(\.\d{1,6})?)?\Z"),
    "emotion": st.text(max_size=40),
    "percent": st.from_regex(r"\A\d{0,5}\Z"),
    "unit": st.sampled_from(["", "request", "revenue", "second"]),
    "use": st.sampled_from(["", "now", "then"]),
    "words": st.text(max_size=400),
    "question": st.text(max_size=400),
}


@pytest.mark.parametrize("intent", list(TOOLS))
def test_whatever_a_model_tells_a_tool_is_answered_kindly(intent: Intent, asker: Who) -> None:
    me, form = asker("ada"), TOOLS[intent].slots
    told_ = {name: ANYTHING[name] for name in form.model_fields}

    @settings(max_examples=40)
    @given(st.fixed_dictionaries({}, optional=told_))
    def answers(arguments: dict[str, object]) -> None:
        try:
            slots = form.model_validate(arguments)
        except ValueError:
            return  # refused, and noted in the trace
        reply, trace = run(me, intent, slots, by="model")
        assert reply.text and [c.tool for c in trace] == [intent.value]

    answers()


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_model_that_names_persons_and_tools_that_are_none_is_refused_each(
    asker: Who, serve: Serve, stage: Stage
) -> None:
    serve("lie")
    answer = told(asker("ada"), "What is my balance?")
    refused = [c["tool"] for c in answer.trace if c["refused"]]
    assert refused[:2] == ["erase_everything", "balance"], "no such tool; and a person named"
    made = [(c["tool"], c["by"]) for c in answer.trace if not c["refused"]]
    assert made in ([("other", "model")], [("balance", "router")])
    assert answer.text and "ben" not in json.dumps([answer.text, answer.cards]).lower()
    assert not Proposal.objects.exists()
