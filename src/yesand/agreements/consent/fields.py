"""The fields that a consent record and receipt must have, and which of them one lacks.

ISO/IEC TS 27560:2023 by the DPV guide (2026-02-15): what "MUST be present" in its §8 and §9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

RECORDS = ("https://w3id.org/dpv/schema/dpv-27560#record",)
RECEIPTS = ("https://w3id.org/dpv/schema/dpv-27560#receipt",)


@dataclass(frozen=True)
class Field:
    """A mandatory field: its name in ISO/IEC TS 27560, its section of the guide, where it stands.

    ``path`` leads over relations; each part that it leads to must have the next one. ``kinds``:
    what it must be, if not just anything.
    """

    name: str
    section: str
    path: tuple[str, ...]
    kinds: tuple[str, ...] = ()


_PROCESS, _CONTROLLER = "dpv:hasProcess", "dpv:hasDataController"
_EVENT, _STORED = "dpv:hasConsentStatus", "dpv:hasStorageCondition"
RECORD = (
    Field("schema version", "8.1.1", ("dct:conformsTo",), RECORDS),
    Field("record id", "8.1.2", ("dct:identifier",)),
    Field("pii principal id", "8.1.3", ("dpv:hasDataSubject", "dpv:hasIdentifier")),
    Field("privacy notice", "8.2.1", ("dpv:hasNotice", "@id")),
    Field("language", "8.2.2", ("dpv:hasNotice", "dct:language")),
    Field("process", "8.3.1", (_PROCESS,)),
    Field("purpose", "8.3.2", (_PROCESS, "dpv:hasPurpose")),
    Field("pii type", "8.3.3", (_PROCESS, "dpv:hasPersonalData")),
    Field("storage location", "8.3.4.2", (_PROCESS, _STORED), ("dpv:StorageLocation",)),
    Field("retention period", "8.3.4.2", (_PROCESS, _STORED), ("dpv:StorageDuration",)),
    Field("pii controllers", "8.3.5", (_PROCESS, _CONTROLLER)),
    Field("recipient third parties", "8.3.7", (_PROCESS, "dpv:hasRecipient")),
    Field("withdrawal method", "8.3.8", ("dpv:hasConsentControl",), ("dpv:WithdrawConsent",)),
    Field("withdrawal address", "8.3.8", ("dpv:hasConsentControl", "dpv:isExercisedAt")),
    Field("jurisdiction", "8.3.9", ("dpv:hasJurisdiction",)),
    Field("privacy rights", "8.3.10", ("dpv:hasRight", "dpv:isExercisedAt")),
    Field("party name", "8.4.1", (_CONTROLLER, "dpv:hasName")),
    Field("party id", "8.4.2", (_CONTROLLER, "dpv:hasIdentifier")),
    Field("party type", "8.4.3", (_CONTROLLER,), ("dpv:DataController",)),
    Field("party contact", "8.4.4", (_CONTROLLER, "dpv:hasContact")),
    Field("party address", "8.4.4.1", (_CONTROLLER, "dpv:hasAddress")),
    Field("event type", "8.5.1", (_PROCESS, "dpv:hasLegalBasis")),
    Field("event state", "8.5.2", (_EVENT,), ("dpv:ConsentGiven",)),
    Field("event time", "8.5.3", (_EVENT, "dpv:isIndicatedAtTime")),
    Field("validity duration", "8.5.4", (_EVENT, "dpv:hasDuration")),
    Field("entity id", "8.5.5", (_EVENT, "dpv:isIndicatedBy")),
)
RECEIPT = (
    Field("schema version", "9.1.1", ("dct:conformsTo",), RECEIPTS),
    Field("receipt id", "9.1.2", ("dct:identifier",)),
    Field("record", "9.1.3", ("dpv:hasRecordOfActivity",), ("dpv:ConsentRecord",)),
    Field("creation time", "9.1.4", ("dct:created",)),
)


def missing(told: Mapping[str, Any]) -> list[str]:
    """Return the mandatory fields that a consent record or receipt lacks, each with its section."""
    if told.get("@type") != "dpv:ConsentReceipt":
        return list(_lacking(told, RECORD))
    inside = told.get("dpv:hasRecordOfActivity")
    records = [part for part in _many(inside) if isinstance(part, dict)]
    return [*_lacking(told, RECEIPT), *(f for part in records for f in _lacking(part, RECORD))]


def _lacking(told: Mapping[str, Any], fields: tuple[Field, ...]) -> Iterator[str]:
    for field in fields:
        if not _has(told, field):
            yield f"{field.name} (§{field.section})"


def _has(told: Mapping[str, Any], field: Field) -> bool:
    parts: list[Any] = [told]
    for step in field.path:
        found = [_many(part.get(step)) if isinstance(part, dict) else [] for part in parts]
        if not all(found):
            return False
        parts = [each for many in found for each in many]
    if not field.kinds or not parts:
        return bool(parts)
    return any(set(field.kinds) & _kinds(part) for part in parts)


def _kinds(part: Any) -> set[str]:
    if not isinstance(part, dict):
        return {str(part)}
    return {*map(str, _many(part.get("@type"))), str(part.get("@id"))}


def _many(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [each for each in value if each not in (None, "")]
    return [] if value in (None, "") else [value]
