"""Plots as SVG that takes its colours from the page around it, in light and in dark."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from yesand.training.reporting.markup import Markup, joined, tag, text
from yesand.training.reporting.words import between, percent, short

#: Fits a phone without becoming unreadable.
WIDTH = 440
_LEFT, _RIGHT, _TOP, _SIDE = 52, 14, 12, 300
_CELL, _NAME = 42, 96
_ROW, _WHO = 19, 124
#: A plot of performers shows so many, the worst ones; its table has all.
MOST = 60
#: More emotions than these keep their size, and the plot scrolls.
_FITS = 10


#: How lines are drawn, in their order.
_LINES = ("first", "second", "third")
#: Whose distance is drawn, and how.
_WHOSE = (("raters", "people"), ("model", "model"), ("constant", "usual"))


def confusion(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> Markup:
    """Draw which part of each acted emotion (row) was heard as which (column)."""
    size, high = len(labels), 84
    cells, told = [], []
    for row, (label, line) in enumerate(zip(labels, counts, strict=True)):
        whole, y = sum(line), high + row * _CELL
        told.append(_label(_NAME - 8, y + _CELL / 2 + 4, short(label), "end"))
        for column, number in enumerate(line):
            share, x = number / whole if whole else 0.0, _NAME + column * _CELL
            hint = f"{label} heard as {labels[column]}: {number} of {whole}"
            box = tag(
                "rect", tag("title", hint), x=x + 1, y=y + 1, width=_CELL - 2, height=_CELL - 2,
                rx=3, class_="cell", fill_opacity=_number(0.04 + 0.5 * share),
            )  # fmt: skip
            cells.append(box)
            middle = x + _CELL / 2
            kind = "right" if row == column else None
            shown = f"{100 * share:.0f}" if whole else "–"
            cells.append(_label(middle, y + _CELL / 2 + 4, shown, "middle", kind))
    for column, label in enumerate(labels):
        middle = _NAME + column * _CELL + _CELL / 2
        turned = f"rotate(-45 {_number(middle)} {high - 8})"
        told.append(_label(middle - 4, high - 8, short(label), "start", turn=turned))
    width = _NAME + size * _CELL + 40
    hint = "Confusion: " + "; ".join(
        f"{label} is heard rightly in {percent(_part(line, k), 0)}"
        for k, (label, line) in enumerate(zip(labels, counts, strict=True))
    )
    wide = "wide" if size > _FITS else None
    return _svg(width, high + size * _CELL + 4, hint, [*told, *cells], wide)


def performers(
    parts: Mapping[str, Mapping[str, Any]], chance: float, all_: float, named: str = ""
) -> Markup:
    """Draw each part's UAR with its interval, the worst first, beside chance and all together.

    Of two that are alike, the one that is ``named`` as the worst comes first.
    """
    rows = worst_first(parts, named)[:MOST]
    high = 26 + len(rows) * _ROW
    drawn = [*_ticks_across(high), _rule(_across(chance), high, "chance")]
    drawn.append(_rule(_across(all_), high, "all"))
    for k, (name, part) in enumerate(rows):
        y = 18 + k * _ROW + _ROW / 2
        low, top = part["interval"]
        hint = f"{name}: {percent(part['uar'])} ({between(part['interval'])})"
        drawn.append(_label(_WHO - 8, y + 4, short(name), "end"))
        line = tag("line", x1=_across(low), x2=_across(top), y1=y, y2=y, class_="span")
        dot = tag("circle", tag("title", hint), cx=_across(part["uar"]), cy=y, r=5, class_="dot")
        drawn += [line, dot]
    worst = f"{rows[0][0]} {percent(rows[0][1]['uar'])}, best " if rows else ""
    last = f"{rows[-1][0]} {percent(rows[-1][1]['uar'])}" if rows else ""
    hint = f"UAR of each of {len(rows)}, the worst first: {worst}{last}"
    return _svg(WIDTH, high + 22, hint, drawn)


def reliability(bins: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw, for takes of about one confidence, how many are right; bars below: how many takes."""
    most = max(one["takes"] for one in bins) or 1
    drawn = [*_frame("confidence", "right"), _line_between((0, 0), (1, 1), "chance")]
    for one in bins:
        if not one["takes"]:
            continue
        left, right = _x(one["low"]), _x(one["high"])
        tall = 54 * one["takes"] / most
        hint = (
            f"{one['takes']} takes: confidence {percent(one['confidence'])}, "
            f"right {percent(one['accuracy'])}"
        )
        x, y = _x(one["confidence"]), _y(one["accuracy"])
        drawn += [
            tag("rect", x=left + 0.5, y=_number(_y(0) - tall), width=_number(right - left - 1),
                height=_number(tall), class_="count"),
            tag("line", x1=x, x2=x, y1=y, y2=_y(one["confidence"]), class_="gap"),
            tag("circle", tag("title", hint), cx=x, cy=y, r=5, class_="dot"),
        ]  # fmt: skip
    told = "; ".join(
        f"{percent(b['confidence'], 0)} sure, {percent(b['accuracy'], 0)} right"
        for b in bins
        if b["takes"]
    )
    return _svg(WIDTH, _SIDE + 56, f"Reliability diagram: {told}", drawn)


def abstention(points: Sequence[Mapping[str, Any]], emotions: int) -> Markup:
    """Draw UAR and accuracy of the takes that are answered; hollow: emotions are missing there."""
    drawn = [*_frame("answered", "right")]
    for name, kind in (("accuracy", "second"), ("uar", "first")):
        path = " ".join(f"{_x(p['coverage'])},{_y(p[name])}" for p in points)
        drawn.append(tag("polyline", points=path, class_=kind))
    for p in points:
        hint = f"Answers {percent(p['coverage'], 0)}: UAR {percent(p['uar'])}"
        kind = "dot" if p["emotions"] == emotions else "dot hollow"
        x, y = _x(p["coverage"]), _y(p["uar"])
        drawn.append(tag("circle", tag("title", hint), cx=x, cy=y, r=4, class_=kind))
    first, last = points[0], points[-1]
    drawn += _legend((("UAR", "first"), ("accuracy", "second")))
    hint = (
        f"Abstention: UAR {percent(last['uar'])} if all is answered, "
        f"{percent(first['uar'])} on the surest {percent(first['coverage'], 0)}"
    )
    return _svg(WIDTH, _SIDE + 56, hint, drawn)


def losses(lines: Mapping[str, Sequence[float]]) -> Markup:
    """Draw losses (nats) over the run, each line's points evenly apart, the last at its end."""
    # So that each of the four steps is a round number.
    top = 0.4 * math.ceil(max(max(line) for line in lines.values()) / 0.4) or 0.4
    drawn = _frame("of the run", "loss, nats a take", top)
    for (name, line), kind in zip(lines.items(), _LINES, strict=False):
        points = [((n + 1) / len(line), value / top) for n, value in enumerate(line)]
        drawn.append(_path(points, kind, f"{name}: {line[0]:.2f} to {line[-1]:.2f}"))
    drawn += _legend([*zip(lines, _LINES, strict=False)], _TOP + 12)
    told = "; ".join(f"{name} {line[0]:.2f} to {line[-1]:.2f}" for name, line in lines.items())
    return _svg(WIDTH, _SIDE + 56, f"Training loss over the run: {told}", drawn)


def held_out(
    lines: Sequence[Sequence[tuple[float, float]]], mean: Sequence[tuple[float, float]]
) -> Markup:
    """Draw (part of the run, UAR) of each fold, thin, and of all of them."""
    drawn = _frame("of the run", "UAR")
    drawn += [_path(line, "thin", f"One fold: {percent(line[-1][1])} at last") for line in lines]
    drawn.append(_path(mean, "first", f"Mean: {percent(mean[-1][1])} at last"))
    drawn += _legend((("mean", "first"), ("each fold", "thin")))
    hint = f"UAR of held-out takes over the run: {percent(mean[0][1])} to {percent(mean[-1][1])}"
    return _svg(WIDTH, _SIDE + 56, hint, drawn)


def beside(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw how far k raters, and the model, are from the remaining raters."""
    high = 26 + 62 * len(rows)
    drawn = _ticks_across(high, 1)
    for k, row in enumerate(rows):
        y = 20 + 62 * k
        drawn.append(_label(_WHO - 8, y + 29, f"{row['k']} against rest", "end"))
        for place, (name, kind) in enumerate(_WHOSE):
            value, top = row[name], y + 17 * place
            wide = _across(value) - _across(0)
            drawn.append(
                tag("rect", x=_across(0), y=top, width=_number(wide), height=14, class_=kind)
            )
            drawn.append(_label(_across(value) + 6, top + 11.5, f"{name} {value:.3f}", "start"))
    hint = "Total variation from the remaining raters: " + "; ".join(
        f"{row['k']} raters {row['raters']:.3f}, the model {row['model']:.3f}, "
        f"always the same {row['constant']:.3f}"
        for row in rows
    )
    return _svg(WIDTH, high + 22, hint, drawn)


def worst_first(
    parts: Mapping[str, Mapping[str, Any]], named: str = ""
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return parts by their UAR; of two that are alike, the one that is named first."""
    return sorted(parts.items(), key=lambda item: (item[1]["uar"], item[0] != named, item[0]))


def _part(line: Sequence[int], k: int) -> float | None:
    return line[k] / sum(line) if sum(line) else None


def _svg(
    width: float, height: float, hint: str, drawn: Iterable[Markup], kind: str | None = None
) -> Markup:
    return tag(
        "svg", *drawn, viewBox=f"0 0 {_number(width)} {_number(height)}", role="img",
        width=_number(width), height=_number(height), aria_label=hint,
        xmlns="http://www.w3.org/2000/svg", class_=kind,
    )  # fmt: skip


def _label(
    x: float, y: float, told: str, anchor: str, kind: str | None = None, turn: str | None = None
) -> Markup:
    return tag(
        "text", text(told), x=_number(x), y=_number(y), text_anchor=anchor, class_=kind,
        transform=turn,
    )  # fmt: skip


def _number(value: float) -> str:
    """Return a coordinate to two decimals, short, and the same on every machine."""
    return f"{round(float(value), 2):g}"


def _across(rate: float) -> float:
    return round(_WHO + (WIDTH - _WHO - 22) * rate, 2)


def _ticks_across(high: float, whole: float = 100) -> list[Markup]:
    drawn = []
    for k in range(0, 101, 25):
        x = _across(k / 100)
        drawn.append(tag("line", x1=x, x2=x, y1=14, y2=high, class_="tick"))
        drawn.append(_label(x, high + 16, _number(whole * k / 100), "middle", "soft"))
    return drawn


def _rule(x: float, high: float, kind: str) -> Markup:
    return tag("line", x1=x, x2=x, y1=14, y2=high, class_=kind)


def _x(rate: float) -> float:
    return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * rate, 2)


def _y(rate: float) -> float:
    return round(_TOP + (_SIDE - _TOP) * (1 - rate), 2)


def _path(points: Sequence[tuple[float, float]], kind: str, hint: str) -> Markup:
    path = " ".join(f"{_x(across)},{_y(up)}" for across, up in points)
    return tag("polyline", tag("title", hint), points=path, class_=kind)


def _frame(across: str, up: str, top: float | None = None) -> list[Markup]:
    """Draw axes in per cent; with a ``top``, upwards to that in units of its own."""
    drawn = []
    for k in range(0, 101, 25):
        x, y = _x(k / 100), _y(k / 100)
        drawn.append(tag("line", x1=x, x2=x, y1=_y(1), y2=_y(0), class_="tick"))
        drawn.append(tag("line", x1=_x(0), x2=_x(1), y1=y, y2=y, class_="tick"))
        drawn.append(_label(x, _y(0) + 18, str(k), "middle", "soft"))
        height = str(k) if top is None else _number(top * k / 100)
        drawn.append(_label(_LEFT - 8, y + 4, height, "end", "soft"))
    drawn.append(_label(_x(0.5), _y(0) + 40, f"{across} (%)", "middle", "soft"))
    turned = f"rotate(-90 14 {_number(_y(0.5))})"
    named = f"{up} (%)" if top is None else up
    drawn.append(_label(14, _y(0.5), named, "middle", "soft", turned))
    return drawn


def _line_between(start: tuple[float, float], end: tuple[float, float], kind: str) -> Markup:
    return tag("line", x1=_x(start[0]), y1=_y(start[1]), x2=_x(end[0]), y2=_y(end[1]), class_=kind)


def _legend(names: Sequence[tuple[str, str]], high: float | None = None) -> list[Markup]:
    """Draw what the lines are, below; or at the upper right, from there down."""
    drawn = []
    for k, (name, kind) in enumerate(names):
        x, y = (_x(0) + 12, _y(0) - 34 + 18 * k) if high is None else (_x(0.66), high + 18 * k)
        drawn.append(tag("line", x1=x, x2=x + 24, y1=y, y2=y, class_=kind))
        drawn.append(_label(x + 32, y + 4, name, "start"))
    return [joined(drawn)]
