"""The records and their migrations agree; Django finds nothing wrong with the site."""

from __future__ import annotations

import pytest
from django.core.management import call_command

import yesand


def test_every_change_of_a_record_has_its_migration(
    house: yesand.House, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True)
    except SystemExit:
        pytest.fail(f"run makemigrations:\n{capsys.readouterr().out}")


def test_django_finds_nothing_wrong_with_the_site(house: yesand.House) -> None:
    call_command("check", fail_level="WARNING")
