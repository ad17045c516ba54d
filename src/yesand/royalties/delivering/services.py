"""Taking a licensee's own delivery in: its deployments only, each event once for ever."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yesand.kernel.clock import Period
from yesand.kernel.errors import Refused, TooLarge
from yesand.kernel.ids import digest_file, digest_of
from yesand.kernel.place import Place
from yesand.people.models import Organisation, User
from yesand.royalties.delivering.upload import MOST_UNPACKED
from yesand.royalties.lines import REVENUE
from yesand.royalties.models import Delivery, UsageBatch
from yesand.royalties.months import Chart, counted, drawn
from yesand.training.models import Deployment

if TYPE_CHECKING:
    from yesand.royalties.metering.services import MeterReport
    from yesand.royalties.totals import Held

#: Bytes of one organisation's bad rows that are kept, unless ``YESAND_QUARANTINE_MAX`` says else.
MOST_APART = 1_000_000_000
#: How many bad rows a delivery's own page shows; all of them lie in its quarantine file.
SHOWN = 200


def deliver(place: Place, by: Organisation, user: User, path: Path) -> Delivery:
    """Meter a file of events of an organisation's deployments, and keep what became of each.

    An event that names anybody else's deployment, or one that is not known, is put apart and can
    be delivered again. The same file with the same outcome is the same delivery.

    Raises
    ------
    BadInput : the file is empty, damaged or unpacks to too much; nothing of it was taken.
    TooLarge : too much of the organisation's lies in quarantine already.
    Refused : the organisation has nothing in service to deliver for.
    """
    from yesand.royalties.metering.services import meter  # DuckDB and Ibis take long to load

    mine = own_deployments(by)
    sent = digest_file(path)
    if not Delivery.objects.filter(sent=sent, licensee=by).exists():
        check_quarantine(place, by)
    made = []
    meter(
        place,
        path,
        deployments=mine,
        most=MOST_UNPACKED,
        then=lambda report: made.append(record(place, by, user, sent, report)),
    )
    return made[0]


def own_deployments(by: Organisation) -> frozenset[str]:
    """Return the names of an organisation's deployments.

    Raises
    ------
    Refused : it has none.
    """
    mine = frozenset(Deployment.objects.filter(licensee=by).values_list("name", flat=True))
    if not mine:
        raise Refused(
            "No deployment of yours is registered",
            where=by.slug,
            remedy="Put a model in service first; its usage is delivered under its name.",
        )
    return mine


def in_quarantine(place: Place, by: Organisation) -> int:
    """Return how many bytes of an organisation's rows lie apart, because they could not count."""
    told = Delivery.objects.filter(licensee=by).values_list("told__quarantine", flat=True)
    files = (place.usage / "quarantine" / name for name in set(told) if name)
    return sum(file.stat().st_size for file in files if file.exists())


def check_quarantine(place: Place, by: Organisation) -> None:
    """Let an organisation send more only while its rows in quarantine are few enough.

    Raises
    ------
    TooLarge : too much of it lies there already.
    """
    most = int(os.environ.get("YESAND_QUARANTINE_MAX", MOST_APART))
    held = in_quarantine(place, by)
    if held >= most:
        raise TooLarge(
            f"{held:,} bytes of your rows lie in quarantine; {most:,} may",
            where=by.slug,
            remedy="Nothing of this was taken. See in your deliveries why, mend what makes such "
            "rows, have them cleared by whoever keeps this house, and send this again.",
        )


def waiting_usage(place: Place, licensees: frozenset[int]) -> list[Held]:
    """Return the usage in escrow of organisations' own deployments."""
    from yesand.royalties.metering.services import escrow  # likewise

    names = set(Deployment.objects.filter(licensee__in=licensees).values_list("name", flat=True))
    return [held for held in escrow(place) if held.deployment in names] if names else []


def use_by_month(place: Place, deployment: Deployment) -> list[Chart]:
    """Return a deployment's use of the last twelve months, a chart a unit."""
    from yesand.royalties.metering.services import use_of  # likewise

    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in use_of(place, deployment.name):
        found.setdefault((row.unit, row.currency or ""), {})[row.period] = row.quantity
    last = Period.of(place.clock.now())
    return [
        drawn(currency, by_month, last) if unit == REVENUE else counted(unit, by_month, last)
        for (unit, currency), by_month in sorted(found.items())
    ]


def record(place: Place, by: Organisation, user: User, sent: str, report: MeterReport) -> Delivery:
    """Keep what became of a delivery; if nothing new came of it, it is the one before."""
    before = Delivery.objects.filter(sent=sent, licensee=by).order_by("-pk").first()
    if before and not report.accepted:
        return before
    name = digest_of({"batch": report.batch, "by": by.slug, "sent": sent})
    try:
        with transaction.atomic():
            return Delivery.objects.create(
                digest=name,
                sent=sent,
                licensee=by,
                by=user,
                batch=UsageBatch.objects.get(digest=report.batch) if report.batch else None,
                accepted=report.accepted,
                repeated=report.repeated,
                quarantined=report.quarantined,
                bad_rows=report.bad_rows,
                escrowed=report.escrowed,
                told=_outcome(report),
                at=place.clock.now(),
            )
    except IntegrityError:  # the same file at the same time from elsewhere
        return Delivery.objects.get(digest=name)


def _outcome(report: MeterReport) -> dict[str, Any]:
    """Return what became of a delivery as plain JSON; of the quarantine, only the file's name."""
    told = {name: value for name, value in asdict(report).items() if name not in {"bad", "escrow"}}
    return {
        **told,
        "bad": [{"line": row.line, "reason": row.reason} for row in report.bad[:SHOWN]],
        "escrow": [
            {"deployment": h.deployment, "events": h.events, "period": h.period, "reason": h.reason}
            for h in report.escrow
        ],
        "foreign_fields": list(report.foreign_fields),
        "quarantine": Path(report.quarantine).name if report.quarantine else None,
    }
