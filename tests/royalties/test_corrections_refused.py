"""What no correction can put right is refused, and says so; found by the settlement simulator."""

from __future__ import annotations

from pathlib import Path

import pytest
from royalties_factories import SEPTEMBER, Stage, event, terms, used

import yesand
from yesand.kernel.errors import Refused
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.redoing.services import correct, waiting
from yesand.royalties.settling.services import settle


def test_where_shares_are_drawn_a_first_report_corrects_no_month_settled_without_one(
    house: yesand.House, tmp_path: Path
) -> None:
    # The month has no measure of noise: the share would be paid as it was measured, undrawn.
    stage = Stage(house.place, terms(uncertainty="shrunk"))
    used(stage, tmp_path, event(1))
    settle(house.place, SEPTEMBER)
    first = stage.reported()
    wrong = Correction(
        month="2026-09",
        effective="2026-10-01",
        why="it was measured too late",
        model=stage.model.digest,
        report=first.digest,
    )
    with pytest.raises(Refused, match="drawn by their noise"):
        correct(house.place, wrong)
    assert waiting() == []
