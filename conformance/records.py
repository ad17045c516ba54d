"""Keeping outcomes: what each suite gave last, and the best it has given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conformance.outcome import Outcome

RECORDS = Path(__file__).with_name("records.json")
Records = dict[str, dict[str, Any]]


def kept(path: Path = RECORDS) -> Records:
    """Return each suite's record by its name."""
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def keep(records: Records, path: Path = RECORDS) -> None:
    """Write the records down, in the suites' order of names."""
    text = json.dumps(records, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8")


def entered(records: Records, outcome: Outcome, note: str = "") -> Records:
    """Return the records with one more outcome; the best so far is never forgotten."""
    best = max(outcome.passed, records.get(outcome.name, {}).get("best", 0))
    record = {
        "passed": outcome.passed,
        "total": outcome.total,
        "best": best,
        "failures": outcome.failures,
        "note": note,
    }
    return {**records, outcome.name: record}


def fell_back(records: Records, outcome: Outcome) -> bool:
    """Tell whether a suite passes fewer cases than it once did."""
    best: int = records.get(outcome.name, {}).get("best", 0)
    return outcome.passed < best
