"""All statements of a month at once."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from royalties_factories import Stage, event, used

import yesand
from yesand.kernel.clock import Period
from yesand.kernel.errors import CheckFailed, NotFound
from yesand.royalties.issuing.services import file_name, folder, pdf, rendered
from yesand.royalties.issuing.together.services import write_json, write_pdfs, write_table
from yesand.royalties.models import Statement
from yesand.royalties.services import settle

SEPTEMBER = Period(2026, 9)


@pytest.fixture
def stage(house: yesand.House, tmp_path: Path) -> Stage:
    found = Stage(house.place)
    used(found, tmp_path, event(1, data={"quantity": 12_345}))
    settle(found.place, SEPTEMBER)
    return found


def test_every_statement_of_a_month_is_set_once_and_told(stage: Stage, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "pdfs"

    def progress(done: int, total: int, note: str = "") -> None:
        told.append((done, total))

    number = write_pdfs(stage.place, SEPTEMBER, out, progress=progress)
    rows = list(Statement.objects.select_related("performer", "settlement"))
    assert number == len(rows) == len(list(out.iterdir()))
    assert told == [(n, number) for n in range(number + 1)]
    kept = {path: path.stat().st_mtime_ns for path in folder(stage.place).rglob("*.pdf")}
    assert len(kept) == number
    for row in rows:
        assert (out / f"{file_name(row)}.pdf").read_bytes() == pdf(stage.place, row)
    write_pdfs(stage.place, SEPTEMBER, out)
    assert kept == {path: path.stat().st_mtime_ns for path in folder(stage.place).rglob("*.pdf")}


def test_every_statement_of_a_month_is_written_as_it_was_signed(
    stage: Stage, tmp_path: Path
) -> None:
    out = tmp_path / "signed"
    for _ in range(2):  # again is the same
        assert write_json(stage.place, SEPTEMBER, out) == len(list(out.iterdir())) == 3
        for row in Statement.objects.select_related("performer", "settlement"):
            told = (out / f"{file_name(row)}.json").read_bytes()
            assert told == rendered(stage.place, row, "json")
    with pytest.raises(NotFound):
        write_json(stage.place, Period(2026, 8), out)


def test_a_statement_that_this_house_did_not_sign_is_not_written(
    stage: Stage, tmp_path: Path, unguard: Callable[[str], None]
) -> None:
    unguard("royalties_statement")
    row = Statement.objects.order_by("performer__handle").last()
    assert row is not None
    row.envelope["signatures"][0]["sig"] = "AA=="
    row.save()
    with pytest.raises(CheckFailed):
        write_json(stage.place, SEPTEMBER, tmp_path / "signed")
    assert not (tmp_path / "signed").exists()


def test_the_table_of_a_month_holds_every_line(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "september.csv"
    number = write_table(SEPTEMBER, path)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["performer"] for row in rows}) == number
    owed = sum(row.total_micro for row in Statement.objects.all())
    assert sum(int(row["micro"]) for row in rows if row["kind"] != "contribution") == owed


def test_a_month_that_is_not_settled_writes_nothing(stage: Stage, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="yesand settle 2026-08"):
        write_pdfs(stage.place, Period(2026, 8), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_handle_leads_no_file_out_of_its_folder(stage: Stage) -> None:
    row = Statement.objects.select_related("performer", "settlement").first()
    assert row is not None
    names = set()
    for handle in ("../../etc/passwd", "..-..-etc-passwd", "Zoë", "Zoé"):
        row.performer.handle = handle
        names.add(file_name(row))
    assert len(names) == 4 and not any("/" in name or ".." in name for name in names)


def yesand_(stage: Stage, *told: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "yesand.cli", *told, "--house", str(stage.place.root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.sqlite
def test_the_command_line_writes_them_and_refuses_a_tongue_it_has_not(
    stage: Stage, tmp_path: Path
) -> None:
    out = tmp_path / "de"
    done = yesand_(stage, "statements", "2026-09", "--pdf", str(out), "--language", "de")
    assert done.returncode == 0, done.stderr
    assert f"{len(list(out.iterdir()))} statements" in done.stdout
    signed = tmp_path / "signed"
    done = yesand_(stage, "statements", "2026-09", "--json-folder", str(signed))
    assert done.returncode == 0 and len(list(signed.iterdir())) == 3, done.stderr
    done = yesand_(stage, "statements", "2026-09", "--language", "fr")
    assert done.returncode == 2 and "en and de" in done.stderr
