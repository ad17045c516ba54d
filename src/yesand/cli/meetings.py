"""``yesand meetings``: what is booked."""

from __future__ import annotations

from typing import Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, table, tell
from yesand.kernel.clock import stamp


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("meetings")(meetings)


def meetings(
    house: HouseFolder,
    everything: Annotated[
        bool, typer.Option("--all", help="The past and the cancelled ones, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the meetings that are booked and still to come."""
    now = yesand.open(house).place.clock.now()
    from yesand.meetings.calendars.services import name_of
    from yesand.meetings.models import Meeting

    rows = Meeting.objects.prefetch_related("attendances__user").order_by("starts_at", "id")
    if not everything:
        rows = rows.filter(ends_at__gt=now, state=Meeting.State.BOOKED)
    listed = [
        {
            "uid": str(row.uid),
            "starts_at": stamp(row.starts_at),
            "ends_at": stamp(row.ends_at),
            "kind": row.kind,
            "title": row.title,
            "state": row.state,
            "people": [name_of(a.user) for a in row.attendances.all()],
        }
        for row in rows
    ]
    if as_json or not listed:
        tell({"meetings": listed}, "Nothing is booked.", as_json=as_json)
        return
    columns = ["starts (UTC)", "ends", "kind", "title", "state", "people"]
    shown = [
        (m["starts_at"], m["ends_at"], m["kind"], m["title"], m["state"], ", ".join(m["people"]))
        for m in listed
    ]
    table("Meetings", columns, shown)
