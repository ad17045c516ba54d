"""Entering an item in a licensee's feed: numbered, chained to the last one, signed, logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yesand.kernel.canonical import parse
from yesand.kernel.place import Place
from yesand.oversight.feed.notice import Notice, Pause, read
from yesand.oversight.models import Revocation
from yesand.people.models import Organisation
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind

#: An item's number, and the digest of the one before.
Order = tuple[int, str | None]


def enter(
    place: Place,
    licensee: Organisation,
    write: Callable[[Order], Notice | Pause],
    **about: Any,
) -> Revocation:
    """Write the next item of a licensee's feed; ``about`` are the record's own references.

    Call it in a transaction: nobody else writes to the log until it ends.
    """
    log.wait_to_write()
    last = Revocation.objects.filter(licensee=licensee).order_by("-number").first()
    made = write((last.number + 1, last.digest) if last else (1, None))
    return Revocation.objects.create(
        digest=made.digest,
        licensee=licensee,
        number=made.number,
        envelope=dsse.seal(made.statement(), [place.signer]),
        at=place.clock.now(),
        entry=log.record(place, Kind.REVOCATION_NOTICED, made.digest),
        **about,
    )


def item_of(row: Revocation) -> Notice | Pause:
    """Return what an item says."""
    return read(parse(dsse.payload_of(row.envelope)))
