"""A row opens with its own salt and with nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import CheckFailed
from yesand.reliance.report import open_rows
from yesand.reliance.rows import Row, open_row

MAYA = Row("maya", 700_000_000, 600_000_000, 800_000_000, 70, 60, 80, 30)
TOM = Row("tom", 300_000_000, 200_000_000, 400_000_000, -3, -9, 4, -1)
SALTS = {"maya": b"\x01" * 32, "tom": b"\x02" * 32}
PREDICATE = {"rows": sorted(row.sealed(SALTS[row.performer]) for row in (MAYA, TOM))}


def test_a_row_opens_with_its_salt() -> None:
    assert open_row(PREDICATE, MAYA.as_json(), SALTS["maya"].hex()) == MAYA


@pytest.mark.parametrize("name", ["share_ppb", "low_ppb", "high_ppb", "effect", "leave_one_out"])
def test_a_row_with_another_figure_does_not_open(name: str) -> None:
    forged = {**MAYA.as_json(), name: MAYA.as_json()[name] + 1}
    with pytest.raises(CheckFailed, match="does not hold"):
        open_row(PREDICATE, forged, SALTS["maya"].hex())


@pytest.mark.parametrize("salt", ["", "zz", "01" * 31, "02" * 32])
def test_a_row_with_another_salt_does_not_open(salt: str) -> None:
    with pytest.raises(CheckFailed):
        open_row(PREDICATE, MAYA.as_json(), salt)


@pytest.mark.parametrize(
    "row",
    [None, [], {}, {**MAYA.as_json(), "extra": 1}, {**MAYA.as_json(), "share_ppb": 0.7},
     {**MAYA.as_json(), "share_ppb": True}, {**MAYA.as_json(), "emotions": {}},
     {**MAYA.as_json(), "emotions": {"joy": 0.5}}, {**MAYA.as_json(), "emotions": [1]}],
)  # fmt: skip
def test_what_is_not_a_row_is_refused(row: object) -> None:
    with pytest.raises(CheckFailed, match="cannot be read"):
        open_row(PREDICATE, row, SALTS["maya"].hex())


@given(name=st.text(), salt=st.binary(min_size=32, max_size=32))
def test_any_handle_can_be_sealed_and_opened(name: str, salt: bytes) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    row = replace(MAYA, performer=name)
    assert open_row({"rows": [row.sealed(salt)]}, row.as_json(), salt.hex()) == row


def test_an_auditor_opens_every_row_and_misses_none() -> None:
    rows = {"maya": MAYA.as_json(), "tom": TOM.as_json()}
    salts = {name: salt.hex() for name, salt in SALTS.items()}
    assert open_rows(PREDICATE, rows, salts) == (MAYA, TOM)
    with pytest.raises(CheckFailed, match="Not every row"):
        open_rows(PREDICATE, {"maya": MAYA.as_json()}, salts)
