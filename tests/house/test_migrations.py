"""The records and their migrations agree; Django finds nothing wrong with the site."""

from __future__ import annotations

import sqlite3
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.core.management import call_command

import yesand
from yesand import connecting


def test_every_change_of_a_record_has_its_migration(
    house: yesand.House, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True)
    except SystemExit:
        pytest.fail(f"run makemigrations:\n{capsys.readouterr().out}")


def test_django_finds_nothing_wrong_with_the_site(house: yesand.House) -> None:
    call_command("check", fail_level="WARNING")


@pytest.mark.deep
@pytest.mark.sqlite
def test_a_house_made_quickly_has_the_tables_that_django_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesand.create(tmp_path / "quick").close()
    monkeypatch.setattr(connecting, "_new_models_alone", nullcontext)
    yesand.create(tmp_path / "slow").close()
    quick, slow = (tables(tmp_path / name / "registry.sqlite3") for name in ("quick", "slow"))
    assert len(quick) > 500 and quick == slow


def tables(registry: Path) -> list[tuple[str, ...]]:
    """Return every table, index and trigger as it was made."""
    with sqlite3.connect(registry) as opened:
        rows = opened.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY 2")
        return list(rows)
