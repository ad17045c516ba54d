"""A consent record (ISO/IEC TS 27560 by DPV) as it follows from a signed agreement.

Fields and relations after "Consent Records and Receipts as per ISO/IEC TS 27560:2023 using DPV"
(W3C DPVCG, 2026-02-15), §8. The person is named by their key and by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yesand.agreements.consent.meaning import CHANNELS, EMOTION, FORMS, PURPOSES
from yesand.agreements.days import last_moment
from yesand.agreements.decision import Withdrawn
from yesand.agreements.odrl.names import licensee, named, place, sha256, slug, take
from yesand.agreements.scope import EVERYTHING, Scope
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Modality, Purpose, UseClass
from yesand.kernel.clock import stamp

SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#record"
#: Every supervisory authority of the EU and EEA, with its address (European Data Protection Board).
AUTHORITIES = "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en"
Part = dict[str, Any]


@dataclass(frozen=True)
class Controller:
    """Who answers for what is done: the producer, as the house introduces itself.

    What is empty has not been told; the record then lacks a field that it must have.
    """

    key: str
    name: str
    address: str = ""
    contact: str = ""
    country: str = ""

    @property
    def uid(self) -> str:
        """Return its name in documents."""
        return f"urn:yes-and:key:{self.key}"

    def as_json(self) -> Part:
        """Return it as an entity of DPV, without what is not told."""
        told = {
            "dpv:hasIdentifier": self.uid,
            "dpv:hasName": self.name,
            "dpv:hasAddress": self.address,
            "dpv:hasContact": self.contact,
            "dpv:hasJurisdiction": _country(self.country),
        }
        known = {key: value for key, value in told.items() if value}
        return {"@id": self.uid, "@type": ["dpv:DataController", "dpv:LegalEntity"], **known}


@dataclass(frozen=True)
class Addresses:
    """Where rights are exercised: pages that whoever holds the receipt can open.

    What is empty has no address for the world; the record then lacks a field that it must have.
    """

    withdraw: str = ""
    export: str = ""
    leave: str = ""


@dataclass(frozen=True)
class Consent:
    """A signed agreement as consent: what was agreed, by whom, when, and what was taken back.

    Attributes
    ----------
    addresses : where the rights of the person are exercised.
    expired : whether its last day is over.
    """

    agreement: str
    terms: Terms
    language: str
    performer: str
    controller: Controller
    signed_at: datetime
    addresses: Addresses = Addresses()
    withdrawals: Sequence[Withdrawn] = ()
    expired: bool = False


def record(consent: Consent) -> Part:
    """Return the consent record."""
    return {
        "@id": f"urn:yes-and:consent:{consent.agreement}",
        "@type": "dpv:ConsentRecord",
        "dct:identifier": consent.agreement,
        "dct:conformsTo": {"@id": SCHEMA},
        "dpv:hasDataSubject": _subject(consent),
        "dpv:hasDataController": consent.controller.as_json(),
        "dpv:hasApplicableLaw": {"@id": "https://w3id.org/dpv/legal/eu#law-GDPR"},
        **_located("dpv:hasJurisdiction", consent.controller.country),
        "dpv:hasProcess": processes(consent),
        "dpv:hasConsentControl": {
            "@type": ["dpv:WithdrawConsent", "dpv:ReaffirmConsent"],
            "dpv:isExercisedAt": consent.addresses.withdraw,
        },
        "dpv:hasRight": list(_rights(consent.addresses)),
        "dpv:hasNotice": {
            "@id": f"urn:yes-and:agreement:{consent.agreement}",
            "@type": "dpv:ConsentNotice",
            "dct:date": stamp(consent.signed_at),
            "dct:language": consent.language,
        },
        "dpv:hasConsentStatus": list(_events(consent)),
    }


def processes(consent: Consent) -> list[Part]:
    """Return one process for each purpose that was agreed to."""
    terms, key = consent.terms, consent.controller.uid
    common = {
        "@type": "dpv:Process",
        "dpv:hasPersonalData": [{"@id": name} for name in _data(terms)],
        "dpv:hasDataController": {"@id": key},
        "dpv:hasRecipient": [{"@id": key}, {"@id": "ya:outsideTheHouse"}],
        "dpv:hasLegalBasis": [{"@id": "dpv:ExplicitlyExpressedConsent"}, {"@id": "eu-gdpr:A9-2-a"}],
        "dpv:hasLocation": [{"@id": place(code)} for code in sorted(terms.territories)],
        "dpv:hasStorageCondition": list(_stored(consent)),
        **_located("dpv:hasJurisdiction", consent.controller.country),
    }
    return [
        {**common, "dpv:hasPurpose": [{"@id": named(purpose)}, {"@id": PURPOSES[purpose]}]}
        for purpose in sorted(terms.purposes)
    ]


def _subject(consent: Consent) -> Part:
    child = ["dpv:Child"] if consent.terms.minor else []
    uid = f"urn:yes-and:key:{consent.performer}"
    return {"@id": uid, "@type": ["dpv:DataSubject", *child], "dpv:hasIdentifier": uid}


def _data(terms: Terms) -> list[str]:
    found = {CHANNELS[m] for m in terms.modalities} | {FORMS[m] for m in terms.materials}
    return sorted(found | ({"pd:Emotion"} if terms.use_classes & EMOTION else set()))


def _stored(consent: Consent) -> Iterator[Part]:
    country = consent.controller.country
    if country:
        yield {"@type": "dpv:StorageLocation", **_located("dpv:hasLocation", country)}
    yield {"@type": "dpv:StorageDuration", "dpv:hasDuration": duration(consent.terms)}
    days = consent.terms.withdrawing.delete_recordings_days
    yield {
        "@type": "dpv:StorageDeletion",
        "dpv:hasDuration": {
            "@type": "dpv:TemporalDuration",
            "rdf:value": {"@value": f"P{days}D", "@type": "xsd:duration"},
            "dct:description": "after a withdrawal",
        },
    }


def duration(terms: Terms) -> Part:
    """Return how long the consent holds: until its last day, or else until it is withdrawn."""
    if terms.valid_until:
        last = last_moment(terms.valid_until, terms.zone)
        return {"@type": "dpv:UntilTimeDuration", "rdf:value": _at(last)}
    return {"@type": "dpv:UntilEventDuration", "rdf:value": "Withdrawal of consent"}


def _rights(at: Addresses) -> Iterator[Part]:
    for article, title, address in (
        ("A7-3", "Right to withdraw consent", at.withdraw),
        ("A15", "Right of access", at.export),
        ("A17", "Right to erasure", at.leave),
        ("A20", "Right to data portability", at.export),
        ("A77", "Right to lodge a complaint", AUTHORITIES),
    ):
        yield {
            "@type": ["dpv:DataSubjectRight", f"eu-gdpr:{article}"],
            "dct:title": title,
            "dpv:isExercisedAt": address,
        }


def _events(consent: Consent) -> Iterator[Part]:
    by: Part = {"@id": f"urn:yes-and:key:{consent.performer}"}
    if consent.terms.represented_by == "guardian":
        by = {"@type": "dpv:GuardianOfDataSubject", "dpv:hasRelationWithDataSubject": by}
    given = ["dpv:ConsentGiven", "dpv:ExplicitlyExpressedConsent"]
    yield {
        **_event(given, consent.signed_at, consent.terms),
        "dpv:isIndicatedBy": by,
        "dpv:hasIndicationMethod": "Signature with the performer's key (Ed25519, DSSE)",
    }
    for each in consent.withdrawals:
        # Times that are equal, of withdrawals from different things, are told apart by their scope.
        yield {
            **_event(["dpv:ConsentWithdrawn"], each.at, consent.terms),
            "dpv:isIndicatedBy": by,
            "dpv:hasIndicationMethod": "Signature with the performer's key (Ed25519, DSSE)",
            "dct:coverage": list(_scope(each)) or "everything",
        }
    if consent.expired and consent.terms.valid_until:
        over = last_moment(consent.terms.valid_until, consent.terms.zone)
        controller = {"@id": consent.controller.uid}
        yield {
            **_event(["dpv:ConsentExpired"], over, consent.terms),
            "dpv:isIndicatedBy": controller,
        }


def _event(kinds: list[str], at: datetime, terms: Terms) -> Part:
    return {
        "@type": kinds,
        "dpv:isIndicatedAtTime": _at(at),
        "dpv:hasDuration": duration(terms),
    }


def _scope(taken: Withdrawn) -> Iterator[Part]:
    names = [
        *map(named, taken.purposes),
        *map(named, taken.use_classes),
        *map(named, taken.modalities),
    ]
    yield from ({"@id": name} for name in sorted(names))
    yield from ({"@id": licensee(each)} for each in sorted(taken.licensees))
    yield from ({"@id": take(each)} for each in sorted(taken.takes))


def scope_of(covered: Any) -> Scope:
    """Return the scope of a withdrawal that an event of a record covers.

    Raises
    ------
    BadInput : a name that is not of our profile.
    """
    if covered == "everything":
        return EVERYTHING
    names = [str(part["@id"]) for part in covered]
    found: dict[str, list[str]] = {}
    for name in names:
        field, value = _told(name)
        found.setdefault(field, []).append(value)
    return Scope.parse(found)


def _told(name: str) -> tuple[str, str]:
    for field, kind in (
        ("purposes", Purpose),
        ("use_classes", UseClass),
        ("modalities", Modality),
    ):
        for each in kind:
            if named(each) == name:
                return field, each.value
    if name.startswith(licensee("")):
        return "licensees", slug(name)
    return "takes", sha256(name)


def _at(moment: datetime) -> Part:
    return {"@value": stamp(moment), "@type": "xsd:dateTime"}


def _country(code: str) -> Part | None:
    return {"@id": place(code)} if code else None


def _located(relation: str, code: str) -> Part:
    return {relation: {"@id": place(code)}} if code else {}
