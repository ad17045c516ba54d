"""A statement as it is compared with the oracle's."""

from __future__ import annotations

from collections.abc import Mapping

from yesand.royalties.deducted import AdvanceAccount, Deduction
from yesand.royalties.lines import Line
from yesand.royalties.simulating.picture import AdvanceSeen, LineSeen, StatementSeen, TakenSeen
from yesand.royalties.statement import Statement


def statement_seen(made: Statement, names: Mapping[str, str]) -> StatementSeen:
    """Return a statement in names: ``names`` are agreements' and models' by their digests."""
    return StatementSeen(
        lines=tuple(_line(line, names) for line in made.lines),
        taken=tuple(_taken(deduction, names) for deduction in made.deductions),
        advances=tuple(_advance(account, names) for account in made.accounts),
        least_micro=made.least_payout_micro,
        held_micro=made.held_micro,
        released_micro=made.released_micro,
        brought_micro=made.brought_forward_micro,
        total_micro=made.total_micro,
        contributions_micro=made.contributions_micro,
        payable_minor=made.payable_minor,
        carried_micro=made.carried_micro,
    )


def _line(line: Line, names: Mapping[str, str]) -> LineSeen:
    return LineSeen(
        via=names[line.via] if line.via else "",
        kind=line.kind.value,
        licensee=line.licensee,
        agreement=names[line.agreement],
        deployment=line.deployment or "",
        month=line.usage_period or "",
        unit=line.unit or "",
        realtime=bool(line.realtime),
        quantity=-1 if line.quantity is None else line.quantity,
        share_ppb=-1 if line.share_ppb is None else line.share_ppb,
        micro=line.micro,
        earned_in=line.earned_in or "",
        corrects="" if line.corrects is None else ("back" if line.corrects.reverses else "right"),
        of="" if line.corrects is None else line.corrects.month or "",
    )


def _taken(one: Deduction, names: Mapping[str, str]) -> TakenSeen:
    return TakenSeen(
        kind=one.kind.value,
        account=one.account,
        agreement=names[one.agreement],
        base=one.base_micro,
        rate_ppm=one.rate_ppm,
        micro=one.micro,
    )


def _advance(one: AdvanceAccount, names: Mapping[str, str]) -> AdvanceSeen:
    return AdvanceSeen(
        payer=one.payer,
        name=one.name,
        agreement=names.get(one.agreement, ""),
        granted=one.granted_micro,
        opening=one.opening_micro,
        paid=one.paid_micro,
        recouped=one.recouped_micro,
        closing=one.closing_micro,
        over=one.over_micro,
        since=one.granted_in or "",
    )
