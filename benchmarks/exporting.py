"""Exporting recordings as Parquet: takes a second, beside Hugging Face `datasets`.

Both begin with the same recordings on the disk and end with Parquet shards that hold them, a row a
take, and with the hash of every file and shard. Ours also decides anew, writes a credential into
every recording (C2PA) and reads it back, signs, logs, and flushes what it delivers. A second
export finds the copies made.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yesand
from benchmarks.harness import Result, Unavailable, peak_bytes, recordings

_EMOTIONS = ("", "neutral", "calm", "joy", "sadness", "anger", "fear", "disgust", "surprise")


def run() -> Result:
    """Export RAVDESS's recordings once each way, and ours a second time."""
    try:
        import datasets
    except ImportError as fault:
        raise Unavailable("Hugging Face `datasets` is not installed (extra `dev`)") from fault
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        files = sorted(recordings("ravdess").rglob("*.flac"))
        table = _table(files, home / "corpus")
        house, row = _house(home / "house", table)
        from yesand.corpus.exporting.services import export_to

        first = _timed(lambda: export_to(house.place, row, "parquet", home / "first"))
        again = _timed(lambda: export_to(house.place, row, "webdataset", home / "again"))
        peak = peak_bytes()
        datasets.disable_progress_bars()
        peer = _timed(lambda: _peer(datasets, files, home / "peer"))
        takes = row.permitted
        house.close()
    return Result(
        name="exporting",
        what=(
            f"Export of {takes:,} recordings of RAVDESS as Parquet, each with its credential "
            f"written, read back and logged; a second export, as WebDataset, finds the "
            f"credentials made and runs at {takes / again:,.0f} takes/s. The peer hashes and "
            "packs the bare recordings: nothing is signed, decided, logged or flushed to the disk"
        ),
        value=takes / first,
        unit="takes/s",
        peer="Hugging Face datasets: from_generator, to_parquet, SHA-256",
        peer_value=len(files) / peer,
        higher_is_better=True,
        peak_bytes=peak,
    )


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _table(files: list[Path], folder: Path) -> Path:
    """Lay recordings out as anyone's own, so that an agreement of ours can let them leave."""
    folder.mkdir()
    with (folder / "takes.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "performer", "emotion"])
        for number, path in enumerate(files):
            name, parts = f"take-{number:05d}.flac", path.stem.split("-")
            shutil.copyfile(path, folder / name)
            rows.writerow([name, f"Actor-{parts[6]}", _EMOTIONS[int(parts[2])]])
    return folder


def _house(root: Path, corpus: Path) -> tuple[yesand.House, Any]:
    house = yesand.create(root)
    from yesand.agreements.templates import standard
    from yesand.agreements.vocabulary import Material
    from yesand.corpus.models import Manifest

    draft = standard("recognition", date(2026, 1, 1))
    both = {"materials": frozenset(Material)}
    report = house.import_corpus(
        corpus, layout="table", agreement=replace(draft, terms=draft.terms.model_copy(update=both))
    )
    if report.imported < 1_000:
        raise RuntimeError(f"not everything came in: {report.as_dict()}")
    asked = house.request(
        purpose="emotion-recognition", use_class="recognition", territory="DE", material="raw"
    )
    made = house.gate(asked).manifest
    return house, Manifest.objects.select_related("licensee", "entry").get(digest=made.digest)


def _peer(datasets: Any, files: list[Path], out: Path) -> None:
    out.mkdir()

    def rows() -> Iterator[dict[str, Any]]:
        for path in files:
            data = path.read_bytes()
            told = {"take": hashlib.sha256(data).hexdigest(), "emotion": path.stem.split("-")[2]}
            yield {**told, "bytes": len(data), "audio": data}

    made = datasets.Dataset.from_generator(rows, cache_dir=os.fspath(out / "cache"))
    made.to_parquet(os.fspath(out / "train.parquet"))
    hashlib.sha256((out / "train.parquet").read_bytes()).hexdigest()
