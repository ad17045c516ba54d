"""How the training went: its loss over the steps, and the takes that were held out meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from yesand.training.reporting import plots
from yesand.training.reporting.markup import Markup, figure, folded, table, tag
from yesand.training.reporting.sections import paired, section
from yesand.training.reporting.words import many, percent, plain

Curve = Mapping[str, Any]
#: Where along the run means over folds are taken.
_GRID = np.arange(1, 21) / 20
_LEAD = (
    "Nothing was chosen by these curves: how many steps are made, and that the moving average of "
    "the weights at the end is what is kept, stands before the first step."
)
_LOSS = (
    "Training loss of each part alone, in nats a take, the mean over the folds. Labels are "
    "smoothed and rare emotions count more, so its level is not that of the log-likelihood above."
)
_HELD = (
    "UAR of the takes that each fold holds out (thin), and the mean over the folds, while it "
    "trained. They are asked about the middle of each take, before calibration: the last point is "
    "not the score above."
)


def training(told: Mapping[str, Any] | None) -> Markup:
    """Return how the training went; nothing, where nobody wrote it down."""
    curves = dict(_curves(told or {}))
    if not curves:
        return Markup("")
    held = {name: one for name, one in curves.items() if one["held_out"]}
    inside = [figure(plots.losses(_losses(curves)), _LOSS)]
    if held:
        inside.append(figure(plots.held_out(*_rates(held)), _HELD))
    lead = f"{_LEAD} The scores above rest on {many(len(curves), 'training')}."
    tables = [folded("Training loss, as a table", _loss_table(curves))]
    tables += [folded("Held-out takes, as a table", _held_table(held))] if held else []
    return section("How the training went", tag("p", lead), paired(inside[0], *inside[1:]), *tables)


def _curves(told: Mapping[str, Any]) -> Iterator[tuple[str, Curve]]:
    """Yield each training that the scores rest on; that of all takes is not among them."""
    for fold, one in told.get("folds", {}).items():
        yield f"fold {fold}", one
    for fold, parts in told.get("parts", {}).items():
        for part, one in parts.items():
            if fold != "final":
                yield f"fold {fold}, part {part}", one


def _losses(curves: Mapping[str, Curve]) -> dict[str, list[float]]:
    """Return the mean loss of each part of the model at ``_GRID``."""
    names = list(next(iter(curves.values()))["training"])
    return {
        name: np.mean([_at(one["steps"], one["training"][name]) for one in curves.values()], 0)
        .round(4)
        .tolist()
        for name in names
    }


def _rates(
    held: Mapping[str, Curve],
) -> tuple[list[list[tuple[float, float]]], list[tuple[float, float]]]:
    """Return (part of the run, UAR) of each fold, and the mean over them."""
    lines = [
        [(p["step"] / one["steps"][-1], p["uar"]) for p in one["held_out"]] for one in held.values()
    ]
    where = [x for x, _ in max(lines, key=len)]
    rates = [np.interp(where, *np.array(line).T) for line in lines]
    return lines, list(zip(where, np.mean(rates, 0).round(4).tolist(), strict=True))


def _at(steps: Sequence[int], values: Sequence[float]) -> Any:
    return np.interp(_GRID, np.array(steps) / steps[-1], values)


def _loss_table(curves: Mapping[str, Curve]) -> Markup:
    names = list(next(iter(curves.values()))["training"])
    columns = ["training", ">steps", *(f">{name}, {when}" for name in names for when in _WHEN)]
    rows = [
        (
            name,
            f"{one['steps'][-1]:,}",
            *(plain(value) for part in names for value in _three(one["training"][part])),
        )
        for name, one in curves.items()
    ]
    return table("Training loss", columns, rows)


_WHEN = ("first", "half-way", "last")


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    return values[0], values[(len(values) - 1) // 2], values[-1]


def _held_table(held: Mapping[str, Curve]) -> Markup:
    columns = ["held out", ">step", ">loss (nats)", ">UAR"]
    rows = [
        (name, f"{p['step']:,}", plain(p["loss"]), percent(p["uar"]))
        for name, one in held.items()
        for p in one["held_out"]
    ]
    return table("Held-out takes", columns, rows)
