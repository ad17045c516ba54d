"""A statement as it is compared with the oracle's."""

from __future__ import annotations

from collections.abc import Mapping

from yesand.royalties.lines import Line
from yesand.royalties.simulating.picture import LineSeen, StatementSeen
from yesand.royalties.statement import Statement


def statement_seen(made: Statement, names: Mapping[str, str]) -> StatementSeen:
    """Return a statement in names: ``names`` are agreements' by their digests."""
    return StatementSeen(
        lines=tuple(_line(line, names) for line in made.lines),
        brought_micro=made.brought_forward_micro,
        total_micro=made.total_micro,
        contributions_micro=made.contributions_micro,
        payable_minor=made.payable_minor,
        carried_micro=made.carried_micro,
    )


def _line(line: Line, names: Mapping[str, str]) -> LineSeen:
    return LineSeen(
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
    )
