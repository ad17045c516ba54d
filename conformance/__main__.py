"""Run outside suites: ``python -m conformance`` for all, ``python -m conformance rfc8785`` for one.

Exits 1 if a suite passes fewer cases than it once did, 2 if there is nothing to run.
"""

from __future__ import annotations

import os
import pkgutil
import sys
import traceback
from importlib import import_module
from pathlib import Path

from conformance.outcome import Outcome
from conformance.page import PAGE, page
from conformance.records import entered, fell_back, keep, kept
from conformance.unreached import UNREACHED

HERE = Path(__file__).parent
OURS = {"__main__", "outcome", "page", "records", "unreached"}


def suites() -> list[str]:
    """Return the names of the suites that we run, and of those that we cannot run yet."""
    modules = {m.name for m in pkgutil.iter_modules([str(HERE)])} - OURS
    return sorted({m.replace("_", "-") for m in modules} | set(UNREACHED))


def outcome(name: str, folder: Path) -> tuple[Outcome, str]:
    """Run one suite; return what came of it and a note."""
    module = name.replace("-", "_")
    if (HERE / f"{module}.py").exists():
        return import_module(f"conformance.{module}").run(folder), ""
    count, note = UNREACHED[name]
    return Outcome(name, 0, count(folder / name)), note


def main(asked: list[str]) -> int:
    """Run the named suites, or all of them, and rewrite the page."""
    home = HERE.parents[1] / "shared" / "conformance"
    folder = Path(os.environ.get("YESAND_CONFORMANCE", home))
    if not folder.is_dir():
        print(f"No outside suites at {folder}: set YESAND_CONFORMANCE.")
        return 2
    unknown = set(asked) - set(suites())
    if unknown:
        print(f"No suite {', '.join(sorted(unknown))}. There are: {', '.join(suites())}.")
        return 2
    records, well = kept(), True
    for name in asked or suites():
        try:
            result, note = outcome(name, folder)
        except Exception:  # a suite that breaks must not hide the others' outcomes
            traceback.print_exc()
            print(f"{name} broke off")
            well = False
            continue
        print(result, f"({note})" if note else "", flush=True)
        if fell_back(records, result):
            well = False
            print(f"{name} once passed {records[name]['best']}:", *result.failures, sep="\n  ")
        records = entered(records, result, note)
    keep(records)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(records), "utf-8")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
