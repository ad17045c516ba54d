"""The runner of outside suites: one line each, a page, and no falling back."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from conformance.outcome import Outcome

from conformance import __main__ as conform
from conformance import page, records, unreached

GOOD = Outcome.of("probe", {"first": None, "second": None})
WORSE = Outcome.of("probe", {"first": None, "second": "accepted a wrong proof"})


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """A suite called ``probe``; records and page are kept apart from the real ones."""
    made = ModuleType("conformance.probe")
    made.run = lambda folder: GOOD  # type: ignore[attr-defined]
    (tmp_path / "probe.py").touch()
    monkeypatch.setitem(sys.modules, "conformance.probe", made)
    monkeypatch.setattr(conform, "HERE", tmp_path)
    monkeypatch.setattr(conform, "UNREACHED", {})
    monkeypatch.setattr(conform, "PAGE", tmp_path / "conformance.md")
    kept = tmp_path / "records.json"
    monkeypatch.setattr(conform, "kept", lambda: records.kept(kept))
    monkeypatch.setattr(conform, "keep", lambda new: records.keep(new, kept))
    monkeypatch.setenv("YESAND_CONFORMANCE", str(tmp_path))
    return made


def test_each_suite_is_one_line(suite: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert conform.main([]) == 0
    assert capsys.readouterr().out.split() == ["probe", "2/2"]


def test_a_suite_that_passed_before_must_pass_again(
    suite: ModuleType, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert conform.main([]) == 0
    suite.run = lambda folder: WORSE  # type: ignore[attr-defined]
    assert conform.main([]) == 1
    assert conform.main([]) == 1, "a second run must not forget what was once reached"
    assert "second: accepted a wrong proof" in capsys.readouterr().out
    assert "- second: accepted a wrong proof" in (tmp_path / "conformance.md").read_text()


def test_a_suite_that_never_passed_may_go_on_failing(suite: ModuleType) -> None:
    suite.run = lambda folder: WORSE  # type: ignore[attr-defined]
    assert conform.main([]) == 0
    assert conform.main([]) == 0


def test_a_suite_that_breaks_does_not_hide_the_others(
    suite: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conform, "UNREACHED", {"zebra": (lambda folder: 3, "not yet")})
    suite.run = lambda folder: 1 / 0  # type: ignore[attr-defined]
    assert conform.main([]) == 1
    said = capsys.readouterr()
    assert "probe broke off" in said.out and "zebra 0/3 (not yet)" in said.out
    assert "ZeroDivisionError" in said.err


def test_absent_suites_are_said_in_a_line(
    suite: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YESAND_CONFORMANCE", "/nowhere/at/all")
    assert conform.main([]) == 2
    assert "set YESAND_CONFORMANCE" in capsys.readouterr().out


def test_an_unknown_suite_is_answered_with_those_that_exist(
    suite: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conform.main(["prove"]) == 2
    assert "There are: probe." in capsys.readouterr().out


@pytest.mark.conformance
def test_every_outside_suite_is_run_or_counted(conformance: Path) -> None:
    folders = {p.name for p in conformance.iterdir() if p.is_dir()}
    assert folders <= set(conform.suites())
    for name, (count, _) in unreached.UNREACHED.items():
        assert count(conformance / name) > 0


def test_the_conformance_page_shows_the_kept_records() -> None:
    if not records.kept():
        pytest.skip("no suite has been run yet: make conformance")
    expected = page.page(records.kept())
    assert page.PAGE.read_text("utf-8") == expected, "run `make conformance` and commit the page"
