"""What every bundle must hold: signatures, salted commitments, and proofs under one checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from yesand.kernel.errors import YesAndError
from yesand.kernel.ids import digest
from yesand.kernel.keys import key_id
from yesand.provenance import dsse
from yesand.provenance.bundle import Bundle, Part
from yesand.provenance.commitment import commit, entry_bytes
from yesand.provenance.errors import BundleBroken
from yesand.provenance.note import Checkpoint
from yesand.provenance.proof import Proof

HOUSE = "house"
T = TypeVar("T")


@dataclass(frozen=True)
class Check:
    """One thing that was checked and holds."""

    name: str
    detail: str


def origin_of(public: bytes) -> str:
    """Return the log's name that goes with a house's key: whoever knows one knows the other."""
    return f"yes-and/{digest(public)[:16]}"


def check(bundle: Bundle) -> list[Check]:
    """Check every signature, commitment and proof; return what was checked.

    Raises
    ------
    BundleBroken : naming the part that does not hold.
    """
    house = _key(bundle, HOUSE)
    if bundle.origin != origin_of(house):
        raise BundleBroken("The house's key is not the log's", where=bundle.origin[:80])
    if not bundle.parts:
        raise BundleBroken("The bundle holds nothing")
    made = [Check("origin", f"{bundle.origin} is named after the house's key")]
    heads = set[Checkpoint]()
    for part in bundle.parts:
        payload(bundle, part)
        heads.add(_logged(bundle, part, house))
        proof = Proof.parse(part.proof)
        made.append(Check(f"{part.name} signed", f"by {', '.join(part.signers)}"))
        made.append(Check(f"{part.name} logged", f"entry {proof.index}, {part.entry.kind}"))
    if len(heads) != 1:
        raise BundleBroken("The parts are proven under different checkpoints")
    head = heads.pop()
    return [*made, Check("checkpoint", f"{head.size} entries, root {head.root.hex()[:16]}")]


def payload(bundle: Bundle, part: Part) -> Any:
    """Return what a part signs, its signatures checked.

    Raises
    ------
    BundleBroken : a signature is missing or wrong.
    """
    keys = {key_id(raw): raw for raw in (_key(bundle, name) for name in part.signers)}
    return _held(part, lambda: dsse.opened(part.envelope, keys, part.payload_type))


def _logged(bundle: Bundle, part: Part, house: bytes) -> Checkpoint:
    entry = part.entry

    def proven() -> Checkpoint:
        commitment = commit(bytes.fromhex(entry.salt), part.record)
        leaf = entry_bytes(entry.kind, entry.at, commitment)
        return Proof.parse(part.proof).verify(leaf, bundle.origin, house)

    return _held(part, proven)


def _held(part: Part, work: Callable[[], T]) -> T:
    try:
        return work()
    except YesAndError as fault:
        raise BundleBroken(fault.what, where=part.name) from fault


def _key(bundle: Bundle, name: str) -> bytes:
    keys: Mapping[str, str] = bundle.keys
    if name not in keys:
        raise BundleBroken("The bundle lacks a key", where=name)
    return bytes.fromhex(keys[name])
