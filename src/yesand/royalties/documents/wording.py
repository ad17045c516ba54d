"""A statement in words: every string that its documents show, ready to be set.

The documents only lay out; whatever a figure means is decided here once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date

from yesand.kernel.clock import Period
from yesand.kernel.money import MICRO, Money, exponent
from yesand.royalties.lines import BILLION, REVENUE, Kind, Line
from yesand.royalties.statement import Statement

_TITLES = {
    Kind.ROYALTY: "Royalty",
    Kind.LATE: "Royalty, late usage",
    Kind.MINIMUM: "Guaranteed minimum",
    Kind.SESSION_FEE: "Session fee",
    Kind.CONTRIBUTION: "Contribution",
}
_TRIAL = "Nobody has consented to this and nobody is paid from it."
_SYNTHETIC = "The voices are made by code; there is no such person."


@dataclass(frozen=True)
class Issuer:
    """Who issued a statement, and under which digest it is in the log.

    Attributes
    ----------
    house : the house's name. origin : its log's.
    digest : of the signed statement.
    models : digest → a model's name, where it is known.
    """

    house: str
    origin: str
    digest: str
    models: Mapping[str, str]


def words(statement: Statement, issuer: Issuer) -> dict[str, Any]:
    """Return everything that the documents show, as plain JSON of strings."""
    month = format_date(Period.parse(statement.period).start, "MMMM y", locale="en")
    lines = [x for x in statement.lines if x.kind is not Kind.CONTRIBUTION]
    extra = [x for x in statement.lines if x.kind is Kind.CONTRIBUTION]
    places = _places(statement.currency, [x.micro for x in statement.lines])
    return {
        "title": f"Statement of {statement.performer} for {month}",
        "heading": f"Statement, {month}",
        "subtitle": f"Statement for {month}, from {issuer.house}",
        "month": month,
        "period_code": statement.period,
        "performer": _breakable(statement.performer),
        "house": issuer.house,
        "named": f"Statement {issuer.digest[:16]} in the log {issuer.origin}",
        "marks": _marks(statement),
        "payable": {"label": _payable(statement), "amount": _minor(statement)},
        "sums": _sums(statement),
        "sum_up": _sum_up(statement),
        "lines": [_line(statement, x, issuer, places) for x in lines],
        "total": _exact(statement.currency, statement.total_micro, places),
        "contributions": [
            {"why": x.why, "amount": _exact(statement.currency, x.micro, places)} for x in extra
        ],
        "words": _headings(statement, month),
        "evidence": _evidence(statement, issuer),
    }


def _marks(statement: Statement) -> list[dict[str, str]]:
    told = (("TRIAL", _TRIAL, statement.trial), ("SYNTHETIC", _SYNTHETIC, statement.synthetic))
    return [{"word": word, "meaning": meaning} for word, meaning, holds in told if holds]


def _payable(statement: Statement) -> str:
    return "Would be paid, if it were not a trial" if statement.trial else "To be paid"


def _minor(statement: Statement) -> str:
    step = MICRO // 10 ** exponent(statement.currency)
    return Money(statement.currency, statement.payable_minor * step).pretty()


def _sums(statement: Statement) -> list[dict[str, str]]:
    rows = [
        ("Brought forward", statement.brought_forward_micro, statement.previous is not None),
        ("Earned this month", statement.total_micro, True),
        ("Carried to the next month", statement.carried_micro, True),
        ("To your fund, on top", statement.contributions_micro, statement.contributions_micro > 0),
    ]
    places = _places(statement.currency, [micro for _, micro, shown in rows if shown])
    return [
        {"label": label, "amount": _exact(statement.currency, micro, places)}
        for label, micro, shown in rows
        if shown
    ]


def _sum_up(statement: Statement) -> str:
    return (
        "What you earned is reckoned in millionths and paid in whole cents or their like; what is "
        "too small to be paid is carried to the next month, and nothing is lost."
        if statement.carried_micro or statement.brought_forward_micro
        else "What you earned is paid in full."
    )


def _line(statement: Statement, line: Line, issuer: Issuer, places: int) -> dict[str, str]:
    pool = None if line.pool_micro is None else Money(statement.currency, line.pool_micro)
    price = None if line.price_micro is None else Money(statement.currency, line.price_micro)
    return {
        "title": _TITLES[line.kind],
        "subtitle": _subtitle(line, issuer),
        "quantity": _quantity(statement, line),
        "price": _spaced(price),
        "pool": _spaced(pool),
        "share": "" if line.share_ppb is None else _percent(line.share_ppb),
        "amount": _exact(statement.currency, line.micro, places),
        "why": line.why,
    }


def _subtitle(line: Line, issuer: Issuer) -> str:
    model = issuer.models.get(line.model, f"model {line.model[:8]}") if line.model else ""
    by = f"by {line.licensee}"
    month = line.usage_period or ""
    return ", ".join(x for x in (line.deployment, model, by, month, _range(line)) if x)


def _quantity(statement: Statement, line: Line) -> str:
    if line.quantity is None or line.unit is None:
        return ""
    if line.unit == REVENUE:
        return f"{_spaced(Money(statement.currency, line.quantity))} revenue"
    live = ", live" if line.realtime else ""
    return f"{line.quantity:,} × {line.unit}{live}"


def _range(line: Line) -> str:
    if line.low_ppb is None or line.high_ppb is None or line.low_ppb == line.high_ppb:
        return ""
    return f"share between {_percent(line.low_ppb)} and {_percent(line.high_ppb)}"


def _percent(ppb: int) -> str:
    """Write parts per billion with three digits after the point, as the line's sentence does."""
    return f"{ppb * 100_000 // BILLION / 1000:.3f}\u00a0%"


def _headings(statement: Statement, month: str) -> dict[str, Any]:
    none = "No model that learned from you was used, and your terms guarantee no minimum."
    return {
        "lines": "Line by line",
        "no_lines": none,
        "columns": ["For", "Usage", "Price", "Pool", "Your share", "Amount"],
        "total": f"Earned in {month}",
        "contributions": "On top: your pension and health fund",
        "contributions_lead": "Paid to the fund beside your pay, never out of it.",
        "contribution_columns": ["Why", "Amount"],
        "check": "Check it yourself",
        "check_lead": (
            "Everything on this statement can be computed again, without us and without the "
            "internet, from the evidence that comes with it:"
        ),
        "command": "yesand verify evidence.zip",
        "check_means": (
            "It checks every signature, finds each document in the log and recomputes each "
            "line. If one figure had been changed, it would say so. A range beside a share says "
            "how sure the measurement is (95 %)."
        ),
        "evidence_columns": ["What it was computed from", "Name (SHA-256)"],
    }


def _evidence(statement: Statement, issuer: Issuer) -> list[dict[str, str]]:
    held = statement.evidence
    groups: Sequence[tuple[str, Sequence[str]]] = (
        ("This statement", (issuer.digest,)),
        ("Settlement", (held.settlement,)),
        ("Agreement", held.agreements),
        ("Reliance report", held.reports),
        ("Corpus", held.manifests),
        ("Usage delivery", held.batches),
        ("Statement before", (held.previous,) if held.previous else ()),
    )
    return [{"what": what, "name": name} for what, names in groups for name in names]


def _places(currency: str, amounts: Sequence[int]) -> int:
    """Return how many decimals all the amounts need, so that a column can share one point."""
    needed = exponent(currency)
    for micro in amounts:
        rest = f"{micro % MICRO:06d}".rstrip("0")
        needed = max(needed, len(rest))
    return needed


def _exact(currency: str, micro: int, places: int) -> str:
    whole, rest = divmod(micro, MICRO)
    decimals = f".{f'{rest:06d}'[:places]}" if places else ""
    return f"{whole:,}{decimals}\u00a0{currency}"


def _spaced(money: Money | None) -> str:
    if money is None:
        return ""
    return _exact(money.currency, money.micro, _places(money.currency, [money.micro]))


def _breakable(name: str) -> str:
    """Let a very long name break, which has no space to break at."""
    if len(name) <= 30 or " " in name:
        return name
    return "\u200b".join(name[at : at + 10] for at in range(0, len(name), 10))
