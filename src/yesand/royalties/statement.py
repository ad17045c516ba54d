"""What one performer is owed for a month and why: the signed schema and its recomputation.

Pure: an auditor's laptop runs ``recompute`` on signed inputs alone and gets the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from yesand.agreements.terms import Terms
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import CheckFailed
from yesand.kernel.money import Money
from yesand.royalties.facts import Ancestor, Evidence, Facts, ModelBasis, Settled
from yesand.royalties.lines import ON_TOP, Kind, Line, Reliance, Schema, Weight, Whole
from yesand.royalties.reckoning import lines_for


class Statement(Facts):
    """The predicate of a signed statement (``Predicate.STATEMENT``).

    ``total_micro`` is the sum of all lines but those that go to a fund (``lines.ON_TOP``).
    ``brought_forward + total = payable (minor units) + carried``: nothing is lost to rounding.
    """

    version: Literal[1] = 1
    lines: tuple[Line, ...]
    total_micro: Whole
    contributions_micro: Whole
    payable_minor: Whole
    carried_micro: Whole
    evidence: Evidence


def statement(
    facts: Facts,
    settled: Settled,
    settlement: str,
    terms: Mapping[str, Terms],
    shares: Mapping[str, Reliance],
) -> Statement:
    """Compute the statement; ``settlement`` is the digest of the signed settlement."""
    lines = lines_for(facts, settled, terms, shares)
    total = sum(x.micro for x in lines if x.kind not in ON_TOP)
    minor, carried = Money(facts.currency, facts.brought_forward_micro + total).split()
    return Statement(
        **_own(facts),
        lines=lines,
        total_micro=total,
        contributions_micro=sum(x.micro for x in lines if x.kind is Kind.CONTRIBUTION),
        payable_minor=minor,
        carried_micro=carried,
        evidence=Evidence(
            settlement=settlement,
            agreements=_sorted([*facts.agreements, *(x.agreement for x in lines)]),
            reports=_sorted({x.report for x in lines if x.report}),
            manifests=_sorted({w.manifest for w in facts.weights}),
            batches=settled.batches,
            previous=facts.previous,
            tariffs=_sorted({x.tariff_digest for x in lines if x.tariff_digest}),
        ),
    )


def recompute(
    issued: Statement,
    settled: Settled,
    settlement: str,
    terms: Mapping[str, Terms],
    shares: Mapping[str, Reliance],
    previous: Statement | None = None,
) -> Statement:
    """Compute an issued statement again from signed inputs and return it if nothing differs.

    Raises
    ------
    CheckFailed : an input is missing or disagrees, or a figure comes out otherwise.
    """
    _agree(issued, settled, terms, shares, previous)
    facts = Facts(**_own(issued))
    again = statement(facts, settled, settlement, terms, shares)
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
    return _parsed(Statement, predicate, "statement")


def parse_settled(predicate: Any) -> Settled:
    """Read a settlement's predicate; CheckFailed if it does not have the form of one."""
    return _parsed(Settled, predicate, "settlement")


S = TypeVar("S", bound=Schema)


def _parsed(schema: type[S], predicate: Any, where: str) -> S:
    try:
        return schema.model_validate_json(canonical(predicate))
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise CheckFailed(f"Not a {where}: {name}: {first['msg']}", where=where) from fault


def _sorted(digests: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(digests)))


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
