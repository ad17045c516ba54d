"""With a language model: the same tools, its words watched, and none the worse when it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from told import told

from yesand.heidi.conversing import services as conversing
from yesand.heidi.figures import WITHHELD, checked, figures
from yesand.heidi.models import Chunk, Message
from yesand.heidi.talking.services import write
from yesand.heidi.tools.asker import Asker

Who = Callable[[str], Asker]
Serve = Callable[[str], Path]
pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


def test_the_model_chooses_a_tool_and_tells_its_result(asker: Who, serve: Serve) -> None:
    serve("good")
    answer = told(asker("ada"), "What about my money?")
    assert answer.text.startswith("Your balance is shown below")
    assert [(c["tool"], c["by"]) for c in answer.trace] == [("balance", "model")]
    assert any("EUR" in row["value"] for row in answer.cards["rows"])


def test_it_chooses_by_the_persons_words_alone(asker: Who, serve: Serve) -> None:
    asked = [json.loads(line) for line in _two(asker("ada"), serve("good"))]
    choosing = [a for a in asked if not a.get("stream")]
    assert len(choosing) == 2
    for request in choosing:
        assert {m["role"] for m in request["messages"]} <= {"system", "user"}
        assert "EUR" not in json.dumps(request["messages"]), "no record is shown while choosing"
        assert request["tools"]
    assert all("tools" not in a for a in asked if a.get("stream")), "no tools while telling"


def _two(asker: Asker, file: Path) -> list[str]:
    told(asker, "What about my money?", "one")
    told(asker, "And now?", "two")
    return file.read_text().splitlines()


@pytest.mark.parametrize("mode", ["hang", "die", "broken", "silent"])
def test_when_it_fails_the_default_answers_once(mode: str, asker: Who, serve: Serve) -> None:
    serve(mode)
    answer = told(asker("ada"), "What is my balance?")
    assert answer.text.startswith("The language model is silent")
    assert answer.text.count("You are owed") == 1
    assert [(c["tool"], c["by"]) for c in answer.trace] == [("balance", "router")]
    assert Message.objects.filter(author="heidi").count() == 1


def test_an_endpoint_that_is_not_there_is_done_without(
    asker: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YESAND_LLM_URL", "http://127.0.0.1:1/v1")
    assert "You are owed" in told(asker("ada"), "What is my balance?").text


def test_a_model_that_lies_about_tools_calls_none(asker: Who, serve: Serve) -> None:
    serve("lie")
    answer = told(asker("ada"), "What is my balance?")
    called = [c for c in answer.trace if not c["refused"]]
    refused = {c["tool"] for c in answer.trace if c["refused"]}
    assert all(c["tool"] == "other" or c["by"] == "router" for c in called)
    assert refused <= {"erase_everything", "balance", "statements", "withdraw"}
    assert "Ben" not in json.dumps([answer.text, answer.cards])


def test_a_figure_that_no_record_has_is_withheld(asker: Who, serve: Serve) -> None:
    serve("invent")
    answer = told(asker("ada"), "What is my balance?")
    assert "999999" not in answer.text and "12,345" not in answer.text and WITHHELD in answer.text


def test_what_was_broken_off_goes_on_where_it_was(asker: Who, serve: Serve) -> None:
    serve("good")
    me = asker("ada")
    answer = conversing.say(me, "What is my balance?", "k")
    for n, text in enumerate(["Your ", "balance ", "is "], start=1):
        Chunk.objects.create(message=answer, attempt=0, number=n, text=text)
    Message.objects.filter(pk=answer.pk).update(state="writing", writer="killed")
    answer.refresh_from_db()
    write(me, answer)
    answer.refresh_from_db()
    texts = list(answer.chunks.values_list("text", flat=True))
    assert answer.attempt == 0 and texts[:3] == ["Your ", "balance ", "is "]
    assert "".join(texts) == answer.text and answer.text.count("Your balance is") == 1


def test_what_is_told_otherwise_the_second_time_begins_anew(asker: Who, serve: Serve) -> None:
    serve("good")
    me = asker("ada")
    answer = conversing.say(me, "What is my balance?", "k")
    Chunk.objects.create(message=answer, attempt=0, number=1, text="Something else ")
    write(me, answer)
    answer.refresh_from_db()
    assert answer.attempt == 1
    told_ = answer.chunks.filter(attempt=1).values_list("text", flat=True)
    assert "".join(told_) == answer.text and "Something" not in answer.text


def test_figures_are_known_with_and_without_commas() -> None:
    known = figures("You are owed 1,234.50 EUR on 2026-10-01.")
    assert "".join(checked(["It is 1,2", "34.50 on 2026-10-01, not 7."], known)) == (
        "It is 1,234.50 on 2026-10-01, not […]."
    )
