"""Measure the assistant's router and write docs/heidi.md (``make heidi``).

Fits the router anew and ships it (``src/yesand/heidi/router.npz``). The phrases of
``scripts/heidi_evaluation.json`` are taught nowhere, and docs/heidi.md says how they came about;
CLINC150 is read from ``YESAND_CONFORMANCE`` where it is there.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from conformance.clinc150 import WANTED, phrases

from yesand.heidi.intents import Intent
from yesand.heidi.phrases import phrases as taught
from yesand.heidi.router import SHIPPED, Router, fit, ready, save

PAGE = ROOT / "docs" / "heidi.md"
MARK = "<!-- measured: everything below is written by `make heidi` -->"


def main() -> int:
    """Measure and write."""
    save(fit(taught()), SHIPPED)
    with tempfile.TemporaryDirectory() as cache:
        router = ready(Path(cache))
    before = PAGE.read_text("utf-8").partition(MARK)[0]
    PAGE.write_text(f"{before}{MARK}\n\n{measured(router)}", "utf-8")
    print(measured(router))
    return 0


def measured(router: Router) -> str:
    """Return the measured part of the page."""
    rows = json.loads((ROOT / "scripts" / "heidi_evaluation.json").read_text("utf-8"))
    guesses = [g.intent for g in router.guesses([r["text"] for r in rows])]
    pairs = [(r["intent"], g.value, r["role"]) for r, g in zip(rows, guesses, strict=True)]
    within = [p for p in pairs if p[0] != "other"]
    beyond = [p for p in pairs if p[0] == "other"]
    lines = [
        f"Taught by {len(taught()):,} phrases; evaluated on {len(rows)} others.",
        "",
        "| what | figure | aim |",
        "|---|--:|--:|",
        f"| right, of {len(within)} in scope | {_part(_right(within), len(within))} | 95 % |",
        f"| accepted, of {len(beyond)} beyond | {_part(_accepted(beyond), len(beyond))} | 3 % |",
        f"| median time of a guess | {_median(router, rows):.1f} ms | 20 ms |",
        *_clinc(router, guesses, rows),
        "",
        "| role | phrases in scope | right |",
        "|---|--:|--:|",
    ]
    for role in dict.fromkeys(p[2] for p in within):
        mine = [p for p in within if p[2] == role]
        lines.append(f"| {role} | {len(mine)} | {_part(_right(mine), len(mine))} |")
    lines += ["", "| intent | phrases | right | most often taken for |", "|---|--:|--:|---|"]
    for intent in sorted({p[0] for p in within}):
        mine = [p for p in within if p[0] == intent]
        wrong = Counter(p[1] for p in mine if p[0] != p[1]).most_common(2)
        told = ", ".join(f"{name} ({n})" for name, n in wrong) or "–"
        lines.append(f"| {intent} | {len(mine)} | {_part(_right(mine), len(mine))} | {told} |")
    return "\n".join(lines) + "\n"


def _right(pairs: list[tuple[str, str, str]]) -> int:
    return sum(wanted == got for wanted, got, _ in pairs)


def _accepted(pairs: list[tuple[str, str, str]]) -> int:
    return sum(got != "other" for _, got, _ in pairs)


def _part(number: int, of: int) -> str:
    return f"{100 * number / of:.1f} %"


def _median(router: Router, rows: list[dict[str, str]]) -> float:
    took = []
    for row in rows[:300]:
        began = time.perf_counter()
        router.guess(row["text"])
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def _clinc(router: Router, own: list[Intent], rows: list[dict[str, str]]) -> list[str]:
    """Return CLINC150's rows, and what comes out of its phrases and ours together."""
    home = os.environ.get("YESAND_CONFORMANCE", ROOT.parent / "shared" / "conformance")
    if not (Path(home) / "clinc150").exists():
        return ["| CLINC150 | not on this machine | |"]
    lines: list[str] = []
    within: list[bool] = []
    beyond: list[bool] = []
    for row, guess in zip(rows, own, strict=True):
        wanted = Intent(row["intent"])
        (beyond if wanted is Intent.OTHER else within).append(guess is wanted)
    for name, texts in phrases(Path(home)).items():
        guesses = [g.intent for g in router.guesses(texts)]
        if name == "oos":
            hit = sum(g is not Intent.OTHER for g in guesses)
            beyond += [g is Intent.OTHER for g in guesses]
            what, aim = f"CLINC150: accepted, of {len(texts)} out of scope", "3 %"
        else:
            hit = sum(g in WANTED[name] for g in guesses)
            within += [g in WANTED[name] for g in guesses]
            what, aim = f"CLINC150: right, of {len(texts)} of `{name}`", "95 %"
        lines.append(f"| {what} | {_part(hit, len(texts))} | {aim} |")
    right, missed = sum(within), len(beyond) - sum(beyond)
    return [
        *lines,
        f"| all: right, of {len(within)} in scope | {_part(right, len(within))} | 95 % |",
        f"| all: accepted, of {len(beyond)} beyond | {_part(missed, len(beyond))} | 3 % |",
    ]


if __name__ == "__main__":
    sys.exit(main())
