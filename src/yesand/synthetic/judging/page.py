"""The panel as one file that needs nothing else: small multiples, made takes beside real actors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yesand.training.reporting.markup import Markup, figure, folded, joined, table, tag
from yesand.training.reporting.page import STYLE

#: What a picture shows, in words, and which end is better for whoever asks.
SHOWN = {
    "authenticity": "no copy",
    "told": "told as the parent's voice",
    "precision": "lies where real takes lie",
    "coverage": "real takes it reaches",
    "recall": "… by its own reach",
    "alpha_precision": "typical as real takes are",
    "beta_recall": "reaches what is typical",
    "membership": "gives its parents away",
    "nearer": "nearer than strangers",
}
_WIDE, _LINE, _NAME, _SIDE = 440, 34, 206, 16


def page(panel: Mapping[str, Any], title: str, notes: Sequence[str] = ()) -> str:
    """Return the page; the same bytes for the same panel.

    Parameters
    ----------
    panel : as ``Panel.as_json`` returns it. notes : what must be said before it is read.
    """
    verdict = "Nothing condemns it." if panel["passes"] else "Condemned."
    head = joined([
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<link rel="icon" href="data:,">'),
        tag("title", title),
        tag("style", Markup(STYLE)),
    ])  # fmt: skip
    lead = f"{verdict} Every figure beside that of other real actors, judged as if they were made."
    spaces = [_space(name, told) for name, told in panel["spaces"].items()]
    main = tag(
        "main",
        tag("h1", title),
        tag("p", lead, class_="lead"),
        *(tag("p", note, class_="mark") for note in notes),
        _findings(panel["findings"]),
        *spaces,
        _together(panel["together"]),
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{main}</body></html>\n'


def _findings(findings: Sequence[Mapping[str, Any]]) -> Markup:
    if not findings:
        return tag("section", tag("h2", "What was found"), tag("p", "Nothing."))
    lines = [tag("li", tag("strong", f["name"]), f" ({f['space']}): {f['says']}") for f in findings]
    condemning = sum(bool(finding["condemns"]) for finding in findings)
    lists = [
        joined([tag("p", lead), tag("ul", *some)])
        for lead, some in (
            ("It is condemned for:", lines[:condemning]),
            ("And it is to be known:", lines[condemning:]),
        )
        if some
    ]
    return tag("section", tag("h2", "What was found"), *lists)


def _space(name: str, told: Mapping[str, Any]) -> Markup:
    made, real = told["made"], told["other_real_actors"]
    rows = [
        (words, made[key], real[key]) for key, words in SHOWN.items() if made[key][0] is not None
    ]
    heading = f"{name.capitalize()}: {told['takes']} takes a side"
    caption = (
        "In per cent. Filled: made takes. Hollow: as many takes of other real actors; none where "
        "nobody is their parent. Lines: 95 % intervals by the jackknife over performers or takes."
    )
    whole = [(key, *map(_figure, (made[key], real[key]))) for key in made]
    every = table(f"All measures, {name}", ("measure", ">made", ">other actors"), whole)
    return tag(
        "section",
        tag("h2", heading),
        figure(_drawn(rows), caption),
        _useful(told["useful"], told["useful_of_other_real_actors"]),
        folded("All measures", every),
    )


def _drawn(rows: Sequence[tuple[str, Sequence[Any], Sequence[Any]]]) -> Markup:
    high = 20 + _LINE * len(rows)
    drawn = list[Markup]()
    for k in range(0, 101, 25):
        x = _x(k / 100)
        drawn.append(tag("line", x1=x, x2=x, y1=8, y2=high, class_="tick"))
        drawn.append(tag("text", str(k), x=x, y=high + 16, text_anchor="middle", class_="soft"))
    for place, (words, made, real) in enumerate(rows):
        y = 16 + _LINE * place
        drawn.append(tag("text", words, x=_NAME - 10, y=y + 9, text_anchor="end"))
        for value, up, kind, who in ((made, 0, "dot", "made"), (real, 13, "dot hollow", "real")):
            if value[0] is None:  # there was nobody to be told
                continue
            ends = [_x(min(1.0, max(0.0, value[0] if one is None else one))) for one in value]
            hint = f"{words}, {who}: {_figure(value)}"
            line = {"y1": y + up, "y2": y + up, "class_": "span"}
            drawn.append(tag("line", x1=ends[1], x2=ends[2], **line))
            drawn.append(
                tag("circle", tag("title", hint), cx=ends[0], cy=y + up, r=4.5, class_=kind)
            )
    said = "; ".join(
        f"{words} {_figure(made)}, other actors {_figure(real)}" for words, made, real in rows
    )
    return tag(
        "svg", *drawn, viewBox=f"0 0 {_WIDE} {high + 24}", role="img", width=_WIDE,
        height=high + 24, aria_label=f"Made takes: {said}",
        xmlns="http://www.w3.org/2000/svg",
    )  # fmt: skip


def _useful(made: Mapping[str, Any], real: Mapping[str, Any]) -> Markup:
    rows = [
        ("the parents alone", _rate(made["real"]), _rate(real["real"])),
        ("these takes alone", _rate(made["made"]), _rate(real["made"])),
        ("both together", _rate(made["both"]), _rate(real["both"])),
        ("heard as meant", f"{100 * made['agrees']:.1f} %", f"{100 * real['agrees']:.1f} %"),
    ]
    columns = ("a head that learned from …", ">UAR, made", ">UAR, other actors")
    return joined([
        tag("h3", "Asked about performers whom neither knows"),
        table("Usefulness", columns, rows),
    ])  # fmt: skip


def _together(pairs: Mapping[str, Sequence[float]]) -> Markup:
    if not pairs:
        return Markup("")
    rows = [(pair, f"{made:.2f}", f"{real:.2f}") for pair, (made, real) in pairs.items()]
    columns = ("one foretells the other", ">made", ">other actors")
    return tag("section", tag("h2", "One sound in every space"), table("Spaces", columns, rows))


def _rate(told: Mapping[str, Any]) -> str:
    low, high = told["interval"]
    return f"{100 * told['uar']:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def _figure(value: Sequence[float | None]) -> str:
    middle, low, high = value
    if middle is None:
        return "–"
    digits = 2 if abs(middle) < 100 else 0
    if low is None or high is None:
        return f"{middle:.{digits}f}"
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def _x(rate: float) -> float:
    return round(_NAME + (_WIDE - _NAME - _SIDE) * rate, 2)
