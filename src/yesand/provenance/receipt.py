"""That one record is in the log, as a small JSON object that its owner can keep and check offline.

The salt opens the entry's commitment, so a receipt is for those whose the record is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yesand.kernel.errors import BadInput, CheckFailed
from yesand.provenance.commitment import commit, entry_bytes
from yesand.provenance.note import Checkpoint, Verifier
from yesand.provenance.proof import Proof


def logged(
    index: int, kind: str, at: str, commitment: str, salt: str, proof: Proof, key: Verifier
) -> dict[str, Any]:
    """Return what proves an entry: its fields, the way up to a checkpoint, and the log's key."""
    return {
        "entry": {"at": at, "commitment": commitment, "index": index, "kind": kind, "salt": salt},
        "log": str(key),
        "proof": bytes(proof).decode(),
    }


def check_logged(told: Mapping[str, Any], record: str, key: Verifier | None = None) -> Checkpoint:
    """Return the signed checkpoint that a record is under, by what ``logged`` told.

    Parameters
    ----------
    record : the SHA-256 of the record.
    key : the log's key, if the reader has it from elsewhere; otherwise the one that is told.

    Raises
    ------
    BadInput : it cannot be read. CheckFailed : the entry is about another record, the log is
        another, or the proof does not hold.
    """
    try:
        entry, said = told["entry"], Verifier.parse(told["log"])
        proof = Proof.parse(told["proof"].encode())
        salt, leaf = bytes.fromhex(entry["salt"]), _leaf(entry)
        index, commitment = entry["index"], entry["commitment"]
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadInput("Not a receipt from the log", where=str(fault)[:80]) from fault
    if key is not None and key != said:
        raise CheckFailed("The receipt is of another log", where=said.name)
    if commit(salt, record) != commitment or index != proof.index:
        raise CheckFailed("The entry is not about this record", where=f"entry {index}")
    return proof.verify(leaf, said.name, said.public)


def _leaf(entry: Mapping[str, Any]) -> bytes:
    return entry_bytes(entry["kind"], entry["at"], entry["commitment"])
