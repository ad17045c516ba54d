"""The whole line by the public names alone: from recordings to a statement proven elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import yesand
from yesand.agreements.templates import standard
from yesand.corpus.services import GateResult
from yesand.kernel.clock import Period, SetClock
from yesand.provenance import bundle as bundles
from yesand.royalties.events import write_examples
from yesand.royalties.services import check_books, payload
from yesand.takes.troupe.make import make_troupe

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]
OCTOBER, NOVEMBER = Period(2026, 10), Period(2026, 11)
HANDLES = ("Sample_01", "Sample_02", "Sample_03", "Sample_04")


class Line:
    """A house whose four performers' model has served in October 2026, settled since."""

    def __init__(self, root: Path) -> None:
        self.root, self.model = root / "H", root / "model"
        self.clock = SetClock(datetime(2026, 10, 1, tzinfo=UTC))
        self.house = yesand.create(self.root, "House of the Line", clock=self.clock)
        troupe = make_troupe(root / "troupe", performers=4, scenes=1, repetitions=2)
        agreement = standard("recognition", self.clock.now().date())
        self.imported = self.house.import_corpus(troupe, agreement=agreement)
        self.gated = self.gate(root / "corpus.json")
        self.trained = self.house.train(root / "corpus.json", self.model, name="voice")
        self.house.deploy(self.model, name="coach")
        self.report = self.house.estimate_reliance(self.model, out=root / "reliance.json")
        self.use(OCTOBER, datetime(2026, 11, 2, tzinfo=UTC))

    def gate(self, out: Path | None = None) -> GateResult:
        """Ask for the same again."""
        asked = self.house.request(
            purpose="emotion-recognition", use_class="recognition", territory="DE"
        )
        return self.house.gate(asked, out=out)

    def use(self, period: Period, now: datetime) -> None:
        """Meter a month of example usage and settle it."""
        self.clock.at = now
        usage = self.root.parent / f"{period}.jsonl"
        write_examples(usage, "coach", period, 500)
        report = self.house.meter(usage)
        assert (report.accepted, report.bad_rows, report.escrowed) == (500, 0, 0)
        self.house.settle(str(period))

    def owed(self, handle: str, period: Period) -> int:
        """Return the micro-units of a performer's statement."""
        return self.house.statement(handle, str(period)).total_micro

    def bundle(self, handle: str, out: Path) -> Path:
        """Write a performer's evidence for October."""
        statement = self.house.statement(handle, str(OCTOBER))
        return self.house.write_statement(statement, bundle=out)["bundle"]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Line(tmp_path_factory.mktemp("line"))
    yield made
    made.house.close()


def verified(bundle: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Verify in a process of its own, in a folder that holds nothing but the bundle."""
    told = {k: v for k, v in os.environ.items() if not k.startswith(("YESAND_", "DJANGO_"))}
    code = "import yesand.cli; yesand.cli.main()"
    return subprocess.run(
        [sys.executable, "-c", code, "verify", bundle.name, "--json"],
        cwd=folder,
        env={**told, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_line_is_walked_from_recordings_to_statements(line: Line) -> None:
    counts = line.house.counts()
    assert line.imported.imported == 4 * 4 * 2 == counts["takes"]
    assert counts["performers"] == 4 == counts["agreements"]
    assert sum(row["share_ppb"] for row in line.report.shares.values()) == 10**9
    assert set(line.report.shares) == set(HANDLES)
    assert all(line.owed(handle, OCTOBER) > 0 for handle in HANDLES)
    held = {told.split(":")[0] for told in line.house.check()}
    assert held == {
        "log", "books", "journal", "payouts", "disputes", "invoices", "receipts", "agreements",
        "manifests", "raters", "synthetic",
    }  # fmt: skip


def test_a_statement_verifies_in_another_process_without_the_house(
    line: Line, tmp_path: Path
) -> None:
    statement = payload(line.house.statement("Sample_01", str(OCTOBER)))
    path = line.bundle("Sample_01", tmp_path / "evidence.zip")
    line.house.close()
    hidden = line.root.rename(line.root.with_name("away"))
    try:
        done = verified(path, tmp_path)
    finally:
        hidden.rename(line.root)
        line.house = yesand.open(line.root, clock=line.clock)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["performer"] == "Sample_01" and told["total"]["micro"] == statement["total_micro"]
    assert told["synthetic"] and not told["trial"]


def test_a_bundle_with_anothers_statement_does_not_verify(line: Line, tmp_path: Path) -> None:
    mine = bundles.read(line.bundle("Sample_01", tmp_path / "mine.zip"))
    (theirs,) = bundles.read(line.bundle("Sample_02", tmp_path / "theirs.zip")).roled("statement")
    parts = tuple(theirs if part.role == "statement" else part for part in mine.parts)
    bundles.write(replace(mine, parts=parts), tmp_path / "swapped.zip")
    done = verified(tmp_path / "swapped.zip", tmp_path)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


def test_after_a_withdrawal_the_gate_closes_and_royalties_go_on(line: Line) -> None:
    withdrawal = line.house.withdraw("Sample_04", reason="I have thought again.")
    duties = line.house.obligations(withdrawal)
    assert {duty.bearer.slug for duty in duties} and all(duty.clause for duty in duties)
    again = line.gate()
    assert {take.performer for take in again.manifest.takes} == set(HANDLES) - {"Sample_04"}
    with pytest.raises(yesand.YesAndError):
        line.house.train(line.root.parent / "corpus.json", line.root.parent / "other")
    assert not (line.root.parent / "other").exists()
    line.use(NOVEMBER, datetime(2026, 12, 2, tzinfo=UTC))
    assert line.owed("Sample_04", NOVEMBER) > 0
    assert "8 statements" in check_books()
