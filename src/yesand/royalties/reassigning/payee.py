"""What a line that went to the wrong performer moves, and what is signed of it."""

from __future__ import annotations

from typing import Any

from yesand.kernel.errors import BadInput, Refused
from yesand.royalties.ledger import Draft, Side, performer_account
from yesand.royalties.lines import Line

PROPOSED = "application/vnd.yes-and.payee-proposed+json"
DECIDED = "application/vnd.yes-and.payee-decided+json"
#: How the ids of these transactions begin.
PREFIX = "payee."
LONGEST = 500


def check_amount(micro: int, line: int, moved: int) -> None:
    """Check that no more of a line is moved than it holds.

    Parameters
    ----------
    line : the line's amount. moved : what of it was moved, or waits to be.

    Raises
    ------
    BadInput : nothing, or less. Refused : more than is left of the line.
    """
    if micro <= 0:
        raise BadInput("There is nothing to move", where="amount")
    if micro > line - moved:
        raise Refused(
            f"Of that line {max(0, line - moved):,} micro-units are left to move", where="amount"
        )


def about(line: Line, period: str) -> str:
    """Return the settled month that a line of a month's statement is of, or puts right."""
    return (line.corrects.month if line.corrects else None) or period


def drafted(digest: str, wrong: str, right: str, currency: str, micro: int) -> Draft:
    """Return the correcting transaction: the wrong performer debited, the right one credited."""
    sides = (
        Side(performer_account(wrong), currency, micro),
        Side(performer_account(right), currency, -micro),
    )
    memo = f"wrong payee {digest[:12]}: corrected"
    return Draft(f"{PREFIX}{digest[:40]}", memo, sides, follows=digest)


def payload(
    statement: str,
    line: int,
    wrong: str,
    right: str,
    currency: str,
    micro: int,
    reason: str,
    at: str,
) -> dict[str, Any]:
    """Return what is signed of a proposal.

    Parameters
    ----------
    wrong, right : the performers' public keys (hex), so that the log alone tells whose it is.
    """
    return {
        "at": at,
        "currency": currency,
        "line": line,
        "micro": micro,
        "reason": reason,
        "right": right,
        "statement": statement,
        "wrong": wrong,
    }


def decision(proposal: str, approved: bool, at: str) -> dict[str, Any]:
    """Return what is signed of a decision."""
    return {"approved": approved, "at": at, "proposal": proposal}
