"""Telling licensees what a suspension stops of what they hold, and that it is lifted.

It is told as a state: the latest item about a suspension lists all that it stops. So whoever joins
or leaves a union meanwhile, or signs other terms, is told by one more item, and nothing is undone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from django.db import transaction

from yesand.agreements import services as agreements
from yesand.agreements.clause import Request
from yesand.agreements.film import asked_with
from yesand.agreements.models import Lifting, Suspension
from yesand.agreements.suspending.suspension import Cause, stopping
from yesand.corpus.models import ManifestPerformer
from yesand.kernel.clock import stamp
from yesand.kernel.place import Place
from yesand.oversight.feed.entering.services import Order, enter, item_of
from yesand.oversight.feed.notice import Pause, Paused
from yesand.oversight.models import Revocation
from yesand.people.models import Organisation
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry

#: What is logged when something comes to be suspended, or no longer is.
_MOVING = (
    Kind.AGREEMENT_SIGNED,
    Kind.COLLECTIVE_SIGNED,
    Kind.MANIFEST_SIGNED,
    Kind.SUSPENSION_BEGUN,
    Kind.SUSPENSION_ENDED,
    Kind.UNION_JOINED,
    Kind.UNION_LEFT,
)
#: Suspension and licensee, by what names them.
Pair = tuple[str, int]
#: What a suspension stops of what a licensee holds.
Stopped = tuple[Paused, ...]


@dataclass(frozen=True)
class Untold:
    """What a licensee must be told of a suspension: what it stops, or that it is over."""

    licensee: Organisation
    suspension: Suspension
    stopped: Stopped
    lifting: Lifting | None = None


def tell(place: Place, licensee: Organisation | None = None) -> list[Revocation]:
    """Tell a licensee, or each of them, what suspensions stop now, and which were lifted.

    Nobody is told twice what they know. Where nothing is suspended, or nothing was logged since
    that could change what was told, it costs a question or two to the database.
    """
    if licensee is not None and _told_since(licensee):
        return []
    if not any(True for _ in _untold(licensee)):
        return []
    with transaction.atomic():
        log.wait_to_write()
        return [_enter(place, each) for each in _untold(licensee)]


def _told_since(licensee: Organisation) -> bool:
    """Tell whether nothing has moved what is suspended since a licensee was last told of it."""
    rows = Revocation.objects.filter(licensee=licensee, suspension__isnull=False)
    last = rows.order_by("-number").values_list("entry_id", flat=True).first()
    moved = Entry.objects.filter(index__gt=last or 0, kind__in=_MOVING)
    return last is not None and not moved.exists()


def _untold(licensee: Organisation | None) -> Iterator[Untold]:
    told = _told(licensee)
    if not told and not Suspension.objects.filter(lifting=None).exists():
        return
    stopped = _stopped(licensee)
    names = {*told, *stopped}
    suspensions = Suspension.objects.select_related("lifting").in_bulk({s for s, _ in names})
    licensees = Organisation.objects.in_bulk({pk for _, pk in names})
    for name, pk in sorted(names, key=lambda pair: (suspensions[pair[0]].entry_id, pair[1])):
        row, whose = suspensions[name], licensees[pk]
        before, now = told.get((name, pk), ()), stopped.get((name, pk), ())
        if row.lifted:
            yield Untold(whose, row, before, row.lifting)
        elif now != before:
            yield Untold(whose, row, now)


def _told(licensee: Organisation | None) -> dict[Pair, Stopped]:
    """Return what was last told of every suspension whose end was not told yet."""
    rows = Revocation.objects.filter(suspension__isnull=False).order_by("number")
    rows = rows.filter(licensee=licensee) if licensee else rows
    found: dict[Pair, Stopped] = {}
    for row in rows:
        item = item_of(row)
        assert isinstance(item, Pause)
        found[str(row.suspension_id), row.licensee_id] = item.manifests
        if item.lifted is not None:
            del found[str(row.suspension_id), row.licensee_id]
    return found


def _stopped(licensee: Organisation | None) -> dict[Pair, Stopped]:
    """Return what each suspension that is not lifted stops of what licensees hold."""
    rows = ManifestPerformer.objects.select_related("manifest")
    rows = rows.filter(manifest__licensee=licensee) if licensee else rows
    standings = agreements.standings()
    asked: dict[str, Request] = {}
    found: dict[Pair, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for part in rows.order_by("manifest__entry_id", "agreement"):
        manifest, standing = part.manifest, standings.get(part.agreement)
        for held in stopping(standing.terms, standing.suspensions) if standing else ():
            if manifest.digest not in asked:
                asked[manifest.digest] = Request.parse(manifest.request)
            if any(map(held.covers, asked_with(asked[manifest.digest]))):
                takes = found[held.name, manifest.licensee_id][manifest.digest]
                takes[part.agreement] = takes.get(part.agreement, 0) + part.takes
    return {pair: tuple(map(_paused, of.items())) for pair, of in found.items()}


def _paused(of: tuple[str, dict[str, int]]) -> Paused:
    manifest, takes = of
    return Paused(manifest=manifest, agreements=tuple(takes), takes=sum(takes.values()))


def _enter(place: Place, untold: Untold) -> Revocation:
    return enter(
        place,
        untold.licensee,
        partial(_pause, place, untold),
        suspension=untold.suspension,
        lifting=untold.lifting,
    )


def _pause(place: Place, untold: Untold, order: Order) -> Pause:
    begun, ended = untold.suspension, untold.lifting
    return Pause(
        house=place.origin,
        licensee=untold.licensee.slug,
        number=order[0],
        before=order[1],
        at=stamp(ended.at if ended else place.clock.now()),
        suspension=begun.entry_id,
        cause=Cause(begun.cause),
        since=stamp(begun.at),
        lifted=ended.entry_id if ended else None,
        manifests=untold.stopped,
    )
