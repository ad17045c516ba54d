"""``yesand disputes``, ``payees`` and ``claims``: what is said to be wrong, and what is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, tell
from yesand.cli.payouts import producer
from yesand.cli.signing import By, proven
from yesand.kernel.clock import Period, stamp
from yesand.kernel.errors import BadInput
from yesand.kernel.money import Money

if TYPE_CHECKING:
    from yesand.royalties.models import Dispute, Reassignment

disputes = typer.Typer(no_args_is_help=True, help="Dispute lines of statements, and decide.")
payees = typer.Typer(no_args_is_help=True, help="Correct lines that went to the wrong performer.")
claims = typer.Typer(no_args_is_help=True, help="Claims to usage that waits in escrow.")
Named = Annotated[str, typer.Argument(help="The digest, or how it begins.")]
Said = Annotated[str, typer.Option("--said", help="In which words; they are signed.")]


def add_to(app: typer.Typer) -> None:
    """Add these nouns' commands."""
    app.add_typer(disputes, name="disputes")
    app.add_typer(payees, name="payees")
    app.add_typer(claims, name="claims")


@disputes.command("list")
def list_(house: HouseFolder, as_json: AsJson = False) -> None:
    """List disputes, the newest first."""
    place = yesand.open(house).place
    from yesand.royalties.models import Dispute

    rows = list(Dispute.objects.select_related("statement__settlement", "performer"))
    told = [_told(row) for row in rows]
    now = place.clock.now()
    lines = [_line(row, overdue=row.overdue(now)) for row in rows]
    tell({"disputes": told}, *(lines or ["Nothing is disputed."]), as_json=as_json)


@disputes.command("open")
def open_(
    performer: Annotated[str, typer.Argument(help="The performer's handle.")],
    period: Annotated[str, typer.Argument(help="The statement's month, e.g. 2026-10.")],
    line: Annotated[int, typer.Argument(help="Which line, from 1.")],
    house: HouseFolder,
    by: By,
    said: Said,
    currency: Annotated[str, typer.Option(help="If there is a statement in several.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say that one line of a statement is wrong: it is held, and the rest is paid as ever."""
    place = yesand.open(house).place
    from yesand.people.services import performer as named
    from yesand.royalties.disputing.services import open_dispute
    from yesand.royalties.services import statement

    found = statement(place, named(performer), Period.parse(period), currency.upper() or None)
    made, new = open_dispute(place, found, line - 1, said, proven(by))
    first = "Disputed" if new else "Disputed already"
    tell({**_told(made), "new": new}, f"{first}: {_line(made)}", as_json=as_json)


@disputes.command("say")
def say(
    dispute: Named,
    word: Annotated[str, typer.Argument(help="answered, replied, upheld, rejected or withdrawn.")],
    house: HouseFolder,
    by: By,
    said: Said = "",
    as_json: AsJson = False,
) -> None:
    """Say the next word in a dispute, signed: an answer, a reply, a decision, or its end."""
    place = yesand.open(house).place
    from yesand.royalties.disputing import services
    from yesand.royalties.disputing.dispute import Word

    if word not in {each.value for each in Word}:
        raise BadInput(f"{word[:20]!r} is no word of a dispute", remedy=f"Use {', '.join(Word)}.")
    found = services.dispute_named(dispute)
    services.say(place, found, Word(word), said, proven(by))
    again = services.dispute_named(found.digest)
    tell(_told(again), _line(again), as_json=as_json)


@payees.command("list")
def list_payees(house: HouseFolder, as_json: AsJson = False) -> None:
    """List what was proposed and decided of lines that went to the wrong performer."""
    yesand.open(house)
    from yesand.royalties.models import Reassignment

    rows = Reassignment.objects.select_related("wrong", "right", "decision")
    told = [_proposal(row) for row in rows]
    lines = [f"{t['digest'][:12]}  {row}  {t['state']}" for t, row in zip(told, rows, strict=True)]
    tell({"payees": told}, *(lines or ["No payee was corrected."]), as_json=as_json)


@payees.command("propose")
def propose(
    wrong: Annotated[str, typer.Argument(help="Who got it, by handle.")],
    period: Annotated[str, typer.Argument(help="The statement's month, e.g. 2026-10.")],
    line: Annotated[int, typer.Argument(help="Which line, from 1.")],
    right: Annotated[str, typer.Argument(help="Whose it is, by handle.")],
    house: HouseFolder,
    by: By,
    reason: Annotated[str, typer.Option(help="Why; it is signed.")],
    amount: Annotated[str, typer.Option(help="How much; all that is left, if not told.")] = "",
    currency: Annotated[str, typer.Option(help="If there is a statement in several.")] = "",
    as_json: AsJson = False,
) -> None:
    """Propose to debit the wrong performer and credit the right one; another producer approves."""
    place = yesand.open(house).place
    from yesand.people.services import performer as named
    from yesand.royalties.reassigning import services
    from yesand.royalties.services import statement

    found = statement(place, named(wrong), Period.parse(period), currency.upper() or None)
    micro = Money.of(found.currency, amount).micro if amount else None
    who = producer(by)
    made = services.propose(place, found, line - 1, named(right), reason, who, micro)
    said = f"{made} waits: another producer approves it (yesand payees approve {made.digest[:12]})."
    tell(_proposal(made), said, as_json=as_json)


@payees.command("approve")
def approve(payee: Named, house: HouseFolder, by: By, as_json: AsJson = False) -> None:
    """Approve what another producer proposed: the ledger is corrected."""
    _decide(payee, house, by, True, as_json)


@payees.command("refuse")
def refuse(payee: Named, house: HouseFolder, by: By, as_json: AsJson = False) -> None:
    """Turn a proposal down; nothing is posted."""
    _decide(payee, house, by, False, as_json)


@claims.command("list")
def list_claims(house: HouseFolder, as_json: AsJson = False) -> None:
    """List who claims usage that waits, and what was decided."""
    yesand.open(house)
    from yesand.royalties.models import UsageClaim

    rows = UsageClaim.objects.select_related("licensee", "performer", "decision")
    told = [
        {
            "digest": row.digest,
            "deployment": row.deployment,
            "period": row.usage_period,
            "claimed_by": row.whose,
            "evidence": row.evidence,
            "state": _decided(row, "accepted", "rejected"),
        }
        for row in rows
    ]
    lines = [f"{t['digest'][:12]}  {row}  {t['state']}" for t, row in zip(told, rows, strict=True)]
    tell({"claims": told}, *(lines or ["Nobody has claimed any usage."]), as_json=as_json)


@claims.command("decide")
def decide_claim(
    claim: Named,
    decision: Annotated[str, typer.Argument(help="accept or reject.")],
    house: HouseFolder,
    by: By,
    said: Said,
    as_json: AsJson = False,
) -> None:
    """Accept a claim or reject it, and say why; register the deployment afterwards."""
    place = yesand.open(house).place
    from yesand.royalties.claiming import services

    if decision not in {"accept", "reject"}:
        raise BadInput("Accept it or reject it", where=decision[:20])
    row = services.claim_named(claim)
    services.decide(place, row, decision == "accept", said, producer(by))
    tell({"claim": row.digest, "decision": decision}, f"{row}: {decision}ed.", as_json=as_json)


def _decide(payee: str, house: Any, by: str, approved: bool, as_json: bool) -> None:
    place = yesand.open(house).place
    from yesand.royalties.reassigning import services

    row = services.proposal_named(payee)
    services.decide(place, row, approved, producer(by))
    said = f"{row}: {'corrected in the books' if approved else 'turned down'}."
    tell({**_proposal(row), "approved": approved}, said, as_json=as_json)


def _told(row: Dispute) -> dict[str, Any]:
    return {
        "digest": row.digest,
        "performer": row.performer.handle,
        "period": row.statement.settlement.period,
        "line": row.line + 1,
        "state": row.state.value,
        "held": str(row.held),
        "due": stamp(row.last.due) if row.last.due else None,
    }


def _line(row: Dispute, *, overdue: bool = False) -> str:
    told = _told(row)
    due = f", answer due {told['due'][:10]}" if told["due"] else ""
    late = " (overdue)" if overdue else ""
    return (
        f"{row.digest[:12]}  {told['performer']}, line {told['line']} of {told['period']}: "
        f"{told['state']}, {told['held']} held{due}{late}"
    )


def _proposal(row: Reassignment) -> dict[str, Any]:
    return {
        "digest": row.digest,
        "wrong": row.wrong.handle,
        "right": row.right.handle,
        "currency": row.currency,
        "micro": row.micro,
        "reason": row.reason,
        "state": _decided(row, "approved", "turned down"),
    }


def _decided(row: Any, yes: str, no: str) -> str:
    made = getattr(row, "decision", None)
    if made is None:
        return "waits"
    return yes if getattr(made, "approved", getattr(made, "accepted", False)) else no
