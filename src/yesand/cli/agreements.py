"""``yesand withdraw``, ``yesand agreement``: taking permission back, and what was agreed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import yesand
from yesand.agreements.comparing.clauses import Worded, heading
from yesand.agreements.comparing.difference import Comparison, Difference, compare
from yesand.agreements.comparing.effects import Effect
from yesand.agreements.odrl.conflicts import compare_terms
from yesand.agreements.templates import standard
from yesand.agreements.terms import Terms
from yesand.cli.output import AsJson, HouseFolder, Line, styled, tell
from yesand.kernel.clock import stamp

if TYPE_CHECKING:
    from yesand.agreements.models import Agreement
    from yesand.oversight.models import Obligation


_STANDARD = "standard/"


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("withdraw")(withdraw)
    app.command("agreement")(agreement)


class Form(StrEnum):
    """In which form an agreement is written out."""

    ODRL = "odrl"
    CONSENT = "consent"
    RECEIPT = "receipt"


def agreement(
    digest: Annotated[
        str,
        typer.Argument(
            help="The agreement's digest, or how it begins; or a standard, as standard/research@1."
        ),
    ],
    house: HouseFolder,
    form: Annotated[
        Form,
        typer.Option("--as", help="odrl, consent (ISO/IEC TS 27560), or receipt (as signed)."),
    ] = Form.ODRL,
    out: Annotated[Path | None, typer.Option(help="Where it goes; it is printed else.")] = None,
    beside: Annotated[
        str,
        typer.Option(
            help="Another agreement or version: say clause by clause how that differs, and what "
            "each difference means for the performer; and whether the two contradict each other."
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write an agreement out for machines, or the receipt of the consent that it is."""
    opened = yesand.open(house)
    from yesand.agreements.consent import services as agreements  # needs the open house
    from yesand.agreements.services import receipt_of

    if digest.startswith(_STANDARD):
        _standard(digest, beside, opened.place.clock.now().date(), as_json=as_json)
        return
    found = agreements.agreement_named(digest)
    if beside:
        _compared(found, agreements.agreement_named(beside), as_json=as_json)
        return
    if form is Form.ODRL:
        made = agreements.odrl(found)
    elif form is Form.CONSENT:
        made = agreements.consent_receipt(opened.place, found)
    else:
        made = receipt_of(opened.place, found)
    text = json.dumps(made, indent=2, ensure_ascii=False)
    if out is None:
        tell(made, text, as_json=as_json)
        return
    out.write_text(text + "\n", "utf-8")
    told = {"agreement": found.digest, "as": form.value, "out": str(out)}
    tell(told, f"{form.value} of agreement {found.digest[:12]}: {out}", as_json=as_json)


def _standard(name: str, beside: str, day: date, *, as_json: bool) -> None:
    """Show a standard agreement as it would be offered, or how another version differs."""
    one = standard(name.removeprefix(_STANDARD), day)
    if not beside:
        told = {"template": name, "terms": one.terms.as_json(), "text": one.text}
        tell(told, *one.summary.splitlines(), "", *one.text.splitlines(), as_json=as_json)
        return
    other = standard(beside.removeprefix(_STANDARD), day)
    _differing(*(Worded(each.terms.as_json(), each.text) for each in (one, other)), as_json=as_json)


def _compared(one: Agreement, other: Agreement, *, as_json: bool) -> None:
    _differing(*(Worded(each.terms, each.text) for each in (one, other)), as_json=as_json)


def _differing(one: Worded, other: Worded, *, as_json: bool) -> None:
    relation = compare_terms(Terms.parse(one.terms), Terms.parse(other.terms))
    found = compare(one, other)
    reasons = list(map(str, relation.reasons))
    told = {
        "verdict": relation.verdict.value,
        "reasons": reasons,
        "differences": [each.as_dict() for each in found.different],
        "same": len(found.same),
    }
    said = {"conflict": "They conflict", "unknown": "Not known"}.get(relation.verdict.value)
    tell(
        told,
        *differing(found),
        f"{said or 'They are compatible'}.",
        *(f"  {r}" for r in reasons),
        as_json=as_json,
    )


def differing(found: Comparison) -> Iterator[Line]:
    """Yield a comparison for people, a line for each change."""
    for each in found.different:
        called = heading(each.field) if each.field else each.heading or "Text"
        yield styled("[bold]{}[/] ({}, {})", called, each.kind, MEANS[each.effect])
        yield from (f"  {change.means()}" for change in each.changes)
        if not each.changes:
            yield from (f"  {sign} {words}" for sign, words in _both(each) if words)
    yield f"{len(found.different)} clauses differ, {len(found.same)} are the same."


def _both(each: Difference) -> tuple[tuple[str, str], ...]:
    return ("-", each.before), ("+", each.after)


#: What a change means, for whoever reads it.
MEANS = {
    Effect.BETTER: "better for the performer",
    Effect.WORSE: "worse for the performer",
    Effect.MIXED: "better and worse for the performer",
    Effect.NEITHER: "neither better nor worse",
    Effect.OPEN: "not decidable",
}


def withdraw(
    performer: Annotated[str, typer.Argument(help="The performer's handle.")],
    house: HouseFolder,
    purpose: Annotated[list[str] | None, typer.Option(help="Only for this purpose.")] = None,
    use_class: Annotated[list[str] | None, typer.Option(help="Only for this use class.")] = None,
    modality: Annotated[list[str] | None, typer.Option(help="Only this modality.")] = None,
    licensee: Annotated[list[str] | None, typer.Option(help="Only from this licensee.")] = None,
    take: Annotated[
        list[str] | None, typer.Option(help="Only this take: its SHA-256, or how it begins.")
    ] = None,
    reason: Annotated[str, typer.Option(help="If you wish to say why.")] = "",
    as_json: AsJson = False,
) -> None:
    """Withdraw a performer's permission: the very next decision obeys. Royalties go on."""
    opened = yesand.open(house)
    named = {
        "purposes": purpose,
        "use_classes": use_class,
        "modalities": modality,
        "licensees": licensee,
        "takes": take,
    }
    scope = {k: v for k, v in named.items() if v}
    made = opened.withdraw(performer, reason=reason, **scope)
    duties = opened.obligations(made)
    tell(
        {
            "withdrawal": made.digest,
            "performer": performer,
            "at": stamp(made.at),
            "obligations": [_told(duty) for duty in duties],
        },
        *_lines(duties),
        f"{performer} has withdrawn{_narrowed(scope)} as of {stamp(made.at)} "
        f"(log entry {made.entry_id}).",
        ("The next gate for it" if scope else "The next gate")
        + " leaves their takes out. Royalties go on for every model still in service.",
        as_json=as_json,
    )


def _narrowed(scope: Mapping[str, Sequence[str]]) -> str:
    """Say what alone was taken back; nothing if it was everything."""
    words = [
        f"take {word[:12]}" if kind == "takes" else word
        for kind, named in scope.items()
        for word in named
    ]
    return f" ({', '.join(words)} only)" if words else ""


def _told(duty: Obligation) -> dict[str, str | None]:
    return {
        "bearer": duty.bearer.slug,
        "duty": duty.duty,
        "subject": duty.subject,
        "due": stamp(duty.due) if duty.due else None,
        "clause": duty.clause,
    }


def _lines(duties: Sequence[Obligation]) -> Iterator[Line]:
    if duties:
        yield styled("[bold]Obligations[/]")
    for duty in duties:
        kind, _, name = duty.subject.partition(":")
        by = f"by {duty.due:%Y-%m-%d}" if duty.due else "goes on"
        yield f"  {by:<14}{duty.bearer} must {duty.duty}: {kind} {name[:20]} ({duty.clause})"
