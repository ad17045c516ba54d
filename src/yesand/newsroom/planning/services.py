"""Planning a publication, altering and cancelling the plan, and carrying it out when it is due.

Until the worker has published it there is no version, and feeds and pages show versions alone. The
task waits in the registry's queue, so a restart loses nothing; it publishes in one transaction with
the plan's own end, so a worker that dies in the middle has done nothing, and the next does it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from yesand.kernel.errors import BadInput, Refused, YesAndError
from yesand.kernel.place import Place
from yesand.meetings.wall import zone_of
from yesand.newsroom import services
from yesand.newsroom.models import Article, Plan
from yesand.newsroom.planning.tasks import publish_due
from yesand.people.models import User

#: So far ahead may be planned.
FARTHEST = timedelta(days=730)


def plan(
    place: Place, article: Article, by: User, at: datetime, zone: str, correction: str = ""
) -> Plan:
    """Have an approved draft published at a moment. Another plan that waits gives way to it.

    Parameters
    ----------
    zone : the IANA zone in which the moment was chosen, for those who read of it.
    correction : what readers are told has changed; a version after the first needs it.

    Raises
    ------
    Refused : no producer, or nobody approved exactly this.
    BadInput : the moment has passed or is too far off; no such zone; no word of what has changed.
    """
    services.producing(by)
    zone_of(zone)
    _within(place, at)
    with transaction.atomic():
        held = services.hold(article)
        if held.state != Article.State.APPROVED or held.approved != _says(held):
            raise Refused("Nobody has approved this draft as it stands", remedy="Approve it first.")
        if not correction.strip() and held.versions.exists():
            raise BadInput(
                "Say what has changed", where="correction", remedy="Readers are shown it."
            )
        told = {"at": at, "zone": zone, "correction": correction.strip()[:2000]}
        same = held.plans.filter(state=Plan.State.WAITING, **told).first()
        if same is not None:
            return same
        services.void(held, "Another moment was chosen")
        now = place.clock.now()
        made = held.plans.create(approved=held.approved, made_by=by, made_at=now, **told)
        publish_due.using(run_after=at).enqueue(made.pk)
    return made


def cancel(place: Place, article: Article, by: User) -> bool:
    """Cancel the plan that waits; tell whether there was one.

    Raises
    ------
    Refused : no producer.
    """
    services.producing(by)
    with transaction.atomic():
        return bool(services.void(services.hold(article), "It was cancelled"))


def carry_out(place: Place, plan_id: int) -> str:
    """Publish what a plan says, if it still stands; return what became of it."""
    with transaction.atomic():
        found = Plan.objects.select_for_update().filter(pk=plan_id).first()
        if found is None or found.state != Plan.State.WAITING:
            return "nothing waits"
        if found.at > place.clock.now():  # the clock was set back since it was taken in hand
            publish_due.using(run_after=found.at).enqueue(plan_id)
            return "not due"
        try:
            with transaction.atomic():
                _publish(place, found)
        except YesAndError as fault:
            found.state, found.said = Plan.State.FAILED, str(fault)[:2000]
            found.save(update_fields=["state", "said"])
            return f"failed: {found.said}"
    return "published"


def _publish(place: Place, found: Plan) -> None:
    held = services.hold(found.article)
    if held.approved != found.approved or _says(held) != found.approved:
        raise Refused("The draft is no longer what was approved")
    if found.made_by is None:
        raise Refused("Whoever planned it is no longer here")
    # Its end first: publishing gives up whatever still waits.
    Plan.objects.filter(pk=found.pk).update(state=Plan.State.PUBLISHED)
    services.publish(place, held, found.made_by, found.correction)


def _says(held: Article) -> str:
    return services.content_of(held).digest


def _within(place: Place, at: datetime) -> None:
    now = place.clock.now()
    if at <= now:
        raise BadInput("That moment has passed", where="moment", remedy="Publish it now instead.")
    if at - now > FARTHEST:
        raise BadInput("That is more than two years off", where="moment", remedy="Choose a nearer.")
