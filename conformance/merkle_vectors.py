"""transparency-dev/merkle: 518 proofs, right and wrong; ours must agree with each ``wantErr``."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conformance.outcome import Outcome
from yesand.kernel.errors import CheckFailed
from yesand.provenance import merkle

Vector = dict[str, Any]


def run(folder: Path) -> Outcome:
    """Check every vector under ``testdata/<kind>/``."""
    root = folder / "merkle-vectors" / "testdata"
    found = sorted(root.rglob("*.json"))
    return Outcome.of(
        "merkle-vectors",
        {str(p.relative_to(root)): _fault(p.relative_to(root).parts[0], p) for p in found},
    )


def _fault(kind: str, path: Path) -> str | None:
    vector: Vector = json.loads(path.read_text("utf-8"))
    try:
        _KINDS[kind](vector)
    except CheckFailed as fault:
        return None if vector["wantErr"] else f"refused: {fault.what}"
    return "accepted a wrong proof" if vector["wantErr"] else None


def _inclusion(v: Vector) -> None:
    leaf, index, size = _bytes(v["leafHash"]), v["leafIdx"], v["treeSize"]
    merkle.verify_inclusion(leaf, index, size, _proof(v), _bytes(v["root"]))


def _consistency(v: Vector) -> None:
    roots = _bytes(v["root1"]), _bytes(v["root2"])
    merkle.verify_consistency(v["size1"], v["size2"], _proof(v), *roots)


def _subtree_inclusion(v: Vector) -> None:
    leaf, index = _bytes(v["leafHash"]), v["leafIdx"]
    root = _bytes(v["root"])
    merkle.verify_subtree_inclusion(leaf, index, v["start"], v["end"], _proof(v), root)


def _subtree_consistency(v: Vector) -> None:
    roots = _bytes(v["root1"]), _bytes(v["root2"])
    merkle.verify_subtree_consistency(v["start"], v["end"], v["size"], _proof(v), *roots)


_KINDS: dict[str, Callable[[Vector], None]] = {
    "inclusion": _inclusion,
    "consistency": _consistency,
    "subtreeinclusion": _subtree_inclusion,
    "subtreeconsistency": _subtree_consistency,
}


def _proof(vector: Vector) -> list[bytes]:
    return [_bytes(h) for h in vector["proof"] or []]


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")
