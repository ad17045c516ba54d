"""What the page of a plan sends: a day and a time on the wall of a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.http import QueryDict

from yesand.kernel.errors import BadInput
from yesand.meetings.wall import moment, moments, which, zone_of
from yesand.newsroom.models import Plan

FIELDS = ("day", "time", "zone", "which", "correction")


def empty(zone: str, plan: Plan | None) -> dict[str, str]:
    """Return what the form shows at first: the plan that waits, or nothing but the zone."""
    if plan is None:
        return {**dict.fromkeys(FIELDS, ""), "zone": zone}
    there = plan.at.astimezone(zone_of(plan.zone))
    said = which(plan.at, zone_of(plan.zone))
    return {
        "day": f"{there:%Y-%m-%d}",
        "time": f"{there:%H:%M}",
        "zone": plan.zone,
        "which": "" if said is None else str(said),
        "correction": plan.correction,
    }


def sent(form: QueryDict) -> dict[str, str]:
    """Return what was typed, exactly."""
    return {name: form.get(name, "").replace("\x00", "") for name in FIELDS}


def read(fields: dict[str, str]) -> datetime:
    """Return the moment that is meant, in UTC.

    Raises
    ------
    BadInput : no day or time, or clocks skip it, or show it twice and nobody said which is meant.
    """
    said = fields["which"]
    found = moment(
        _wall(fields), zone_of(fields["zone"]), int(said) if said in {"0", "1"} else None
    )
    return found.astimezone(UTC)


def is_twice(fields: dict[str, str]) -> bool:
    """Tell whether clocks show that time twice, so that the page asks which is meant."""
    try:
        return len(moments(_wall(fields), zone_of(fields["zone"]))) == 2
    except BadInput:
        return False


def _wall(fields: dict[str, str]) -> datetime:
    at = fields["time"][:5]
    try:
        return datetime.combine(date.fromisoformat(fields["day"]), time.fromisoformat(at))
    except ValueError as fault:
        raise BadInput("Choose a day and a time", where="moment") from fault
