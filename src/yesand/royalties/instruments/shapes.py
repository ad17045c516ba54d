"""What each instrument says: tax tables, certificates of residence, directions to pay, rates.

Each is signed, logged and never changed; a later one of the same subject takes its place from the
day that it names, and never before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from yesand.agreements.amounts import MILLION, Currency
from yesand.agreements.deductions import Country, Slug
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import BadInput
from yesand.royalties.lines import Digest, Kind, Month, Schema, Signed

Ppm = Annotated[int, Field(ge=0, le=MILLION)]
Text = Annotated[str, Field(min_length=1, max_length=300)]


def _day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("write a day as 2026-10-31")
    return text


Day = Annotated[str, AfterValidator(_day)]


class TaxRow(Schema):
    """The rate for residents of a country, and the treaty or law that gives it."""

    residence: Country
    ppm: Ppm
    law: Text


class TaxTable(Schema):
    """What a country has withheld from payments to performers, from a day on.

    The base is what is paid or credited in the month, gross: before an agent's part and without
    costs, but without what is kept to pay back an advance, which was taxed when it was paid.
    United States: the tax is on the gross amount (26 U.S.C. § 1441(a); Treas. Reg.
    § 1.1441-3(a)), and a payment is made when it counts as the owner's income (§ 1.1441-2(e)).
    Germany: 15 % of the receipts (§ 50a Abs. 2 Satz 1 EStG), which come in when they are paid or
    set off (§ 11 Abs. 1 Satz 1, § 50a Abs. 5 Satz 1 EStG).

    Attributes
    ----------
    kinds : the lines that it is withheld from.
    default_ppm : for a certified residence that has no row. default_law : what says so.
    backup_ppm : where no residence is certified (26 U.S.C. § 3406(a), for one). backup_law.
    """

    kind: Literal["tax-table"] = "tax-table"
    country: Country
    name: Text
    effective: Day
    kinds: tuple[Kind, ...]
    rows: tuple[TaxRow, ...] = ()
    default_ppm: Ppm
    default_law: Text
    backup_ppm: Ppm
    backup_law: Text

    @model_validator(mode="after")
    def _once(self) -> Self:
        named = [row.residence for row in self.rows]
        if not self.country or len(named) != len(set(named)):
            raise ValueError("a table has its country, and each residence once")
        return self

    @property
    def subject(self) -> str:
        """What a later table takes the place of."""
        return self.country

    def rate(self, residence: str | None) -> tuple[int, str]:
        """Return the rate for a certified residence (none: not certified), and its law."""
        if residence is None:
            return self.backup_ppm, self.backup_law
        row = next((r for r in self.rows if r.residence == residence), None)
        return (row.ppm, row.law) if row else (self.default_ppm, self.default_law)


class Certificate(Schema):
    """Where a performer is resident for tax, as certified towards the house.

    ``form`` is what was shown: W-8BEN, W-9, a certificate of residence of the tax office.
    """

    kind: Literal["certificate"] = "certificate"
    performer: str
    performer_key: Digest
    country: Country
    form: Text
    effective: Day
    until: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.country or self.until < self.effective:
            raise ValueError("a certificate names its country, and ends after it begins")
        return self

    @property
    def subject(self) -> str:
        """Whose it is."""
        return self.performer_key


class Direction(Schema):
    """A performer directs a part of what they get to an agent, or all of it to another payee.

    Attributes
    ----------
    role : ``agent``: a part, ``ppm`` of what is left after an advance. ``payee``: payouts go to a
        loan-out company or a beneficiary instead; the account in the books stays theirs.
    to : who; nobody: it ends what was directed before.
    """

    kind: Literal["direction"] = "direction"
    performer: str
    performer_key: Digest
    role: Literal["agent", "payee"]
    to: Slug
    ppm: Ppm = 0
    effective: Day

    @model_validator(mode="after")
    def _of_one_role(self) -> Self:
        if bool(self.ppm) != (self.role == "agent" and bool(self.to)):
            raise ValueError("an agent gets a part (ppm), a payee all, and nobody nothing")
        return self

    @property
    def subject(self) -> str:
        """Whose it is, and which."""
        return f"{self.performer_key}.{self.role}"


class Rates(Schema):
    """Exchange rates day by day: what one unit of ``base`` is in each currency, in millionths.

    As the European Central Bank publishes its reference rates: units of the currency for one euro.
    """

    kind: Literal["rates"] = "rates"
    name: Text
    base: Currency
    effective: Day
    days: Mapping[Day, Mapping[Currency, Annotated[Signed, Field(gt=0)]]]

    @property
    def subject(self) -> str:
        """Which series it goes on with, or corrects."""
        return self.base


class Correction(Schema):
    """Something in a settled month was wrong, and is put right with the next settlement.

    Attributes
    ----------
    month : the settled month.
    model, report : that model's pools should have been shared by that reliance report.
    deployment, unit, currency, realtime, usage_period, quantity : that usage should have been so
        much (units, or micro-units of revenue); or both of the two.
    estimate : the record whose place that usage takes, now that it is known; a true-up says it.
    """

    LATER = frozenset({"estimate"})

    kind: Literal["correction"] = "correction"
    month: Month
    effective: Day
    why: Text
    model: Digest | None = None
    report: Digest | None = None
    deployment: str | None = None
    unit: str | None = None
    currency: str | None = None
    realtime: bool = False
    usage_period: Month | None = None
    quantity: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    estimate: Digest | None = None

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        usage = self.deployment, self.unit, self.usage_period, self.quantity
        named = [value is not None for value in usage]
        if (self.model is None) != (self.report is None) or any(named) != all(named):
            raise ValueError("a correction names model and report, or a usage whole")
        if self.model is None and not any(named):
            raise ValueError("a correction corrects a report or a usage")
        if self.estimate is not None and not any(named):
            raise ValueError("a correction puts usage in the place of an estimate")
        return self

    @property
    def subject(self) -> str:
        """Which month it corrects."""
        return self.month


Instrument = TaxTable | Certificate | Direction | Rates | Correction
SHAPES: Mapping[str, type[Instrument]] = {
    "tax-table": TaxTable,
    "certificate": Certificate,
    "direction": Direction,
    "rates": Rates,
    "correction": Correction,
}
#: Those that a performer signs; the house signs the others.
OWN = ("direction",)


def parse_instrument(value: Any, where: str = "instrument") -> Instrument:
    """Read an instrument from JSON data.

    Raises
    ------
    BadInput : no such kind, or the first field that is wrong.
    """
    kind = value.get("kind") if isinstance(value, dict) else None
    shape = SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise BadInput(f"No instrument of kind {str(kind)[:40]!r}", where=where)
    try:
        return shape.model_validate_json(canonical(value))
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise BadInput(
            f"Not a {kind}: {name + ': ' if name else ''}{first['msg']}",
            where=where,
            remedy="docs/royalties.md says what each field is.",
        ) from fault
