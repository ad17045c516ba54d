"""``yesand books``: the ledger as of a day, an account's history, and the ledger as Beancount."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date
from pathlib import Path
from typing import Annotated, Any

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, table, tell
from yesand.kernel.clock import stamp
from yesand.kernel.money import Money

#: What is shown of a posting.
_SHOWN = (
    "transaction__at",
    "transaction__memo",
    "currency",
    "micro",
    "running",
    "transaction_id",
    "transaction__entry_id",
    "transaction__effective",
    "transaction__verb",
    "transaction__follows",
)


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("books")(books)


def books(
    house: HouseFolder,
    account: Annotated[
        str | None, typer.Argument(help="An account's history, e.g. performer:Ada.")
    ] = None,
    as_of: Annotated[
        str, typer.Option(help="What was recorded by the end of that day (UTC), e.g. 2026-10-31.")
    ] = "",
    effective: Annotated[
        str, typer.Option(help="What counts from that day (UTC) or before, e.g. 2026-10-31.")
    ] = "",
    beancount: Annotated[Path | None, typer.Option(help="Write the ledger for Beancount.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the trial balance, or one account posting by posting; write the ledger out."""
    place = yesand.open(house).place
    from yesand.royalties.books.exporting.services import write_beancount
    from yesand.royalties.books.history.services import account_named, day, history

    upto, counting = day(as_of), day(effective)
    if beancount is not None:
        made = write_beancount(place, beancount, upto)
        counts = {n: getattr(made, n) for n in ("transactions", "postings", "assertions")}
        said = ", ".join(f"{number:,} {what}" for what, number in counts.items())
        tell({"file": str(beancount), **counts}, f"{beancount}: {said}", as_json=as_json)
    elif account is not None:
        postings = history(account_named(account), upto, counting).values(*_SHOWN)
        _history(postings, account, as_json=as_json)
    else:
        _balances(upto, counting, as_json=as_json)


def _balances(as_of: date | None, effective: date | None, *, as_json: bool) -> None:
    from yesand.royalties.books.services import trial_balance

    found = trial_balance(as_of, effective)
    rows = [(name, Money(code, int(n))) for name, sums in found.items() for code, n in sums.items()]
    if rows and not as_json:
        table("Trial balance", ["account", ">debit", ">credit"], [_sides(*row) for row in rows])
    result = {
        "as_of": as_of,
        "effective": effective,
        "accounts": [{"account": n, "currency": m.currency, "micro": m.micro} for n, m in rows],
    }
    said = "Every currency adds up to nothing." if rows else "Nothing was posted."
    tell(result, said, as_json=as_json)


def _sides(name: str, money: Money) -> list[str]:
    shown = money if money.micro >= 0 else -money
    return [name, *((shown.to_the_last(), "") if money.micro >= 0 else ("", shown.to_the_last()))]


def _history(postings: Iterable[Mapping[str, Any]], account: str, *, as_json: bool) -> None:
    told = [_told(posting) for posting in postings]
    if told and not as_json:
        columns = ["recorded", "counts from", "what", ">amount", ">balance", "record"]
        shown = [
            [
                row["at"][:16].replace("T", " "),
                row["effective"],
                row["memo"],
                Money(row["currency"], row["micro"]).to_the_last(),
                Money(row["currency"], row["balance_micro"]).to_the_last(),
                row["record"][:12],
            ]
            for row in told
        ]
        table(account, columns, shown)
    number = f"{len(told):,} posting{'' if len(told) == 1 else 's'}"
    said = f"{number}; positive is debit, negative is what the house owes."
    tell({"account": account, "postings": told}, said, as_json=as_json)


def _told(posting: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": stamp(posting["transaction__at"]),
        "effective": (
            posting["transaction__effective"] or posting["transaction__at"].astimezone(UTC).date()
        ).isoformat(),
        "verb": posting["transaction__verb"] or "transfer",
        "follows": posting["transaction__follows"],
        "memo": posting["transaction__memo"],
        "currency": posting["currency"],
        "micro": posting["micro"],
        "balance_micro": posting["running"],
        "record": posting["transaction_id"],
        "entry": posting["transaction__entry_id"],
    }
