"""Attesting a month's usage, and setting it beside what was metered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from yesand.kernel.canonical import canonical
from yesand.kernel.clock import Period, stamp
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.keys import Signer
from yesand.kernel.place import Place
from yesand.people.models import Organisation, User
from yesand.people.services import signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.royalties.attesting.attested import (
    Difference,
    Key,
    Totals,
    added,
    differences,
    payload,
    read,
    rows_of,
)
from yesand.royalties.models import Attestation, UsageBatch
from yesand.royalties.spooling.collecting.services import collect
from yesand.training.models import Deployment


def attest(
    place: Place,
    by: Organisation,
    period: Period,
    rows: Any = None,
    *,
    until: datetime | None = None,
    user: User | None = None,
) -> Attestation:
    """Sign how much an organisation's deployments were used in a month, and that all was delivered.

    Signed with the organisation's key, where it is held here, and countersigned by the house. The
    same again is the attestation that stands; other figures make a new one that names it.

    Parameters
    ----------
    rows : totals (``attested.read``); none: as they were metered.
    until : the watermark; none: the month's end.

    Raises
    ------
    BadInput : a row that cannot be attested, or an instant outside the month.
    Refused : nothing of the organisation's was in service then, or the instant is yet to come.
    """
    models = serving(by, period)
    if not models:
        raise Refused(f"Nothing of yours was in service in {period}", where=by.slug)
    end = _instant(place, period, until)
    totals = metered(place, period, models) if rows is None else read(rows, models)
    with transaction.atomic():
        log.wait_to_write()
        before = standing(by, period)
        told = rows_of(totals)
        if before and (before.totals, before.until) == (told, end):
            return before
        if before and end < before.until:
            raise BadInput(
                f"All up to {stamp(before.until)} is attested already",
                where="until",
                remedy="An instant up to which all was delivered does not move back.",
            )
        now = place.clock.now()
        name = before.digest if before else None
        signed = payload(by.slug, period, end, models, totals, now, name)
        digest = digest_of(signed)
        return Attestation.objects.create(
            digest=digest,
            licensee=by,
            period=str(period),
            until=end,
            totals=told,
            by=user,
            envelope=dsse.seal(signed, _signers(place, by)),
            supersedes=before,
            at=now,
            entry=log.record(place, Kind.USAGE_ATTESTED, digest),
        )


def _instant(place: Place, period: Period, until: datetime | None) -> datetime:
    end = until or period.end
    if not period.start < end <= period.end:
        raise BadInput(f"{stamp(end)} does not lie in {period}", where="until")
    if end > place.clock.now():
        raise Refused(
            f"{stamp(end)} is yet to come",
            where=str(period),
            remedy="Attest a month when it is over, or the part of it that is (`--until`).",
        )
    return end


def _signers(place: Place, by: Organisation) -> list[Signer]:
    """Return the organisation's key, where it is held here, and the house's own."""
    try:
        return [signer_of(place, by), place.signer]
    except NotFound:
        return [place.signer]


def standing(by: Organisation, period: Period) -> Attestation | None:
    """Return what an organisation attests about a month now."""
    rows = Attestation.objects.filter(licensee=by, period=str(period), superseded_by=None)
    return rows.first()


def serving(by: Organisation, period: Period) -> dict[str, str]:
    """Return an organisation's deployments that were in service in a month: name → model."""
    rows = in_service(period).filter(licensee=by)
    return dict(rows.order_by("name").values_list("name", "model_id"))


def in_service(period: Period) -> Any:
    """Return the deployments that were in service in any of a month."""
    return Deployment.objects.filter(
        Q(decommission=None) | Q(decommission__until__gt=period.start), since__lt=period.end
    )


def metered(place: Place, period: Period, names: Iterable[str]) -> dict[Key, int]:
    """Return how much of these deployments was metered in a month, all that came in."""
    from yesand.royalties.metering.services import store_of, using  # DuckDB takes long to load
    from yesand.royalties.totals import delivered

    collect(place)
    store, wanted = store_of(place), sorted(names)
    with using(place), store.session() as session:
        events = store.events(session, UsageBatch.objects.values_list("digest", flat=True))
        rows = delivered(session, events, wanted, str(period)) if wanted else []
    return added((Key(r.deployment, r.unit, r.currency or ""), r.quantity) for r in rows)


def apart(place: Place, row: Attestation, found: Totals | None = None) -> list[Difference]:
    """Return where an attestation is not what was metered by now."""
    names = {total["deployment"] for total in row.totals}
    period = Period.parse(row.period)
    names |= serving(row.licensee, period).keys()
    now = metered(place, period, names) if found is None else found
    attested = {
        Key(t["deployment"], t["unit"], t.get("currency", "")): t["quantity"]
        for t in row.totals
        if t["quantity"]
    }
    return list(differences(attested, {k: q for k, q in now.items() if k.deployment in names}))


def signed_bytes(row: Attestation) -> bytes:
    """Return an attestation's envelope, to keep or to check elsewhere."""
    return canonical(row.envelope)
