"""The part of a report on valence, arousal and dominance: how far they are told, and for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yesand.affect.evaluating.on_axes import FIGURES
from yesand.training.dimensional_card import ended, raters, reasons, rows_of, worst
from yesand.training.dimensional_record import reads
from yesand.training.reporting import axis_plots
from yesand.training.reporting.markup import Markup, figure, folded, table, tag
from yesand.training.reporting.sections import section
from yesand.training.reporting.words import plain, short

TITLE = "Valence, arousal, dominance"
_LEAD = (
    "From -1 to 1, read out of the model's embedding by ridge regression on what raters said. "
    "Each performer's takes were told by a read-out that had learned nothing of theirs, neither "
    "their ratings nor a penalty chosen by them."
)
_NOTE = (
    "CCC: Lin's concordance (1989). In brackets 95 % intervals, whole performers drawn. One rater: "
    "the concordance of one rater with the mean of the others on the same takes, and the model's "
    "with that mean: the ceiling. Nine of ten values lay within the last column. Over time, each "
    "moment counts as a point; r within takes is of what moves inside a take alone."
)


def dimensions(told: Mapping[str, Any] | None) -> Markup:
    """Return the section; nothing, where nobody asked for axes."""
    if not told:
        return Markup("")
    why = [tag("p", " ".join(reasons(told)))] if reasons(told) else []
    if not reads(told):
        return section(TITLE, tag("p", "The model reads out none of them."), *why)
    columns = [
        "", ">takes", ">CCC", ">RMSE", ">r", ">worst performer", ">one rater", ">9 of 10 within",
    ]  # fmt: skip
    rows = [
        (
            name,
            f"{one['takes']:,}",
            ended(one, "ccc"),
            *(plain(one[measure]) for measure in ("rmse", "pearson")),
            worst(one, short),
            raters(one),
            f"±{one['within']:.2f}",
        )
        for name, one in rows_of(told)
    ]
    more = [
        (name, f"{one['points']:,}", *(ended(one, m) for m in FIGURES), plain(one["within_takes"]))
        for name, one in rows_of(told)
    ]
    return section(
        TITLE,
        tag("p", _LEAD),
        table(TITLE, columns, rows),
        tag("p", _NOTE, class_="soft"),
        *why,
        *_drawn(told["drawn"]),
        folded(
            "All intervals, as a table",
            table("Intervals", ["", ">points", ">CCC", ">RMSE", ">r", ">r within takes"], more),
        ),
        *(
            folded(f"{name} by performer, as a table", _people(name, one))
            for name, one in rows_of(told)
        ),
    )


def _drawn(drawn: Mapping[str, Any]) -> Iterator[Markup]:
    plots = [
        figure(
            axis_plots.scatter(axis, points),
            f"{axis}: a dot is a take. On the dashed line it is told as raters said.",
        )
        for axis, points in drawn["points"].items()
    ]
    plots += [
        figure(
            axis_plots.curve(axis, one),
            f"{axis} over the take in which raters moved it most. Dashed: the raters.",
        )
        for axis, takes in drawn["curves"].items()
        for one in takes
        if len(one) > 1
    ]
    if plots:
        yield tag("div", *plots, class_="pair")


def _people(name: str, one: Mapping[str, Any]) -> Markup:
    """Return each performer's own scores, the worst first."""
    told = one["performers"].items()
    order = sorted(told, key=lambda item: (item[1]["ccc"] is None, item[1]["ccc"], item[0]))
    rows = [
        (who, f"{score['takes']:,}", *(plain(score[k]) for k in ("ccc", "rmse", "pearson")))
        for who, score in order
    ]
    return table(f"{name} by performer", ["performer", ">points", ">CCC", ">RMSE", ">r"], rows)
