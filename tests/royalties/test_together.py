"""All statements of a month at once."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from royalties_factories import Stage, event, used

import yesand
from yesand.kernel.clock import Period
from yesand.kernel.errors import NotFound
from yesand.royalties.issuing.services import file_name, folder, pdf
from yesand.royalties.issuing.together.services import write_pdfs, write_table
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
    assert told == [(n, number) for n in range(1, number + 1)]
    kept = {path: path.stat().st_mtime_ns for path in folder(stage.place).rglob("*.pdf")}
    assert len(kept) == number
    for row in rows:
        assert (out / f"{file_name(row)}.pdf").read_bytes() == pdf(stage.place, row)
    write_pdfs(stage.place, SEPTEMBER, out)
    assert kept == {path: path.stat().st_mtime_ns for path in folder(stage.place).rglob("*.pdf")}


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
    done = yesand_(stage, "statements", "2026-09", "--language", "fr")
    assert done.returncode == 2 and "en and de" in done.stderr
