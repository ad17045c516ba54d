"""A reliance report that would pay wrongly stops the settlement: nothing is signed or posted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from royalties_factories import SEPTEMBER, Stage, event, model, report, used

import yesand
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import CheckFailed, Refused
from yesand.kernel.ids import digest_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.statements import Predicate
from yesand.reliance.models import Report
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.models import Posting, Settlement
from yesand.royalties.redoing.services import correct, waiting
from yesand.royalties.services import check_books
from yesand.royalties.settling.services import settle

pytestmark = pytest.mark.both_databases
HALVES = {"Ann": 500_000_000, "Bob": 500_000_000}


@pytest.fixture
def stage(house: yesand.House, tmp_path: Path) -> Stage:
    made = Stage(house.place)
    used(made, tmp_path, event(1, data={"quantity": 1_000}))
    return made


def slipped_in(stage: Stage, shares: dict[str, int], about: str = "") -> Report:
    """Enter a report past the estimators, as a fault or a forger with the house's key would."""
    rows = {
        handle: {"share_ppb": ppb, "low_ppb": ppb, "high_ppb": ppb}
        for handle, ppb in shares.items()
    }
    told = {"model": about or stage.model.digest, "shares": rows}
    payload = dsse.attest(Predicate.RELIANCE, {"voice": told["model"]}, told)
    named = digest_of(payload)
    return Report.objects.create(
        digest=named,
        model=stage.model,
        method="subsets",
        shares=rows,
        sets_shares=True,
        envelope=dsse.seal(payload, [stage.place.signer]),
        at=stage.place.clock.now(),
        entry=log.record(stage.place, Kind.RELIANCE_REPORTED, named),
    )


def nothing_is_settled(stage: Stage, period: Period, said: str) -> None:
    before = Settlement.objects.count(), Posting.objects.count(), Entry.objects.count()
    with pytest.raises(CheckFailed, match=said):
        settle(stage.place, period)
    assert before == (Settlement.objects.count(), Posting.objects.count(), Entry.objects.count())


@pytest.mark.parametrize(
    "shares", [{**HALVES, "Cleo": 1}, {"Ann": 999_999_999}, {"Ann": 10**9, "Bob": 10**9}, {}]
)
def test_shares_that_do_not_sum_to_one_stop_the_settlement(
    stage: Stage, shares: dict[str, int]
) -> None:
    slipped_in(stage, shares)
    nothing_is_settled(stage, SEPTEMBER, "do not add up to one")


def test_a_report_for_another_model_digest_stops_the_settlement(stage: Stage) -> None:
    slipped_in(stage, HALVES, about="0" * 64)
    nothing_is_settled(stage, SEPTEMBER, "The report is of another model")


def right(stage: Stage, named: str, **change: Any) -> Correction:
    told = {"month": "2026-09", "effective": "2026-10-01", "why": "names were swapped"}
    return Correction(**{**told, "model": stage.model.digest, "report": named, **change})


def test_a_report_for_another_model_digest_corrects_no_month(stage: Stage) -> None:
    stage.reported()
    settle(stage.place, SEPTEMBER)
    other = report(stage.place, model(stage.place, "other", stage.manifest), HALVES)
    with pytest.raises(Refused, match="No report of that model"):
        correct(stage.place, right(stage, other.digest))
    assert not waiting() and check_books()


def test_shares_that_do_not_sum_to_one_correct_no_month(stage: Stage, clock: SetClock) -> None:
    stage.reported()
    settle(stage.place, SEPTEMBER)
    wrong = slipped_in(stage, {"Ann": 10**9, "Bob": 1})
    with pytest.raises(CheckFailed, match="do not add up to one"):
        correct(stage.place, right(stage, wrong.digest))
    assert not waiting() and check_books()
