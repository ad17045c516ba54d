"""Parquet shards with a Croissant 1.1 description (JSON-LD), which loaders of many kinds read.

Written by ourselves: mlcroissant's own writer drops ``odrl:Offer`` from a type. Its reader checks
what we write (tests/corpus/test_export_formats.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from yesand.agreements.naming import uri
from yesand.agreements.odrl.names import PREFIXES
from yesand.corpus.exporting.formats import VERSION, parquet
from yesand.corpus.exporting.record import Parcel
from yesand.corpus.exporting.texts import BIOMETRICS, CHANGES, LICENCE, licence, readme
from yesand.kernel.clock import stamp
from yesand.kernel.ids import digest_file
from yesand.kernel.progress import Progress

DESCRIPTION = "croissant.json"
CONFORMS = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
_CR = (
    "citeAs column containedIn equivalentProperty extract field fileProperty fileObject fileSet "
    "format includes isArray isLiveDataset arrayShape jsonPath key md5 parentField path recordSet "
    "references regex repeated replace samplingRate separator source subField transform"
)
#: Croissant 1.1, appendix 1, with the vocabularies of the offer and of provenance.
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "prov": "http://www.w3.org/ns/prov#",
    **PREFIXES,
    **{name: f"cr:{name}" for name in _CR.split()},
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
}
_FIELDS = {
    "take": ("sc:Text", "SHA-256 of the recording as the performer gave it"),
    "sha256": ("sc:Text", "SHA-256 of the bytes in this row"),
    "bytes": ("sc:Integer", "How many bytes they are"),
    "media_type": ("sc:Text", "Their media type"),
    "performer": ("sc:Text", "A pseudonym: the same for all takes of one performer"),
    "emotion": (["sc:Text", "cr:Label"], "The emotion that was asked for"),
    "duration_ms": ("sc:Integer", "Length in milliseconds"),
    "agreement": ("sc:Text", "SHA-256 of the agreement that the take is under"),
    "synthetic": ("sc:Boolean", "Whether code made it and no person"),
    "entry": ("sc:Integer", "The take's entry in the house's transparency log"),
    "credential": ("sc:Text", "The C2PA manifest inside the bytes"),
    "audio": ("sc:AudioObject", "The recording, its content credential inside"),
    "features": ("sc:Float", "Log-mel energies, a row every 10 ms, 64 bands of 16 kHz audio"),
}


def write(parcel: Parcel, folder: Path, progress: Progress) -> None:
    """Write the shards, their description, and the texts beside them."""
    shards = parquet.shards(parcel, folder / "data", progress)
    licence(parcel, folder)
    told = description(parcel, shards)
    text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    (folder / DESCRIPTION).write_text(text, "utf-8")
    readme(parcel, folder, f"{DESCRIPTION}  what it is (Croissant 1.1)\ndata/           Parquet\n")


def description(parcel: Parcel, shards: list[Path]) -> dict[str, Any]:
    """Return the dataset's description."""
    about = parcel.about
    house = {"@type": "sc:Organization", "name": about.house, "identifier": about.origin}
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS,
        "name": f"corpus-{parcel.manifest.digest[:12]}",
        "alternateName": about.title,
        "description": _told(parcel),
        "version": "1.0.0",
        "identifier": f"sha256:{parcel.manifest.digest}",
        "url": about.url,
        "license": LICENCE,
        "usageInfo": about.offer,
        "creator": house,
        "publisher": house,
        "datePublished": stamp(about.at),
        "dateCreated": stamp(about.at),
        "isLiveDataset": False,
        "isAccessibleForFree": False,
        "keywords": ["emotion", "speech", "acting", "consent", "improvisation"],
        "citeAs": f"{about.house}: {about.title}, manifest {parcel.manifest.digest}.",
        "creditText": ", ".join(about.credits) or "Performers who do not wish to be named.",
        "prov:wasDerivedFrom": [{"@id": uri(name)} for name in _agreements(parcel)],
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "prov:label": f"{VERSION} of manifest {parcel.manifest.digest}",
            "prov:endedAtTime": stamp(about.at),
        },
        **_responsible(parcel),
        "distribution": _distribution(shards),
        "recordSet": [_records(parcel)],
    }


def _told(parcel: Parcel) -> str:
    made = "Some or all of it was made by code. " if parcel.synthetic else ""
    asked = "; ".join(f"{name}: {value}" for name, value in parcel.about.request)
    return (
        f"{len(parcel.records):,} acted takes, each under an agreement that its performer signed. "
        f"{made}Permitted for exactly one request: {asked}. {CHANGES}"
    )


def _agreements(parcel: Parcel) -> list[str]:
    return sorted({record.agreement for record in parcel.records})


def _responsible(parcel: Parcel) -> dict[str, Any]:
    """Return what Croissant RAI 1.0 asks of a dataset."""
    about, performers = parcel.about, {record.performer for record in parcel.records}
    left = [f"{part.takes:,} takes left out: {part.reason}" for part in parcel.left_out]
    return {
        "rai:dataCollection": (
            "Performers signed an agreement in plain words before they performed; each take is "
            "entered in a transparency log."
        ),
        "rai:dataCollectionType": ["Direct measurement"],
        "rai:dataCollectionMissingData": "; ".join(left) or "Nothing was left out.",
        "rai:dataUseCases": [f"{name}: {value}" for name, value in about.request],
        "rai:dataLimitations": [
            "Acted emotions: what a performer shows is not what a person feels.",
            f"{len(performers):,} performers; no sample of any population.",
        ],
        "rai:dataBiases": ["Whoever is a performer, and agreed, is in it; nobody else."],
        "rai:dataAnnotationProtocol": ["The label is the emotion that the scene asked for."],
        "rai:dataManipulationProtocol": (
            "Recordings are as they were given, but for the credential inside."
            if not parcel.features
            else "Log-mel energies: 64 bands of 16 kHz audio, 25 ms windows every 10 ms."
        ),
        "rai:personalSensitiveInformation": [
            "Voices of performers, by pseudonym." if not parcel.features else "No recordings.",
            BIOMETRICS,
        ],
        "rai:dataSocialImpact": (
            "Emotion inference at work and in education is banned in the European Economic Area "
            "(Regulation (EU) 2024/1689, Art. 5(1)(f)); no agreement can permit it."
        ),
        "rai:dataReleaseMaintenancePlan": CHANGES,
    }


def _distribution(shards: list[Path]) -> list[dict[str, Any]]:
    kind = "application/x-parquet"
    files = [
        {
            "@type": "cr:FileObject",
            "@id": path.name,
            "name": path.name,
            "contentUrl": f"data/{path.name}",
            "contentSize": f"{path.stat().st_size} B",
            "encodingFormat": kind,
            "sha256": digest_file(path),
        }
        for path in shards
    ]
    every = {
        "@type": "cr:FileSet",
        "@id": "shards",
        "name": "shards",
        "description": "All shards.",
        "encodingFormat": kind,
        "includes": "data/*.parquet",
    }
    return [*files, every]


def _records(parcel: Parcel) -> dict[str, Any]:
    last = "features" if parcel.features else "audio"
    names = [name for name in _FIELDS if name not in {"audio", "features"}]
    return {
        "@type": "cr:RecordSet",
        "@id": "takes",
        "name": "takes",
        "description": "One record a take.",
        "key": {"@id": "takes/take"},
        "field": [_field(name) for name in [*names, last]],
    }


def _field(name: str) -> dict[str, Any]:
    kind, said = _FIELDS[name]
    array = {"isArray": True, "arrayShape": "-1,64"} if name == "features" else {}
    return {
        "@type": "cr:Field",
        "@id": f"takes/{name}",
        "name": name,
        "description": said,
        "dataType": kind,
        **array,
        "source": {"fileSet": {"@id": "shards"}, "extract": {"column": name}},
    }
