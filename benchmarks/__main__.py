"""Run benchmarks: ``python -m benchmarks`` for all, ``python -m benchmarks gate`` for one.

Each runs in a fresh process, so that one's memory and caches do not flatter another's.
"""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.harness import Result, Unavailable
from benchmarks.page import PAGE, page
from benchmarks.results import keep

OURS = {"__main__", "harness", "results", "page", "recordings", "voices"}
MEASURED, FAILED, UNKNOWN, UNAVAILABLE = 0, 1, 2, 3


def benchmarks() -> list[str]:
    """Return the names of all benchmarks."""
    here = [str(Path(__file__).parent)]
    return sorted(m.name for m in pkgutil.iter_modules(here) if m.name not in OURS)


def alone(name: str) -> int:
    """Run one benchmark in this process, keep its result and print its line."""
    try:
        result = import_module(f"benchmarks.{name}").run()
    except Unavailable as missing:
        print(f"{name} not measured: {missing}")
        return UNAVAILABLE
    except ModuleNotFoundError as missing:
        print(f"{name} not measured: no {missing.name} here (pip install 'yesand[train,bench]')")
        return UNAVAILABLE
    if not isinstance(result, Result):
        print(f"{name} failed: run() gave {type(result).__name__}, not Result")
        return FAILED
    keep(name, result)
    print(result.line(), flush=True)
    return MEASURED


def main(asked: list[str]) -> int:
    """Run the named benchmarks, or all of them, and rewrite the page."""
    if asked[:1] == ["--alone"]:
        return alone(asked[1])
    known = benchmarks()
    unknown = [name for name in asked if name not in known]
    if unknown:
        print(f"No benchmark {', '.join(unknown)}. There are: {', '.join(known) or 'none yet'}.")
        return UNKNOWN
    run = [sys.executable, "-m", "benchmarks", "--alone"]
    ended = [subprocess.run([*run, name], check=False).returncode for name in asked or known]
    if MEASURED in ended:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), "utf-8")
    # Of all, one that is not available here is no failure; asked for by name, it is.
    fine = {MEASURED} if asked else {MEASURED, UNAVAILABLE}
    return MEASURED if set(ended) <= fine else FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
