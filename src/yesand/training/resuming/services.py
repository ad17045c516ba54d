"""The house's shelf of trainings under way, and its tidying: no voice outlives its permission."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

from yesand.corpus import services as corpus
from yesand.kernel.errors import YesAndError
from yesand.kernel.place import Place

#: The name of the shelf in a house's cache.
UNFINISHED = "unfinished"
#: A run that nobody took up for so long is thrown away (days), and the oldest ones above so much.
DAYS, MOST_BYTES = 30, 2 << 30
_ABOUT = "run.json"


def shelf_of(place: Place) -> Path:
    """Return where trainings under way lie in a house."""
    return place.cache / UNFINISHED


def sweep(place: Place) -> int:
    """Delete what no longer may be, or need be, kept; return how many runs that are.

    These are runs of which a take may no longer be used, runs that are done, runs that nobody took
    up for 30 days, and the oldest beyond 2 GiB. A run under way that loses its folder so loses
    time, and nothing else.
    """
    if not (folder := shelf_of(place)).is_dir():
        return 0
    runs = sorted((run for run in folder.iterdir() if run.is_dir()), key=_touched, reverse=True)
    gone, room = 0, MOST_BYTES
    for run in runs:
        room -= _size(run)
        if room < 0 or not _may_stay(place, run):
            shutil.rmtree(run, ignore_errors=True)
            gone += 1
    return gone


def drop(place: Place, takes: frozenset[str]) -> None:
    """Delete every run that has any of these takes (by hash), as they are deleted."""
    if not (folder := shelf_of(place)).is_dir():
        return
    for run in folder.iterdir():
        try:
            manifest = corpus.find(place, _manifest(run))
            hit = any(take.sha256 in takes for take in manifest.takes)
        except (YesAndError, OSError, ValueError, KeyError, TypeError):
            hit = True
        if hit:
            shutil.rmtree(run, ignore_errors=True)


def _may_stay(place: Place, run: Path) -> bool:
    if time.time() - _touched(run) > DAYS * 86_400:
        return False
    try:
        told = json.loads((run / _ABOUT).read_bytes())
        done = (Path(told["out"]) / "model.json").exists()
        if not done:
            corpus.check_current(place, corpus.find(place, told["manifest"]))
    except (YesAndError, OSError, ValueError, KeyError, TypeError):
        # Overtaken; or no run: one that begins writes its file first, whole.
        return False
    return not done


def _manifest(run: Path) -> str:
    return str(json.loads((run / _ABOUT).read_bytes())["manifest"])


def _touched(run: Path) -> float:
    """Return when anything in it was last written."""
    try:
        return max(path.stat().st_mtime for path in (run, *run.iterdir()))
    except OSError:
        return 0.0


def _size(run: Path) -> int:
    try:
        return sum(path.stat().st_size for path in run.iterdir())
    except OSError:
        return 0
