"""What is taken off a statement, and where each advance stands after it: shapes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from yesand.agreements.terms import Terms
from yesand.kernel.money import Money
from yesand.royalties.facts import Facts
from yesand.royalties.instruments.shapes import Instrument
from yesand.royalties.lines import Digest, Month, Schema, Signed, Whole


class Taken(StrEnum):
    """What is taken off."""

    RECOUPMENT = "recoupment"
    AGENT = "agent"
    WITHHOLDING = "withholding"


class Deduction(Schema):
    """One amount that is taken off, and the whole of its reason.

    Attributes
    ----------
    account : who gets it: ``licensee:…`` who paid the advance, ``agent:…``, ``tax:…``.
    rule : ``terms``, or the name and first day of the table that sets the rate.
    record : the instrument that sets it; null: the terms do.
    micro : below nothing where a correction gives it back.
    """

    kind: Taken
    account: str
    agreement: Digest
    base_micro: Signed
    rate_ppm: Whole
    rule: str
    record: Digest | None
    micro: Signed
    why: str


class AdvanceAccount(Schema):
    """An advance over the month: opening + paid − recouped = closing.

    ``over_micro`` is what has been earned beyond it by the month's end; ``granted_in`` the month
    whose statement paid it (null: nobody said so then).
    """

    LATER = frozenset({"over_micro", "granted_in"})

    payer: str
    name: str
    agreement: Digest
    granted_micro: Whole
    opening_micro: Whole
    paid_micro: Whole
    recouped_micro: Signed
    closing_micro: Whole
    over_micro: Whole = 0
    granted_in: Month | None = None


@dataclass
class Taking:
    """What is taken off in one statement, as it comes about.

    ``form`` is the statement's: from 3 on what is earned beyond an advance is counted, from 4 on
    an advance is of the month in which it was granted.
    """

    facts: Facts
    terms: Mapping[str, Terms]
    instruments: Mapping[str, Instrument]
    form: int = 4
    deductions: list[Deduction] = field(default_factory=list)
    advances: list[AdvanceAccount] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)

    @property
    def remembers(self) -> bool:
        """Tell whether what is earned beyond an advance is counted."""
        return self.form > 2

    def money(self, micro: int) -> Money:
        """Return an amount in the statement's currency."""
        return Money(self.facts.currency, micro)
