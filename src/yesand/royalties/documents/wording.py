"""A statement in words: every string that its documents show, ready to be set.

The documents only lay out; whatever a figure means is decided here once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yesand.kernel.money import MICRO, Money, exponent
from yesand.royalties.documents import owing
from yesand.royalties.documents.earnings import pictured
from yesand.royalties.documents.figures import exact, places_of, spaced
from yesand.royalties.documents.tongue import Tongue, gettext_noop
from yesand.royalties.lines import BILLION, ON_TOP, REVENUE, Kind, Line
from yesand.royalties.stacked import Stacked
from yesand.royalties.statement import Statement

_TITLES = {
    Kind.ROYALTY: gettext_noop("Royalty"),
    Kind.LATE: gettext_noop("Royalty, late usage"),
    Kind.MINIMUM: gettext_noop("Guaranteed minimum"),
    Kind.SESSION_FEE: gettext_noop("Session fee"),
    Kind.NON_FEATURED: gettext_noop("Equal part of the pool"),
    Kind.PERIOD_FEE: gettext_noop("Fee for the month"),
    Kind.BONUS: gettext_noop("Bonus, once"),
    Kind.UNCERTAINTY: gettext_noop("To the fund for uncertainty"),
    Kind.ADVANCE: gettext_noop("Advance"),
    Kind.CONTRIBUTION: gettext_noop("Contribution"),
}
_TRIAL = gettext_noop("Nobody has consented to this and nobody is paid from it.")
_SYNTHETIC = gettext_noop("The voices are made by code; there is no such person.")


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


def words(
    statement: Statement,
    issuer: Issuer,
    language: str | None = "en",
    previous: Statement | None = None,
    picture: Stacked | None = None,
) -> dict[str, Any]:
    """Return everything that the documents show, as plain JSON of strings.

    A line's sentence (``why``) is signed, and stays in the language in which it was signed.

    Parameters
    ----------
    previous : the statement before, to say why this one differs.
    picture : what each model brought in the months up to this one.
    """
    _ = Tongue.of(language)
    month = _.month(statement.period)
    named = {"performer": statement.performer, "month": month, "house": issuer.house}
    own = [x for x in statement.lines if x.kind not in ON_TOP]
    lines = [x for x in own if x.corrects is None]
    extra = [x for x in statement.lines if x.kind in ON_TOP]
    places = places_of(statement.currency, [x.micro for x in statement.lines])
    return {
        "language": _.language,
        "title": _("Statement of %(performer)s for %(month)s") % named,
        "heading": _("Statement, %(month)s") % named,
        "subtitle": _("Statement for %(month)s, from %(house)s") % named,
        "month": month,
        "period_code": statement.period,
        "performer": _breakable(statement.performer),
        "house": issuer.house,
        "named": _("Statement %(name)s in the log %(log)s")
        % {"name": issuer.digest[:16], "log": issuer.origin},
        "marks": _marks(statement, _),
        "payable": {"label": _payable(statement, _), "amount": _minor(statement, _)},
        "sums": _sums(statement, _),
        "sum_up": _sum_up(statement, _),
        "lines": [_line(statement, x, issuer, places, _) for x in lines],
        "total": exact(statement.currency, sum(x.micro for x in lines), places, _),
        "corrections": [
            _line(statement, x, issuer, places, _) for x in own if x.corrects is not None
        ],
        **owing.told(statement, previous, _),
        "earnings": pictured(picture, _),
        "contributions": [
            {"why": x.why, "amount": exact(statement.currency, x.micro, places, _)} for x in extra
        ],
        "words": _headings(month, _),
        "evidence": _evidence(statement, issuer, _),
    }


def _marks(statement: Statement, _: Tongue) -> list[dict[str, str]]:
    told = (
        (_("TRIAL"), _TRIAL, statement.trial),
        (_("SYNTHETIC"), _SYNTHETIC, statement.synthetic),
    )
    return [{"word": word, "meaning": _(meaning)} for word, meaning, holds in told if holds]


def _payable(statement: Statement, _: Tongue) -> str:
    return _("Would be paid, if it were not a trial") if statement.trial else _("To be paid")


def _minor(statement: Statement, _: Tongue) -> str:
    step = MICRO // 10 ** exponent(statement.currency)
    return Money(statement.currency, statement.payable_minor * step).pretty(_.language)


def _sums(statement: Statement, _: Tongue) -> list[dict[str, str]]:
    extra = statement.contributions_micro
    own = [x for x in statement.lines if x.kind not in ON_TOP]
    corrected = sum(x.micro for x in own if x.corrects is not None)
    rows = [
        (_("Brought forward"), statement.brought_forward_micro, statement.previous is not None),
        (_("Earned this month"), statement.total_micro - corrected, True),
        (_("Corrections of earlier months"), corrected, any(x.corrects for x in own)),
        (_("Taken off"), -statement.deductions_micro, bool(statement.deductions)),
        (_("Held in dispute"), -statement.held_micro, statement.held_micro > 0),
        (_("Released from dispute"), statement.released_micro, statement.released_micro > 0),
        (_("Carried to the next month"), statement.carried_micro, True),
        (_("To your fund, on top"), extra, extra != 0),
    ]
    places = places_of(statement.currency, [micro for _, micro, shown in rows if shown])
    return [
        {"label": label, "amount": exact(statement.currency, micro, places, _)}
        for label, micro, shown in rows
        if shown
    ]


def _sum_up(statement: Statement, _: Tongue) -> str:
    if statement.carried_micro < 0:
        return _(
            "More was put right than this month earned. Nobody asks it back: it is set off against "
            "what you earn next."
        )
    if statement.due_micro and statement.due_micro < statement.least_payout_micro:
        least = Money(statement.currency, statement.least_payout_micro)
        return _("Your terms pay out from %(least)s on: until then all of it is carried.") % {
            "least": spaced(least, _)
        }
    if not (statement.carried_micro or statement.brought_forward_micro or statement.taken_micro):
        return _("What you earned is paid in full.")
    return _(
        "What you earned is reckoned in millionths and paid in whole cents or their like; what is "
        "too small to be paid is carried to the next month, and nothing is lost."
    )


def _line(
    statement: Statement, line: Line, issuer: Issuer, places: int, _: Tongue
) -> dict[str, str]:
    pool = None if line.pool_micro is None else Money(statement.currency, line.pool_micro)
    price = None if line.price_micro is None else Money(statement.currency, line.price_micro)
    return {
        "title": _title(line, _),
        "subtitle": _subtitle(line, issuer, _),
        "quantity": _quantity(statement, line, _),
        "price": spaced(price, _),
        "pool": spaced(pool, _),
        "share": "" if line.share_ppb is None else _percent(line.share_ppb, _),
        "amount": exact(statement.currency, line.micro, places, _),
        "why": line.why,
        "evidence": _borne_out(statement, line, _),
    }


def _title(line: Line, _: Tongue) -> str:
    title = _(_TITLES[line.kind])
    if line.corrects is None:
        return title
    said = _("%(line)s, taken back") if line.corrects.reverses else _("%(line)s, put right")
    return said % {"line": title}


def _borne_out(statement: Statement, line: Line, _: Tongue) -> str:
    """Name what bears a line out; the table of evidence has the same names in full."""
    named = (
        (_("Agreement"), line.agreement[:12]),
        (_("Reliance report"), (line.report or "")[:12]),
        (_("Tariff"), line.tariff or ""),
        (_("Session"), line.session or ""),
        (_("Settlement"), statement.evidence.settlement[:12]),
    )
    return " · ".join(f"{what}\u00a0{name}" for what, name in named if name)


def _subtitle(line: Line, issuer: Issuer, _: Tongue) -> str:
    digest = line.model or ""
    unnamed = _("model %(name)s") % {"name": digest[:8]}
    model = issuer.models.get(digest, unnamed) if digest else ""
    by = _("by %(licensee)s") % {"licensee": line.licensee}
    month = line.usage_period or ""
    return ", ".join(x for x in (line.deployment, model, by, month, _range(line, _)) if x)


def _quantity(statement: Statement, line: Line, _: Tongue) -> str:
    if line.quantity is None or line.unit is None:
        return ""
    if line.unit == REVENUE:
        return _("%(money)s revenue") % {
            "money": spaced(Money(line.earned_in or statement.currency, line.quantity), _)
        }
    live = _(", live") if line.realtime else ""
    return f"{_.figure(f'{line.quantity:,}')} × {line.unit}{live}"


def _range(line: Line, _: Tongue) -> str:
    if line.low_ppb is None or line.high_ppb is None or line.low_ppb == line.high_ppb:
        return ""
    return _("share between %(low)s and %(high)s") % {
        "low": _percent(line.low_ppb, _),
        "high": _percent(line.high_ppb, _),
    }


def _percent(ppb: int, _: Tongue) -> str:
    """Write parts per billion with three digits after the point, as the line's sentence does."""
    return _.figure(f"{ppb * 100_000 // BILLION / 1000:.3f}\u00a0%")


def _headings(month: str, _: Tongue) -> dict[str, Any]:
    none = _("No model that learned from you was used, and your terms guarantee no minimum.")
    return {
        "lines": _("Line by line"),
        "no_lines": none,
        "columns": [
            _("For"),
            _("Usage"),
            _("Price"),
            _("Pool"),
            _("Your share"),
            _("Amount"),
        ],
        "total": _("Earned in %(month)s") % {"month": month},
        "contributions": _("On top: your pension and health fund"),
        "contributions_lead": _("Paid to the fund beside your pay, never out of it."),
        "contribution_columns": [_("Why"), _("Amount")],
        "of": _("of"),
        "check": _("Check it yourself"),
        "check_lead": _(
            "Everything on this statement can be computed again, without us and without the "
            "internet, from the evidence that comes with it:"
        ),
        "command": "yesand verify evidence.zip",
        "check_means": _(
            "It checks every signature, finds each document in the log and recomputes each "
            "line. If one figure had been changed, it would say so. A range beside a share says "
            "how sure the measurement is (95 %)."
        ),
        "evidence_columns": [_("What it was computed from"), _("Name (SHA-256)")],
    }


def _evidence(statement: Statement, issuer: Issuer, _: Tongue) -> list[dict[str, str]]:
    held = statement.evidence
    groups: Sequence[tuple[str, Sequence[str]]] = (
        (_("This statement"), (issuer.digest,)),
        (_("Settlement"), (held.settlement,)),
        (_("Agreement"), held.agreements),
        (_("Reliance report"), held.reports),
        (_("Tariff"), held.tariffs),
        (_("Corpus"), held.manifests),
        (_("Usage delivery"), held.batches),
        (_("Statement before"), (held.previous,) if held.previous else ()),
        (_("Statement put right"), held.corrected),
        (_("Table, certificate or direction"), held.instruments),
    )
    return [{"what": what, "name": name} for what, names in groups for name in names]


def _breakable(name: str) -> str:
    """Let a very long name break, which has no space to break at."""
    if len(name) <= 30 or " " in name:
        return name
    return "\u200b".join(name[at : at + 10] for at in range(0, len(name), 10))
