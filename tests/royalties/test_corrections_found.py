"""What the settlement simulator found of corrections: what none mends, and what each gives back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from royalties_factories import SEPTEMBER, Stage, agree, at, decommission, event, terms, used

import yesand
from yesand.agreements.terms import Amount
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import Refused
from yesand.royalties.closing.queueing.services import exceptions
from yesand.royalties.instruments.services import issue
from yesand.royalties.instruments.shapes import Correction, TaxTable
from yesand.royalties.lines import Kind
from yesand.royalties.redoing.services import correct, waiting
from yesand.royalties.services import check_books, trial_balance
from yesand.royalties.settling.services import settle

US = TaxTable(
    country="US",
    name="us",
    effective="2026-01-01",
    kinds=(Kind.ROYALTY,),
    default_ppm=300_000,
    default_law="26 U.S.C. § 1441(a)",
    backup_ppm=240_000,
    backup_law="26 U.S.C. § 3406(a)",
)


def wrong(**how: Any) -> Correction:
    return Correction(month="2026-09", effective="2026-10-01", why="an error", **how)


def test_where_shares_are_drawn_a_first_report_corrects_no_month_settled_without_one(
    house: yesand.House, tmp_path: Path
) -> None:
    # The month has no measure of noise: the share would be paid as it was measured, undrawn.
    stage = Stage(house.place, terms(uncertainty="shrunk"))
    used(stage, tmp_path, event(1))
    settle(house.place, SEPTEMBER)
    first = stage.reported()
    with pytest.raises(Refused, match="drawn by their noise"):
        correct(house.place, wrong(model=stage.model.digest, report=first.digest))
    assert waiting() == []


def test_withheld_tax_comes_back_with_a_correction_though_the_model_has_left_service(
    house: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    stage = Stage(house.place, terms(withhold="US"))
    issue(house.place, US)
    used(stage, tmp_path, event(1, data={"quantity": 1_000}))
    decommission(house.place, stage.coach, at("2026-09-30"))
    settle(house.place, SEPTEMBER)
    assert trial_balance()["tax:US"]["EUR"] == -960_000
    never = {"deployment": "coach", "unit": "request", "usage_period": "2026-09", "quantity": 0}
    correct(house.place, wrong(**never))
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    settle(house.place, Period(2026, 10))
    left = {name: sums["EUR"] for name, sums in trial_balance().items() if sums.get("EUR")}
    assert left == {} and check_books()


def test_a_correction_waits_once_the_terms_that_took_something_off_are_followed(
    house: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    # By the terms that stand now nothing that paid the advance back would be given back.
    stage = Stage(house.place, terms(advance=Amount.of("EUR", "1")))
    used(stage, tmp_path, event(1, data={"quantity": 1_000}))
    settle(house.place, SEPTEMBER)
    never = {"deployment": "coach", "unit": "request", "usage_period": "2026-09", "quantity": 0}
    entered = correct(house.place, wrong(**never))
    for handle, signed in stage.agreements.items():
        agree(house.place, handle, terms(), supersedes=signed)
    before, queued = trial_balance(), len(exceptions(house.place))
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    settle(house.place, Period(2026, 10))
    assert len(exceptions(house.place)) == queued + 1, "it is shown that it waits"
    assert waiting() == [entered] and trial_balance() == before and check_books()
