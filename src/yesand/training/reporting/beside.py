"""The parts of a report that are there only if there is something to set beside the scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from yesand.training.reporting import plots
from yesand.training.reporting.markup import Markup, figure, folded, table, tag
from yesand.training.reporting.sections import Scores, headline, paired, part_table, section
from yesand.training.reporting.words import between, many, percent, plain


def raters(scores: Scores, targets: Mapping[str, Any] | None = None) -> Markup:
    """Return how it does beside what people hear; nothing, where nobody rated.

    Parameters
    ----------
    targets : of a model that was taught what was heard, in how many takes, and by how many.
    """
    told = scores["heard"]
    taught = [*_taught(targets, told)] if targets else []
    if not told:
        return section("Beside people", *taught) if taught else Markup("")
    distances = [
        (
            "cross-entropy (nats); the raters' own entropy is the least",
            plain(told["cross_entropy"]),
        ),
        ("entropy of the raters (nats)", plain(told["entropy"])),
        ("Kullback–Leibler divergence (nats)", plain(told["kl"])),
        ("Jensen–Shannon divergence (nats, at most 0.693)", plain(told["js"])),
        ("total variation (0 to 1)", plain(told["total_variation"])),
    ]
    beside = [
        (str(b["k"]), f"{b['takes']:,}", *(plain(b[w]) for w in ("raters", "model", "constant")))
        for b in told["beside"]
    ]
    lead = (
        f"{many(told['takes'], 'take')} of these have {many(told['votes'], 'rating')}. One rater "
        f"says what most of the others say in {percent(told['one_rater'])}, the model in "
        f"{percent(told['model'])}, and who always gives the most frequent answer in "
        f"{percent(told['constant'])}."
    )
    outside = (
        [tag("p", f"{percent(told['outside'])} of the ratings name none of its emotions.")]
        if told["outside"]
        else []
    )
    caption = (
        "How far from the remaining raters of the same takes: shorter is nearer. Constant: what "
        "all raters say on average, whatever they hear."
    )
    columns = [">raters", ">takes", ">from the rest", ">the model", ">constant"]
    measures = table("Distances", ["measure", ">value"], distances)
    drawn = (
        [
            paired(figure(plots.beside(told["beside"]), caption), measures),
            folded("From the rest, as a table", table("Total variation", columns, beside)),
        ]
        if told["beside"]
        else [measures]
    )
    return section("Beside people", *taught, tag("p", lead), *outside, *drawn)


def _taught(targets: Mapping[str, Any], told: Mapping[str, Any] | None) -> Iterator[Markup]:
    """Yield what it was taught, and what that gained beside being taught what was acted."""
    yield tag("p", taught(targets))
    other = targets.get("taught_acted")
    if not told or not other:
        return
    names = {
        "cross_entropy": "cross-entropy (nats)",
        "js": "Jensen–Shannon divergence (nats)",
        "total_variation": "total variation",
    }
    rows = [(name, plain(told[key]), plain(other[key])) for key, name in names.items()]
    columns = ["distance from the raters", ">taught what was heard", ">taught what was acted"]
    yield table("What it gained", columns, rows)


def taught(targets: Mapping[str, Any]) -> str:
    """Return in a sentence what a model with soft targets was taught."""
    raters, bits = targets["raters"], targets["bits_lost"]
    carried = (
        f", carried over into {targets['into']} with {bits:.2f} bits lost"
        if targets["space"] != targets["into"]
        else ""
    )
    rest = (
        f"Of {many(targets['acted'], 'take')} it was taught what was acted: they have fewer than "
        f"{targets['least_raters']:g} raters, or were mostly heard as something else. "
        if targets["acted"]
        else ""
    )
    return (
        f"Of {many(targets['heard'], 'take')} it was taught what raters heard (in "
        f"{targets['space']}{carried}; {raters['mean']:.1f} raters a take effectively, at least "
        f"{raters['least']:.1f}; {percent(targets['outside'])} was heard as nothing that it "
        f"knows). {rest}All other scores are against what was acted."
    )


def corpora(told: Sequence[Mapping[str, Any]]) -> Markup:
    """Return how it does on each corpus, in words that both have; nothing, if none is told of."""
    if not told:
        return Markup("")
    columns = [
        "corpus", ">takes", ">left out", ">UAR", ">95 %", ">accuracy", ">ECE", ">worst performer",
        ">said outside", ">bits lost",
    ]  # fmt: skip
    rows = [
        (
            one["corpus"],
            f"{one['scores']['takes']:,}",
            f"{one['left_out']:,}",
            percent(one["scores"]["uar"]),
            between(one["scores"]["intervals"].get("uar")),
            percent(one["scores"]["accuracy"]),
            plain(one["scores"]["ece"]),
            percent(one["scores"]["worst_performer"]["uar"]),
            percent(one["outside"]),
            f"{one['bits_lost']:.2f}",
        )
        for one in told
    ]
    lead = (
        "Left out: takes whose label has no counterpart. Said outside: what the model gave to "
        "words that have none; the rest was scaled up. Bits: what the corpus's labels lose on the "
        "way."
    )
    return section("Corpus by corpus", tag("p", lead), table("Corpora", columns, rows))


def enrolled(scores: Scores | None) -> Markup:
    """Return what it reaches once it has heard unlabelled takes of whom it is asked about."""
    if not scores:
        return Markup("")
    least, most = scores["enrolled_by"]
    many_ = f"{most}" if least == most else f"{least} to {most}"
    lead = (
        f"A track of its own: of each performer the model had heard {many_} takes, without being "
        f"told what was acted in them. Scored on the {many(scores['takes'], 'other take')}. "
        "Not to be compared with a model that meets a voice for the first time."
    )
    parts, worst = scores["performers"], scores["worst_performer"]["performer"]
    drawn = plots.performers(parts, 1 / len(scores["labels"]), scores["uar"], worst)
    caption = "As above, with enrolment."
    table_ = folded("Performers with enrolment, as a table", part_table("performer", parts, worst))
    inside = tag("p", lead), headline(scores), figure(drawn, caption), table_
    return section("With enrolment", *inside)


def axes(told: Mapping[str, Mapping[str, Any]]) -> Markup:
    """Return how far predicted values are the given ones, axis by axis; nothing, if none are."""
    if not told:
        return Markup("")
    columns = ["axis", ">takes", ">concordance (CCC)", ">Pearson", ">RMSE"]
    rows = [
        (name, f"{one['takes']:,}", *(plain(one[k]) for k in ("ccc", "pearson", "rmse")))
        for name, one in told.items()
    ]
    return section("On axes", table("On axes", columns, rows))
