"""``yesand payouts``: from what is owed to what the bank confirms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, table, tell
from yesand.cli.signing import By, proven
from yesand.kernel import durable
from yesand.kernel.errors import Refused
from yesand.kernel.money import Money

if TYPE_CHECKING:
    from yesand.people.models import User

group = typer.Typer(no_args_is_help=True, help="Pay performers: prepare, approve, confirm.")
Currency = Annotated[str, typer.Argument(help="The currency, e.g. EUR.")]
Run = Annotated[str, typer.Argument(help="The run, e.g. EUR-1.")]
Payee = Annotated[str, typer.Argument(help="The account in the ledger, e.g. performer:Ada.")]


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.add_typer(group, name="payouts")


def producer(by: str) -> User:
    """Return the account of a producer who proves that they are that person.

    Raises
    ------
    Refused : not proven, or no producer.
    """
    from yesand.people.models import Seat

    user = proven(by)
    if not Seat.objects.filter(user=user, role=Seat.Role.PRODUCER).exists():
        raise Refused("Only a producer may do this", where=by)
    return user


@group.command()
def due(currency: Currency, house: HouseFolder, as_json: AsJson = False) -> None:
    """Show what a run would pay now, and what it would hold back and why."""
    place = yesand.open(house).place
    from yesand.royalties.paying.phases import micro_of
    from yesand.royalties.paying.running.services import proposal

    code = currency.upper()
    plan = proposal(place, code)
    pays = [[i.account, str(Money(code, micro_of(code, i.minor)))] for i in plan.items]
    held = [[h.account, str(Money(code, h.micro)), h.reason.value, h.said] for h in plan.held]
    if not as_json and pays:
        table("Payable", ["payee", ">amount"], pays)
    if not as_json and held:
        table("Held back", ["payee", ">owed", "why", ""], held)
    total = Money(code, micro_of(code, plan.total_minor))
    result = {"currency": code, "total": str(total), "items": pays, "held": held}
    tell(result, f"{total} to {len(pays)} payees; {len(held)} held back.", as_json=as_json)


@group.command()
def prepare(
    currency: Currency,
    house: HouseFolder,
    by: By,
    rail: Annotated[str, typer.Option(help="How it is paid: bank or stripe.")] = "bank",
    as_json: AsJson = False,
) -> None:
    """Freeze and sign what is payable now, for another person to approve."""
    place = yesand.open(house).place
    from yesand.royalties.paying.running import services

    run = services.prepare(place, currency.upper(), producer(by), rail)
    result = {"run": str(run), **services.predicate(run)}
    said = f"Run {run} waits: another producer approves it (yesand payouts approve {run})."
    tell(result, said, as_json=as_json)


@group.command()
def approve(run: Run, house: HouseFolder, by: By, as_json: AsJson = False) -> None:
    """Approve a run that another person prepared."""
    place = yesand.open(house).place
    from yesand.royalties.paying.running import services

    made = services.approve(place, services.run_named(run), producer(by))
    told = services.predicate(made)
    said = f"Approved: {len(told['sent'])} payouts, {len(told['left'])} left out."
    tell(told, said, f"Next: yesand payouts file {made.run} --out payouts.xml", as_json=as_json)


@group.command()
def cancel(run: Run, house: HouseFolder, by: By, as_json: AsJson = False) -> None:
    """End a run before anything is paid; what was owed is owed as before."""
    place = yesand.open(house).place
    from yesand.royalties.paying.running import services

    made = services.cancel(place, services.run_named(run), producer(by))
    tell(services.predicate(made), f"Cancelled: {made.run}.", as_json=as_json)


@group.command("file")
def file_(
    run: Run,
    house: HouseFolder,
    by: By,
    out: Annotated[Path, typer.Option(help="Where the file for the bank goes.")],
    as_json: AsJson = False,
) -> None:
    """Write an approved run's file for the bank (ISO 20022, pain.001.001.09)."""
    place = yesand.open(house).place
    from yesand.royalties.paying.filing.services import file_of
    from yesand.royalties.paying.running.services import run_named

    producer(by)
    durable.write(out, file_of(place, run_named(run)))
    tell({"out": str(out)}, f"The bank's file of {run}: {out}", as_json=as_json)


@group.command()
def send(run: Run, house: HouseFolder, by: By, as_json: AsJson = False) -> None:
    """Make an approved run's transfers by Stripe, and ask what became of each; again is safe."""
    place = yesand.open(house).place
    from yesand.royalties.paying.running.services import run_named
    from yesand.royalties.paying.sending.services import send as sending

    sent = sending(place, run_named(run), producer(by))
    booked = sent.file.booked if sent.file else 0
    faults = [f"{name}: {why}" for name, why in sent.faults.items()]
    said = f"{booked} newly paid, {len(faults)} not."
    tell({"booked": booked, "faults": sent.faults}, said, *faults, as_json=as_json)


@group.command()
def check(
    file: Annotated[Path, typer.Argument(help="A payment file.")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> None:
    """Tell whether a payment file is, to the byte, the one that was approved."""
    yesand.open(house)
    from yesand.royalties.paying.filing.services import check_file

    run = check_file(file.read_bytes(), str(file))
    tell({"run": str(run)}, f"That is the file of run {run}, as it was approved.", as_json=as_json)


@group.command()
def confirm(
    file: Annotated[Path, typer.Argument(help="The bank's file (camt.054 or camt.053).")],
    house: HouseFolder,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Take in what the bank tells: what left, what came back, and what fits nothing."""
    place = yesand.open(house).place
    from yesand.royalties.paying.confirming.services import take_in

    row = take_in(place, file.read_bytes(), file.name, producer(by))
    counts = {n: getattr(row, n) for n in ("booked", "returned", "repeated", "problems")}
    said = (
        f"{row.booked} paid, {row.returned} came back, {row.repeated} known already, "
        f"{row.problems} to look at."
    )
    tell({"file": row.digest, **counts}, said, as_json=as_json)


@group.command()
def account(
    payee: Annotated[str, typer.Argument(help="house, or another payee, e.g. agent:stars.")],
    house: HouseFolder,
    by: By,
    holder: Annotated[str, typer.Option(help="The account's owner as the bank knows them.")],
    iban: Annotated[str, typer.Option(help="The account's number.")] = "",
    bic: Annotated[str, typer.Option(help="The bank, if it is outside the euro area.")] = "",
    stripe: Annotated[str, typer.Option(help="A connected account at Stripe instead.")] = "",
    as_json: AsJson = False,
) -> None:
    """Keep the account that the house pays from, or where a payee without a page is paid.

    A performer's own are theirs: they give them on their page.
    """
    place = yesand.open(house).place
    from yesand.royalties.paying.banking.services import keep
    from yesand.royalties.paying.details import at_stripe, details

    if payee.startswith("performer:"):
        raise Refused(
            "A performer's bank details are theirs to give",
            where=payee,
            remedy="They, or who may for them, give them on the page `Balance`.",
        )
    given = at_stripe(holder, stripe) if stripe else details(holder, iban, bic)
    row = keep(place, payee, given, producer(by))
    tell({"payee": payee, "account": row.masked}, f"Kept: {row}", as_json=as_json)


@group.command()
def hold(
    payee: Payee,
    house: HouseFolder,
    by: By,
    reason: Annotated[str, typer.Option(help="Why; the payee's runs say it.")],
    as_json: AsJson = False,
) -> None:
    """Pay a payee nothing until it is ended; everybody else goes on being paid."""
    place = yesand.open(house).place
    from yesand.royalties.paying.payees import services

    made = services.hold(place, payee, reason, producer(by))
    tell({"payee": payee, "reason": made.reason}, str(made), as_json=as_json)


@group.command()
def release(payee: Payee, house: HouseFolder, by: By, as_json: AsJson = False) -> None:
    """Pay a payee again."""
    place = yesand.open(house).place
    from yesand.royalties.paying.payees import services

    services.release(place, payee, producer(by))
    tell({"payee": payee}, f"{payee} is paid again.", as_json=as_json)


@group.command()
def void(
    payout: Annotated[str, typer.Argument(help="The payout's end-to-end id.")],
    house: HouseFolder,
    by: By,
    reason: Annotated[str, typer.Option(help="What the bank said.")],
    as_json: AsJson = False,
) -> None:
    """Say that the bank never carried a payout out: it is owed again."""
    place = yesand.open(house).place
    from yesand.royalties.paying.running import services

    row = services.payout_named(payout)
    services.void(place, row, producer(by), reason)
    tell({"payout": payout}, f"{row.money} is owed to {row.payee} again.", as_json=as_json)
