"""The way from earned to paid in words: what is taken off, each advance, and what has changed."""

from __future__ import annotations

from typing import Any

from yesand.agreements.pay_wording import percent
from yesand.kernel.money import Money
from yesand.royalties.changes import Cause, changes
from yesand.royalties.deducted import AdvanceAccount, Deduction, Taken
from yesand.royalties.documents.figures import exact, places_of, spaced
from yesand.royalties.documents.tongue import Tongue, gettext_noop
from yesand.royalties.statement import Statement

_TAKEN = {
    Taken.RECOUPMENT: gettext_noop("Paid back on an advance"),
    Taken.AGENT: gettext_noop("To your agent"),
    Taken.WITHHOLDING: gettext_noop("Tax withheld"),
}
_CAUSES = {
    Cause.DEPLOYMENTS: gettext_noop("Systems that came into use or went out of it"),
    Cause.PRICE: gettext_noop("Other prices"),
    Cause.QUANTITY: gettext_noop("More or less use"),
    Cause.SHARE: gettext_noop("Your share of it"),
    Cause.LATE: gettext_noop("Usage that came in late"),
    Cause.MINIMUM: gettext_noop("Guaranteed minimum"),
    Cause.FEES: gettext_noop("Fees and bonuses"),
    Cause.ADVANCE: gettext_noop("Advance"),
    Cause.CORRECTIONS: gettext_noop("Corrections of earlier months"),
    Cause.TAKEN: gettext_noop("Taken off or held"),
}


def told(statement: Statement, previous: Statement | None, _: Tongue) -> dict[str, Any]:
    """Return what the documents show besides lines, with the headings for it."""
    return {
        "deductions": _deductions(statement, _),
        "advances": [_advance(statement, one, _) for one in statement.accounts],
        "changed": _changed(statement, previous, _) if previous else None,
        "owing_words": {
            "corrections": _("Corrections of earlier months"),
            "corrections_lead": _(
                "Something in an earlier statement was wrong. The line is taken back and stated "
                "again as it should have been; the earlier statement itself stays as it was."
            ),
            "deductions": _("What is taken off"),
            "deductions_lead": _("From what you earned, in this order, by your terms and by law."),
            "deduction_columns": [_("For"), _("Of"), _("Rate"), _("Amount")],
            "taken_total": _("Taken off in all"),
            "advances": _("Your advance"),
            "advances_lead": _("What is not earned yet is open. Nobody asks it back."),
            "advance_columns": [
                _("Advance"),
                _("Open before"),
                _("Paid to you"),
                _("Paid back"),
                _("Open now"),
                _("Earned beyond it"),
            ],
            "changed": _("Why did this change since last month?"),
            "change_columns": [_("Because of"), _("Difference")],
            "change_total": _("Difference in all"),
        },
    }


def _deductions(statement: Statement, _: Tongue) -> dict[str, Any] | None:
    if not statement.deductions:
        return None
    money = statement.currency
    places = places_of(money, [d.micro for d in statement.deductions])
    return {
        "rows": [_deduction(money, d, places, _) for d in statement.deductions],
        "total": exact(money, -statement.deductions_micro, places, _),
    }


def _deduction(money: str, one: Deduction, places: int, _: Tongue) -> dict[str, str]:
    rule = "" if one.record is None else f"{one.rule} · {one.record[:12]}"
    return {
        "title": _(_TAKEN[one.kind]),
        "base": spaced(Money(money, one.base_micro), _),
        "rate": _.figure(percent(one.rate_ppm)),
        "amount": exact(money, -one.micro, places, _),
        "why": one.why,
        "evidence": " · ".join(x for x in (one.account, rule, one.agreement[:12]) if x),
    }


def _advance(statement: Statement, one: AdvanceAccount, _: Tongue) -> dict[str, str]:
    figures = (
        *(one.opening_micro, one.paid_micro, one.recouped_micro, one.closing_micro),
        one.over_micro,
    )
    money = statement.currency
    places = places_of(money, figures)
    opening, paid, back, closing, over = (exact(money, n, places, _) for n in figures)
    return {
        "name": _("“%(name)s” from %(payer)s") % {"name": one.name, "payer": one.payer},
        "opening": opening,
        "paid": paid,
        "back": back,
        "closing": closing,
        "over": over,
        "note": _given_back(statement, one, _),
    }


def _given_back(statement: Statement, one: AdvanceAccount, _: Tongue) -> str:
    """Say what a correction took from what was earned beyond an advance: no deduction tells it."""
    before = {(a.payer, a.name): a.over_micro for a in statement.advances}
    less = before.get((one.payer, one.name), 0) - one.over_micro
    if less <= 0:
        return ""
    said = _("A correction took %(amount)s from what was earned beyond it.")
    return said % {"amount": spaced(Money(statement.currency, less), _)}


def _changed(statement: Statement, previous: Statement, _: Tongue) -> dict[str, Any]:
    money, found = statement.currency, changes(previous, statement)
    was = previous.total_micro - previous.taken_micro
    now = statement.total_micro - statement.taken_micro
    places = places_of(money, [c.micro for c in found])
    lead = _("%(before)s came to %(was)s and %(month)s to %(now)s. The difference, part by part:")
    if not found:
        lead = _("%(before)s came to %(was)s, and %(month)s to the same.")
    named = {
        "before": _.month(previous.period),
        "was": spaced(Money(money, was), _),
        "month": _.month(statement.period),
        "now": spaced(Money(money, now), _),
    }
    return {
        "lead": lead % named,
        "rows": [
            {"cause": _(_CAUSES[c.cause]), "amount": _signed(money, c.micro, places, _)}
            for c in found
        ],
        "total": _signed(money, now - was, places, _),
    }


def _signed(money: str, micro: int, places: int, _: Tongue) -> str:
    return f"{'+' if micro > 0 else ''}{exact(money, micro, places, _)}"
