"""The main job in one command, as a newcomer runs it first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import yesand
from yesand.cli import _run as run
from yesand.people.frame import ROLES


@pytest.mark.slow
def test_the_demo_walks_the_line_to_a_statement_that_verifies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo-house"
    assert run(["demo", "--house", str(folder)]) == 0
    told = capsys.readouterr().out
    for step in (
        "192 takes permitted",
        "Speaker-independent",
        "20,000 events accepted",
        "recomputed",
    ):
        assert step in told
    assert "SYNTHETIC" in told and "http://127.0.0.1:8000/" in told
    assert yesand.verify(folder / "evidence.zip").synthetic
    assert run(["demo", "--house", str(folder)]) == 1
    assert "make demo ARGS=--fresh" in capsys.readouterr().err
    assert yesand.open(folder).counts()["takes"] == 192
    every_seat_may_be_tried(told)


def every_seat_may_be_tried(told: str) -> None:
    """The passwords that were printed open every seat; what they find there is alive."""
    from django.test import Client
    from django.urls import reverse

    seats = re.findall(
        r"^(\w+) +(performer|producer|licensee|auditor|rater|union) +(\S+)$", told, re.M
    )
    assert {role for _, role, _ in seats} == set(ROLES)
    for name, _, password in seats:
        person = Client()
        assert person.login(username=name, password=password)
        assert person.get(reverse("me")).status_code == 200
        if name == "ada":
            home = person.get(reverse("me")).content.decode()
            assert "Record 3 scenes of “Letters and late buses”" in home
            assert "Petra Lind" in person.get(reverse("meetings")).content.decode()


def test_the_demo_replaces_nothing_but_a_demo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert run(["demo", "--house", str(tmp_path), "--fresh"]) == 1
    assert "no demo house" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text() == "mine"
