"""The tables: every estimator beside every peer on every stage, kept as JSON, shown as Markdown.

``python -m benchmarks.reliance smooth rough`` measures some stages; without one it only writes the
tables into docs/reliance.md. Rows that are kept are not measured again, unless ``--again``, which
retrains the truth too.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.harness import ROOT
from benchmarks.reliance.columns import NOMINAL, Columns, Scored, ceiling, columns
from benchmarks.reliance.cost import measured, one_training
from benchmarks.reliance.ours import OURS
from benchmarks.reliance.scene import Scene, Stage
from benchmarks.reliance.stages import PLANS, stage
from benchmarks.reliance.theirs import PEERS, Peer
from benchmarks.reliance.truth import Truth, truth
from benchmarks.results import RESULTS, machine, versions
from yesand.kernel.errors import NotFound

PAGE = ROOT / "docs" / "reliance.md"
KEPT = RESULTS / "reliance"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
Row = dict[str, Any]
Estimate = Callable[[Scene], Scored]
#: column → (heading, decimals).
HEADINGS = {
    "lds_query": ("LDS, per query", 3),
    "lds": ("LDS, U", 3),
    "without_spearman": ("leave-one-out ρ", 3),
    "without_pearson": ("r", 3),
    "shapley_spearman": ("Shapley ρ", 3),
    "shapley_pearson": ("r", 3),
    "share_error": ("largest share error, points", 2),
    "coverage": ("coverage, %", 0),
    "additivity": ("additivity error, %", 2),
    "halves": ("halves of seeds ρ", 3),
    "one_seed": ("seed to seed ρ", 3),
    "trainings": ("cost, trainings", 1),
    "mebibytes": ("memory, MiB", 0),
}
#: Measured last, so that a run which is cut short has the others.
DEAR = {
    "in-run 2nd order, 8 seeds",
    "dattri Grad-Dot, 8 seeds",
    "datamodel (ours), 240 pairs of subsets",
    "Aumann–Shapley per query, 4 seeds × 4 nodes",
    "EK-FAC (ours), 8 seeds",
    "dattri EK-FAC, 8 seeds",
    "kronfluence EK-FAC, 8 seeds",
}
_LOWER = {"share_error", "additivity", "trainings", "mebibytes"}


def measure(name: str, *, again: bool = False) -> Row:
    """Return a stage's table, each row measured in a process of its own, and keep it."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    played = stage(name)
    truths = [truth(scene, PLANS[name], again=again) for scene in played.scenes]
    unit = sum(one_training(scene) for scene in played.scenes)
    before = [] if again else _measured(name)
    rows = [*_rows_of_truth(played, truths), *before]
    record = _keep(name, played, unit, rows)
    for row in _rows(played, truths, unit, {row["name"] for row in before}):
        print(_spoken(row), flush=True)
        rows.append(row)
        record = _keep(name, played, unit, rows)
    return record


def _rows_of_truth(played: Stage, truths: list[Truth]) -> list[Row]:
    left_out = [Scored(t.without.mean(2), t.without.mean(0)) for t in truths]
    return [
        {"name": "truth, half against half", "kind": "ceiling", **ceiling(played, truths)},
        {
            "name": "leave-one-out, retrained",
            "kind": "truth",
            **columns(played, left_out, truths),
        },
    ]


def _measured(name: str) -> list[Row]:
    """Return the rows that were kept before, so that a run that was cut short goes on."""
    path = KEPT / f"{name}.json"
    rows = json.loads(path.read_text("utf-8"))["rows"] if path.exists() else []
    return [row for row in rows if row["kind"] in {"ours", "peer"}]


def _rows(played: Stage, truths: list[Truth], unit: float, before: set[str]) -> Iterator[Row]:
    """Yield what is not measured yet, the dearest last."""
    best = dict[str, str]()
    for name in sorted({*OURS, *PEERS} - before, key=lambda one: (one in DEAR, one)):
        if name in OURS:
            yield {"name": name, "kind": "ours", **_row(played, truths, unit, OURS[name])}
            continue
        try:
            found = _best(played, truths, unit, PEERS[name], best)
            yield {"name": name, "kind": "peer", **found}
        except NotFound as missing:
            print(f"{name} not measured: {missing.sentence()}", flush=True)


def _best(played: Stage, truths: list[Truth], unit: float, peer: Peer, best: dict[str, str]) -> Row:
    """Return the row of a peer's best setting: best with leave-one-out, found with one seed."""
    ways = peer.ways()
    if peer.name in best:
        ways = {best[peer.name]: ways[best[peer.name]]}
    tried = {read: _row(played, truths, unit, way) for read, way in ways.items()}
    read = max(tried, key=lambda one: tried[one].get("without_spearman") or -1)
    best[peer.name] = read
    return {"setting": read, **tried[read]}


def _row(played: Stage, truths: list[Truth], unit: float, estimate: Estimate) -> Row:
    try:
        estimate(played.scenes[0].small())  # loaded at first use, so no part of its cost
        found = [measured(partial(estimate, scene)) for scene in played.scenes]
    except (RuntimeError, ValueError) as fault:
        return {"fault": str(fault).strip().splitlines()[-1]}
    told: Columns = columns(played, [scored for scored, _ in found], truths)
    seconds = sum(cost.seconds for _, cost in found)
    most = max(cost.bytes for _, cost in found)
    return {**told, "trainings": seconds / unit, "mebibytes": most / 2**20}


def _keep(name: str, played: Stage, unit: float, rows: list[Row]) -> Row:
    record = {
        "stage": name,
        "performers": len(played.performers),
        "games": len(played.scenes),
        "takes": [len(scene.takes.label) for scene in played.scenes],
        "queries": [len(scene.asked.label) for scene in played.scenes],
        "plan": vars(PLANS[name]),
        "nominal": NOMINAL,
        "training_seconds": unit / len(played.scenes),
        "rows": rows,
        "machine": machine(),
        "command": f"make reliance NAME={name}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "versions": versions(),
    }
    KEPT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=2, ensure_ascii=False, default=float)
    (KEPT / f"{name}.json").write_text(text + "\n", "utf-8")
    return record


def kept() -> list[Row]:
    """Return the stages that have been measured, in the order of their plans."""
    paths = [KEPT / f"{name}.json" for name in PLANS]
    return [json.loads(path.read_text("utf-8")) for path in paths if path.exists()]


def markdown(record: Row) -> str:
    """Return one stage's table; the best figure of a column among ours and peers is bold."""
    order = [*OURS, *PEERS]
    rows = sorted(
        record["rows"], key=lambda row: order.index(row["name"]) if row["name"] in order else -1
    )
    best = {column: _best_of(rows, column) for column in HEADINGS}
    head = " | ".join(title for title, _ in HEADINGS.values())
    lines = [f"| | {head} |", "|---|" + "--:|" * len(HEADINGS)]
    for row in rows:
        cells = [_cell(row, column, best[column]) for column in HEADINGS]
        note = f" ({row['setting']})" if row.get("setting") else ""
        own = "**" if row["kind"] == "ours" else ""
        lines.append(f"| {own}{row['name']}{own}{note} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _best_of(rows: list[Row], column: str) -> float | None:
    told = [r[column] for r in rows if r["kind"] in {"ours", "peer"} and r.get(column) is not None]
    if not told or column in {"additivity", "coverage", "mebibytes", "trainings"}:
        return None
    return float(min(told) if column in _LOWER else max(told))


def _cell(row: Row, column: str, best: float | None) -> str:
    value, places = row.get(column), HEADINGS[column][1]
    if value is None:
        return "–"
    text = f"{value:.{places}f}"
    return f"**{text}**" if best is not None and np.isclose(value, best) else text


def _spoken(row: Row) -> str:
    told = [f"{k} {row[k]:.3f}" for k in HEADINGS if row.get(k) is not None]
    return f"{row['name']}: {row.get('fault') or ', '.join(told)}"


def section(record: Row) -> str:
    """Return a stage's heading, what was played, and its table."""
    where, plan = record["machine"], record["plan"]
    return (
        f"### {record['stage']}\n\n"
        f"{record['performers']} performers, {record['games']} game(s), {record['takes'][0]} takes "
        f"and {record['queries'][0]} queries in the first; truth: {plan['seeds']} seeds for "
        f"leave-one-out, {plan['halves']} halves × {plan['half_seeds']} seeds, "
        f"{2 * plan['orders']} orders; one training {record['training_seconds']:.2f} s of CPU. "
        f"`{record['command']}` · {where['cpu']}, {where['cores']} cores · {record['date']}\n\n"
        f"{markdown(record)}\n"
    )


def write_page() -> None:
    """Put the tables between their marks in docs/reliance.md."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = "\n".join(section(record) for record in kept())
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables}\n{END}{after}", "utf-8")


def main(asked: list[str]) -> None:
    """Measure the named stages and write the page."""
    for name in [name for name in asked if not name.startswith("--")]:
        measure(name, again="--again" in asked)
    write_page()
