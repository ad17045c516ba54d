"""Estimates in a settlement: stated as its usage, and checked against what was signed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from yesand.kernel.errors import CheckFailed
from yesand.royalties.facts import Settled, UsageTotal

#: What makes two rows of usage be about the same.
_SAME = ("unit", "currency", "realtime")


def row(total: Mapping[str, Any], estimate: str, about: Mapping[str, str]) -> UsageTotal:
    """Return an estimate's total as a settlement states it.

    Parameters
    ----------
    about : the deployment, its model, its licensee and the month (``usage_period``).
    """
    return UsageTotal(
        unit=total["unit"],
        currency=total["currency"] or None,
        realtime=total["realtime"],
        quantity=total["quantity"],
        events=0,
        estimate=estimate,
        **about,
    )


def rows_of(settled: Settled, estimate: str) -> list[UsageTotal]:
    """Return the rows of a settlement that rest on an estimate."""
    return [row for row in settled.usage if row.estimate == estimate]


def check_stated(signed: Mapping[str, Any], estimate: str, months: Iterable[Settled]) -> None:
    """Check that settlements state an estimate as it was signed, and that one does.

    Raises
    ------
    CheckFailed : they do not.
    """
    about = {"deployment": signed["deployment"], "usage_period": signed["period"]}
    kept = [{n: total[n] or None for n in (*_SAME, "quantity")} for total in signed["totals"]]
    found = [rows for rows in (rows_of(month, estimate) for month in months) if rows]
    for rows in found:
        stated = [{n: getattr(r, n) or None for n in (*_SAME, "quantity")} for r in rows]
        named = [{n: getattr(r, n) for n in about} for r in rows]
        if stated != kept or named != [about] * len(rows):
            raise CheckFailed("The settlement states another estimate", where=estimate[:12])
    if not found:
        raise CheckFailed("No settlement rests on the estimate", where=estimate[:12])
