"""Signed envelopes: DSSE v1 (secure-systems-lab) over canonical JSON, Ed25519.

Attestations are in-toto Statements v1 inside; agreements carry their own payload type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import FormatError
from securesystemslib.signer import Signature  # type: ignore[attr-defined]

from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import CheckFailed
from yesand.kernel.keys import Signer, verify

IN_TOTO = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"


def seal(payload: Any, signers: Sequence[Signer], payload_type: str = IN_TOTO) -> dict[str, Any]:
    """Sign a JSON value's canonical bytes with every key; return the envelope as JSON."""
    envelope = Envelope(canonical(payload), payload_type, {})
    for signer in signers:
        made = Signature(signer.id, signer.sign(envelope.pae()).hex())
        envelope.signatures[signer.id] = made
    sealed: dict[str, Any] = envelope.to_dict()
    return sealed


def opened(
    envelope: Mapping[str, Any], keys: Mapping[str, bytes], payload_type: str = IN_TOTO
) -> Any:
    """Return the payload if *every* given key (id → 32 raw bytes) has signed it.

    Raises
    ------
    CheckFailed : malformed, of another type, or a signature is missing or wrong.
    """
    parsed = _parsed(envelope)
    if parsed.payload_type != payload_type:
        raise CheckFailed(f"The envelope holds {parsed.payload_type!r}, not {payload_type!r}")
    if not keys:
        raise CheckFailed("No key was given to check the signature with")
    for name, public in keys.items():
        made = parsed.signatures.get(name)
        if made is None or not verify(public, bytes.fromhex(made.signature), parsed.pae()):
            raise CheckFailed("A signature is missing or wrong", where=f"key {name[:16]}")
    return parse(parsed.payload, where="signed payload")


def together(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return one envelope with the signatures of two over the same payload.

    Raises
    ------
    CheckFailed : they hold something different.
    """
    first, second = _parsed(one), _parsed(other)
    if first.pae() != second.pae():
        raise CheckFailed("Two signatures are not over the same words")
    first.signatures |= second.signatures
    joined: dict[str, Any] = first.to_dict()
    return joined


def payload_of(envelope: Mapping[str, Any]) -> bytes:
    """Return the payload's bytes without checking who signed them."""
    payload: bytes = _parsed(envelope).payload
    return payload


def attest(
    predicate_type: str, subjects: Mapping[str, str], predicate: Mapping[str, Any]
) -> dict[str, Any]:
    """Return an in-toto Statement v1 about subjects (name → SHA-256 hex)."""
    return {
        "_type": STATEMENT,
        "subject": [{"name": n, "digest": {"sha256": d}} for n, d in subjects.items()],
        "predicateType": predicate_type,
        "predicate": dict(predicate),
    }


def _parsed(envelope: Mapping[str, Any]) -> Any:
    try:
        # from_dict takes signatures apart where they lie, so it gets copies.
        signatures = [dict(each) for each in envelope["signatures"]]
        return Envelope.from_dict({**envelope, "signatures": signatures})
    except (KeyError, TypeError, ValueError, AttributeError, FormatError) as fault:
        raise CheckFailed(f"Not a DSSE envelope: {fault}") from fault
