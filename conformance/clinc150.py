"""CLINC150 (Larson et al. 2019): its balance, meeting and out-of-scope phrases; never trained on.

A bank's balance and a performer's are asked for in much the same words, so those phrases should
reach ``balance`` and ``book``; what is out of scope must be accepted by no intent.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from conformance.outcome import Outcome
from yesand.heidi.intents import Intent
from yesand.heidi.router import ready

WANTED = {
    "balance": {Intent.BALANCE},
    "schedule_meeting": {Intent.BOOK},
}


def phrases(folder: Path) -> dict[str, list[str]]:
    """Return the phrases by what they are of: two intents, and ``oos``."""
    told = json.loads((folder / "clinc150" / "data" / "data_full.json").read_text("utf-8"))
    rows = [row for name, part in told.items() if not name.startswith("oos") for row in part]
    found = {name: [text for text, of in rows if of == name] for name in WANTED}
    beyond = ("oos_train", "oos_val", "oos_test")
    return {**found, "oos": [text for name in beyond for text, _ in told[name]]}


def run(folder: Path) -> Outcome:
    """Route every phrase; count those that come out as they should."""
    with tempfile.TemporaryDirectory() as cache:
        router = ready(Path(cache))
    results: dict[str, str | None] = {}
    for name, texts in phrases(folder).items():
        wanted = WANTED.get(name, {Intent.OTHER})
        wrong = [g.intent for g in router.guesses(texts) if g.intent not in wanted]
        results |= {f"{name} {n}": None for n in range(len(texts) - len(wrong))}
        results |= {f"{name}, wrong {n}": f"taken for {i}" for n, i in enumerate(wrong)}
    outcome = Outcome.of("clinc150", results)
    return Outcome("clinc150", outcome.passed, outcome.total, _summed(results))


def _summed(results: dict[str, str | None]) -> list[str]:
    """Return one line for each kind, instead of a line for each phrase."""
    lines = []
    for kind in (*WANTED, "oos"):
        mine = [
            fault for case, fault in results.items() if case.split(",")[0].split(" ")[0] == kind
        ]
        lines.append(f"{kind}: {sum(f is not None for f in mine)} of {len(mine)} taken otherwise")
    return lines
