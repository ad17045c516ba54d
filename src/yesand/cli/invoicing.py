"""``yesand invoices`` and ``receivables``: what licensees owe, and what came in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, table, tell
from yesand.cli.payouts import producer
from yesand.cli.signing import By
from yesand.kernel import durable
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput
from yesand.kernel.money import MICRO, Money, exponent

group = typer.Typer(no_args_is_help=True, help="Bill licensees, and see what is open.")
Number = Annotated[str, typer.Argument(help="The invoice, e.g. INV-2026-00007.")]


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.add_typer(group, name="invoices")
    app.command("receivables")(receivables)


@group.command()
def issue(
    period: Annotated[str, typer.Argument(help="A settled month, e.g. 2026-10.")],
    house: HouseFolder,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Issue the invoices of a settled month; issued before, they stay as they are."""
    place = yesand.open(house).place
    from yesand.royalties.invoicing import services

    producer(by)
    made = services.issue(place, Period.parse(period))
    today = place.clock.now().date()
    rows = [_told(row, today) for row in made]
    lines = [_line(row) for row in rows] or [f"Nobody owes anything for {period}."]
    tell({"period": period, "invoices": rows}, *lines, as_json=as_json)


@group.command("list")
def list_(house: HouseFolder, as_json: AsJson = False) -> None:
    """List invoices, the newest first, each with how it stands."""
    place = yesand.open(house).place
    from yesand.royalties.models import Invoice

    today = place.clock.now().date()
    found = Invoice.objects.select_related("licensee", "settlement").prefetch_related("reminders")
    rows = [_told(row, today) for row in found]
    lines = [_line(row) for row in rows] or ["No invoice yet."]
    tell({"invoices": rows}, *lines, as_json=as_json)


@group.command()
def show(
    number: Number,
    house: HouseFolder,
    pdf: Annotated[Path | None, typer.Option(help="Write it as PDF.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json-file", help="Write it as JSON.")] = None,
    language: Annotated[str, typer.Option(help="Of the PDF: en or de.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show one invoice, line by line; write it out."""
    place = yesand.open(house).place
    from yesand.royalties.invoicing import documents, services
    from yesand.royalties.invoicing.wording import words

    row = services.invoice_named(number)
    bill = services.bill_of(row)
    if pdf is not None:
        made = documents.pdf(place.cache, bill, row.digest, place.origin, language)
        durable.write(pdf, made)
    if json_file is not None:
        durable.write(json_file, documents.signed_json(row.envelope))
    told = words(bill, row.digest, place.origin)
    lines = [f"{told['title']}: {told['payable']['amount']}, due on {bill.due_on}"]
    lines += [f"  {x['title']}, {x['subtitle']}: {x['amount']}" for x in told["lines"]]
    lines += [f"{x['label']}: {x['amount']}" for x in told["sums"]]
    files = [f"{path}" for path in (pdf, json_file) if path is not None]
    result = {**bill.model_dump(mode="json"), "open_micro": row.open.micro, "files": files}
    tell(result, *lines, *filter(None, [bill.mentions]), *files, as_json=as_json)


@group.command()
def bill(
    whose: Annotated[str, typer.Argument(help="house, or a licensee's short name.")],
    house: HouseFolder,
    by: By,
    name: Annotated[str, typer.Option(help="Its name in law.")],
    address: Annotated[str, typer.Option(help="Its address; lines parted by ;")],
    country: Annotated[str, typer.Option(help="Two letters, e.g. DE.")],
    vat_id: Annotated[str, typer.Option(help="Its VAT number, e.g. DE123456789.")] = "",
    terms: Annotated[int, typer.Option(help="Days until an invoice is due.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Keep how the house or a licensee is named on invoices, and its terms."""
    place = yesand.open(house).place
    from yesand.people.services import organisation
    from yesand.royalties.invoicing.billing.services import keep

    kept = keep(
        place,
        None if whose == "house" else organisation(whose),
        producer(by),
        name=name,
        address=address.replace(";", "\n"),
        country=country,
        vat_id=vat_id,
        terms=terms,
    )
    tell({"whose": whose, "name": kept.name, "country": kept.country}, str(kept), as_json=as_json)


@group.command()
def tax(
    country: Annotated[str, typer.Argument(help="Two letters, e.g. DE.")],
    percent: Annotated[str, typer.Argument(help="The standard rate of VAT, e.g. 19.")],
    house: HouseFolder,
    by: By,
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="From which day on.")],
    as_json: AsJson = False,
) -> None:
    """Enter a country's rate of VAT from a day on, signed and logged."""
    place = yesand.open(house).place
    from yesand.royalties.invoicing.billing.services import set_rate

    made = set_rate(place, country, _ppm(percent), since.date(), producer(by))
    result = {"country": made.country, "ppm": made.ppm, "since": str(made.since)}
    tell(result, str(made), as_json=as_json)


@group.command()
def remind(house: HouseFolder, as_json: AsJson = False) -> None:
    """Send every reminder whose time has come; the worker does the same."""
    place = yesand.open(house).place
    from yesand.royalties.invoicing.reminding.services import remind as sending

    sent = sending(place)
    tell({"sent": sent}, f"{sent} sent.", as_json=as_json)


def receivables(
    house: HouseFolder,
    csv: Annotated[Path | None, typer.Option(help="Write it as CSV.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what licensees owe by invoices, by how many days ago it was due."""
    place = yesand.open(house).place
    from yesand.royalties.invoicing.aging import BUCKETS, as_csv
    from yesand.royalties.invoicing.reminding.services import receivables as open_by_age

    rows = open_by_age(place.clock.now().date())
    if csv is not None:
        durable.write(csv, as_csv(rows).encode())
    if rows and not as_json:
        columns = ["licensee", *(f">{name}" for name in (*BUCKETS, "in all"))]
        shown = [
            [r.licensee, *(_money(r.currency, n) for n in (*r.buckets, r.total))] for r in rows
        ]
        table("Receivables", columns, shown)
    told = [
        {
            "licensee": r.licensee,
            "currency": r.currency,
            **dict(zip(BUCKETS, r.buckets, strict=True)),
            "total_minor": r.total,
        }
        for r in rows
    ]
    said = f"{len(rows)} open accounts." if rows else "Nothing is open."
    tell({"receivables": told}, said, *([str(csv)] if csv else []), as_json=as_json)


def _told(row: Any, today: Any) -> dict[str, Any]:
    return {
        "number": str(row),
        "digest": row.digest,
        "licensee": row.licensee.slug,
        "period": row.settlement.period,
        "total": str(row.total),
        "open": str(row.open),
        "due_on": str(row.due_on),
        "state": row.standing(today).value,
    }


def _line(told: dict[str, Any]) -> str:
    return (
        f"{told['number']}  {told['licensee']}, {told['period']}: {told['total']}, "
        f"{told['open']} open, due on {told['due_on']}, {told['state']}"
    )


def _money(currency: str, minor: int) -> str:
    return str(Money(currency, minor * (MICRO // 10 ** exponent(currency))))


def _ppm(percent: str) -> int:
    try:
        ppm = Decimal(percent.strip().removesuffix("%")) * 10_000
    except InvalidOperation:
        ppm = Decimal(-1)
    if not ppm.is_finite() or ppm != ppm.to_integral_value() or not 0 <= ppm <= MICRO:
        raise BadInput("A rate is from 0 to 100 per cent", where=percent[:20])
    return int(ppm)
