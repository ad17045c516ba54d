"""What one performer is owed for a month and why: the signed schema and its recomputation.

Pure: an auditor's laptop runs ``recompute`` on signed inputs alone and gets the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from pydantic import model_validator

from yesand.agreements.terms import Terms
from yesand.kernel.errors import CheckFailed
from yesand.kernel.money import Money
from yesand.royalties.correcting import (
    Redone,
    agreements_of,
    correction_lines,
    manifests_of,
)
from yesand.royalties.deducted import AdvanceAccount, Deduction
from yesand.royalties.deducting import taken
from yesand.royalties.facts import Advance, Ancestor, Evidence, Facts, ModelBasis, Settled
from yesand.royalties.instruments.shapes import Instrument
from yesand.royalties.lines import (
    ON_TOP,
    Kind,
    Line,
    Reliance,
    Signed,
    Weight,
    Whole,
    signed,
)
from yesand.royalties.payers.divided import check_pools
from yesand.royalties.reckoning import lines_for
from yesand.royalties.recouping import advance_lines

Form = Literal[1, 2, 3, 4]


class Statement(Facts):
    """The predicate of a signed statement (``Predicate.STATEMENT``).

    ``total_micro`` is the gross: all lines but those that go to a fund (``lines.ON_TOP``).
    ``brought_forward + total − deductions − held + released = payable (minor units) + carried``:
    nothing is lost to rounding. What is below nothing or the threshold is carried.

    Attributes
    ----------
    version : form 1 has no deductions, corrections or holds; form 2 does not count what is earned
        beyond an advance; form 3 does not say when an advance was granted, and sets corrections
        of earlier months against it.
    accounts : each advance over the month.
    least_payout_micro : what is due is carried whole if it is less.
    """

    LATER = Facts.LATER | frozenset(
        "deductions accounts deductions_micro held_micro released_micro least_payout_micro".split()
    )

    version: Form = 4
    lines: tuple[Line, ...]
    total_micro: Signed
    contributions_micro: Signed
    deductions: tuple[Deduction, ...] = ()
    accounts: tuple[AdvanceAccount, ...] = ()
    deductions_micro: Signed = 0
    held_micro: Whole = 0
    released_micro: Whole = 0
    least_payout_micro: Whole = 0
    payable_minor: Whole
    carried_micro: Signed
    evidence: Evidence

    @property
    def due_micro(self) -> int:
        """All that stands to the performer's credit after this month: to be paid, or carried."""
        return self.brought_forward_micro + self.total_micro - self.taken_micro

    @property
    def taken_micro(self) -> int:
        """What is taken off and held, less what is released."""
        return self.deductions_micro + self.held_micro - self.released_micro

    @model_validator(mode="after")
    def _below_nothing_only_by_corrections(self) -> Self:
        corrected = any(line.corrects for line in self.lines)
        for name in ("total_micro", "contributions_micro"):
            if getattr(self, name) < 0 and not corrected:
                raise ValueError(f"{name}: below nothing without a correction")
        return self


@dataclass(frozen=True)
class Before:
    """What a statement rests on besides its own month.

    Attributes
    ----------
    instruments : digest → tax tables, certificates, directions and rates that the facts name.
    corrected : what is put right, month by month.
    """

    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    corrected: Sequence[Redone] = ()


NOTHING = Before()


def statement(
    facts: Facts,
    settled: Settled,
    settlement: str,
    terms: Mapping[str, Terms],
    shares: Mapping[str, Reliance],
    before: Before = NOTHING,
    version: Form = 4,
) -> Statement:
    """Compute the statement; ``settlement`` is the digest of the signed settlement."""
    lines = lines_for(facts, settled, terms, shares)
    taking: dict[str, Any] = {}
    if version > 1:
        corrections = correction_lines(before.corrected, terms, dated=version > 3)
        lines = (*lines, *advance_lines(facts, terms), *corrections)
        taking = _taking(facts, lines, terms, before, version)
    total = sum(x.micro for x in lines if x.kind not in ON_TOP)
    due = facts.brought_forward_micro + total - taking.get("deductions_micro", 0)
    due += taking.get("released_micro", 0) - taking.get("held_micro", 0)
    minor, carried = paid_of(Money(facts.currency, due), taking.get("least_payout_micro", 0))
    return Statement(
        version=version,
        **_own(facts),
        lines=lines,
        total_micro=total,
        contributions_micro=sum(x.micro for x in lines if x.kind is Kind.CONTRIBUTION),
        **taking,
        payable_minor=minor,
        carried_micro=carried,
        evidence=_evidence(facts, settled, settlement, lines, before),
    )


def _taking(
    facts: Facts,
    lines: Sequence[Line],
    terms: Mapping[str, Terms],
    before: Before,
    form: int,
) -> dict[str, Any]:
    given = facts, lines, terms, before.instruments
    deductions, accounts = taken(*given, form=form)
    return {
        "deductions": deductions,
        "least_payout_micro": least_payout(facts, terms),
        "accounts": accounts,
        "deductions_micro": sum(d.micro for d in deductions),
        "held_micro": sum(h.micro for h in facts.holds if not h.released),
        "released_micro": sum(h.micro for h in facts.holds if h.released),
    }


def _evidence(
    facts: Facts, settled: Settled, settlement: str, lines: Sequence[Line], before: Before
) -> Evidence:
    named = (t.table for t in facts.taxes), (t.certificate for t in facts.taxes if t.certificate)
    return Evidence(
        settlement=settlement,
        agreements=_sorted(
            {
                *facts.agreements,
                *(p.agreement for p in facts.parties),
                *(x.agreement for x in lines),
                *agreements_of(before.corrected),
            }
        ),
        reports=_sorted({x.report for x in lines if x.report}),
        manifests=_sorted({w.manifest for w in facts.weights} | manifests_of(before.corrected)),
        batches=settled.batches,
        previous=facts.previous,
        instruments=_sorted(
            [*named[0], *named[1], *facts.directions, *(x.exchange for x in lines if x.exchange)]
        ),
        tariffs=_sorted({x.tariff_digest for x in lines if x.tariff_digest}),
        estimates=_sorted({x.estimate for x in lines if x.estimate}),
        corrected=_sorted(digest for redone in before.corrected for digest in redone.statements),
    )


def least_payout(facts: Facts, terms: Mapping[str, Terms]) -> int:
    """Return the least that is paid out: the lowest that any of the agreements names.

    An agreement that names none pays everything, so that no other can hold it back.
    """
    named = []
    for party in facts.parties:
        pay = terms[party.agreement].pay
        if pay.currency == facts.currency:
            named.append(pay.least_payout.micro if pay.least_payout else 0)
    return min(named, default=0)


def paid_of(due: Money, least: int) -> tuple[int, int]:
    """Return (minor units that are paid, micro-units that are carried).

    What is less than the least, or nothing, is carried whole; no performer is ever charged.

    >>> paid_of(Money("EUR", 12_345_678), 0), paid_of(Money("EUR", -5), 0)
    ((1234, 5678), (0, -5))
    """
    if due.micro <= 0 or due.micro < least:
        return 0, due.micro
    return due.split()


def recompute(
    issued: Statement,
    settled: Settled,
    settlement: str,
    terms: Mapping[str, Terms],
    shares: Mapping[str, Reliance],
    previous: Statement | None = None,
    before: Before = NOTHING,
) -> Statement:
    """Compute an issued statement again from signed inputs and return it if nothing differs.

    Raises
    ------
    CheckFailed : an input is missing or disagrees, or a figure comes out otherwise.
    """
    _agree(issued, settled, terms, shares, previous)
    facts = facts_of(issued)
    again = statement(facts, settled, settlement, terms, shares, before, issued.version)
    if again != issued:
        name, was, now = next(_differences(issued, again))
        raise CheckFailed(
            f"The statement says {was!r} and its inputs give {now!r}",
            where=name,
            remedy="Ask for it to be explained, or dispute it.",
        )
    return again


def parse_statement(predicate: Any) -> Statement:
    """Read a statement's predicate.

    Raises
    ------
    CheckFailed : it does not have the form of one.
    """
    return signed(Statement, predicate, "a statement", "statement")


def parse_settled(predicate: Any) -> Settled:
    """Read a settlement's predicate; CheckFailed if it does not have the form of one."""
    return signed(Settled, predicate, "a settlement", "settlement")


def _sorted(digests: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(digests)))


def facts_of(issued: Statement) -> Facts:
    """Return the facts that a statement states."""
    return Facts(**_own(issued))


def _own(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in Facts.model_fields}


def _agree(
    issued: Statement,
    settled: Settled,
    terms: Mapping[str, Terms],
    shares: Mapping[str, Reliance],
    previous: Statement | None,
) -> None:
    """Check what is the performer's own against what everybody's settlement says."""
    _same("period", issued.period, settled.period)
    _same("trial", issued.trial, settled.trial)
    check_pools(settled)
    bases = {m.model: m for m in settled.models}
    for weight in issued.weights:
        basis = bases.get(weight.model)
        if basis is None:
            raise CheckFailed("A model that was not settled", where=weight.model)
        given_to = _given_to(weight, basis)
        _same("manifest", weight.manifest, given_to.manifest)
        _same("performers", weight.performers, given_to.performers)
        _same("total_ms", weight.total_ms, given_to.duration_ms)
        given = shares.get(weight.model)
        _same(f"report of {weight.model[:12]}", given and given.report, basis.report)
    for agreement in issued.evidence.agreements:
        if agreement not in terms:
            raise CheckFailed("An agreement is missing", where=agreement)
    carried = previous.carried_micro if previous else 0
    if previous or not issued.previous:
        _same("brought_forward_micro", issued.brought_forward_micro, carried)
        _same("advances", issued.advances, advances_after(previous))


def advances_after(previous: Statement | None) -> tuple[Advance, ...]:
    """Return each advance as a statement leaves it."""
    return tuple(
        Advance(
            payer=a.payer,
            name=a.name,
            granted_micro=a.granted_micro,
            open_micro=a.closing_micro,
            over_micro=a.over_micro,
            granted_in=a.granted_in,
        )
        for a in (previous.accounts if previous else ())
    )


def _given_to(weight: Weight, basis: ModelBasis) -> ModelBasis | Ancestor:
    """Return what the performer gave takes to: the model, or one that it was made from."""
    if weight.via is None:
        return basis
    for ancestor in basis.ancestors:
        if ancestor.model == weight.via:
            return ancestor
    raise CheckFailed("A model that this one was not made from", where=weight.via)


def _same(name: str, said: object, found: object) -> None:
    if said != found:
        raise CheckFailed(f"The statement says {said!r} and its inputs say {found!r}", where=name)


def _differences(one: Statement, other: Statement) -> Iterator[tuple[str, Any, Any]]:
    if len(one.lines) == len(other.lines):
        for i, (a, b) in enumerate(zip(one.lines, other.lines, strict=True)):
            for name in Line.model_fields:
                if getattr(a, name) != getattr(b, name):
                    yield f"lines[{i}].{name}", getattr(a, name), getattr(b, name)
    for name in Statement.model_fields:
        if getattr(one, name) != getattr(other, name):
            yield name, getattr(one, name), getattr(other, name)
