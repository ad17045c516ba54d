"""A report in words: every paragraph names the figures that it tells, and each has its page."""

from __future__ import annotations

from collections.abc import Mapping

from yesand.kernel.clock import Period
from yesand.kernel.money import Money
from yesand.newsroom.content import Content, Writer, content
from yesand.newsroom.reporting.figure import FEWEST, Figure, Part

METHOD = "this house's own queries"
HOW = (
    "Every figure was computed from this house's signed records as of one position of its log; "
    "the sentences around them are a fixed form."
)
_PARTS = (
    ("Consent", ("performers", "agreements", "agreements-new", "withdrawals")),
    ("Performances", ("takes", "minutes", "decisions")),
    ("Models", ("models", "deployments", "reliance-reports", "usage-events")),
    ("Synthetic takes", ("synthetic-takes", "models-synthetic", "training-synthetic")),
    ("Money", ("settled", "royalties-owed", "royalties-paid", "royalties-carried", "balance")),
    ("Duties", ("obligations", "obligation-dates")),
)
#: How each figure is told; one that is withheld is told by its title.
_SAID = {
    "performers": "Performers who had joined by the end of the month: {}.",
    "agreements": "Agreements signed by then: {}.",
    "agreements-new": "Of these, signed in the month: {}.",
    "withdrawals": "Withdrawals in the month: {}.",
    "takes": "The takes in the log, by state: {}.",
    "minutes": "Those that were accepted last {} together.",
    "decisions": "For all requests so far the gate decided about takes: {}.",
    "models": "Models registered by the end of the month: {}.",
    "deployments": "Deployments in service then: {}.",
    "reliance-reports": "Reports on whom the models rely on: {}.",
    "usage-events": "Usage events delivered: {}.",
    "synthetic-takes": "Takes that nobody performed, made from performers’ takes: {}.",
    "models-synthetic": "Models that learned from such takes, too: {}.",
    "training-synthetic": "What these learned from: {}.",
    "settled": "Settlements of the month: {}.",
    "royalties-owed": "Performers earned {} in it.",
    "royalties-paid": "They were paid {} during it.",
    "royalties-carried": "Too small to pay and carried forward: {}.",
    "balance": "In all, the ledger held {} for performers.",
    "obligations": "Duties that withdrawals had raised by the end of the month: {}.",
    "obligation-dates": "By their dates: {}.",
}


def told(period: Period, house: str, size: int, figures: Mapping[str, Figure]) -> Content:
    """Return the report of a month as an article."""
    names = [name for _, named in _PARTS for name in named if name in figures]
    number = {name: n for n, name in enumerate(names, start=2)}
    opening = (
        f"This is what {house} can say of {_month(period)} from its own records, as of the first "
        f"{size:,} entries of its log. A figure that rests on fewer than {FEWEST} people is "
        "withheld; each of the others has a page with its query, where it is asked again. [1]"
    )
    sections = [{"heading": "", "text": opening}]
    for heading, named in _PARTS:
        lines = [f"{_sentence(figures[n])} [{number[n]}]" for n in named if n in figures]
        sections.append({"heading": heading, "text": " ".join(lines)})
    whole = {"title": "The report as signed", "publisher": house, "url": signed_at(period)}
    sources = [whole] + [
        {"title": f"Figure: {figures[n].title}", "publisher": house, "url": address(period, n)}
        for n in names
    ]
    return content(
        {
            "title": f"Transparency report for {_month(period)}",
            "dek": "Who joined, what was recorded, what learned from it, and what is owed for it.",
            "sections": sections,
            "sources": sources,
            "tags": ["transparency"],
            "writer": Writer.COMPUTED.value,
            "model": METHOD,
            "how": HOW,
        }
    )


def address(period: Period, name: str) -> str:
    """Return the page of one figure."""
    return f"/newsroom/figures/{period}/{name}/"


def signed_at(period: Period) -> str:
    """Return where a report lies as it was signed."""
    return f"/newsroom/figures/{period}.json"


def _month(period: Period) -> str:
    return f"{period.start:%B} {period.year}"


def _sentence(figure: Figure) -> str:
    if all(part.withheld for part in figure.parts):
        return f"{figure.title}: withheld."
    return _SAID[figure.name].format(_listed(figure.parts, figure.unit))


def _listed(parts: tuple[Part, ...], unit: str) -> str:
    if len(parts) == 1 and not parts[0].currency:
        return parts[0].label if parts[0].label in {"nothing", "none"} else shown(parts[0], unit)
    return ", ".join(shown(p, unit) if p.currency else f"{shown(p, unit)} {p.label}" for p in parts)


def shown(part: Part, unit: str = "") -> str:
    """Write a value for people."""
    if part.value is None:
        return "withheld"
    if part.currency:
        amount, _, currency = str(Money(part.currency, part.value)).partition(" ")
        whole, point, fraction = amount.partition(".")
        return f"{int(whole):,}{point}{fraction} {currency}"
    return f"{part.value:,}" + (f" {unit}" if unit else "")
