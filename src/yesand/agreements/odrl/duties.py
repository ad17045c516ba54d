"""What terms promise, as ODRL duties: pay, credit, reports, care, and what a withdrawal sets off.

Each is an obligation of the agreement. Those that go with every use are named as duties of its
permissions too: a permission ends while one of its duties is violated.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from yesand.agreements.odrl.parts import Frame, Part, constraint, decimal, ref, typed
from yesand.agreements.terms import MILLION, Amount, Terms

_PERCENT = MILLION // 100
#: The withdrawal's duties: name, action, and the field of ``Withdrawing`` that gives the days.
AFTER_WITHDRAWAL = (
    ("stop-training", "ya:stopTraining", "stop_training_days"),
    ("notify", "ya:notifyParties", "notify_days"),
    ("delete-recordings", "ya:deleteRecordings", "delete_recordings_days"),
    ("retrain-or-retire", "ya:retrainOrRetire", "retrain_or_retire_days"),
)
_WITHDRAWN = constraint("event", "eq", ref("ya:withdrawal"))


def currency(code: str) -> str:
    """Return the name of a currency (ISO 4217)."""
    return f"urn:iso:std:iso:4217:{code}"


def with_each_use(terms: Terms, frame: Frame) -> Iterator[Part]:
    """Yield the duties that every permission carries."""
    pay = terms.pay
    for unit, amount in sorted(pay.per_unit.items()):
        yield _paid(frame, f"per-unit-{quote(unit, safe='')}", amount, {"@value": unit})
    if pay.revenue_share_ppm:
        yield _share(frame, "revenue-share", pay.revenue_share_ppm, "ya:revenue")
    if terms.credit:
        yield _duty(frame, "credit", "attribute")
    if terms.attribution:
        text = constraint("ya:text", "eq", {"@value": terms.attribution})
        yield _duty(frame, "attribution", "cc:Attribution", refinement=[text])
    if terms.share_alike:
        yield _duty(frame, "share-alike", "cc:ShareAlike")
    if terms.third_party_training_notice:
        yield _duty(frame, "training-notice", "ya:tellOfTraining")


def besides(terms: Terms, frame: Frame) -> Iterator[Part]:
    """Yield the other duties, in no order that means anything."""
    pay = terms.pay
    if pay.session_fee:
        yield _paid(frame, "session-fee", pay.session_fee, ref("ya:session"))
    if pay.minimum_per_period:
        yield _paid(frame, "minimum", pay.minimum_per_period, ref("ya:month"))
    if pay.contribution_ppm:
        yield _share(frame, "contribution", pay.contribution_ppm, "ya:fund")
    yield _pool(terms, frame)
    yield _care(terms, frame)
    every = constraint("timeInterval", "eq", typed(f"P{terms.report_every_months}M", "duration"))
    yield _duty(frame, "report", "ya:report", constraint=[every])
    notice = constraint("delayPeriod", "eq", _days(terms.notice_days))
    yield _duty(frame, "notice", "ya:giveNotice", constraint=[notice])
    yield from _after(terms, frame)
    if terms.version > 1:
        breach = constraint("event", "eq", ref("ya:breach"))
        hours = typed(f"PT{terms.breach_notice_hours}H", "duration")
        within = constraint("delayPeriod", "lteq", hours)
        yield _duty(frame, "breach-notice", "ya:tellOfBreach", constraint=[breach, within])
    if not terms.post_mortem:
        death = constraint("event", "eq", ref("ya:death"))
        yield _duty(frame, "end-at-death", "ya:ceaseUse", constraint=[death])
    if terms.exclusive:
        duty = _duty(frame, "exclusivity", "ensureExclusivity")
        yield {**duty, "assigner": frame.assignee, "assignee": frame.assigner}


def _duty(frame: Frame, name: str, action: str, **limits: list[Part]) -> Part:
    return {
        "uid": frame.named(name),
        "@type": "Duty",
        "assigner": frame.assigner,
        "assignee": frame.assignee,
        "action": action,
        **limits,
    }


def _paid(frame: Frame, name: str, amount: Amount, per: Part) -> Part:
    sum_ = constraint("payAmount", "eq", decimal(amount.micro, MILLION))
    limits = [{**sum_, "unit": currency(amount.currency)}, constraint("ya:per", "eq", per)]
    return _duty(frame, name, "compensate", refinement=limits)


def _share(frame: Frame, name: str, ppm: int, per: str) -> Part:
    limits = [
        constraint("percentage", "eq", decimal(ppm, _PERCENT)),
        constraint("ya:per", "eq", ref(per)),
    ]
    return _duty(frame, name, "compensate", refinement=limits)


def _pool(terms: Terms, frame: Frame) -> Part:
    pay, basis = terms.pay, terms.pay.basis
    limits = [
        constraint("ya:currency", "eq", ref(currency(pay.currency))),
        constraint("ya:relianceWeight", "eq", decimal(basis.reliance, _PERCENT)),
        constraint("ya:minutesWeight", "eq", decimal(basis.minutes, _PERCENT)),
        constraint("ya:equalWeight", "eq", decimal(basis.equal, _PERCENT)),
        constraint("ya:realtimeMultiple", "eq", decimal(pay.realtime_multiple_ppm, MILLION)),
        constraint("ya:fallback", "eq", ref(f"ya:shared-{pay.fallback}")),
    ]
    return _duty(frame, "pool", "ya:sharePool", refinement=limits)


def _care(terms: Terms, frame: Frame) -> Part:
    kept = constraint("ya:standard", "eq", ref(f"ya:security-{terms.security}"))
    return _duty(frame, "security", "ya:keepSecure", refinement=[kept])


def _after(terms: Terms, frame: Frame) -> Iterator[Part]:
    for name, action, field in AFTER_WITHDRAWAL:
        within = constraint("delayPeriod", "lteq", _days(getattr(terms.withdrawing, field)))
        yield _duty(frame, name, action, constraint=[_WITHDRAWN, within])
    after, later = terms.withdrawing, terms.version > 1
    if after.delete_replica:
        days = [constraint("delayPeriod", "lteq", _days(after.delete_replica_days))] * later
        yield _duty(frame, "delete-replica", "ya:deleteReplica", constraint=[_WITHDRAWN, *days])
    if after.confirm_deletion and later:
        yield _duty(frame, "confirm-deletion", "ya:confirmDeletion", constraint=[_WITHDRAWN])


def _days(number: int) -> Part:
    return typed(f"P{number}D", "duration")
