"""Usage that reads back otherwise than it was written is never settled on."""

from __future__ import annotations

from pathlib import Path

import pytest
from royalties_factories import SEPTEMBER, Stage, event, used

import yesand
from yesand.kernel.errors import CheckFailed
from yesand.royalties.metering.services import store_of
from yesand.royalties.models import Settlement, UsageBatch
from yesand.royalties.services import settle


@pytest.mark.sqlite
def test_no_flipped_byte_of_a_usage_file_is_settled_on(house: yesand.House, tmp_path: Path) -> None:
    stage = Stage(house.place)
    used(stage, tmp_path, *(event(i, data={"quantity": 1_000 + i}) for i in range(9)))
    (path,) = store_of(house.place).files(UsageBatch.objects.values_list("digest", flat=True))
    whole = path.read_bytes()
    for at in range(0, len(whole), 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(CheckFailed, match="otherwise than it was written"):
            settle(house.place, SEPTEMBER)
    path.write_bytes(whole)
    assert not Settlement.objects.exists()
    settle(house.place, SEPTEMBER)


def test_files_of_old_that_have_no_sum_are_settled_on(house: yesand.House, tmp_path: Path) -> None:
    stage = Stage(house.place)
    used(stage, tmp_path, event(1))
    for beside in house.place.usage.glob("events/*/*.sha256"):
        beside.unlink()
    assert settle(house.place, SEPTEMBER).statements.count() == 3
