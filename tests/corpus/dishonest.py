"""What a dishonest house would do: sign a manifest of its own making and enter it in its log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yesand
from yesand.corpus import leaves
from yesand.corpus import services as corpus
from yesand.corpus.auditing.audit import Audited, audit
from yesand.corpus.disclosing.services import disclose
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.canonical import parse
from yesand.kernel.ids import digest_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.disclosure import read
from yesand.provenance.kinds import Kind

#: Changes a manifest before it is signed: its lists, and its predicate.
Change = Callable[[dict[str, Any], dict[str, Any]], None]


def laid_open(house: yesand.House, path: Path) -> Path:
    """Write a disclosure of the house's log."""
    disclose(house.place, path)
    return path


def audited(house: yesand.House, folder: Path) -> Audited:
    """Disclose and audit."""
    return audit(read(laid_open(house, folder / "disclosure.jsonl")))


def forged(
    house: yesand.House, manifest: SignedManifest, change: Change, *, logged: bool = True
) -> Path:
    """Sign a changed manifest with the house's own key, and log it as if the gate had made it."""
    value = json.loads(manifest.to_bytes())
    payload = parse(dsse.payload_of(manifest.envelope))
    change(value, payload["predicate"])
    sign(house, value, payload)
    name = digest_of(payload)
    path = corpus.path_of(house.place, name)
    path.write_bytes(leaves.plain_bytes(value))
    if logged:
        log.record(house.place, Kind.MANIFEST_SIGNED, name)
    return path


def sign(house: yesand.House, value: dict[str, Any], payload: dict[str, Any]) -> None:
    """Bind the lists by their roots, as the gate does, and seal."""
    predicate = payload["predicate"]
    predicate["permitted"]["root"] = root = leaves.permitted_root(value["takes"])
    predicate["denied"]["root"] = leaves.denied_root(map(tuple, value["denied"]))
    predicate["permitted"]["takes"] = len(value["takes"])
    predicate["denied"]["takes"] = len(value["denied"])
    payload["subject"][0]["digest"]["sha256"] = root
    value["envelope"] = dsse.seal(payload, [house.place.signer])
