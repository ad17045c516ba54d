"""Keeping results: one JSON file a benchmark, with where and how it was measured."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import tomllib
from datetime import UTC, datetime
from importlib.metadata import packages_distributions, version
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT, Result, peak_bytes

RESULTS = ROOT / "benchmarks" / "results"


def keep(name: str, result: Result, folder: Path = RESULTS) -> Path:
    """Write a result down, with the machine, the command, the date and the versions in use."""
    record = {
        "name": result.name,
        "what": result.what,
        "value": result.value,
        "unit": result.unit,
        "peer": result.peer,
        "peer_value": result.peer_value,
        "ratio": result.ratio,
        "higher_is_better": result.higher_is_better,
        "peak_memory_bytes": result.peak_bytes or peak_bytes(),
        "peak_memory_of": "ours" if result.peak_bytes else "ours and the peer's",
        "machine": machine(),
        "command": f"make bench NAME={name}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "versions": versions(),
    }
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return path


def kept(folder: Path = RESULTS) -> dict[str, dict[str, Any]]:
    """Return every result that was written down, by the benchmark's name."""
    return {p.stem: json.loads(p.read_text("utf-8")) for p in sorted(folder.glob("*.json"))}


def machine() -> dict[str, Any]:
    """Describe this machine by its parts, never by its name."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(pages * size / 2**30, 1),
        "system": platform.system(),
    }


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.M) if info.exists() else None
    return found[1].strip() if found else platform.machine()


def versions() -> dict[str, str]:
    """Return the versions of Python and of our dependencies and peers that are loaded now."""
    names = packages_distributions()
    loaded = {d for m in list(sys.modules) if "." not in m for d in names.get(m, [])}
    ours = _declared()
    known = {d: version(d) for d in sorted(loaded, key=str.lower) if _plain(d) in ours}
    return {"python": platform.python_version(), **known}


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = chain(project["dependencies"], *project["optional-dependencies"].values())
    return {_plain(re.split(r"[\[<>=~! ]", line)[0]) for line in listed}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
