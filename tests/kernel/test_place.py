from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

import yesand
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.people import services as people


def test_a_new_house_opens_again(house: yesand.House) -> None:
    performer, new = people.join(house.place, "Actor_01")
    assert new
    again, new = people.join(house.place, "Actor_01")
    assert not new and again == performer


def test_private_keys_are_readable_by_their_owner_only(house: yesand.House) -> None:
    for key in (house.place.root / "keys").iterdir():
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_house_of_a_newer_format_is_refused_and_untouched(house: yesand.House) -> None:
    path = house.place.root / "house.json"
    newer = {**json.loads(path.read_text()), "format": 99}
    path.write_text(json.dumps(newer))
    with pytest.raises(BadInput, match="Upgrade"):
        yesand.open(house.place.root)
    assert json.loads(path.read_text()) == newer


def test_no_house_is_made_over_another_thing(house: yesand.House, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        yesand.create(house.place.root)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(Refused):
        yesand.create(tmp_path / "full")


def test_opening_nothing_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="yesand init"):
        yesand.open(tmp_path / "nowhere")
