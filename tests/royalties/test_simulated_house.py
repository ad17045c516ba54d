"""Histories in a real house: killed between any two writes, and ended as a clean run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import yesand
from yesand.agreements.models import Withdrawal
from yesand.kernel.clock import SetClock
from yesand.kernel.place import Place
from yesand.royalties.gathering import services as gathering
from yesand.royalties.settling import services as settling
from yesand.royalties.simulating.dealing import BEGINS
from yesand.royalties.simulating.disk import Disk
from yesand.royalties.simulating.housed.playing.services import play
from yesand.royalties.simulating.housed.services import _REGISTRY
from yesand.royalties.simulating.running import Failure
from yesand.royalties.store import Store


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template") / "house"
    yesand.create(root, "Simulated", clock=SetClock(BEGINS)).close()
    return root


def opened(root: Path, clock: SetClock) -> Place:
    return yesand.open(root, clock=clock).place


def failure(template: Path, *seeds: int) -> Failure | None:
    ran = (play(seed, template, opened, most=0).failure for seed in seeds)
    return next((found for found in ran if found), None)


@pytest.mark.sqlite
def test_a_killed_and_resumed_history_ends_as_a_clean_one(template: Path) -> None:
    ran = play(11, template, opened)
    assert ran.failure is None and ran.tally["writes"] > 100 and ran.tally["statements"]


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.sqlite
def test_ten_more_do_too(template: Path) -> None:
    assert failure(template, *range(200, 210)) is None


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
    template: Path, monkeypatch: pytest.MonkeyPatch, breaks: Any
) -> None:
    breaks(monkeypatch)
    assert failure(template, *range(1, 40)) is not None


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
