"""Bad input at the command line: a status, one line that says what to do, and nothing lost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from django.db import connection
from ravdess_like import RATE, corpus

import yesand
from yesand.cli import _run as run
from yesand.kernel.ids import digest_file
from yesand.takes.models import Fault, Take

CHILD = "import sys, yesand.cli; sys.argv[0] = 'yesand'; yesand.cli.main()"


def yesand_process(*arguments: str | Path, largest: int = 0) -> subprocess.CompletedProcess[str]:
    """Run one command in a process of its own; no file of it may grow beyond ``largest`` bytes."""

    def limit() -> None:
        # Without this the kernel ends the process instead of refusing the write (setrlimit(2)).
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    return subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=limit if largest else None,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def root(empty_house: Path, tmp_path: Path) -> Path:
    """A new house's folder."""
    return Path(shutil.copytree(empty_house, tmp_path / "H"))


@pytest.mark.parametrize(
    "command",
    [
        ["import", "nowhere"],
        ["train", "nowhere.json"],
        ["deploy", "nowhere"],
        ["reliance", "nowhere"],
        ["meter", "nowhere.jsonl"],
        ["verify", "nowhere.zip"],
        ["status"],
    ],
    ids=lambda command: command[0],
)
def test_a_path_that_does_not_exist_is_said_in_one_line(
    root: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    house = [] if command[0] == "verify" else ["--house", str(root)]
    if command == ["status"]:
        house = ["--house", str(root / "nowhere")]
    capsys.readouterr()
    assert run([*command, *house]) == 2
    said = capsys.readouterr()
    assert "nowhere" in said.err and said.err.count("\n") == 1 and not said.out


def test_an_import_takes_the_good_and_tells_the_bad_file_by_file(
    root: Path, tmp_path: Path
) -> None:
    folder = corpus(tmp_path / "ravdess")
    first, second = folder / "Actor_01", folder / "Actor_02"
    sound, _ = soundfile.read(first / "03-01-03-01-01-01-01.wav")
    soundfile.write(first / "03-01-07-01-01-01-01.flac", sound, RATE)
    whole = (first / "03-01-07-01-01-01-01.flac").read_bytes()
    (first / "03-01-07-01-01-01-01.flac").write_bytes(whole[: len(whole) // 2])
    shutil.copy(first / "03-01-04-01-01-01-01.wav", second / "03-01-04-01-01-01-02.wav")
    done = yesand_process("import", folder, "--house", root, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["imported"], told["fault"], told["disputed"]) == (6, 2, 2)
    opened = yesand.open(root)
    reasons = [fault.reason.split(":")[0] for fault in Fault.objects.order_by("path")]
    assert reasons == ["Text, not a recording, whatever its name says", "Cut off or damaged"]
    disputed = Take.objects.filter(state=Take.State.DISPUTED)
    assert {take.performer.handle for take in disputed} == {"Actor_01", "Actor_02"}
    assert len({take.sha256 for take in disputed}) == 1
    opened.close()


@pytest.mark.parametrize(
    "where",
    [pytest.param(0.1, marks=pytest.mark.deep), 0.5, pytest.param(0.9, marks=pytest.mark.deep)],
)
def test_nothing_is_trained_on_a_manifest_that_was_edited_by_one_byte(
    root: Path, tmp_path: Path, where: float
) -> None:
    assert run(["import", str(corpus(tmp_path / "r")), "-H", str(root)]) == 0
    manifest = tmp_path / "corpus.json"
    asked = ["--purpose", "research", "--non-commercial", "--out", str(manifest)]
    assert run(["gate", "-H", str(root), *asked]) == 0
    data = bytearray(manifest.read_bytes())
    data[int(len(data) * where)] ^= 1
    manifest.write_bytes(data)
    done = yesand_process("train", manifest, "--house", root, "--out", tmp_path / "model")
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1 and "corpus.json" in done.stderr
    assert not (tmp_path / "model").exists()
    opened = yesand.open(root)
    assert opened.counts()["models"] == 0
    opened.close()


def test_a_registry_with_a_newer_yes_ands_migrations_is_refused_and_untouched(root: Path) -> None:
    opened = yesand.open(root)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('takes', '0099_what_is_yet_to_come', '2030-01-01')"
        )
        # What lies in the write-ahead log goes into the file, so that its digest means something.
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    opened.close()
    before = digest_file(root / "registry.sqlite3")
    done = yesand_process("status", "--house", root)
    assert done.returncode == 2
    assert "newer" in done.stderr and "Upgrade" in done.stderr and done.stderr.count("\n") == 1
    assert digest_file(root / "registry.sqlite3") == before


@pytest.mark.parametrize("kilobytes", [8, pytest.param(64, marks=pytest.mark.deep), 128])
def test_a_disk_that_takes_no_more_is_said_in_one_line_and_loses_nothing(
    root: Path, tmp_path: Path, kilobytes: int
) -> None:
    folder = corpus(tmp_path / "r")
    command = ["import", folder, "--house", root]
    full = yesand_process(*command, largest=kilobytes << 10)
    assert full.returncode == 1, full.stderr
    assert full.stderr.count("\n") == 1 and "again" in full.stderr
    done = yesand_process(*command, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["imported"] + told["known"] == 8
    opened = yesand.open(root)
    assert Take.objects.count() == 8 and opened.check()
    opened.close()
