"""The log's latest checkpoint, read as anybody would: opened with the house's public key."""

from __future__ import annotations

from yesand.kernel.place import Place
from yesand.provenance.note import Checkpoint, open_checkpoint
from yesand.provenance.services import log_of


def latest(place: Place) -> Checkpoint | None:
    """Return the latest checkpoint; none: nothing has been published yet.

    Raises
    ------
    CheckFailed : its signature does not hold. Nothing must be shown as if it did.
    """
    signed = log_of(place).checkpoint()
    return open_checkpoint(signed, place.origin, place.signer.public) if signed else None
