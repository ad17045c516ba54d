"""JSON that commands are given in a file: an object, or a word on what is wrong, never a crash."""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yesand
from yesand.cli import _run as run
from yesand.cli.given import json_object
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import BadInput, NotFound
from yesand.people.models import Seat, User

WRONG = {
    "a list": (b"[1]", "holds no JSON object"),
    "nothing": (b"", "in JSON"),
    "no text": (b"\xff{}", "in JSON"),
    "half": (b'{"a": ', "in JSON"),
    "very deep": (b'{"a":' * 200_000, "nested too deeply"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_json_object_is_said_to_be_none(case: str, tmp_path: Path) -> None:
    data, said = WRONG[case]
    file = tmp_path / "given.json"
    file.write_bytes(data)
    with pytest.raises(BadInput, match=said) as told:
        json_object(file, "a tariff")
    assert "a tariff" in told.value.what and told.value.where == str(file)


def test_a_file_that_is_not_there_or_a_folder_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="No such file"):
        json_object(tmp_path / "nothing", "usage")
    with pytest.raises(BadInput, match="Cannot read usage"):
        json_object(tmp_path, "usage")


@given(st.dictionaries(st.text(max_size=5), st.integers(-9, 9) | st.text(max_size=5), max_size=4))
def test_an_object_is_read_as_it_was_written(told: dict[str, object]) -> None:
    with NamedTemporaryFile() as file:
        Path(file.name).write_bytes(canonical(told))
        assert json_object(Path(file.name), "anything") == told


@pytest.mark.one_database
@pytest.mark.parametrize("case", ["a list", "very deep"])
def test_every_command_of_money_refuses_it_and_enters_nothing(
    house: yesand.House,
    tmp_path: Path,
    case: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "given.json"
    file.write_bytes(WRONG[case][0])
    user = User.objects.create(username="pam")
    user.set_password("a long word of hers")
    user.save()
    Seat.objects.create(user=user, role=Seat.Role.PRODUCER)
    root = str(house.place.root)
    for command in (
        ["withholding", str(file)],
        ["rates", str(file)],
        ["tariff", "publish", str(file), "--by", "pam"],
        ["pay-audit", "record", str(file), "--by", "pam"],
        ["correct", "2026-10", "--why", "wrong", "--usage", str(file)],
    ):
        monkeypatch.setattr(sys, "stdin", StringIO("a long word of hers\n"))
        assert run([*command, "--house", root]) == 2, command
        assert WRONG[case][1] in capsys.readouterr().err
