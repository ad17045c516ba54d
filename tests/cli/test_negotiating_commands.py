"""Offer, counter, sign, and strike by command; whoever signs says their password."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import yesand
from negotiators import PASSWORD, cast
from yesand.cli import _run as run
from yesand.people import services as people

Say = Callable[..., str]


@pytest.fixture
def say(
    house: yesand.House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Say:
    """A command said in a house with a cast, and what it prints."""
    cast(house)

    def said(*words: str, by: str = "", password: str = PASSWORD, rc: int = 0) -> str:
        told = [*words, *(["--by", by] if by else []), "--house", str(house.place.root)]
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        assert run(told) == rc
        printed = capsys.readouterr()
        return printed.err if rc else printed.out

    return said


def _word(say: Say, number: str, which: int = -1) -> tuple[str, str]:
    return "--word", json.loads(say("offers", number, "--json"))["steps"][which]["step"][:12]


@pytest.mark.sqlite
def test_nobody_signs_at_the_command_line_what_they_have_not_read(say: Say, tmp_path: Path) -> None:
    other = tmp_path / "terms.json"
    other.write_text(json.dumps({"commercial": False}))
    countering = "counter", "1", "--terms", str(other)
    unknown = say("offer", "Ada", "standard/recognition", "--set", "us=A tram", by="pam", rc=2)
    assert "does not ask for us" in _one_line(unknown)
    say("offer", "Ada", "standard/recognition", by="pam")
    assert "Which word" in say(*countering, by="ada", rc=2)
    too_long = say(*countering, *_word(say, "1"), "--note", "x" * 2_001, by="ada", rc=2)
    assert "at most 2,000 signs" in _one_line(too_long)
    say(*countering, *_word(say, "1"), by="ada")
    assert "No word" in say("sign", "1", "--word", "0123abcd", by="pam", rc=2)
    assert "answer since you" in _one_line(say("sign", "1", *_word(say, "1", 0), by="pam", rc=1))
    say("sign", "1", *_word(say, "1"), by="pam")
    assert "signed already" in say("sign", "1", by="ada")
    people.account("ben", "auditor", PASSWORD)
    assert "do not act" in _one_line(say("sign", "1", by="ben", rc=1))
    shown, clauses = say("offers", "1"), say("offers", "1", "--text")
    assert "Signed" in shown and "Making money with it is not allowed" in _one_line(clauses)
    assert len(clauses) > 2 * len(shown)


@pytest.mark.sqlite
def test_agreeing_and_striking_by_command(house: yesand.House, say: Say, tmp_path: Path) -> None:
    def written(**told: object) -> str:
        path = tmp_path / "terms.json"
        path.write_text(json.dumps(told))
        return str(path)

    say("union", "voices", "--name", "Voices United")
    people.account("una", "union", PASSWORD, organisation=people.organisation("voices"))
    assert "belongs" in say("belong", "voices", by="ada")
    words = {"title": "Voices", "begins": "2026-10-01", "floor": {"notice_days": 30}}
    proposed = json.loads(say("propose-collective", "voices", written(**words), "--json", by="una"))
    name = proposed["collective"][:16]
    assert "Signed by both" in say("sign-collective", name, by="pam")
    assert "at least 30 days" in say("collectives")

    below = say(
        "offer", "Ada", "standard/recognition", "--terms", written(notice_days=7), by="pam", rc=1
    )
    assert "Below the collective floor: Notice: 7 days instead of 30 days" in " ".join(
        below.split()
    )
    assert "number 1" in say("offer", "Ada", "standard/recognition", by="pam")
    other, said = written(commercial=False), ("--note", "No sales.")
    assert "Countered" in say("counter", "1", "--terms", other, *said, *_word(say, "1"), by="ada")
    guessed = say("sign", "1", *_word(say, "1"), by="pam", password="guess", rc=1)
    assert "not the name and password" in guessed
    assert "last word is yours" in _one_line(say("sign", "1", *_word(say, "1"), by="ada", rc=1))
    assert "Signed by both sides" in say("sign", "1", *_word(say, "1"), by="pam")
    shown = say("offers", "1")
    assert "Money" in shown and "better for the performer" in shown and "No sales." in shown

    asking = written(approval_per_use=["recognition"])
    say("offer", "Ada", "standard/recognition", "--terms", asking, by="pam")
    agreed = json.loads(say("sign", "2", "--json", *_word(say, "2"), by="ada"))["agreement"][:12]
    use = ["--licensee", "house-lab", "--purpose", "research", "--use-class", "recognition"]
    assert "Agreed" in say("approve", agreed, *use, "--until", "2026-12-01", by="ada")
    assert "already" in say("approve", agreed, *use, "--until", "2026-12-01", by="ada")
    assert "do not act" in _one_line(
        say("approve", agreed, *use, "--until", "2026-12-02", by="pam", rc=1)
    )
    (given,) = json.loads(say("approvals", agreed, "--json"))["approvals"]
    assert "Taken back" in say("unapprove", given["approval"][:12], by="ada")
    assert "taken back" in say("approvals", agreed)

    assert "suspended as of" in say("suspend", "voices", "--reason", "Talks failed", by="una")
    assert "already" in say("suspend", "voices", "--reason", "Talks failed", by="una")
    listed = json.loads(say("suspensions", "--json"))["suspensions"]
    assert [(s["cause"], s["lifted"]) for s in listed] == [("strike", False)]
    assert "Only who sits" in say("lift", listed[0]["suspension"][:12], by="pam", rc=1)
    assert "Lifted" in say("lift", listed[0]["suspension"][:12], by="una")
    assert house.check()


@pytest.mark.sqlite
def test_bad_input_at_the_command_line_says_what_to_mend(
    house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, bad = str(house.place.root), tmp_path / "bad.json"
    bad.write_text("[1")
    for words, why in (
        (["counter", "7", "--terms", str(bad), "--by", "ada"], "No offer of that number"),
        (["sign-collective", "abc", "--by", "ada"], "No such collective agreement"),
        (["unapprove", "abc", "--by", "ada"], "No such approval"),
        (["lift", "abc", "--by", "ada"], "No such suspension"),
        (["propose-collective", "nobody", str(bad), "--by", "ada"], "JSON"),
    ):
        assert run([*words, "--house", home]) in (1, 2)
        assert why in _one_line(capsys.readouterr().err)


def _one_line(printed: str) -> str:
    return " ".join(printed.split())
