"""Paying advances back, in the order in which they were granted. Pure.

What corrects a month counts towards an advance as it would have counted had that month been settled
right: not at all, if the advance was granted later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from yesand.agreements.pay_wording import percent
from yesand.agreements.terms import MILLION, Pay, Terms
from yesand.kernel.clock import Period
from yesand.kernel.money import part
from yesand.royalties.deducted import AdvanceAccount, Deduction, Taken, Taking
from yesand.royalties.facts import Advance, Facts
from yesand.royalties.lines import Kind, Line

_GUARANTEED = {Kind.MINIMUM: "minimum", Kind.SESSION_FEE: "session-fee"}


def _advances(facts: Facts, terms: Mapping[str, Terms]) -> Iterator[tuple[str, str, Pay]]:
    end = Period.parse(facts.period).end.date()
    for party in facts.parties:
        given = terms[party.agreement]
        advance = given.pay.advance
        if advance and advance.currency == facts.currency and given.valid_from < end:
            yield party.agreement, party.payer, given.pay


def recoup(taking: Taking, own: list[Line]) -> None:
    """Pay back advances; what the standing terms do not name is open, and not paid back."""
    before = {(a.payer, a.name): a for a in taking.facts.advances}
    paid = {line.agreement: line.micro for line in own if line.kind is Kind.ADVANCE}
    named = dict[tuple[str, str], str]()
    for agreement, payer, pay in _advances(taking.facts, taking.terms):
        named.setdefault((payer, pay.advance_name), agreement)
    # In the order in which they were granted: that of agreements is another once one is amended,
    # and a correction would not give back what it was taken by. Form 2 went by the agreements.
    unnamed = [key for key in before if key not in named]
    keys = [*before, *(key for key in named if key not in before)]
    accounts = [
        _opened(taking, key, before.get(key), named.get(key), paid)
        for key in (keys if taking.remembers else [*named, *unnamed])
    ]
    promised = [account for account in accounts if account.agreement]
    for since, lines in _by_grant(own, promised):
        kept = Counter[str]()
        for account in promised:
            if (account.granted_in or "") <= since:
                _recoup_one(taking, account, lines, kept)
    taking.advances += [account.standing() for account in accounts]


@dataclass
class _Account:
    """An advance while it is paid back: what is open, and what was earned beyond it."""

    was: Advance
    agreement: str
    paid: int
    granted_in: str | None
    balance: int
    over: int
    back: int = 0

    @property
    def granted(self) -> int:
        """All that was granted of it."""
        return self.was.granted_micro + self.paid

    def standing(self) -> AdvanceAccount:
        """Return where it stands."""
        return AdvanceAccount(
            payer=self.was.payer,
            name=self.was.name,
            agreement=self.agreement or _NOBODY,
            granted_micro=self.granted,
            opening_micro=self.was.open_micro,
            paid_micro=self.paid,
            recouped_micro=self.back,
            closing_micro=self.was.open_micro + self.paid - self.back,
            over_micro=self.over,
            granted_in=self.granted_in,
        )


_NOBODY = "0" * 64


def _opened(
    taking: Taking,
    key: tuple[str, str],
    before: Advance | None,
    agreement: str | None,
    lines: Mapping[str, int],
) -> _Account:
    was = before or Advance(payer=key[0], name=key[1], granted_micro=0, open_micro=0)
    paid = lines.get(agreement or "", 0)
    since = was.granted_in if before else taking.facts.period
    return _Account(
        was=was,
        agreement=agreement or "",
        paid=paid,
        granted_in=since if taking.form > 3 else None,
        balance=was.open_micro + paid,
        over=was.over_micro,
    )


def _by_grant(own: list[Line], accounts: Iterable[_Account]) -> list[tuple[str, list[Line]]]:
    """Return lines by which advances had been granted in the month that they are about.

    A correction belongs to the month that it puts right: what was earned before an advance was
    granted was not earned towards it. In order, each with the last month of its kind.
    """
    grants = sorted({account.granted_in or "" for account in accounts})
    found: dict[str, list[Line]] = {since: [] for since in grants}
    for line in own:
        month = line.corrects.month if line.corrects else None
        begun = [since for since in grants if month is None or since <= month]
        if begun:
            found[begun[-1]].append(line)
    return list(found.items())


def _recoup_one(taking: Taking, account: _Account, lines: list[Line], kept: Counter[str]) -> None:
    was, pay = account.was, taking.terms[account.agreement].pay
    for pot in _pots(taking, account.agreement, was):
        base = _recoupable(lines, pot, pay.recoup_from) - kept[pot]
        wanted = part(base, pay.recoup_ppm, MILLION)
        # What was ever earned towards the advance; a correction takes off the top of it first.
        earned = max(account.granted - account.balance + account.over + wanted, 0)
        micro = account.balance - max(account.granted - earned, 0)
        beyond = max(earned - account.granted, 0) if taking.remembers else 0
        if micro:
            left = account.balance - micro
            step = _Step(base, wanted, account.balance, left, account.over, beyond)
            taking.deductions.append(
                Deduction(
                    kind=Taken.RECOUPMENT,
                    account=f"licensee:{was.payer}",
                    agreement=pot,
                    base_micro=base,
                    rate_ppm=pay.recoup_ppm,
                    rule="terms",
                    record=None,
                    micro=micro,
                    why=_why(taking, was, pay.recoup_ppm, step),
                )
            )
            account.balance, account.back = left, account.back + micro
            kept[pot] += micro
            taking.kept[pot] += micro
        account.over = beyond


@dataclass(frozen=True)
class _Step:
    """What a pot brings an advance, and what was open and earned beyond it, before and after."""

    base: int
    wanted: int
    balance: int
    left: int
    over: int
    beyond: int


def _why(taking: Taking, was: Advance, ppm: int, step: _Step) -> str:
    money = taking.money
    balance, left, advance = money(step.balance), money(step.left), f"the advance “{was.name}”"
    advance += f" from {was.payer}"
    those = f"{percent(ppm)} of {money(step.base)} in royalties"
    if step.beyond == step.over and (step.wanted > 0 or not taking.remembers):
        return f"{those} goes to {advance}, of which {balance} was open: {left} is open now."
    if step.beyond > step.over:
        return (
            f"{those} goes to {advance}, of which {balance} was open: {left} is open now, and "
            f"{money(step.beyond)} is earned beyond it."
        )
    back, spent = step.left - step.balance, step.over - step.beyond
    rest = -step.wanted - spent - back
    source = f"what was paid back on {advance}"
    if spent:
        source = (
            f"what was earned beyond {advance}, and {money(back)} from what was paid back on it"
        )
    said = f" The other {money(rest)} was never earned towards it." if rest else ""
    return (
        f"{those} is {money(step.wanted)}. Of this {money(spent or back)} comes from {source}, of "
        f"which {balance} was open: {left} is open now.{said}"
    )


def _pots(taking: Taking, agreement: str, was: Advance) -> Iterator[str]:
    """Yield the agreements that an advance is paid back from."""
    across = taking.terms[agreement].pay.cross_collateral
    for party in taking.facts.parties:
        pay = taking.terms[party.agreement].pay
        named = pay.advance is not None and pay.advance_name == was.name
        if party.payer == was.payer and (across or named):
            yield party.agreement


def _recoupable(own: Iterable[Line], agreement: str, also: frozenset[str]) -> int:
    return sum(
        line.micro
        for line in own
        if line.agreement == agreement
        and line.kind is not Kind.ADVANCE
        and (line.kind not in _GUARANTEED or _GUARANTEED[line.kind] in also)
    )


def advance_lines(facts: Facts, terms: Mapping[str, Terms]) -> Iterator[Line]:
    """Yield a line for each advance that no statement before this one has paid."""
    known = {(a.payer, a.name) for a in facts.advances}
    for agreement, payer, pay in _advances(facts, terms):
        if (payer, pay.advance_name) in known or pay.advance is None:
            continue
        known.add((payer, pay.advance_name))
        yield Line(
            kind=Kind.ADVANCE,
            licensee=payer,
            agreement=agreement,
            micro=pay.advance.micro,
            why=(
                f"The advance “{pay.advance_name}” of {pay.advance.money()} on royalties still to "
                "be earned, paid once. Nobody asks it back."
            ),
        )
