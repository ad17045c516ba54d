"""What a run pays to whom, what it holds back, and why: frozen before anybody approves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from yesand.kernel.ids import digest_of
from yesand.kernel.money import Money
from yesand.royalties.paying.details import BANK
from yesand.royalties.paying.phases import micro_of


class Reason(StrEnum):
    """Why somebody is not paid in a run: a closed list."""

    OWES = "owes the house"
    TRIAL = "trial terms"
    ERASED = "erased"
    HELD = "on hold"
    BELOW = "below the threshold"
    NO_DETAILS = "no bank details"
    BAD_DETAILS = "the bank sent it back"
    ELSEWHERE = "paid another way"


class Fresh(StrEnum):
    """What an approver should know of bank details that are younger than some days."""

    NEW = "new"
    CHANGED = "changed"


@dataclass(frozen=True)
class Payee:
    """One account of the ledger in one currency, with what bears on paying it.

    Attributes
    ----------
    micro : what the house owes it, in micro-units.
    threshold : the least that is paid to it, in micro-units.
    details : the digest of its bank details as they are sealed; empty: there are none.
    held : why it is held, in a person's words; empty: it is not.
    again : why the last payout to it came back; empty: it did not.
    unusable : whether it came back because these very details are wrong.
    rail : the way on which its details have it paid.
    """

    account: str
    micro: int
    threshold: int = 0
    details: str = ""
    masked: str = ""
    fresh: Fresh | None = None
    trial: bool = False
    erased: bool = False
    held: str = ""
    again: str = ""
    unusable: bool = False
    rail: str = BANK


@dataclass(frozen=True)
class Item:
    """One payout of a run, in minor units."""

    account: str
    minor: int
    end_to_end: str
    details: str
    fresh: Fresh | None = None
    again: str = ""


@dataclass(frozen=True)
class Held:
    """What a run leaves, and why."""

    account: str
    micro: int
    reason: Reason
    said: str = ""


@dataclass(frozen=True)
class Plan:
    """A run before it is signed."""

    currency: str
    items: tuple[Item, ...]
    held: tuple[Held, ...]

    @property
    def total_minor(self) -> int:
        """What is paid in all."""
        return sum(item.minor for item in self.items)

    @property
    def total(self) -> Money:
        """The same as money."""
        return Money(self.currency, micro_of(self.currency, self.total_minor))


def planned(
    house: str, currency: str, number: int, payees: Iterable[Payee], rail: str = BANK
) -> Plan:
    """Return what a run pays: each payee's whole minor units; what is less is carried.

    Parameters
    ----------
    house : the name of the house's log; with the run's number it makes each id its own.
    rail : the way on which this run pays; others are left to a run of their own.
    """
    items, held = list[Item](), list[Held]()
    for payee in sorted(payees, key=lambda p: p.account):
        minor, _ = Money(currency, payee.micro).split()
        reason = _reason(payee, minor, rail)
        if reason is None:
            name = end_to_end(house, currency, number, payee.account)
            told = (payee.details, payee.fresh, payee.again)
            items.append(Item(payee.account, minor, name, *told))
        elif payee.micro:
            held.append(Held(payee.account, payee.micro, reason, payee.held or payee.again))
    return Plan(currency, tuple(items), tuple(held))


def _reason(payee: Payee, minor: int, rail: str) -> Reason | None:
    for so, reason in (
        (payee.micro < 0, Reason.OWES),
        (payee.trial, Reason.TRIAL),
        (payee.erased, Reason.ERASED),
        (bool(payee.held), Reason.HELD),
        (minor < 1 or payee.micro < payee.threshold, Reason.BELOW),
        (not payee.details, Reason.NO_DETAILS),
        (payee.rail != rail, Reason.ELSEWHERE),
        (payee.unusable, Reason.BAD_DETAILS),
    ):
        if so:
            return reason
    return None


def end_to_end(house: str, currency: str, number: int, account: str) -> str:
    """Return the id that a payout carries through every bank (34 of the 35 allowed characters).

    It follows from what it pays: the same run has the same ids, and no other payout has.
    """
    what = {"house": house, "currency": currency, "run": number, "account": account}
    return f"YA{digest_of(what)[:32].upper()}"
