"""``yesand rater-pay``: what a rating is worth, and paying raters for a month."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, styled, table, tell
from yesand.cli.payouts import producer
from yesand.cli.signing import By
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput
from yesand.kernel.money import MICRO, Money

group = typer.Typer(no_args_is_help=True, help="What a rating is worth, and what raters are paid.")


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.add_typer(group, name="rater-pay")


@group.command()
def rate(
    amount: Annotated[str, typer.Argument(help="For one answer, e.g. 0.12.")],
    house: HouseFolder,
    by: By,
    since: Annotated[str, typer.Option("--from", help="The first day (UTC), e.g. 2026-11-01.")],
    currency: Annotated[str, typer.Option(help="The currency.")] = "EUR",
    payer: Annotated[str, typer.Option(help="Whose account is debited.")] = "producer",
    as_json: AsJson = False,
) -> None:
    """Set what a rating is worth from a day on, signed; the same again changes nothing."""
    place = yesand.open(house).place
    from yesand.royalties.raters.services import set_rate

    told = {"currency": currency.upper(), "effective": since, "micro": _micro(amount)}
    made = set_rate(place, {**told, "payer": payer}, producer(by))
    result = {**told, "payer": payer, "version": made.version, "record": made.digest}
    tell(
        {**result, "entry": made.entry_id},
        styled("Version {}: [bold]{}[/]", str(made.version), str(made)),
        as_json=as_json,
    )


@group.command()
def month(
    period: Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> None:
    """Pay all that was judged by a month's end, each answer once; again changes nothing."""
    place = yesand.open(house).place
    from yesand.royalties.raters.services import pay_raters, unpaid

    over = Period.parse(period)
    made = pay_raters(place, over)
    _, without = unpaid(over)
    rows = [
        (row.rater.name, f"{row.answers:,}", str(Money(row.currency, row.micro))) for row in made
    ]
    if made and not as_json:
        table(f"Raters paid for {over}", ["rater", ">answers", ">credited"], rows)
    said = f"{over}: {len(made):,} paid; {without:,} answers were given before there was a rate"
    paid = [
        {"rater": name, "answers": row.answers, "currency": row.currency, "micro": row.micro}
        for row, (name, *_) in zip(made, rows, strict=True)
    ]
    tell({"period": period, "paid": paid, "without_rate": without}, said, as_json=as_json)


@group.command("list")
def list_(house: HouseFolder, as_json: AsJson = False) -> None:
    """List the rates, and what each rater was paid, with their account in the books."""
    yesand.open(house)
    from yesand.royalties.models import RaterPay, RaterRate
    from yesand.royalties.raters.rate import rater_account

    rates = list(RaterRate.objects.select_related("payer").order_by("version"))
    pays = list(RaterPay.objects.select_related("rater").order_by("period", "entry_id"))
    if not as_json and rates:
        shown = [(str(r.version), str(r), r.payer.slug) for r in rates]
        table("Rates", [">version", "rate", "paid by"], shown)
    if not as_json and pays:
        paid = [(p.period, p.rater.name, f"{p.answers:,}", str(Money(p.currency, p.micro)),
                 rater_account(p.rater.pseudonym.hex)) for p in pays]  # fmt: skip
        table("Paid", ["month", "rater", ">answers", ">credited", "account"], paid)
    told = {
        "rates": [
            {"version": r.version, "effective": f"{r.effective}", "currency": r.currency,
             "micro": r.micro, "payer": r.payer.slug} for r in rates
        ],
        "paid": [
            {"period": p.period, "rater": p.rater.name, "answers": p.answers,
             "currency": p.currency, "micro": p.micro, "record": p.digest,
             "account": rater_account(p.rater.pseudonym.hex)} for p in pays
        ],
    }  # fmt: skip
    tell(told, "" if rates else "No rate is set: yesand rater-pay rate", as_json=as_json)


def _micro(amount: str) -> int:
    """Return an amount in micro-units, to the last of six digits.

    Raises
    ------
    BadInput : no amount, none above nothing, or finer than that.
    """
    try:
        micro = Decimal(amount) * MICRO
    except InvalidOperation as fault:
        raise BadInput(f"{amount[:40]!r} is no amount", remedy="Write it as 0.12.") from fault
    if not micro.is_finite() or micro <= 0 or micro != micro.to_integral_value():
        raise BadInput(f"{amount[:40]!r} is no amount of whole micro-units above nothing")
    return int(micro)
