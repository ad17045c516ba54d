"""A consent receipt: the record, sealed by the house, with the agreement that proves it inside.

One JSON-LD file. Whoever changes a word of it breaks the house's seal; and even the house cannot
state other purposes than were signed, for the record is computed again from the signed terms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yesand.agreements import receipt as agreements
from yesand.agreements.consent.fields import RECEIPTS, missing
from yesand.agreements.consent.meaning import CONTEXT
from yesand.agreements.consent.record import Consent, Controller, processes, record, scope_of
from yesand.agreements.scope import Scope
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Purpose
from yesand.kernel.canonical import parse
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.keys import Signer, key_id
from yesand.provenance import dsse
from yesand.provenance.note import Verifier

PAYLOAD_TYPE = "application/ld+json"
_PROOF = "ya:proof"
_WITHDRAWN = "dpv:ConsentWithdrawn"


@dataclass(frozen=True)
class Verdict:
    """What a consent receipt proves.

    Attributes
    ----------
    purposes : those that are still consented to, by the house's word on what was withdrawn.
    withdrawn : what was taken back since, each withdrawal in words.
    """

    agreement: str
    house: str
    created: str
    purposes: tuple[str, ...]
    states: tuple[str, ...]
    withdrawn: tuple[str, ...]
    missing: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return it for people."""
        lacking = ", ".join(self.missing)
        fields = f"lacks {lacking}" if lacking else "has every mandatory field"
        return [
            f"consent: to {', '.join(self.purposes) or 'nothing'}; {', '.join(self.states)}",
            *(f"withdrawn: {scope}" for scope in self.withdrawn),
            f"signatures: the agreement {self.agreement[:12]} says so, and is in the log",
            f"seal: as the house {self.house} made it at {self.created}",
            f"ISO/IEC TS 27560: {fields}",
        ]


def receipt(
    consent: Consent, signed: Mapping[str, Any], house: Signer, now: datetime
) -> dict[str, Any]:
    """Return a consent receipt.

    Parameters
    ----------
    signed : the agreement's own receipt, with its signatures and its log proof.
    """
    told = {
        "@context": dict(CONTEXT),
        "@id": f"urn:yes-and:consent-receipt:{consent.agreement}",
        "@type": "dpv:ConsentReceipt",
        "dct:identifier": f"{consent.agreement}-{stamp(now)}",
        "dct:conformsTo": {"@id": RECEIPTS[0]},
        "dct:created": stamp(now),
        "dct:publisher": {"@id": consent.controller.uid},
        "dct:audience": {"@id": "dpv:DataSubject"},
        "dpv:hasRecordOfActivity": record(consent),
    }
    proof = {"agreement": dict(signed), "seal": dsse.seal(told, [house], PAYLOAD_TYPE)}
    return {**told, _PROOF: {"@type": "@json", "@value": proof}}


def is_receipt(told: Any) -> bool:
    """Tell whether a JSON value says that it is a consent receipt."""
    return isinstance(told, dict) and told.get("@type") == "dpv:ConsentReceipt"


def check(told: Any, key: Verifier | None = None) -> Verdict:
    """Check a consent receipt from nothing but itself.

    Raises
    ------
    BadInput : no consent receipt. CheckFailed : it was changed, or says other than was signed.
    """
    if not is_receipt(told):
        raise BadInput("Not a consent receipt", where="receipt")
    try:
        proof = told[_PROOF]["@value"]
        signed, seal = proof["agreement"], proof["seal"]
        house = Verifier.parse(signed["log"])
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadInput("The receipt carries no proof", where=str(fault)[:80]) from fault
    agreed = agreements.check(signed, key)
    said = dsse.opened(seal, {key_id(house.public): house.public}, PAYLOAD_TYPE)
    if said != {k: v for k, v in told.items() if k != _PROOF}:
        raise CheckFailed("The receipt is not as the house made it", where=_other(said, told))
    try:
        return _verdict(told, signed, agreed, house.name)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadInput("The record cannot be read", where=str(fault)[:80]) from fault


def _verdict(told: Any, signed: Any, agreed: agreements.Verdict, house: str) -> Verdict:
    made = told["dpv:hasRecordOfActivity"]
    terms, events = _check_record(made, signed, agreed), made["dpv:hasConsentStatus"]
    taken = [scope_of(each["dct:coverage"]) for each in events if _WITHDRAWN in each["@type"]]
    return Verdict(
        agreed.agreement,
        house,
        str(told["dct:created"]),
        tuple(sorted(map(str, _left(terms.purposes, taken)))),
        tuple(event["@type"][0].removeprefix("dpv:") for event in events),
        tuple(map(str, taken)),
        tuple(missing(told)),
    )


def _left(purposes: frozenset[Purpose], taken: Sequence[Scope]) -> frozenset[Purpose]:
    """Return the purposes for which anything at all is still consented to."""
    for scope in taken:
        if scope == Scope(purposes=scope.purposes):
            purposes -= scope.purposes or purposes
    return purposes


def _check_record(made: Mapping[str, Any], signed: Any, agreed: agreements.Verdict) -> Terms:
    payload = parse(dsse.payload_of(signed["envelope"]))
    terms = Terms.parse(payload["terms"])
    controller = made["dpv:hasDataController"]
    country = controller.get("dpv:hasJurisdiction", {}).get("@id", "").rpartition(":")[2]
    consent = Consent(
        agreed.agreement,
        terms,
        payload["language"],
        agreed.performer,
        Controller(agreed.producer, controller["dpv:hasName"], country=country),
        datetime.fromisoformat(agreed.at),
    )
    again = record(consent)
    for part in ("dct:identifier", "dpv:hasDataSubject"):
        if made[part] != again[part]:
            raise CheckFailed("The record is of another agreement", where=part)
    if made["dpv:hasProcess"] != processes(consent):
        raise CheckFailed("The record states other than was signed", where="dpv:hasProcess")
    return terms


def _other(said: Any, told: Mapping[str, Any]) -> str:
    keys = sorted({*said, *told} - {_PROOF})
    return next((k for k in keys if said.get(k) != told.get(k)), "receipt")
