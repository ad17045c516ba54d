"""What terms promise, as ODRL duties: pay, credit, reports, care, and what a withdrawal sets off.

Each is an obligation of the agreement. Those that go with every use are named as duties of its
permissions too: a permission ends while one of its duties is violated.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from yesand.agreements.odrl.earning import non_featured, of_pool, with_use
from yesand.agreements.odrl.owing import taken_off
from yesand.agreements.odrl.parts import Frame, Part, constraint, decimal, ref, typed
from yesand.agreements.odrl.writing import PERCENT, currency, duty, paid, share
from yesand.agreements.terms import MILLION, Terms

#: The withdrawal's duties: name, action, and the field of ``Withdrawing`` that gives the days.
AFTER_WITHDRAWAL = (
    ("stop-training", "ya:stopTraining", "stop_training_days"),
    ("notify", "ya:notifyParties", "notify_days"),
    ("delete-recordings", "ya:deleteRecordings", "delete_recordings_days"),
    ("retrain-or-retire", "ya:retrainOrRetire", "retrain_or_retire_days"),
)
_WITHDRAWN = constraint("event", "eq", ref("ya:withdrawal"))


def with_each_use(terms: Terms, frame: Frame) -> Iterator[Part]:
    """Yield the duties that every permission carries."""
    pay = terms.pay
    for unit, amount in sorted(pay.per_unit.items()):
        yield paid(frame, f"per-unit-{quote(unit, safe='')}", amount, {"@value": unit})
    if pay.revenue_share_ppm:
        yield share(frame, "revenue-share", pay.revenue_share_ppm, "ya:revenue")
    yield from with_use(pay, frame)
    if terms.credit:
        yield duty(frame, "credit", "attribute")
    if terms.attribution:
        text = constraint("ya:text", "eq", {"@value": terms.attribution})
        yield duty(frame, "attribution", "cc:Attribution", refinement=[text])
    if terms.share_alike:
        yield duty(frame, "share-alike", "cc:ShareAlike")
    if terms.third_party_training_notice:
        yield duty(frame, "training-notice", "ya:tellOfTraining")


def besides(terms: Terms, frame: Frame) -> Iterator[Part]:
    """Yield the other duties, in no order that means anything."""
    pay = terms.pay
    if pay.session_fee:
        yield paid(frame, "session-fee", pay.session_fee, ref("ya:session"))
    if pay.minimum_per_period:
        yield paid(frame, "minimum", pay.minimum_per_period, ref("ya:month"))
    if pay.contribution_ppm:
        yield share(frame, "contribution", pay.contribution_ppm, "ya:fund")
    yield from non_featured(pay, frame)
    yield from taken_off(pay, frame)
    yield _pool(terms, frame)
    yield _care(terms, frame)
    every = constraint("timeInterval", "eq", typed(f"P{terms.report_every_months}M", "duration"))
    yield duty(frame, "report", "ya:report", constraint=[every])
    notice = constraint("delayPeriod", "eq", _days(terms.notice_days))
    yield duty(frame, "notice", "ya:giveNotice", constraint=[notice])
    yield from _after(terms, frame)
    if terms.version > 1:
        breach = constraint("event", "eq", ref("ya:breach"))
        hours = typed(f"PT{terms.breach_notice_hours}H", "duration")
        within = constraint("delayPeriod", "lteq", hours)
        yield duty(frame, "breach-notice", "ya:tellOfBreach", constraint=[breach, within])
    if not terms.post_mortem:
        death = constraint("event", "eq", ref("ya:death"))
        yield duty(frame, "end-at-death", "ya:ceaseUse", constraint=[death])
    if terms.exclusive:
        made = duty(frame, "exclusivity", "ensureExclusivity")
        yield {**made, "assigner": frame.assignee, "assignee": frame.assigner}


def _pool(terms: Terms, frame: Frame) -> Part:
    pay, basis = terms.pay, terms.pay.basis
    limits = [
        constraint("ya:currency", "eq", ref(currency(pay.currency))),
        constraint("ya:relianceWeight", "eq", decimal(basis.reliance, PERCENT)),
        constraint("ya:minutesWeight", "eq", decimal(basis.minutes, PERCENT)),
        constraint("ya:equalWeight", "eq", decimal(basis.equal, PERCENT)),
        constraint("ya:realtimeMultiple", "eq", decimal(pay.realtime_multiple_ppm, MILLION)),
        constraint("ya:fallback", "eq", ref(f"ya:shared-{pay.fallback}")),
        *of_pool(pay),
    ]
    return duty(frame, "pool", "ya:sharePool", refinement=limits)


def _care(terms: Terms, frame: Frame) -> Part:
    kept = constraint("ya:standard", "eq", ref(f"ya:security-{terms.security}"))
    return duty(frame, "security", "ya:keepSecure", refinement=[kept])


def _after(terms: Terms, frame: Frame) -> Iterator[Part]:
    for name, action, field in AFTER_WITHDRAWAL:
        within = constraint("delayPeriod", "lteq", _days(getattr(terms.withdrawing, field)))
        yield duty(frame, name, action, constraint=[_WITHDRAWN, within])
    after, later = terms.withdrawing, terms.version > 1
    if after.delete_replica:
        days = [constraint("delayPeriod", "lteq", _days(after.delete_replica_days))] * later
        yield duty(frame, "delete-replica", "ya:deleteReplica", constraint=[_WITHDRAWN, *days])
    if after.confirm_deletion and later:
        yield duty(frame, "confirm-deletion", "ya:confirmDeletion", constraint=[_WITHDRAWN])


def _days(number: int) -> Part:
    return typed(f"P{number}D", "duration")
