"""A report that shares out more or less than one, or of another model, is not registered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from reliance_factories import frozen, registered

import yesand
from yesand.kernel.errors import CheckFailed
from yesand.kernel.ids import digest
from yesand.provenance.models import Entry
from yesand.reliance.keeping.services import keep
from yesand.reliance.models import Report
from yesand.reliance.report import Agreement, RelianceReport, Utility
from yesand.reliance.rows import Row
from yesand.reliance.shares import BILLION
from yesand.training.models import TrainedModel


@pytest.fixture
def model(house: yesand.House, tmp_path: Path) -> TrainedModel:
    folder = tmp_path / "model"
    folder.mkdir()
    frozen(folder / "frozen.npz", performers=2, folds=2)
    return registered(house, folder)


def found(model: str, *shares: int) -> RelianceReport:
    rows = (Row(f"P{n:02d}", ppb, 0, BILLION, 1, 0, 0, 0) for n, ppb in enumerate(shares))
    utility, agreement = Utility(1000, 0, 900, 1100), Agreement(1.0, None, None, None, 0)
    told = model, digest(b"asked"), "aumann-shapley", "1", {}, utility, agreement, True, ""
    return RelianceReport(*told, tuple(rows))


def refused(house: yesand.House, model: TrainedModel, told: RelianceReport, said: str) -> None:
    entries = Entry.objects.count()
    with pytest.raises(CheckFailed, match=said):
        keep(house.place, model, digest(b"one"), told)
    assert not Report.objects.exists() and Entry.objects.count() == entries


@pytest.mark.parametrize("shares", [(BILLION, 1), (BILLION - 1, 0), (0, 0), ()])
@pytest.mark.parametrize("sets", [True, False])
def test_shares_that_do_not_sum_to_one_are_not_registered(
    house: yesand.House, model: TrainedModel, shares: tuple[int, ...], sets: bool
) -> None:
    told = replace(found(model.digest, *shares), sets_shares=sets)
    refused(house, model, told, "do not add up to one")


def test_a_report_for_another_model_digest_is_not_registered(
    house: yesand.House, model: TrainedModel
) -> None:
    refused(house, model, found("0" * 64, BILLION, 0), "The report is of another model")
    assert keep(house.place, model, digest(b"one"), found(model.digest, BILLION, 0)).model == model
