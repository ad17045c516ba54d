"""Deleting takes of a batch: signed and logged first, and only then is a file removed.

What was signed of them lies in ``synthetic/deleted``, a file for each deletion, and counts only if
the log has it. Killed in between, the same again removes what is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from yesand.kernel import durable
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.synthetic import attestations, shelf
from yesand.synthetic.exporting.services import forget
from yesand.synthetic.models import SyntheticBatch, SyntheticTake
from yesand.synthetic.shelf import Shelf

HOME = "deleted"


def delete(
    place: Place, batch: SyntheticBatch, takes: Collection[str], withdrawals: Collection[str]
) -> frozenset[str]:
    """Delete the files of takes (SHA-256) of a batch, with their copies; return those that are new.

    Parameters
    ----------
    withdrawals : digests of those that ask for it.
    """
    with transaction.atomic():
        log.wait_to_write()
        new = frozenset(takes) - deleted(place, batch)
        if new:
            _sign(place, batch, new, withdrawals)
    for path in _files(place, batch, takes):
        path.unlink(missing_ok=True)
    forget(place, batch.digest)
    return new


def deleted(place: Place, batch: SyntheticBatch) -> frozenset[str]:
    """Return which takes of a batch (SHA-256) were deleted as signed and logged.

    Raises
    ------
    CheckFailed : what lies there is not this house's word.
    """
    found, keys = set[str](), {place.signer.id: place.signer.public}
    for path in sorted(_home(place, batch).glob("*.json")):
        payload = dsse.opened(parse(path.read_bytes()), keys)
        entered = Entry.objects.filter(
            kind=Kind.SYNTHETIC_DELETED.value, record=digest_of(payload)
        ).exists()
        if entered and payload["predicate"]["batch"] == batch.digest:
            found.update(payload["predicate"]["takes"])
    return frozenset(found)


def _home(place: Place, batch: SyntheticBatch) -> Path:
    return place.synthetic / HOME / batch.digest


def _sign(
    place: Place, batch: SyntheticBatch, takes: frozenset[str], withdrawals: Collection[str]
) -> None:
    told: dict[str, Any] = {"takes": sorted(takes), "withdrawals": sorted(withdrawals)}
    payload = attestations.deleted(batch.digest, told)
    name = digest_of(payload)
    # It says nothing until the log has it: broken off here, the same again writes the same.
    durable.write(
        _home(place, batch) / f"{name}.json", canonical(dsse.seal(payload, [place.signer]))
    )
    log.record(place, Kind.SYNTHETIC_DELETED, name)


def _files(place: Place, batch: SyntheticBatch, takes: Collection[str]) -> Iterator[Path]:
    """Yield the files of takes, the copy last: while that lies there, the rest may, too."""
    home, apart = Shelf(place.synthetic), batch.quarantined
    for take in batch.takes.filter(sha256__in=takes):
        if not _needed(place, batch, take):
            yield home.path(take.sha256, apart=apart)
        yield home.path(take.copy, shelf.COPIES, apart=apart)


def _needed(place: Place, batch: SyntheticBatch, take: SyntheticTake) -> bool:
    """Tell whether another batch has a take of the very same bytes, which is not deleted."""
    others = SyntheticTake.objects.filter(sha256=take.sha256).exclude(batch=batch)
    same = others.filter(batch__quarantined=batch.quarantined).select_related("batch")
    return any(take.sha256 not in deleted(place, other.batch) for other in same)
