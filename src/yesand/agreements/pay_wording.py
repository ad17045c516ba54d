"""The pay of an agreement in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.agreements.deductions_wording import deducting
from yesand.agreements.pay import MILLION, Basis, Pay
from yesand.agreements.tongue import Tongue, gettext_noop, tongue

_ = gettext_noop
#: How an agreement words a unit of ``royalties.units``, after "For each".
UNITS = {
    "request": _("request to a system"),
    "inference-second": _("second that a system reads"),
    "output-second": _("second of speech or video that a system makes"),
    "character": _("character that a system speaks"),
}
FALLBACK = {"equal": _("equally"), "minutes": _("by recorded minutes")}
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
    if pay.per_unit or pay.revenue_share_ppm:
        yield from _pool(pay, say)
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


def _pool(pay: Pay, say: Tongue) -> Iterator[str]:
    _ = say.gettext
    if pay.realtime_multiple_ppm != MILLION:
        told = {"times": say.number(decimal(pay.realtime_multiple_ppm, MILLION))}
        yield _("Speaking in real time counts %(times)s times.") % told
    yield _("The pool is shared %(how)s.") % {"how": _basis(pay.basis, say)}
    told = {"how": _(FALLBACK[pay.fallback])}
    yield _("If that reliance is not known, that part is shared %(how)s.") % told


def _basis(basis: Basis, say: Tongue) -> str:
    parts = [(name, getattr(basis, name)) for name in _SHARED if getattr(basis, name)]
    if len(parts) == 1:
        return say.gettext(_SHARED[parts[0][0]])
    return ", ".join(
        f"{say.number(percent(ppm))} {say.gettext(_SHARED[name])}" for name, ppm in parts
    )
