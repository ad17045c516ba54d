"""The table of measured models, as `make affect` writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from scripts.affect import Measured, kept, models

from yesand.affect.evaluating import evaluate


def scores(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    label, whose = np.arange(60) % 3, [f"p{k % 4}" for k in range(60)]
    p = rng.dirichlet(np.ones(3), 60) + 0.5 * np.eye(3)[label]
    return evaluate(p / 1.5, label, whose, ("a", "b", "c")).as_json()


def test_models_are_told_track_by_track_the_best_first(tmp_path: Path) -> None:
    seeds = [scores(0), scores(1)]
    for name, track, given in (("ours", "alone", seeds), ("peer", "alone", seeds[:1]),
                               ("ours too", "20 enrolled", seeds)):  # fmt: skip
        told = {"corpus": "X", "track": track, "model": name, "fold_seconds": 9, "seeds": given}
        (tmp_path / f"{name}.json").write_text(json.dumps(told))
    lines = list(models(kept(tmp_path)))
    heads = [line.split(" | ")[0] for line in lines if line.startswith("| X, ")]
    # In the order of the files' names.
    assert heads == ["| X, 20 enrolled", "| X, alone"]
    rates = [100 * one["uar"] for one in seeds]
    (mine,) = [line for line in lines if line.startswith("| ours |")]
    assert f"| {sum(rates) / 2:.1f} (" in mine
    assert f"| 2: {min(rates):.1f}–{max(rates):.1f} |" in mine
    assert {line.count("|") for line in lines if line} == {10}
    low = min(one["intervals"]["worst"][0] for one in seeds)
    assert Measured.read(tmp_path / "ours.json").ends("worst").startswith(f"{100 * low:.1f}")
    assert list(models([])) == ["No model has been measured yet."]
