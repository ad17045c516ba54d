"""What one rating is worth, from which day on, and what a rater is paid for a month. Pure.

One answer to a take is paid once, whatever becomes of it: a gold take as any other, one that could
not be judged as one that could (or it would pay to guess), and a correction not again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from yesand.agreements.amounts import Currency
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_of
from yesand.royalties.instruments.shapes import Day
from yesand.royalties.ledger import Draft, Side, last_day, payer_account
from yesand.royalties.lines import Digest, Month, Schema, Whole, signed

#: Of the accounts of raters, and of the transactions that pay them.
ACCOUNT, PREFIX = "rater:", "rating:"
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
#: A rater stands in the books by their pseudonym; what was shown has a name of the same kind.
Who = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Rate(Schema):
    """One version of what a rating is worth, as it is signed.

    Attributes
    ----------
    version : counts up from 1, without a gap.
    effective : the first day (UTC) on which it is in force.
    micro : for one answer, in micro-units.
    payer : the organisation whose account is debited: the producer, or whoever has it rated.
    """

    form: Literal[1] = 1
    version: Annotated[int, Field(ge=1, lt=10**6)]
    effective: Day
    currency: Currency
    micro: Annotated[int, Field(ge=1, lt=10**12)]
    payer: Slug

    @property
    def since(self) -> date:
        """The first day on which it is in force."""
        return date.fromisoformat(self.effective)


class Line(Schema):
    """What one version of the rate pays: so many answers, so much in all."""

    rate: Digest
    payer: Slug
    answers: Annotated[int, Field(ge=1, lt=10**9)]
    each_micro: Whole
    micro: Whole

    @model_validator(mode="after")
    def _multiplies(self) -> Self:
        if self.micro != self.answers * self.each_micro:
            raise ValueError("micro: not answers × each_micro")
        return self


class Pay(Schema):
    """The predicate of what a rater is paid for a month (``Predicate.RATER_PAY``).

    Attributes
    ----------
    answers : what was shown, by the names that its page and its ratings have, in order. They are
        no personal data: who leaves is forgotten in the log, and what was paid stays provable.
    """

    form: Literal[1] = 1
    rater: Who
    period: Month
    currency: Currency
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]
    answers: tuple[Who, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if len(self.answers) != sum(line.answers for line in self.lines):
            raise ValueError("answers: not as many as the lines count")
        if list(self.answers) != sorted(self.answers):
            raise ValueError("answers: not in order")
        return self

    @property
    def micro(self) -> int:
        """What it comes to."""
        return sum(line.micro for line in self.lines)


@dataclass(frozen=True)
class Answer:
    """A rater's first answer to what was shown (named in hex), and the day (UTC) of it."""

    showing: str
    on: date


@dataclass(frozen=True)
class Version:
    """A version of the rate, and the record of it in the log."""

    record: str
    rate: Rate


def in_force(versions: Iterable[Version], day: date) -> Version | None:
    """Return the version in force on a day; none before the first."""
    begun = [each for each in versions if each.rate.since <= day]
    return max(begun, key=lambda each: each.rate.version, default=None)


def priced(answers: Iterable[Answer], versions: Sequence[Version]) -> list[tuple[Answer, Version]]:
    """Return each answer with the version of its day, without those of before the first."""
    each = ((answer, in_force(versions, answer.on)) for answer in answers)
    return [(answer, version) for answer, version in each if version is not None]


def pays(rater: str, period: str, worth: Iterable[tuple[Answer, Version]]) -> list[Pay]:
    """Return what a rater is paid for answers as they are priced: one pay in each currency."""
    by_currency: dict[str, list[tuple[Answer, Version]]] = {}
    for answer, version in worth:
        by_currency.setdefault(version.rate.currency, []).append((answer, version))
    return [
        Pay(
            rater=rater,
            period=period,
            currency=currency,
            lines=tuple(_lines(version for _, version in mine)),
            answers=tuple(sorted(answer.showing for answer, _ in mine)),
        )
        for currency, mine in sorted(by_currency.items())
    ]


def _lines(versions: Iterable[Version]) -> Iterator[Line]:
    counted = Counter(versions)
    for version in sorted(counted, key=lambda each: each.record):
        yield _line(version, counted[version])


def _line(version: Version, answers: int) -> Line:
    rate = version.rate
    return Line(
        rate=version.record,
        payer=rate.payer,
        answers=answers,
        each_micro=rate.micro,
        micro=answers * rate.micro,
    )


def rater_account(pseudonym: str) -> str:
    """Return what a rater has earned and was not paid (a credit)."""
    return f"{ACCOUNT}{pseudonym}"


def draft_of(pay: Pay) -> Draft:
    """Return what it posts: each payer is debited what its lines say, the rater is credited.

    It counts from the month's last day, and its id follows from what it says: posted again, it
    changes nothing.
    """
    owed = Counter[str]()
    for line in pay.lines:
        owed[payer_account(line.payer)] += line.micro
    sides = [Side(account, pay.currency, micro) for account, micro in sorted(owed.items())]
    sides.append(Side(rater_account(pay.rater), pay.currency, -pay.micro))
    name = f"{PREFIX}{digest_of(pay.model_dump(mode='json'))[:48]}"
    return Draft(name, f"ratings of {pay.period}", tuple(sides), effective=last_day(pay.period))


def parse_rate(told: Any, where: str = "rate") -> Rate:
    """Read a rate from JSON data.

    Raises
    ------
    BadInput : with every field that is wrong.
    """
    return signed(Rate, told, "a rate", where, BadInput)


def parse_pay(told: Any, where: str = "rater's pay") -> Pay:
    """Read a signed pay, and check that its sums follow from its lines.

    Raises
    ------
    CheckFailed : they do not.
    """
    return signed(Pay, told, "a rater's pay", where)
