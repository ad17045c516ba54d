"""Histories in a real house: killed between any two writes, and ended as a clean run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from yesand.agreements.models import Withdrawal
from yesand.cli.simulating import on_postgres, on_sqlite
from yesand.royalties.gathering import services as gathering
from yesand.royalties.settling import services as settling
from yesand.royalties.simulating.disk import Disk
from yesand.royalties.simulating.housed.playing.services import Setting, play
from yesand.royalties.simulating.housed.services import _REGISTRY
from yesand.royalties.simulating.running import Failure
from yesand.royalties.store import Store


@pytest.fixture(scope="module")
def sqlite() -> Setting:
    return on_sqlite()


def failure(sqlite: Setting, *seeds: int) -> Failure | None:
    ran = (play(seed, sqlite, most=0).failure for seed in seeds)
    return next((found for found in ran if found), None)


@pytest.mark.sqlite
def test_a_killed_and_resumed_history_ends_as_a_clean_one(sqlite: Setting) -> None:
    ran = play(8, sqlite)
    assert ran.failure is None and ran.tally["writes"] > 100 and ran.tally["statements"]


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(300, 303))
def test_on_a_server_the_same_history_ends_with_the_same_digests(
    sqlite: Setting, seed: int
) -> None:
    address = os.environ.get("YESAND_TEST_POSTGRES", "")
    if not address:
        pytest.skip("no PostgreSQL: set YESAND_TEST_POSTGRES")
    ran = play(seed, sqlite, on_postgres(address))
    assert ran.failure is None and ran.tally["on PostgreSQL"] == 1


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.sqlite
def test_ten_more_do_too(sqlite: Setting) -> None:
    assert failure(sqlite, *range(200, 210)) is None


def forgets_the_marks(patch: pytest.MonkeyPatch) -> None:
    """What is settled is not marked as settled: it is paid again."""
    patch.setattr(settling, "_mark", lambda *_: None)


def pays_no_one_who_withdrew(patch: pytest.MonkeyPatch) -> None:
    cases = gathering.cases

    def left(*told: Any) -> Iterator[Any]:
        gone = set(Withdrawal.objects.values_list("performer", flat=True))
        yield from (case for case in cases(*told) if case.performer.pk not in gone)

    patch.setattr(settling, "cases", left)


def settles_on_what_is_rotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Store, "check", lambda *_: None)


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize(
    "breaks", [forgets_the_marks, pays_no_one_who_withdrew, settles_on_what_is_rotten]
)
def test_what_is_broken_in_the_house_is_found(
    sqlite: Setting, monkeypatch: pytest.MonkeyPatch, breaks: Any
) -> None:
    breaks(monkeypatch)
    assert failure(sqlite, *range(1, 40)) is not None


def test_a_disk_loses_what_was_not_flushed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"old")
    disk, lost = Disk(tmp_path, _REGISTRY), 0
    for chance in range(20):
        (tmp_path / "kept").write_bytes(b"flushed")
        disk.flushed(tmp_path / "kept")
        disk.flushed(tmp_path)
        (tmp_path / "new").write_bytes(b"not flushed")
        lost += disk.crash(str(chance))
        assert (tmp_path / "old").read_bytes() == b"old"
        assert (tmp_path / "kept").read_bytes() == b"flushed"
        (tmp_path / "new").unlink(missing_ok=True)
        disk.flushed(tmp_path)
    assert 5 < lost < 20
