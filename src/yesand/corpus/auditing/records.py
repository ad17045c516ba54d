"""The records that decide, as an auditor reads them from a disclosure: takes, what was agreed, what
was taken back. Each was logged as it stands; here it is checked who signed it, and that it fits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from yesand.agreements import receipt, scope
from yesand.agreements.scope import Scope
from yesand.agreements.terms import Terms
from yesand.corpus.leaves import plain_bytes
from yesand.corpus.manifest import SignedManifest, of_bytes
from yesand.kernel.canonical import parse
from yesand.kernel.clock import instant
from yesand.kernel.errors import BadInput, CheckFailed, YesAndError
from yesand.kernel.ids import digest_of
from yesand.kernel.keys import key_id
from yesand.provenance import dsse
from yesand.provenance.disclosure import Disclosure, Opened
from yesand.provenance.note import Verifier

T = TypeVar("T")


@dataclass(frozen=True)
class Agreed:
    """An agreement as signed; parties are named by their public keys."""

    entry: int
    digest: str
    performer: str
    own: bool  # signed by the performer themselves, so that it reopens what they took back
    supersedes: str | None
    terms: Terms
    terms_name: str
    template: str


@dataclass(frozen=True)
class TakenBack:
    """A withdrawal as signed; ``before`` names the performer's last one before it."""

    entry: int
    digest: str
    performer: str
    before: str | None
    scope: Scope
    at: datetime


@dataclass(frozen=True)
class Recorded:
    """A take as logged. ``accepted`` as it came in; none: its record is of old and does not say."""

    entry: int
    digest: str
    sha256: str
    performer: str
    emotion: str
    agreement: str
    duration_ms: int
    synthetic: bool
    modality: str
    accepted: bool | None


def agreed(entry: Opened) -> Agreed:
    """Read an agreement, every party's signature checked."""
    told = held(entry, receipt.opened)
    terms = Terms.parse(told["terms"], where=f"entry {entry.index}")
    return Agreed(
        entry.index,
        entry.digest,
        str(told["performer"]),
        told["kind"] == "individual",
        told["supersedes"],
        terms,
        digest_of(told["terms"]),
        str(told["template"]),
    )


def taken_back(entry: Opened) -> TakenBack:
    """Read a withdrawal, its performer's signature checked."""
    told = held(entry, partial(sealed_by, "performer", scope.PAYLOAD_TYPE))
    at = instant(told["at"], where=f"entry {entry.index}")
    read = Scope.parse(told["scope"], where=f"entry {entry.index}")
    performer = str(told["performer"])
    return TakenBack(entry.index, entry.digest, performer, told["before"], read, at)


def recorded(entry: Opened) -> Recorded:
    """Read a take."""
    told = entry.told
    return Recorded(
        entry.index,
        entry.digest,
        told["sha256"],
        told["performer"],
        told["emotion"],
        told["agreement"],
        told["duration_ms"],
        told["synthetic"],
        told["modality"],
        told.get("accepted"),
    )


def manifest(entry: Opened, key: Verifier) -> SignedManifest:
    """Read a manifest, every byte of it checked."""
    where = f"the manifest of entry {entry.index}"
    lists = entry.opening.beside or {}
    data = plain_bytes({**lists, "envelope": entry.opening.envelope})
    read = of_bytes(data, {key_id(key.public): key.public}, where=where)
    if read.digest != entry.digest:
        raise CheckFailed("The log has another manifest there", where=where)
    return read


def read_all(told: Disclosure, reader: Callable[[Opened], T], *kinds: str) -> list[T]:
    """Read every opened entry of some kinds.

    Raises
    ------
    CheckFailed : one has not its form, or its signatures do not hold.
    """
    found = []
    for entry in told.of(*kinds):
        try:
            found.append(reader(entry))
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise CheckFailed(
                f"What says {entry.kind} has not its form", where=f"entry {entry.index}"
            ) from fault
        except YesAndError as fault:
            raise CheckFailed(fault.what, where=fault.where) from fault
    return found


def sealed_by(field: str, kind: str, envelope: Any) -> Any:
    """Return a payload if it is signed by the public key that it names itself, in a field."""
    key = bytes.fromhex(parse(dsse.payload_of(envelope))[field])
    return dsse.opened(envelope, {key_id(key): key}, kind)


def held(entry: Opened, opened: Callable[[Any], Any]) -> Any:
    """Return the payload of a signed entry.

    Raises
    ------
    CheckFailed : it is shown without signatures, or they do not hold.
    """
    where = f"entry {entry.index}"
    if entry.opening.envelope is None:
        raise CheckFailed(f"The {entry.kind} is shown without its signatures", where=where)
    try:
        return opened(entry.opening.envelope)
    except BadInput:
        raise
    except YesAndError as fault:
        raise CheckFailed(f"{fault.what}, of what says {entry.kind}", where=where) from fault
