"""A performer says, by a signed entry, that they belong to a union or no longer do.

Nobody else can: belonging to a union is nobody's business but theirs (GDPR Art. 9). The log holds a
salted commitment to it and no name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from yesand.agreements.collective.accord import MEMBERSHIP
from yesand.agreements.collective.models import Membership
from yesand.agreements.signing.shown import check_shown
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.models import Organisation, Performer
from yesand.people.services import signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry


def say(place: Place, performer: Performer, union: Organisation, *, member: bool) -> bool:
    """Enter that a performer belongs to a union, or no longer does; tell whether that is new.

    Raises
    ------
    BadInput : an organisation that is no union.
    """
    if union.kind != Organisation.Kind.UNION:
        raise BadInput("That organisation is no union", where=union.slug)
    with transaction.atomic():
        Performer.objects.select_for_update().get(pk=performer.pk)
        if (union.slug in belongs(performer)) == member:
            return False
        at = place.clock.now()
        payload = _payload(performer, union, member, stamp(at))
        digest = digest_of(payload)
        Membership.objects.create(
            digest=digest,
            performer=performer,
            union=union,
            belongs=member,
            at=at,
            envelope=dsse.seal(payload, [signer_of(place, performer)], MEMBERSHIP),
            entry=log.record(place, Kind.UNION_JOINED if member else Kind.UNION_LEFT, digest),
        )
    return True


def _payload(performer: Performer, union: Organisation, member: bool, at: str) -> dict[str, Any]:
    return {
        "at": at,
        "belongs": member,
        "performer": performer.public_key,
        "union": union.public_key,
    }


def check(row: Membership) -> None:
    """Check that a performer signed exactly what the registry shows of a membership.

    Of one that was erased nothing is left to check.

    Raises
    ------
    CheckFailed : the signature is missing or wrong, or a field differs from what was signed.
    """
    if row.union is None:
        return
    shown = _payload(row.performer, row.union, row.belongs, stamp(row.at))
    public, where = row.performer.public_key, f"membership {row.digest[:12]}"
    check_shown(shown, row.envelope, public, MEMBERSHIP, where=where, name=row.digest)


def forget(performers: QuerySet[Performer]) -> None:
    """Erase of which unions people said anything; that they said something stays."""
    rows = Membership.objects.filter(performer__in=performers)
    log.erase(Entry.objects.filter(pk__in=rows.values("entry")))
    rows.update(union=None, belongs=False, envelope={})


def belongs(performer: Performer) -> frozenset[str]:
    """Return the unions that a performer belongs to, by their short names."""
    rows = Membership.objects.filter(performer=performer).select_related("union")
    return members(rows.order_by("entry_id")).get(performer.pk, frozenset())


def members(rows: Iterable[Membership]) -> dict[int, frozenset[str]]:
    """Return the unions of each performer, of what they said in order."""
    found: dict[int, set[str]] = {}
    for row in rows:
        if row.union is None:
            continue
        theirs = found.setdefault(row.performer_id, set())
        (theirs.add if row.belongs else theirs.discard)(row.union.slug)
    return {performer: frozenset(unions) for performer, unions in found.items()}


def all_members(log_size: int | None = None) -> dict[int, frozenset[str]]:
    """Return the unions of every performer, now or as it was when the log had that size."""
    upto = {} if log_size is None else {"entry_id__lt": log_size}
    rows = Membership.objects.filter(**upto).select_related("union")
    return members(rows.order_by("entry_id"))
