"""A term's value in plain words, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_date

from yesand.agreements.comparing.effects import ABSENT
from yesand.agreements.pay_wording import percent
from yesand.agreements.terms import MILLION, WORLD
from yesand.kernel.money import Money


def _(words: str) -> str:
    """Mark words that are looked up later."""
    return words


@dataclass(frozen=True)
class Voice:
    """How words are said: looked up in a language."""

    say: Callable[[str], str] = str
    language: str = "en"


ENGLISH = Voice()

#: What a part of a clause is called where the clause has several.
LABELS: Mapping[str, str] = {
    "pay.currency": _("Currency"),
    "pay.session_fee": _("For each session"),
    "pay.per_unit.request": _("For each request, to the pool"),
    "pay.per_unit.inference-second": _("For each second that a system reads, to the pool"),
    "pay.per_unit.output-second": _("For each second that a system makes, to the pool"),
    "pay.per_unit.character": _("For each character that a system speaks, to the pool"),
    "pay.revenue_share_ppm": _("Of declared revenue, to the pool"),
    "pay.realtime_multiple_ppm": _("Real-time generation counts"),
    "pay.basis": _("How the pool is shared"),
    "pay.basis.reliance": _("Of the pool, by how much a system relies on each performer"),
    "pay.basis.minutes": _("Of the pool, by recorded minutes"),
    "pay.basis.equal": _("Of the pool, in equal parts"),
    "pay.fallback": _("While no report sets shares"),
    "pay.minimum_per_period": _("At least, a month"),
    "pay.contribution_ppm": _("Pension and health, on top"),
    "pay.advance": _("Advance, paid once"),
    "pay.advance_name": _("Name of the advance"),
    "pay.recoup_ppm": _("Of royalties, to pay back the advance"),
    "pay.cross_collateral": _("Paid back from all agreements with the producer"),
    "pay.recoup_from": _("The advance is paid back also from"),
    "pay.agent": _("Agent"),
    "pay.agent_ppm": _("To the agent, of what is left"),
    "pay.withhold": _("Tax withheld for"),
    "pay.least_payout": _("Paid out from"),
    "pay.audit_shortfall_ppm": _("The producer pays an audit that finds unpaid more than"),
    "pay.one_currency": _("Paid in one currency"),
    "pay.uncertainty": _("What an unsure share pays"),
    "pay.tariff": _("Prices by the table"),
    "pay.period_fee": _("For each month in use"),
    "pay.period_fee_to": _("Where the monthly fee goes"),
    "pay.bonus": _("Once, as a bonus"),
    "pay.bonus_unit": _("What the bonus counts"),
    "pay.bonus_after": _("After how many of it the bonus is paid"),
    "pay.non_featured_ppm": _("Of each pool, equally to all"),
    "pay.descendants": _("Models made from a model pay"),
    "pay.pool": _("Whose revenue is pooled"),
    "pay.pool_unit": _("By which use it is divided"),
    "withdrawing.stop_training_days": _("No new training"),
    "withdrawing.notify_days": _("Licensees are told"),
    "withdrawing.delete_recordings_days": _("Recordings deleted"),
    "withdrawing.retrain_or_retire_days": _("Models retrained or retired"),
    "withdrawing.delete_replica": _("A replica is deleted too"),
    "withdrawing.delete_replica_days": _("A replica is deleted"),
    "withdrawing.confirm_deletion": _("Deletion is confirmed"),
}
_PARTS = ("pay", "withdrawing")
_WEIGHTS = {"reliance": _("reliance"), "minutes": _("minutes"), "equal": _("equal parts")}
_DATES = frozenset({"valid_from", "valid_until", "train_until", "majority_on"})
#: Fields whose value is one word of a closed list.
_CHOICES = frozenset(
    {
        "security",
        "represented_by",
        "pay.fallback",
        "pay.uncertainty",
        "pay.period_fee_to",
        "pay.pool",
    }
)
#: What terms that do not say it mean, where that is something.
_UNSAID = {
    "pay.uncertainty": "point",
    "pay.period_fee_to": "pool",
    "pay.bonus_after": 0,
    "pay.descendants": True,
    "pay.pool": "deployment",
}


def fields(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return terms as one level of names: parts of the pay and of a withdrawal with a dot.

    >>> fields({"commercial": True, "pay": {"fallback": "equal", "per_unit": {}}})
    {'commercial': True, 'pay.fallback': 'equal'}
    """
    found: dict[str, Any] = {}
    for name, value in terms.items():
        if name not in _PARTS:
            found[name] = value
            continue
        for part, held in value.items():
            if part == "per_unit":
                found |= {f"{name}.{part}.{unit}": price for unit, price in held.items()}
            else:
                found[f"{name}.{part}"] = held
    return found


def clause_of(name: str) -> str:
    """Return the field of the terms that a name is a part of."""
    return name.partition(".")[0]


def said(name: str, value: Any, voice: Voice = ENGLISH) -> str:
    """Write a field's value in plain words."""
    value = _UNSAID.get(name, value) if value is ABSENT else value
    if value is ABSENT or value is None:
        return voice.say(_none(name, stated=value is None))
    if name == "territories":
        return _places(value, voice)
    if isinstance(value, bool):
        return voice.say(_("yes")) if value else voice.say(_("no"))
    if isinstance(value, list):
        return words(value, voice)
    return _mapping(name, value, voice) if isinstance(value, Mapping) else _one(name, value, voice)


def _none(name: str, *, stated: bool) -> str:
    if name.startswith("pay."):
        return _("nothing agreed")
    return _("no end named") if stated else _("not said")


def _mapping(name: str, value: Mapping[str, Any], voice: Voice) -> str:
    if name == "pay.basis":
        shares = ((percent(ppm), voice.say(_WEIGHTS[n])) for n, ppm in value.items() if ppm)
        return ", ".join(f"{share} {weight}" for share, weight in shares)
    return str(Money(value["currency"], value["micro"]))


def _one(name: str, value: Any, voice: Voice) -> str:
    if name in _DATES:
        pattern = "d. MMMM y" if voice.language == "de" else "d MMMM y"
        return format_date(date.fromisoformat(value), pattern, locale=voice.language)
    if name in _CHOICES:
        return voice.say(str(value).replace("-", " "))
    if name == "pay.realtime_multiple_ppm":
        return f"{value / MILLION:g} ×"
    if name.endswith("_ppm"):
        return percent(value) if value else voice.say(_("nothing agreed"))
    if name.endswith("_days"):
        return _days(name, value, voice)
    return str(value) or voice.say(_("not said"))


def _days(name: str, number: int, voice: Voice) -> str:
    if number == 0 and name.startswith("withdrawing."):
        return voice.say(_("at once"))
    return f"{number} {voice.say(_('day') if number == 1 else _('days'))}"


def words(values: Iterable[str], voice: Voice = ENGLISH) -> str:
    """Write words of the closed vocabulary."""
    plain = sorted(voice.say(str(v).replace("-", " ")) for v in values)
    return ", ".join(plain) or voice.say(_("nothing"))


def _places(codes: Iterable[str], voice: Voice) -> str:
    found, names = set(codes), Locale(voice.language).territories
    if WORLD in found:
        return voice.say(_("worldwide"))
    return ", ".join(sorted(str(names.get(c, c)) for c in found)) or voice.say(_("nowhere"))


def label(name: str, voice: Voice = ENGLISH) -> str:
    """Return what a part of a clause is called; nothing where the clause is one field."""
    unit = name.removeprefix("pay.per_unit.")
    return voice.say(LABELS.get(name, unit if unit != name else ""))
