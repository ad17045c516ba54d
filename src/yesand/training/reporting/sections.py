"""The parts of a report: each a plot, what it says in a sentence, and its table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yesand.training.reporting import plots
from yesand.training.reporting.markup import Markup, facts, figure, folded, table, tag
from yesand.training.reporting.words import between, many, missing, percent, plain

Scores = Mapping[str, Any]
#: With fewer performers, an interval by performers is itself only roughly known.
FEW = 10


def headline(scores: Scores) -> Markup:
    """Return the figures that come first, the worst performer's before all others."""
    ends, worst = scores["intervals"], scores["worst_performer"]
    told = [
        ("Worst performer (UAR)", percent(worst["uar"]), worst["performer"], "worst"),
        ("All takes (UAR)", percent(scores["uar"]), "", "uar"),
        ("Accuracy", percent(scores["accuracy"]), "", "accuracy"),
        ("Calibration error (ECE)", percent(scores["ece"]), "", "ece"),
    ]
    rows = [(name, value, _asides(who, ends.get(key))) for name, value, who, key in told]
    rows.append(("Macro-F1", percent(scores["macro_f1"]), []))
    chance = f"one in {many(len(scores['labels']), 'emotion')}"
    rows.append(("By chance", percent(1 / len(scores["labels"])), [chance]))
    return facts(rows)


def care(scores: Scores) -> Markup:
    """Return what makes these figures less than they seem; nothing, if nothing does."""
    lines = [tag("li", line) for line in _doubts(scores)]
    if not lines:
        return Markup("")
    return tag("section", tag("h2", "Read with care"), tag("ul", *lines), class_="care")


def emotions(scores: Scores) -> Markup:
    """Return what it takes for what."""
    labels, counts = scores["labels"], scores["confusion"]
    drawn = plots.confusion(labels, counts)
    rows = [
        (label, f"{sum(line):,}", *(percent(scores["emotions"][label][k]) for k in _OF_EMOTION))
        for label, line in zip(labels, counts, strict=True)
    ]
    whole = [(label, *(f"{n:,}" for n in line)) for label, line in zip(labels, counts, strict=True)]
    return section(
        "What it takes for what",
        paired(
            figure(drawn, "Rows: acted. Columns: heard as. Per cent of the row."),
            table("Each emotion", ["emotion", ">takes", ">recall", ">precision", ">F1"], rows),
        ),
        folded(
            "Takes, as a table",
            table("Confusion", ["acted, heard as", *(f">{label}" for label in labels)], whole),
        ),
    )


_OF_EMOTION = ("recall", "precision", "f1")


def people(scores: Scores) -> Markup:
    """Return for whom it works, the worst first."""
    parts = scores["performers"]
    worst = scores["worst_performer"]["performer"]
    drawn = plots.performers(parts, 1 / len(scores["labels"]), scores["uar"], worst)
    hidden = len(parts) - plots.MOST
    more = f" The {hidden:,} best are in the table alone." if hidden > 0 else ""
    caption = (
        "UAR of each performer's own takes, the worst first, with 95 % intervals. "
        f"Line: all together. Dashed: chance.{more}"
    )
    spread = f"{100 * scores['spread']:.1f} points lie between the best and the worst performer."
    return section(
        "For whom it works",
        tag("p", spread),
        figure(drawn, caption),
        folded("Performers, as a table", part_table("performer", parts, worst)),
    )


def groups(scores: Scores) -> Iterator[Markup]:
    """Yield each group's parts side by side."""
    for name, parts in scores["groups"].items():
        if len(parts) < 2:
            continue
        rates = [part["uar"] for part in parts.values()]
        drawn = plots.performers(parts, 1 / len(scores["labels"]), scores["uar"])
        told = f"{100 * (max(rates) - min(rates)):.1f} points between the best and the worst."
        yield section(
            f"By {name}",
            tag("p", told),
            figure(drawn, "UAR with 95 % intervals. Line: all together. Dashed: chance."),
            part_table(name, parts),
        )


def folds(scores: Scores) -> Markup:
    """Return what each fold held out."""
    if not scores["folds"]:
        return Markup("")
    lead = "In each fold the model had met none of the performers that it is asked about."
    return section("Fold by fold", tag("p", lead), part_table("fold", scores["folds"]))


def confidence(scores: Scores) -> Markup:
    """Return whether its probabilities mean what they say."""
    bins = [
        (
            f"{percent(b['low'], 0)} to {percent(b['high'], 0)}",
            f"{b['takes']:,}",
            percent(b["confidence"]),
            percent(b["accuracy"]),
        )
        for b in scores["bins"]
        if b["takes"]
    ]
    errors = [
        ("ECE, 15 bins of equal width", plain(scores["ece"])),
        ("ECE, 15 bins of equally many takes", plain(scores["ece_adaptive"])),
        ("class-wise: each emotion's own probability", plain(scores["ece_classwise"])),
        ("negative log-likelihood (nats)", plain(scores["log_loss"])),
        ("Brier score (0 to 2)", plain(scores["brier"])),
    ]
    caption = (
        "Of takes of which it is about so sure, so many are right. On the dashed line it means "
        "what it says; below it, it is too sure. Bars: how many takes."
    )
    return section(
        "What its confidence is worth",
        paired(
            figure(plots.reliability(scores["bins"]), caption),
            table("Calibration", ["measure", ">value"], errors),
        ),
        folded(
            "Bins, as a table",
            table("Bins", ["confidence", ">takes", ">mean confidence", ">right"], bins),
        ),
    )


#: The coverages that are told at once.
_TOLD = {percent(part, 0) for part in (1, 0.9, 0.75, 0.5, 0.25)}


def silence(scores: Scores) -> Markup:
    """Return what it gains by saying nothing where it is unsure."""
    told, known = scores["abstention"], len(scores["labels"]) - len(scores["missing"])
    rows = [
        (
            percent(p["coverage"], 0),
            f"{p['takes']:,}",
            f"{p['confidence']:.3f}",
            percent(p["uar"]),
            percent(p["accuracy"]),
            f"{p['emotions']} of {known}",
        )
        for p in reversed(told["points"])
    ]
    caption = (
        "How well it does on the takes that it is surest of. Hollow: some emotion has no take "
        "left there, so that UAR is the mean of fewer."
    )
    area = (
        f"Area under risk and coverage {told['area']:.3f}: the mean error over all coverages. "
        f"The least that its errors allow is {told['least_area']:.3f}; answering in any order "
        f"gives {1 - scores['accuracy']:.3f}."
    )
    columns = ["answered", ">takes", ">sure at least", ">UAR", ">accuracy", ">emotions"]
    return section(
        "If it may say nothing",
        paired(
            figure(plots.abstention(told["points"], known), caption),
            table("Some coverages", columns, [r for r in rows if r[0] in _TOLD]),
            tag("p", area),
        ),
        folded("Every coverage, as a table", table("Coverage", columns, rows)),
    )


def method(scores: Scores, how: str) -> Markup:
    """Return how all this was measured."""
    lines = [
        f"{how[:1].upper()}{how[1:]}.",
        "UAR is the mean recall over the emotions that were acted (Schuller 2009), so that a "
        "frequent emotion counts no more than a rare one.",
        "Intervals of all takes are 95 % percentiles of 1,000 bootstrap draws of whole performers; "
        "for the worst performer, takes are drawn too. An interval of one performer is of their "
        "own takes (Wilson's, put together by MOVER). Where performers are too few to be drawn, "
        "the wider of both is told. Of ECE, draws lie above the figure itself: fewer "
        "different takes scatter more.",
        "ECE after Guo et al. 2017; bins of equally many takes and class-wise after Nixon et al. "
        "2019; area under risk and coverage after Geifman & El-Yaniv 2017.",
    ]
    return section("How it was measured", tag("ul", *(tag("li", line) for line in lines)))


def section(title: str, *inside: Markup) -> Markup:
    return tag("section", tag("h2", title), *inside)


def _asides(who: str, ends: Any) -> list[str]:
    return [*([f"95 %: {between(ends)}"] if ends else []), *([who] if who else [])]


def paired(drawn: Markup, *beside: Markup) -> Markup:
    """Return a plot with what belongs to it at its side, or below it where there is no room."""
    return tag("div", drawn, tag("div", *beside), class_="pair")


def part_table(name: str, parts: Mapping[str, Any], named: str = "") -> Markup:
    columns = [name, ">takes", ">performers", ">UAR", ">95 %", ">accuracy", ">ECE", "not acted"]
    rows = [
        (
            part,
            f"{one['takes']:,}",
            f"{one['performers']:,}",
            percent(one["uar"]),
            between(one["interval"]),
            percent(one["accuracy"]),
            plain(one["ece"]),
            missing(one),
        )
        for part, one in plots.worst_first(parts, named)
    ]
    return table(name, columns, rows)


def _doubts(scores: Scores) -> Iterator[str]:
    people_, missing_ = len(scores["performers"]), scores["missing"]
    if people_ < 2:
        yield "All takes are one performer's: nothing is known of how others would fare."
    elif people_ < FEW:
        yield (
            f"Only {people_} performers: what the intervals say of others is itself only roughly "
            "known."
        )
    if missing_:
        yield f"No take was acted as {', '.join(missing_)}: UAR is the mean of the others."
    for name, one in scores["folds"].items():
        lacking = [label for label in one["missing"] if label not in missing_]
        if lacking:
            yield f"Fold {name} has no take of {', '.join(lacking)}: its UAR is of the others."
    some = [n for n, one in scores["performers"].items() if set(one["missing"]) - set(missing_)]
    if some:
        yield (
            f"{many(len(some), 'performer')} did not act every emotion: their UAR is of those that "
            "they did (see the table)."
        )
    if not scores["folds"]:
        yield "Nothing here shows that the model had not met these performers."
