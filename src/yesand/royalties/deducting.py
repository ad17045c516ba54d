"""From what is earned to what is left: the advance, the agent, the tax. Pure.

In this order, agreement by agreement: what pays back an advance; of what is left, the agent's
part; and the tax on what is paid, gross of the agent's part. Each is rounded once, half to even.
A month that corrections bring below nothing gives back in the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from yesand.agreements.pay_wording import percent
from yesand.agreements.terms import MILLION, Terms
from yesand.kernel.money import part
from yesand.royalties.deducted import AdvanceAccount, Deduction, Taken, Taking
from yesand.royalties.facts import Facts
from yesand.royalties.instruments.shapes import Certificate, Direction, Instrument, TaxTable
from yesand.royalties.lines import ON_TOP, Kind, Line
from yesand.royalties.recouping import recoup


def taken(
    facts: Facts,
    lines: Iterable[Line],
    terms: Mapping[str, Terms],
    instruments: Mapping[str, Instrument],
    *,
    form: int = 4,
) -> tuple[tuple[Deduction, ...], tuple[AdvanceAccount, ...]]:
    """Return what is taken off a statement's lines, and where each advance stands after it.

    Parameters
    ----------
    instruments : those that the facts name, by digest.
    """
    own = [line for line in lines if line.kind not in ON_TOP]
    taking = Taking(facts, terms, instruments, form)
    recoup(taking, own)
    left = Counter[str]()
    for line in own:
        left[line.agreement] += line.micro
    for agreement in sorted(left):
        _agent(taking, agreement, left[agreement] - taking.kept[agreement])
        _withhold(taking, agreement, own)
    return tuple(taking.deductions), tuple(taking.advances)


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
