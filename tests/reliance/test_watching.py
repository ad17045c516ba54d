"""Usage is watched; a new mix has shares at once, and who fell is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, transaction
from django_tasks_db.models import DBTaskResult
from reliance_factories import LABELS, frozen, registered

import yesand
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput
from yesand.people.models import Performer, User
from yesand.reliance import inputs
from yesand.reliance.drift import Usage
from yesand.reliance.held import held
from yesand.reliance.models import Fall, Lean, Look
from yesand.reliance.report import signed
from yesand.reliance.services import estimate
from yesand.reliance.shares import BILLION
from yesand.reliance.watching.services import lean_of_network, look, threshold
from yesand.training.models import TrainedModel


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    frozen(tmp_path / "model" / "frozen.npz", performers=4, folds=2)
    return tmp_path / "model"


@pytest.fixture
def model(house: yesand.House, folder: Path) -> TrainedModel:
    return registered(house, folder)


def usage(*mix: float, days: int = 20) -> Usage:
    return Usage(LABELS, np.tile(np.array(mix) * 100, (days, 1)))


def test_a_report_signs_its_mix_and_its_kept_figures_give_its_own_shares(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    report = estimate(house.place, model, folder, resamples=10)
    assert signed(report.envelope)["mix"] == dict.fromkeys(LABELS, BILLION // 4)
    seen = look(house.place, model, usage(0.25, 0.25, 0.25, 0.25))
    assert seen is not None and seen.moved_ppb == 0 and not seen.due and seen.indicated
    for who, share in seen.indicated.items():
        assert abs(share - report.shares[who]["share_ppb"]) < 100
    # Another mix: what the figures say is what a new report then finds.
    told = {"angry": 0.7, "calm": 0.1, "happy": 0.1, "sad": 0.1}
    moved = look(house.place, model, usage(*told.values()))
    l2 = signed(report.envelope)["settings"]["l2"]
    anew = estimate(house.place, model, folder, resamples=10, mix=told, l2=l2)
    assert moved is not None and moved.due == "moved" and moved.indicated
    assert moved.moved_ppb == 450_000_000
    for who, share in moved.indicated.items():
        assert abs(share - anew.shares[who]["share_ppb"]) < 1_000


def test_a_networks_kept_tangents_answer_for_any_mix(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    quick: dict[str, Any] = {"network": "mlp:4", "epochs": 3, "seeds": 4, "max_seeds": 4}
    quick |= {"checks": 0, "batch": 16}
    report = estimate(house.place, model, folder, resamples=10, nodes=4, **quick)
    assert not Lean.objects.exists()
    lean = lean_of_network(house.place, report, inputs.read(folder, model.digest))
    assert len(list((house.place.models / "tangents").iterdir())) == 2
    brought = {who: sum(one.values()) / 4 for who, one in lean.asked.items()}
    effects = {who: one["effect"] for who, one in report.shares.items()}
    ranked = sorted(brought, key=brought.__getitem__)
    assert ranked[-1] == max(effects, key=effects.__getitem__)
    assert np.corrcoef([*brought.values()], [effects[who] for who in brought])[0, 1] > 0.8
    assert lean_of_network(house.place, report, inputs.read(folder, model.digest)) == lean


def test_an_old_report_is_due_however_still_the_usage_stands(
    house: yesand.House, model: TrainedModel, folder: Path, clock: SetClock
) -> None:
    assert look(house.place, model, usage(1, 0, 0, 0)) is None  # nothing to hold it against
    estimate(house.place, model, folder, resamples=10)
    clock.advance(days=181)
    seen = look(house.place, model, usage(0.25, 0.25, 0.25, 0.25))
    assert seen is not None and seen.due == "old"
    assert Look.objects.count() == 1


def test_a_report_grows_old_where_no_usage_says_what_it_was_about(
    house: yesand.House, model: TrainedModel, folder: Path, clock: SetClock
) -> None:
    estimate(house.place, model, folder, resamples=10)
    unused = Usage((), np.zeros((0, 0)))
    young = look(house.place, model, unused)
    assert young is not None and (young.due, young.moved_ppb, young.indicated) == ("", None, None)
    clock.advance(days=181)
    old = look(house.place, model, unused)
    assert old is not None and (old.due, old.mix, old.events) == ("old", {}, 0)


def test_a_threshold_that_is_none_is_told(house: yesand.House) -> None:
    house.place.settings["reliance_moved"] = "much"
    with pytest.raises(BadInput, match="no number"):
        threshold(house.place)


def test_whose_share_fell_reads_why_and_gets_a_letter(
    house: yesand.House, model: TrainedModel, folder: Path, clock: SetClock
) -> None:
    estimate(house.place, model, folder, resamples=10)
    assert not Fall.objects.exists()
    shares = {"P00": 0.9, "P01": 0.05, "P02": 0.05, "P03": 0.0}
    clock.advance(days=30)
    who = Performer.objects.get(handle="P03")
    who.user = User.objects.create(username="p03", email="p03@example.org")
    who.save()
    before = DBTaskResult.objects.count()
    fell = fallen_to(house, model, shares)
    assert [one.performer.handle for one in fell][-1] == "P03"
    assert fell[-1].reasons == [["method", {"before": "aumann-shapley", "after": "shapley"}]]
    assert DBTaskResult.objects.count() == before + 1
    assert fallen_to(house, model, shares) == fell  # told once
    # What is held about them is theirs to take home: their own rows, and nobody else's.
    told = held(who.user)
    assert len(told["rows"]) == 2 and len(told["falls"]) == 1
    assert {one["row"]["performer"] for one in told["rows"]} == {"P03"}
    with pytest.raises(DatabaseError), transaction.atomic():
        fell[-1].report.delete()


def fallen_to(house: yesand.House, model: TrainedModel, shares: dict[str, float]) -> list[Fall]:
    """Sign a report with these shares, exactly known; return whose fell."""
    from yesand.kernel.ids import digest
    from yesand.reliance.keeping.services import keep
    from yesand.reliance.report import Agreement, RelianceReport, Utility
    from yesand.reliance.rows import Row

    parts = {who: round(part * BILLION) for who, part in shares.items()}
    found = RelianceReport(
        model.digest, digest(b"q"), "shapley", "1", {}, Utility(9, 0, 8, 10),
        Agreement(1.0, None, None, None, 0), True, "",
        tuple(Row(who, part, part, part, 1, 0, 0, 0) for who, part in parts.items()),
    )  # fmt: skip
    mix = dict.fromkeys(LABELS, BILLION // 4)
    report = keep(house.place, model, digest(repr(shares).encode()), found, mix=mix)
    return list(Fall.objects.filter(report=report).order_by("performer__handle"))


def test_looks_are_of_the_report_that_stands(
    house: yesand.House, model: TrainedModel, folder: Path, clock: SetClock
) -> None:
    from yesand.reliance.watching.services import latest_look

    estimate(house.place, model, folder, resamples=10)
    seen = look(house.place, model, usage(0.7, 0.1, 0.1, 0.1))
    assert latest_look(model) == seen
    clock.advance(days=1)
    estimate(house.place, model, folder, resamples=10, mix={"angry": 7, "calm": 1, "happy": 1})
    assert latest_look(model) is None
    assert clock.now() - timedelta(days=1) == seen.at if seen else False
