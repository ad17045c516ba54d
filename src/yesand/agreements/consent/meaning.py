"""What the words of our terms mean in the Data Privacy Vocabulary 2.3 (as in ``profile.ttl``)."""

from __future__ import annotations

from collections.abc import Mapping

from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass

CONTEXT: Mapping[str, object] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "loc": "https://w3id.org/dpv/loc#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "ya": "https://yes-and.org/odrl/v1#",
}
PURPOSES: Mapping[Purpose, str] = {
    Purpose.RESEARCH: "dpv:ResearchAndDevelopment",
    Purpose.EMOTION_RECOGNITION: "dpv:ServiceProvision",
    Purpose.VOICE_ASSISTANT: "dpv:RequestedServiceProvision",
    Purpose.ENTERTAINMENT: "dpv:ServiceProvision",
    Purpose.HEALTH: "dpv:ImproveHealthcare",
    Purpose.ACCESSIBILITY: "dpv:PublicBenefit",
    Purpose.WORKPLACE: "dpv:PersonnelMonitoring",
    Purpose.EDUCATION: "dpv:ServiceMonitoring",
    Purpose.ADVERTISING: "dpv:Advertising",
    Purpose.POLITICAL: "dpv:PoliticalCampaign",
    Purpose.ADULT: "dpv:ServiceProvision",
}
CHANNELS: Mapping[Modality, str] = {
    Modality.VOICE: "pd:VoiceCommunicationRecording",
    Modality.FACE: "pd:FacialExpression",
}
FORMS: Mapping[Material, str] = {
    Material.RAW: "dpv:CollectedPersonalData",
    Material.FEATURES: "dpv:DerivedPersonalData",
}
#: Systems that read emotion process it as personal data of the performer too.
EMOTION = frozenset({UseClass.RECOGNITION, UseClass.EVALUATION})
