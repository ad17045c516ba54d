"""One performer's own takes under a manifest's signed root, without showing anybody else's."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from yesand.kernel.canonical import canonical
from yesand.provenance import merkle
from yesand.provenance.errors import ProofBroken

Take = Mapping[str, Any]


def shown_takes(takes: Sequence[Take], handle: str) -> dict[str, Any]:
    """Return a performer's takes with the hashes that lead from them to the root.

    Parameters
    ----------
    takes : every permitted take as the manifest lists it, in its order.
    """
    leaves = [merkle.leaf_hash(canonical(take)) for take in takes]
    own = [index for index, take in enumerate(takes) if take["performer"] == handle]
    hidden = merkle.hiding(own, len(leaves), merkle.nodes_over(leaves))
    return {
        "indexes": own,
        "takes": [dict(takes[index]) for index in own],
        "hashes": [base64.b64encode(value).decode() for value in hidden],
    }


def opened_takes(shown: Mapping[str, Any], root: str, count: int) -> list[dict[str, Any]]:
    """Return the takes that are shown, if they lie under the root over ``count`` takes.

    Raises
    ------
    ProofBroken : they do not.
    """
    takes: list[dict[str, Any]] = shown["takes"]
    hashed = (merkle.leaf_hash(canonical(take)) for take in takes)
    leaves = dict(zip(shown["indexes"], hashed, strict=True))
    proof = [base64.b64decode(value, validate=True) for value in shown["hashes"]]
    found = merkle.root_hiding(leaves, count, proof).hex()
    if found != root or len(leaves) != len(takes):
        raise ProofBroken("The takes are not under the manifest's root")
    return takes
