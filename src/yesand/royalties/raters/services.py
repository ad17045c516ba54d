"""Setting what a rating is worth, paying raters for a month, and checking both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min, Sum

from yesand.affect.models import Rater, Rating, Showing, Skip
from yesand.kernel.canonical import parse
from yesand.kernel.clock import Period
from yesand.kernel.errors import CheckFailed, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.money import Money, exponent
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.people.services import organisation
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.royalties.books.services import post
from yesand.royalties.models import PaidAnswer, RaterPay, RaterRate, Transaction
from yesand.royalties.raters.rate import (
    PREFIX,
    Answer,
    Pay,
    Rate,
    Version,
    draft_of,
    parse_pay,
    parse_rate,
    pays,
    priced,
    rater_account,
)


def set_rate(place: Place, told: Mapping[str, Any], by: User | None = None) -> RaterRate:
    """Sign and log what a rating is worth from a day on. The same again is the one that is there.

    Parameters
    ----------
    told : ``effective``, ``currency``, ``micro``, ``payer``.

    Raises
    ------
    BadInput : a field that is wrong. NotFound : no such payer.
    Refused : another begins on that day or later, or it would change what was worth something else
        when it was given.
    """
    with transaction.atomic():
        log.wait_to_write()
        before = RaterRate.objects.order_by("-version").first()
        made = parse_rate({**told, "version": before.version + 1 if before else 1})
        exponent(made.currency)
        payer = organisation(made.payer)
        if before is not None and _same(before, made):
            return before
        _check_follows(made, before, place.clock.now().date())
        payload = dsse.attest(Predicate.RATE, {"rate": digest_of(_plain(made))}, _plain(made))
        name = digest_of(payload)
        return RaterRate.objects.create(
            digest=name,
            version=made.version,
            effective=made.since,
            currency=made.currency,
            micro=made.micro,
            payer=payer,
            envelope=dsse.seal(payload, [place.signer]),
            at=place.clock.now(),
            by=by,
            entry=log.record(place, Kind.RATE_SET, name),
        )


def pay_raters(place: Place, period: Period) -> list[RaterPay]:
    """Pay all answers that were given by a month's end and are not paid yet; return what is new.

    All of it or nothing: broken off, it is as if it had not begun; again, it changes nothing.

    Raises
    ------
    Refused : the month is not over.
    """
    if place.clock.now() < period.end:
        raise Refused(f"{period} is not over", remedy=f"Pay it from {period.end:%Y-%m-%d} on.")
    with transaction.atomic():
        log.wait_to_write()
        rates = {row.digest: row for row in RaterRate.objects.all()}
        versions, found = _versions(rates.values()), []
        for rater, answers in _unpaid(period).items():
            worth = priced(answers, versions)
            for pay in pays(rater.pseudonym.hex, str(period), worth):
                made, mine = _kept(place, rater, pay), set(pay.answers)
                found.append(made)
                PaidAnswer.objects.bulk_create(
                    PaidAnswer(
                        showing_id=UUID(answer.showing),
                        pay=made,
                        rate=rates[version.record],
                        on=answer.on,
                    )
                    for answer, version in worth
                    if answer.showing in mine
                )
    return found


def _versions(rows: Iterable[RaterRate]) -> list[Version]:
    return [Version(row.digest, rate_of(row)) for row in rows]


def rate_of(row: RaterRate) -> Rate:
    """Return a rate as it was signed."""
    return parse_rate(parse(dsse.payload_of(row.envelope))["predicate"], str(row))


def pay_of(row: RaterPay) -> Pay:
    """Return a rater's pay as it was signed; CheckFailed if its sums do not follow."""
    return parse_pay(parse(dsse.payload_of(row.envelope))["predicate"], row.digest[:16])


def unpaid(period: Period) -> tuple[int, int]:
    """Return how many answers wait to be paid by a month's end, and how many have no rate."""
    answers = [answer for some in _unpaid(period).values() for answer in some]
    worth = len(priced(answers, _versions(RaterRate.objects.all())))
    return worth, len(answers) - worth


def earned(rater: Rater) -> dict[str, Money]:
    """Return what a rater was credited in all, by currency."""
    rows = RaterPay.objects.filter(rater=rater).order_by().values_list("currency")
    return {code: Money(code, micro) for code, micro in rows.annotate(Sum("micro"))}


def accruing(place: Place, rater: Rater) -> dict[str, Money]:
    """Return what answers that are not paid yet come to, by currency."""
    now = Period.of(place.clock.now())
    worth = priced(_unpaid(now, rater).get(rater, []), _versions(RaterRate.objects.all()))
    found = pays(rater.pseudonym.hex, str(now), worth)
    return {pay.currency: Money(pay.currency, pay.micro) for pay in found}


def owed_for_ratings() -> dict[str, Counter[str]]:
    """Return what raters are owed by the signed records, by account.

    Raises
    ------
    CheckFailed : a sum that does not follow, or the ledger has other transactions.
    """
    found: dict[str, Counter[str]] = {}
    due = set[tuple[str, str]]()
    for row in RaterPay.objects.select_related("rater"):
        pay = pay_of(row)
        draft = draft_of(pay)
        due.add((draft.id, draft.body))
        found.setdefault(rater_account(pay.rater), Counter())[pay.currency] -= pay.micro
    rows = Transaction.objects.filter(id__startswith=PREFIX)
    there = set(rows.values_list("pk", "body"))
    if there != due:
        odd = min(name for name, _ in there ^ due)
        raise CheckFailed("The ledger and what raters were paid differ", where=odd)
    return found


def check_raters(place: Place) -> str:
    """Check every rate and every rater's pay: signed, for real answers, at the rate of their day.

    Raises
    ------
    CheckFailed : one of them does not hold.
    """
    keys = {place.signer.id: place.signer.public}
    rates = list(RaterRate.objects.order_by("version").select_related("payer"))
    for rate in rates:
        dsse.opened(rate.envelope, keys)
        _same_rate(rate)
    versions, count = _versions(rates), 0
    for row in RaterPay.objects.select_related("rater").order_by("entry_id"):
        dsse.opened(row.envelope, keys)
        _check_pay(row, versions)
        count += row.answers
    return f"raters: {count:,} answers paid once each, at the rate of their day"


def _check_pay(row: RaterPay, versions: list[Version]) -> None:
    where, told = row.digest[:16], pay_of(row)
    paid = list(PaidAnswer.objects.filter(pay=row).select_related("showing"))
    answers = [Answer(each.showing_id.hex, each.on) for each in paid]
    again = pays(row.rater.pseudonym.hex, row.period, priced(answers, versions))
    if again != [told] or (told.micro, len(told.answers)) != (row.micro, row.answers):
        raise CheckFailed("A rater's pay does not follow from the answers", where=where)
    if any(each.showing.rater_id != row.rater_id for each in paid):
        raise CheckFailed("A rater is paid for another's answer", where=where)
    first = _first({each.showing_id for each in paid}, row.rater)
    if any(first.get(each.showing_id) != each.on for each in paid):
        raise CheckFailed("An answer was paid that nobody gave on that day", where=where)


def _same_rate(row: RaterRate) -> None:
    rate = rate_of(row)
    there = (row.version, row.effective, row.currency, row.micro, row.payer.slug)
    if there != (rate.version, rate.since, rate.currency, rate.micro, rate.payer):
        raise CheckFailed("A rate is not as it was signed", where=row.digest[:16])


def _kept(place: Place, rater: Rater, pay: Pay) -> RaterPay:
    about = {"pay": digest_of(pay.model_dump(mode="json"))}
    payload = dsse.attest(Predicate.RATER_PAY, about, pay.model_dump(mode="json"))
    name = digest_of(payload)
    entry = log.record(place, Kind.RATER_PAID, name)
    row = RaterPay.objects.create(
        digest=name,
        rater=rater,
        period=pay.period,
        currency=pay.currency,
        answers=len(pay.answers),
        micro=pay.micro,
        envelope=dsse.seal(payload, [place.signer]),
        at=place.clock.now(),
        entry=entry,
    )
    post(place, [draft_of(pay)], entry)
    return row


def _unpaid(period: Period, rater: Rater | None = None) -> dict[Rater, list[Answer]]:
    """Return the first answers by a month's end that are not paid, by rater."""
    rows = Showing.objects.filter(paid=None).select_related("rater")
    rows = rows.filter(rater=rater) if rater is not None else rows
    shown = {row.pk: row.rater for row in rows.order_by("rater", "pk")}
    first, found = _first(shown, rater), dict[Rater, list[Answer]]()
    for name, who in shown.items():
        on = first.get(name)
        if on is not None and on < period.end.date():
            found.setdefault(who, []).append(Answer(name.hex, on))
    return found


def _first(showings: Collection[UUID], rater: Rater | None = None) -> dict[UUID, date]:
    """Return the day of the first answer to each that has one: a rating, or that none can be.

    Parameters
    ----------
    rater : whose they all are, where they are one's.
    """
    first: dict[UUID, datetime] = {}
    for model in (Rating, Skip):
        rows = model._default_manager.filter(showing__isnull=False).order_by()
        rows = rows.filter(showing__rater=rater) if rater is not None else rows
        told = rows.values_list("showing").annotate(Min("at"))
        for name, at in told:
            if name in showings:
                first[name] = min(at, first.get(name, at))
    return {name: at.astimezone(UTC).date() for name, at in first.items()}


def _same(before: RaterRate, made: Rate) -> bool:
    return _plain(rate_of(before)) == {**_plain(made), "version": before.version}


def _plain(rate: Rate) -> dict[str, Any]:
    return rate.model_dump(mode="json")


def _check_follows(made: Rate, before: RaterRate | None, today: date) -> None:
    """Refuse what would price anew what raters have done, or what another rate prices."""
    if before is None:
        return
    if made.since <= before.effective:
        raise Refused(
            f"Another rate begins on {before.effective}",
            where=made.effective,
            remedy="Let this one begin on a later day.",
        )
    if made.since <= today:
        raise Refused(
            "Raters were told what an answer is worth until today",
            where=made.effective,
            remedy="Let another rate begin tomorrow or later (UTC).",
        )
