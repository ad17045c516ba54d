"""The pay of an agreement in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.agreements.deductions_wording import deducting
from yesand.agreements.pay import MILLION, Amount, Basis, Pay
from yesand.agreements.tongue import Tongue, gettext_noop, tongue
from yesand.kernel.money import Money

_ = gettext_noop
#: How an agreement words a unit of ``royalties.units``, after "For each".
UNITS = {
    "request": _("request to a system"),
    "inference-second": _("second that a system reads"),
    "output-second": _("second of speech or video that a system makes"),
    "character": _("character that a system speaks"),
}
FALLBACK = {"equal": _("equally"), "minutes": _("by recorded minutes")}
#: What pays where a share was measured with noise; the share as it was measured needs no words.
UNCERTAINTY = {
    "point": _("the share as it was measured"),
    "lower-bound": _("the lower bound of the share, and the rest goes to a fund"),
    "shrunk": _("the share, drawn towards equal parts by its noise"),
}
TO = {"pool": _("into the pool"), "performer": _("to the performer")}
POOL = {
    "deployment": _("each system by itself"),
    "licensee": _("all systems of a company together, by their use"),
    "payer": _("each paying customer by themselves, by what they use"),
}
_NOISE = {
    "lower-bound": _(
        "Each share is measured and never quite sure. The performer gets the lowest share that "
        "the measure allows, and the rest goes to a fund."
    ),
    "shrunk": _(
        "Each share is measured and never quite sure. The less sure all of them are, the closer "
        "they are moved to equal parts."
    ),
}
_SHARED = {
    "reliance": _("by how much the system relies on each performer"),
    "minutes": _("by recorded minutes"),
    "equal": _("equally"),
}


def percent(ppm: int) -> str:
    """Write parts in a million as a percentage, exactly."""
    return f"{decimal(ppm, MILLION // 100)} %"


def decimal(number: int, one: int) -> str:
    """Write ``number / one`` exactly; ``one`` is a power of ten."""
    whole, rest = divmod(number, one)
    fraction = f"{rest:0{len(str(one)) - 1}d}".rstrip("0")
    return f"{whole}.{fraction}" if fraction else str(whole)


def paying(pay: Pay, say: Tongue | None = None) -> str:
    """Return every promise of the pay, a sentence each."""
    say = say or tongue("en")
    return " ".join(_promises(pay, say)) or say.gettext("No pay is promised.")


def _promises(pay: Pay, say: Tongue) -> Iterator[str]:
    _ = say.gettext
    if pay.session_fee:
        told = {"amount": say.money(pay.session_fee.money())}
        yield _("The performer is paid %(amount)s for each session.") % told
    for unit, amount in sorted(pay.per_unit.items()):
        told = {"unit": _(UNITS[unit]) if unit in UNITS else unit}
        told["amount"] = say.money(amount.money())
        yield _("For each %(unit)s, %(amount)s goes into a pool.") % told
    if pay.revenue_share_ppm:
        told = {"share": say.number(percent(pay.revenue_share_ppm))}
        yield _("%(share)s of what a system earns goes into the pool.") % told
    if pay.tariff:
        told = {"tariff": pay.tariff}
        yield _("Prices are those of the table “%(tariff)s” when a month begins.") % told
    if pay.period_fee:
        yield _fee(pay, pay.period_fee, say)
    if pay.pooled:
        yield from _pool(pay, say)
    if pay.bonus:
        yield _bonus(pay, pay.bonus, say)
    if pay.minimum_per_period:
        told = {"amount": say.money(pay.minimum_per_period.money())}
        yield (
            _(
                "The performer gets at least %(amount)s for every month in which such a system is "
                "in use."
            )
            % told
        )
    if pay.contribution_ppm:
        told = {"share": say.number(percent(pay.contribution_ppm))}
        yield _("On top of the pay, %(share)s goes to the pension and health fund.") % told
    yield from deducting(pay, say)


def _fee(pay: Pay, fee: Amount, say: Tongue) -> str:
    _ = say.gettext
    said = {
        "pool": _("For each month of a system in use, %(amount)s goes into a pool."),
        "performer": _("For each month of a system in use, the performer gets %(amount)s."),
    }
    return said[pay.period_fee_to] % {"amount": say.money(fee.money())}


def _bonus(pay: Pay, bonus: Amount, say: Tongue) -> str:
    _ = say.gettext
    told = {"amount": say.money(bonus.money())}
    if pay.bonus_unit == "revenue":
        told["earned"] = say.money(Money(pay.currency, pay.bonus_after))
        return _("When a system has earned %(earned)s, the performer gets %(amount)s, once.") % told
    told["unit"] = _(UNITS[pay.bonus_unit]) if pay.bonus_unit in UNITS else pay.bonus_unit
    told["count"] = f"{pay.bonus_after:,}".replace(",", "." if say.language == "de" else ",")
    return (
        _(
            "When the use of a system has reached %(count)s (each counts: %(unit)s), the "
            "performer gets %(amount)s, once."
        )
        % told
    )


def _pool(pay: Pay, say: Tongue) -> Iterator[str]:
    _ = say.gettext
    if pay.non_featured_ppm:
        told = {"share": say.number(percent(pay.non_featured_ppm))}
        yield _("%(share)s of the pool is shared equally by all who were recorded for it.") % told
    if pay.realtime_multiple_ppm != MILLION and not pay.tariff:
        told = {"times": say.number(decimal(pay.realtime_multiple_ppm, MILLION))}
        yield _("Speaking in real time counts %(times)s times.") % told
    yield _("The pool is shared %(how)s.") % {"how": _basis(pay.basis, say)}
    told = {"how": _(FALLBACK[pay.fallback])}
    yield _("If that reliance is not known, that part is shared %(how)s.") % told
    if pay.pool == "licensee":
        told = {"unit": _(UNITS[pay.pool_unit]) if pay.pool_unit in UNITS else pay.pool_unit}
        yield (
            _(
                "What one company earns with all its systems is put together and divided among "
                "them by their use (each counts: %(unit)s)."
            )
            % told
        )
    if pay.pool == "payer":
        told = {"unit": _(UNITS[pay.pool_unit]) if pay.pool_unit in UNITS else pay.pool_unit}
        yield (
            _(
                "What each paying customer of a company brings in is divided only among the "
                "systems that this customer used (each counts: %(unit)s)."
            )
            % told
        )
    if pay.uncertainty in _NOISE:
        yield _(_NOISE[pay.uncertainty])
    if not pay.descendants:
        yield _("A system that is made from another one does not pay.")


def _basis(basis: Basis, say: Tongue) -> str:
    parts = [(name, getattr(basis, name)) for name in _SHARED if getattr(basis, name)]
    if len(parts) == 1:
        return say.gettext(_SHARED[parts[0][0]])
    return ", ".join(
        f"{say.number(percent(ppm))} {say.gettext(_SHARED[name])}" for name, ppm in parts
    )
