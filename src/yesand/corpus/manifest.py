"""A manifest: the signed statement of exactly which takes a request may use.

Its file is one canonical JSON object with three names: ``envelope`` (DSSE over an in-toto
Statement), ``takes`` (the permitted ones) and ``denied`` (log entry and number of the decision,
for an auditor). Every byte of it is bound: the lists by the signed roots, the rest by the one form
that it may have.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from yesand.agreements.decision import Clause, Decision, Request
from yesand.corpus import leaves
from yesand.corpus.errors import ManifestBroken
from yesand.kernel import durable
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import NotFound, YesAndError
from yesand.kernel.ids import digest
from yesand.kernel.keys import Signer
from yesand.provenance import dsse
from yesand.provenance.statements import Predicate

SUBJECT = "permitted-takes"


@dataclass(frozen=True)
class ManifestTake:
    """One permitted take, as much of it as training needs."""

    sha256: str
    performer: str
    emotion: str
    agreement: str
    duration_ms: int
    synthetic: bool
    entry: int

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON: the leaf under the permitted root."""
        return dict(vars(self))


@dataclass(frozen=True)
class SignedManifest:
    """A checked manifest: its digest, its request and its permitted takes, in log order.

    A masked copy has the digest of the manifest that it stands for.
    """

    digest: str
    request: dict[str, Any]
    takes: tuple[ManifestTake, ...]
    log_size: int
    trial: bool
    envelope: dict[str, Any]
    #: (log entry, number of the decision) of every take that was denied, in log order.
    denied: tuple[tuple[int, int], ...] = ()

    @cached_property
    def predicate(self) -> dict[str, Any]:
        """What was signed: request, roots, counts, decisions, log, sources."""
        found: dict[str, Any] = parse(dsse.payload_of(self.envelope))["predicate"]
        return found

    @property
    def is_masked(self) -> bool:
        """Whether it is a copy for outsiders, with pseudonyms in place of names."""
        return _MASKS in self.predicate

    def stands_for(self, other: SignedManifest) -> bool:
        """Tell whether it is that manifest, or a masked copy of it with the very same takes."""
        alike = self.digest == other.digest and self.denied == other.denied
        return self == other or (
            self.is_masked and alike and _nameless(self.takes) == _nameless(other.takes)
        )

    @property
    def synthetic(self) -> bool:
        """Whether any of its takes was made by code, not by a person."""
        return any(take.synthetic for take in self.takes)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The distinct decisions, numbered as in ``denied``."""
        return tuple(
            Decision(made["permit"], tuple(Clause(**clause) for clause in made["clauses"]))
            for made in self.predicate["decisions"]
        )

    def asked(self) -> Request:
        """Return the request that it answers."""
        return Request.parse(self.request)

    def to_bytes(self) -> bytes:
        """Return the manifest's file."""
        return leaves.plain_bytes(
            {
                "denied": self.denied,
                "envelope": self.envelope,
                "takes": [take.as_json() for take in self.takes],
            }
        )

    def save(self, path: Path) -> None:
        """Write the manifest's file, durably and atomically."""
        durable.write(path, self.to_bytes())


def load(path: Path, keys: Mapping[str, bytes]) -> SignedManifest:
    """Read a manifest's file and check every byte of it.

    Parameters
    ----------
    keys : key id → 32 raw public bytes; the keys that must have signed it, and no others.

    Raises
    ------
    NotFound : no such file. ManifestBroken : it is not what was signed, and where.
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise NotFound("No such manifest", where=str(path), remedy="Ask the gate first.") from fault
    return of_bytes(data, keys, where=str(path))


def of_bytes(data: bytes, keys: Mapping[str, bytes], *, where: str = "") -> SignedManifest:
    """Check the bytes of a manifest's file; see ``load``."""
    where = where or "manifest"
    try:
        value = parse(data, where=where)
        _check_form(value, data, where)
        payload = _opened(value["envelope"], keys, where)
    except ManifestBroken:
        raise
    except (YesAndError, KeyError, TypeError, ValueError, AttributeError) as fault:
        what = fault.what if isinstance(fault, YesAndError) else "It has not the form of a manifest"
        raise ManifestBroken(what, where=where, remedy=_REMEDY) from fault
    predicate = payload["predicate"]
    _check_lists(value, payload, where)
    return SignedManifest(
        digest=predicate.get(_MASKS) or digest(canonical(payload)),
        request=predicate["request"],
        takes=tuple(ManifestTake(**take) for take in value["takes"]),
        log_size=predicate["log"]["size"],
        trial=predicate["trial"],
        envelope=value["envelope"],
        denied=tuple((entry, number) for entry, number in value["denied"]),
    )


_REMEDY = "Ask the gate for it again."
#: In a masked copy: the digest of the manifest that it stands for.
_MASKS = "masks"
_FIELDS = {field.name for field in fields(ManifestTake)}


def _check_form(value: Any, data: bytes, where: str) -> None:
    if not isinstance(value, dict) or set(value) != {"denied", "envelope", "takes"}:
        raise ManifestBroken("It has not the form of a manifest", where=where, remedy=_REMEDY)
    written = leaves.plain_bytes(value)
    if written != data:
        at = next((i for i, (a, b) in enumerate(zip(written, data, strict=False)) if a != b), None)
        byte = min(len(written), len(data)) if at is None else at
        raise ManifestBroken(
            "It is not in canonical form", where=f"{where}, byte {byte}", remedy=_REMEDY
        )


def _opened(envelope: Any, keys: Mapping[str, bytes], where: str) -> Any:
    """Return the payload of an envelope that has the one form it was sealed in."""
    payload = dsse.opened(envelope, keys)
    # Base64 has spellings that decode alike, and a reader skips names it does not know.
    signatures = [
        {"keyid": made["keyid"], "sig": _respelt(made["sig"])} for made in envelope["signatures"]
    ]
    only = {
        "payload": _respelt(envelope["payload"]),
        "payloadType": dsse.IN_TOTO,
        "signatures": signatures,
    }
    if envelope != only or {made["keyid"] for made in signatures} != set(keys):
        raise ManifestBroken("The envelope was rewritten", where=f"{where}: envelope")
    if len(signatures) != len(keys) or payload["predicateType"] != Predicate.MANIFEST:
        raise ManifestBroken("The envelope holds no manifest", where=f"{where}: envelope")
    return payload


def _respelt(text: str) -> str:
    return base64.b64encode(base64.b64decode(text)).decode()


def _check_lists(value: Any, payload: Any, where: str) -> None:
    predicate = payload["predicate"]
    if any(set(take) != _FIELDS for take in value["takes"]):
        raise ManifestBroken("A take has other fields than a take", where=f"{where}: takes")
    if leaves.permitted_root(value["takes"]) != predicate["permitted"]["root"]:
        raise ManifestBroken(
            "The permitted takes are not those that were signed",
            where=f"{where}: takes",
            remedy=_REMEDY,
        )
    if not _are_pairs(value["denied"]) or (
        leaves.denied_root(map(tuple, value["denied"])) != predicate["denied"]["root"]
    ):
        raise ManifestBroken(
            "The denied takes are not those that were signed",
            where=f"{where}: denied",
            remedy=_REMEDY,
        )


def _are_pairs(rows: Any) -> bool:
    return all(len(row) == 2 and all(type(n) is int for n in row) for row in rows)


def statement(
    takes: tuple[ManifestTake, ...], denied: tuple[tuple[int, int], ...], told: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the in-toto Statement of a manifest.

    Parameters
    ----------
    told : the rest of the predicate: evaluator, house, request, log, decisions, sources, trial.
    """
    root = leaves.permitted_root(take.as_json() for take in takes)
    predicate = {
        **told,
        "permitted": {
            "duration_ms": sum(take.duration_ms for take in takes),
            "root": root,
            "takes": len(takes),
        },
        "denied": {"root": leaves.denied_root(denied), "takes": len(denied)},
    }
    return dsse.attest(Predicate.MANIFEST, {SUBJECT: root}, predicate)


def masked(
    manifest: SignedManifest, pseudonym: Callable[[str], str], house: Signer
) -> SignedManifest:
    """Return a copy for outsiders, signed anew: the same takes, by pseudonyms.

    The name that a house knows a performer by is bound by the root over the takes, so it cannot
    merely be struck out.

    Parameters
    ----------
    pseudonym : from a performer's handle to what outsiders call them.
    """
    takes = tuple(replace(take, performer=pseudonym(take.performer)) for take in manifest.takes)
    told = {k: v for k, v in manifest.predicate.items() if k not in {"permitted", "denied"}}
    payload = statement(takes, manifest.denied, {**told, _MASKS: manifest.digest})
    return replace(manifest, takes=takes, envelope=dsse.seal(payload, [house]))


def _nameless(takes: Iterable[ManifestTake]) -> list[ManifestTake]:
    return [replace(take, performer="") for take in takes]
