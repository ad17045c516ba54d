"""Whether a change of one term is better or worse for the performer, where that can be decided.

A permission that shrinks is better for them, and so is pay, notice or protection that grows. What
is a matter of taste (how a pool is shared, from when on) is neither. Nothing here guesses: two
currencies, or a term that one side does not state, leave it open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from yesand.agreements.terms import MILLION, WORLD


class Effect(StrEnum):
    """What a change means for the performer."""

    BETTER = "better"
    WORSE = "worse"
    MIXED = "mixed"  # some of it better, some of it worse
    NEITHER = "neither"
    OPEN = "open"  # cannot be decided from the terms alone


Direction = Callable[[Any, Any], Effect]
#: Stands for a term that a side does not state at all.
ABSENT: Any = object()


def _either(better: bool, worse: bool) -> Effect:
    if better and worse:
        return Effect.MIXED
    return Effect.BETTER if better else Effect.WORSE if worse else Effect.NEITHER


def _set(value: Any) -> frozenset[str]:
    return frozenset() if value is ABSENT or value is None else frozenset(value)


def allowed(before: Any, after: Any) -> Effect:
    """Decide a list of what is allowed: shorter is better."""
    old, new = _set(before), _set(after)
    return _either(bool(old - new), bool(new - old))


def places(before: Any, after: Any) -> Effect:
    """Decide a list of territories, of which one stands for all."""
    old, new = _set(before), _set(after)
    if WORLD in old and WORLD in new:
        return Effect.NEITHER
    if WORLD in old or WORLD in new:
        return Effect.BETTER if WORLD in old else Effect.WORSE
    return allowed(old, new)


def protected(before: Any, after: Any) -> Effect:
    """Decide a list of what is ruled out or must be asked for: longer is better."""
    return allowed(after, before)


def flag_off(before: Any, after: Any) -> Effect:
    """Decide a permission that is given or not; a side that does not state it does not give it."""
    old, new = before is True, after is True
    return _either(old and not new, new and not old)


def flag_on(before: Any, after: Any) -> Effect:
    """Decide a promise that is made or not."""
    return flag_off(after, before)


def fewer(before: Any, after: Any) -> Effect:
    """Decide a number that is better small, such as days until something must be done."""
    if ABSENT in (before, after):
        return Effect.OPEN
    return _either(after < before, after > before)


def more(before: Any, after: Any) -> Effect:
    """Decide a number that is better large, such as days of notice; none is nothing."""
    old, new = (0 if v is ABSENT or v is None else v for v in (before, after))
    return _either(new > old, new < old)


def ends(before: Any, after: Any) -> Effect:
    """Decide a last day: sooner is better, and none at all is never."""
    if ABSENT in (before, after):
        return Effect.OPEN
    old, new = before or "9999-12-31", after or "9999-12-31"
    return _either(new < old, new > old)


def money(before: Any, after: Any) -> Effect:
    """Decide an amount: more is better; nothing agreed is nothing."""
    old, new = _amount(before), _amount(after)
    if old and new and old["currency"] != new["currency"]:
        return Effect.OPEN
    return more(*(each["micro"] if each else 0 for each in (old, new)))


def _amount(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, Mapping) else None


def least(before: Any, after: Any) -> Effect:
    """Decide an amount from which on something is paid: less is better; none is nothing."""
    return money(after, before)


def shortfall(before: Any, after: Any) -> Effect:
    """Decide from which shortfall on an audit is paid: less is better, and none is never."""
    old, new = (MILLION if v in (ABSENT, None, 0) else v for v in (before, after))
    return _either(new < old, new > old)


def shorter(before: Any, after: Any) -> Effect:
    """Decide a part that is taken off; a side that does not state it takes nothing."""
    return more(after, before)


def pays_on(before: Any, after: Any) -> Effect:
    """Decide a promise that holds unless it is taken back."""
    old, new = (value is ABSENT or bool(value) for value in (before, after))
    return _either(new and not old, old and not new)


def security(before: Any, after: Any) -> Effect:
    """Decide how recordings are kept: audited too is better."""
    return flag_on(before == "encrypted-and-audited", after == "encrypted-and-audited")


def neither(before: Any, after: Any) -> Effect:
    """Decide nothing: a matter of taste, or of fact."""
    return Effect.NEITHER


def undecided(before: Any, after: Any) -> Effect:
    """Decide nothing, because only a reader can: words."""
    return Effect.OPEN


#: Field of the terms → how a change of it is judged. A part of a field is named with a dot; of the
#: prices for each unit of use, all are judged alike.
DIRECTIONS: Mapping[str, Direction] = {
    "version": neither,
    "based_on": neither,
    "use_classes": allowed,
    "purposes": allowed,
    "banned_purposes": protected,
    "described_use": undecided,
    "approval_per_use": protected,
    "modalities": allowed,
    "materials": allowed,
    "territories": places,
    "commercial": flag_off,
    "exclusive": flag_off,
    "onward_licensing": flag_off,
    "zone": neither,
    "valid_from": neither,
    "valid_until": ends,
    "train_until": ends,
    "suspended_in_strike": flag_on,
    "pay.currency": neither,
    "pay.session_fee": money,
    "pay.per_unit": money,
    "pay.revenue_share_ppm": more,
    "pay.realtime_multiple_ppm": more,
    "pay.basis": neither,
    "pay.fallback": neither,
    "pay.minimum_per_period": money,
    "pay.contribution_ppm": more,
    "pay.advance": money,
    "pay.advance_name": neither,
    "pay.recoup_ppm": shorter,
    "pay.cross_collateral": flag_off,
    "pay.recoup_from": allowed,
    "pay.agent": neither,
    "pay.agent_ppm": neither,
    "pay.withhold": neither,
    "pay.least_payout": least,
    "pay.audit_shortfall_ppm": shortfall,
    "pay.one_currency": neither,
    "pay.uncertainty": neither,
    "pay.tariff": undecided,
    "pay.period_fee": money,
    "pay.period_fee_to": undecided,
    "pay.bonus": money,
    "pay.bonus_unit": undecided,
    "pay.bonus_after": undecided,
    "pay.non_featured_ppm": neither,
    "pay.descendants": pays_on,
    "pay.pool": neither,
    "pay.pool_unit": neither,
    "pays_while_in_use": flag_on,
    "withdrawing.stop_training_days": fewer,
    "withdrawing.notify_days": fewer,
    "withdrawing.delete_recordings_days": fewer,
    "withdrawing.retrain_or_retire_days": fewer,
    "withdrawing.delete_replica": flag_on,
    "withdrawing.delete_replica_days": fewer,
    "withdrawing.confirm_deletion": flag_on,
    "notice_days": more,
    "credit": flag_on,
    "no_derogatory_use": flag_on,
    "moral_rights_waived": flag_off,
    "third_party_training_notice": flag_on,
    "security": security,
    "breach_notice_hours": fewer,
    "report_every_months": fewer,
    "post_mortem": neither,
    "minor": neither,
    "majority_on": neither,
    "represented_by": neither,
    "corpus": neither,
    "corpus_licence": neither,
    "attribution": neither,
    "share_alike": neither,
    "trial": neither,
}
_PRICES = "pay.per_unit"


def direction(name: str) -> Direction | None:
    """Return how a change of a field is judged; none: nobody has said."""
    return DIRECTIONS.get(_PRICES if name.startswith(f"{_PRICES}.") else name)


def effect(name: str, before: Any, after: Any) -> Effect:
    """Judge a change of one field.

    >>> effect("purposes", ["research"], ["research", "advertising"])
    <Effect.WORSE: 'worse'>
    """
    judged = direction(name)
    return judged(before, after) if judged else Effect.OPEN


def together(effects: list[Effect]) -> Effect:
    """Return what several changes mean taken together."""
    said = set(effects)
    if Effect.MIXED in said or {Effect.BETTER, Effect.WORSE} <= said:
        return Effect.MIXED
    for each in (Effect.OPEN, Effect.BETTER, Effect.WORSE):
        if each in said:
            return each
    return Effect.NEITHER
