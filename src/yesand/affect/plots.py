"""Pictures of an evaluation, readable on light and on dark pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from yesand.affect.evaluating import Evaluation

#: Mid grey: at least 3:1 on white and on near-black (WCAG 2.2, 1.4.11).
_INK = "#808890"


def confusion(evaluation: Evaluation, *files: Path) -> None:
    """Draw recall by acted (row) and heard (column) emotion into files (.svg, .png)."""
    size = 1.6 + 0.62 * len(evaluation.labels)
    # Without dates and with fixed ids, equal evaluations give equal bytes.
    with rc_context({"svg.hashsalt": "yes-and", "svg.fonttype": "path", "font.size": 9}):
        figure = Figure(figsize=(size + 0.6, size), layout="constrained")
        FigureCanvasAgg(figure)
        figure.patch.set_alpha(0)
        _draw(figure.add_subplot(), evaluation)
        for file in files:
            dated = {"Date": None} if file.suffix == ".svg" else {"Software": None}
            figure.savefig(file, dpi=144, metadata=dated)


def _draw(axes: Axes, evaluation: Evaluation) -> None:
    counts = evaluation.confusion
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="cividis", vmin=0, vmax=1)
    for row, column in np.ndindex(share.shape):
        dark = share[row, column] < 0.5
        percent = f"{100 * share[row, column]:.0f}"
        axes.text(column, row, percent, ha="center", va="center", color="w" if dark else "k")
    ticks = range(len(evaluation.labels))
    axes.set_xticks(ticks, evaluation.labels, rotation=45, ha="right")
    axes.set_yticks(ticks, evaluation.labels)
    axes.set_xlabel("heard as (% of the acted)")
    axes.set_ylabel("acted")
    handle, rate = evaluation.worst
    axes.set_title(f"UAR {100 * evaluation.uar:.1f} %, worst {handle} {100 * rate:.1f} %")
    axes.tick_params(colors=_INK, length=0)
    for text in (axes.xaxis.label, axes.yaxis.label, axes.title):
        text.set_color(_INK)
    for side in axes.spines.values():
        side.set_visible(False)
