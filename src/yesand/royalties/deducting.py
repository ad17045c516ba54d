"""From what is earned to what is left: the advance, the agent, the tax. Pure.

In this order, agreement by agreement: what pays back an advance; of what is left, the agent's
part; and the tax on what is paid, gross of the agent's part. Each is rounded once, half to even.
A month that corrections bring below nothing gives back in the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from yesand.agreements.pay_wording import percent
from yesand.agreements.terms import MILLION, Pay, Terms
from yesand.kernel.clock import Period
from yesand.kernel.money import Money, part
from yesand.royalties.facts import Advance, Facts
from yesand.royalties.instruments.shapes import Certificate, Direction, Instrument, TaxTable
from yesand.royalties.lines import ON_TOP, Digest, Kind, Line, Schema, Signed, Whole

_GUARANTEED = {Kind.MINIMUM: "minimum", Kind.SESSION_FEE: "session-fee"}


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

    ``over_micro`` is what has been earned beyond it by the month's end.
    """

    LATER = frozenset({"over_micro"})

    payer: str
    name: str
    agreement: Digest
    granted_micro: Whole
    opening_micro: Whole
    paid_micro: Whole
    recouped_micro: Signed
    closing_micro: Whole
    over_micro: Whole = 0


@dataclass
class Taking:
    """What is taken off in one statement, as it comes about.

    ``remembers``: what is earned beyond an advance is counted (``statement.Statement``, form 3).
    """

    facts: Facts
    terms: Mapping[str, Terms]
    instruments: Mapping[str, Instrument]
    remembers: bool = True
    deductions: list[Deduction] = field(default_factory=list)
    advances: list[AdvanceAccount] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)

    def money(self, micro: int) -> Money:
        """Return an amount in the statement's currency."""
        return Money(self.facts.currency, micro)


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


def taken(
    facts: Facts,
    lines: Iterable[Line],
    terms: Mapping[str, Terms],
    instruments: Mapping[str, Instrument],
    *,
    remembers: bool = True,
) -> tuple[tuple[Deduction, ...], tuple[AdvanceAccount, ...]]:
    """Return what is taken off a statement's lines, and where each advance stands after it.

    Parameters
    ----------
    instruments : those that the facts name, by digest.
    """
    own = [line for line in lines if line.kind not in ON_TOP]
    taking = Taking(facts, terms, instruments, remembers)
    _recoup(taking, own)
    left = Counter[str]()
    for line in own:
        left[line.agreement] += line.micro
    for agreement in sorted(left):
        _agent(taking, agreement, left[agreement] - taking.kept[agreement])
        _withhold(taking, agreement, own)
    return tuple(taking.deductions), tuple(taking.advances)


def _advances(facts: Facts, terms: Mapping[str, Terms]) -> Iterator[tuple[str, str, Pay]]:
    end = Period.parse(facts.period).end.date()
    for party in facts.parties:
        given = terms[party.agreement]
        advance = given.pay.advance
        if advance and advance.currency == facts.currency and given.valid_from < end:
            yield party.agreement, party.payer, given.pay


def _recoup(taking: Taking, own: list[Line]) -> None:
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
    for key in keys if taking.remembers else [*named, *unnamed]:
        was = before.get(key) or Advance(payer=key[0], name=key[1], granted_micro=0, open_micro=0)
        promising = named.get(key)
        if promising is None:
            taking.advances.append(_standing(was, _NOBODY, 0, 0, was.over_micro))
        else:
            _recoup_one(taking, promising, was, paid.get(promising, 0), own)


_NOBODY = "0" * 64


def _recoup_one(taking: Taking, agreement: str, was: Advance, paid: int, own: list[Line]) -> None:
    pay, back = taking.terms[agreement].pay, 0
    granted, balance, over = was.granted_micro + paid, was.open_micro + paid, was.over_micro
    for pot in _pots(taking, agreement, was):
        base = _recoupable(own, pot, pay.recoup_from) - taking.kept[pot]
        wanted = part(base, pay.recoup_ppm, MILLION)
        # What was ever earned towards the advance; a correction takes off the top of it first.
        earned = max(granted - balance + over + wanted, 0)
        micro = balance - max(granted - earned, 0)
        beyond = max(earned - granted, 0) if taking.remembers else 0
        if micro:
            left = balance - micro
            step = _Step(base, wanted, balance, left, over, beyond)
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
            balance, back = left, back + micro
            taking.kept[pot] += micro
        over = beyond
    taking.advances.append(_standing(was, agreement, paid, back, over))


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


def _standing(was: Advance, agreement: str, paid: int, back: int, over: int) -> AdvanceAccount:
    return AdvanceAccount(
        payer=was.payer,
        name=was.name,
        agreement=agreement,
        granted_micro=was.granted_micro + paid,
        opening_micro=was.open_micro,
        paid_micro=paid,
        recouped_micro=back,
        closing_micro=was.open_micro + paid - back,
        over_micro=over,
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


def _agent(taking: Taking, agreement: str, base: int) -> None:
    pay = taking.terms[agreement].pay
    to, ppm, record, said = pay.agent, pay.agent_ppm, None, "by your terms"
    for digest in taking.facts.directions:
        found = taking.instruments[digest]
        if isinstance(found, Direction) and found.role == "agent":
            to, ppm, record = found.to, found.ppm, digest
            said = f"by your direction of {found.effective}"
    micro = part(base, ppm, MILLION)
    if micro:
        why = f"{percent(ppm)} of {taking.money(base)} goes to your agent {to}, {said}."
        taking.deductions.append(
            Deduction(
                kind=Taken.AGENT,
                account=f"agent:{to}",
                agreement=agreement,
                base_micro=base,
                rate_ppm=ppm,
                rule="direction" if record else "terms",
                record=record,
                micro=micro,
                why=why,
            )
        )


def _withhold(taking: Taking, agreement: str, own: Iterable[Line]) -> None:
    country = taking.terms[agreement].pay.withhold
    taxed = next((t for t in taking.facts.taxes if t.country == country), None)
    if taxed is None:
        return
    table, shown = taking.instruments[taxed.table], None
    if taxed.certificate is not None:
        shown = taking.instruments[taxed.certificate]
    assert isinstance(table, TaxTable) and (shown is None or isinstance(shown, Certificate))
    ppm, law = table.rate(shown.country if shown else None)
    base = _paid(own, agreement, table)
    base -= taking.kept[agreement] if Kind.ADVANCE in table.kinds else 0
    micro = part(base, ppm, MILLION)
    if not micro:
        return
    resident = f"resident in {shown.country} by {shown.form}" if shown else "no residence certified"
    taking.deductions.append(
        Deduction(
            kind=Taken.WITHHOLDING,
            account=f"tax:{country}",
            agreement=agreement,
            base_micro=base,
            rate_ppm=ppm,
            rule=f"{table.name} of {table.effective}",
            record=taxed.table,
            micro=micro,
            why=(
                f"{percent(ppm)} of {taking.money(base)} is withheld for the tax of {country} "
                f"({law}): {resident}. An agent's part counts as yours, and what pays back an "
                "advance was taxed when it was paid."
            ),
        )
    )


def _paid(own: Iterable[Line], agreement: str, table: TaxTable) -> int:
    kinds = {*table.kinds}
    return sum(x.micro for x in own if x.agreement == agreement and x.kind in kinds)
