"""What a model's card says of valence, arousal and dominance, as data and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from yesand.training.dimensional_record import NAME, PARTS, reads, renamed

if TYPE_CHECKING:
    from yesand.training.dimensional import Reading


def told(read: Reading, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the card's part as data, with points and curves to be drawn.

    Parameters
    ----------
    names : what performers are called outside.
    """
    return {**renamed(read.as_json(), names), "drawn": read.drawn()}


def markdown(facts: Mapping[str, Any]) -> str:
    """Return the card's part for people; empty: nobody asked for axes."""
    card = facts.get(NAME)
    if not card:
        return ""
    head = "## Valence, arousal, dominance"
    if not reads(card):
        return f"{head}\n\nNone is read out. {' '.join(reasons(card))}"
    rows = [
        f"| {name} | {one['takes']:,} | {ended(one, 'ccc')} | {ended(one, 'rmse')} | "
        f"{ended(one, 'pearson')} | {worst(one)} | {raters(one)} | ±{one['within']:.2f} |"
        for name, one in rows_of(card)
    ]
    table = "| from −1 to 1 | takes | CCC | RMSE | r | worst performer | one rater | 9 of 10 |"
    lines = [table, "|---|--:|---|---|---|---|---|--:|", *rows]
    lead = (
        "Read out of the model's embedding by ridge regression on what raters said, and scored on "
        "performers of whom it had learned nothing: concordance (Lin 1989), in brackets 95 % "
        "intervals by performer. *One rater*: how far one rater agrees with the others, and the "
        "model with the same. *9 of 10* values lay no further off."
    )
    none = f"\n\n{' '.join(reasons(card))}" if reasons(card) else ""
    return f"{head}\n\n{lead}\n\n" + "\n".join(lines) + none


def rows_of(card: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each axis that is read out, by take and over time, with its scores."""
    for part, how in zip(PARTS, ("", ", over time"), strict=True):
        for axis, one in card[part].items():
            if "none" not in one:
                yield f"{axis}{how}", one


def reasons(card: Mapping[str, Any]) -> list[str]:
    """Return why axes are not read out, a sentence for all of which the same is true."""
    alike = dict[str, list[str]]()
    for part in PARTS:
        for axis, one in card[part].items():
            if "none" in one:
                alike.setdefault(f"{one['none']}.".replace(axis, "{}"), []).append(axis)
    return [words.format(", ".join(axes)) for words, axes in alike.items()]


def ended(one: Mapping[str, Any], name: str) -> str:
    """Return a figure with its interval."""
    if one[name] is None:
        return "–"
    ends = one["intervals"].get(name)
    return f"{one[name]:.2f}" + (f" [{ends[0]:.2f} to {ends[1]:.2f}]" if ends else "")


def worst(one: Mapping[str, Any], called: Callable[[str], str] = str) -> str:
    """Return the worst performer's concordance, and whose it is, by what they are called."""
    found = one["worst_performer"]
    return f"{found['ccc']:.2f} ({called(found['performer'])})" if found else "–"


def raters(one: Mapping[str, Any]) -> str:
    """Return one rater's concordance with the others, and the model's."""
    beside = one["raters"]
    if not beside or beside["one_rater"] is None:
        return "–"
    model = "–" if beside["model"] is None else f"{beside['model']:.2f}"
    return f"{beside['one_rater']:.2f}, the model {model}"
