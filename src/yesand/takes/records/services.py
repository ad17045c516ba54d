"""The records of takes that the log commits to, made again from their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yesand.kernel.clock import stamp
from yesand.kernel.ids import digest_of
from yesand.takes.models import Take


def take_payload(take: Take) -> dict[str, Any]:
    """Return what a take's log entry commits to: its record, named by its canonical digest."""
    return {
        "accepted": not any(finding["rejects"] for finding in take.findings),
        "agreement": take.session.agreement_id,
        "channels": take.channels,
        "duration_ms": take.duration_ms,
        "emotion": take.emotion,
        "intensity": take.intensity,
        "language": take.language,
        "media_type": take.media_type,
        "modality": take.modality,
        "performer": take.performer.public_key,
        "recorded_at": stamp(take.recorded_at),
        "repetition": take.repetition,
        "sample_rate": take.sample_rate,
        "scene": take.scene.slug if take.scene else None,
        "session": take.session.slug,
        "sha256": take.sha256,
        "synthetic": take.synthetic,
    }


def payload_as_logged(take: Take) -> dict[str, Any] | None:
    """Return the record that a take's log entry commits to; none: it was erased, or is another.

    Takes of old were logged without whether they came in accepted.
    """
    payload = take_payload(take)
    before = {name: value for name, value in payload.items() if name != "accepted"}
    return next((p for p in (payload, before) if digest_of(p) == take.entry.record), None)


def dispute_payload(claims: Sequence[Take]) -> dict[str, Any]:
    """Return the record of a dispute: the takes of one content, by record, in the log's order."""
    return {"sha256": claims[0].sha256, "takes": [take.entry.record for take in claims]}
