"""w3c/dpv: what we export in the DPV's words, held against the DPV's own files.

One case for each file: consent records and receipts against the schema of ISO/IEC TS 27560, and
ODRL agreements against DPV's mapping to ODRL.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from rdflib import RDF, RDFS, Graph, Namespace, URIRef

from conformance.outcome import Outcome
from yesand.agreements.consent.fields import RECEIPTS, RECORDS, missing
from yesand.agreements.consent.meaning import CONTEXT
from yesand.agreements.consent.record import Addresses, Consent, Controller, record
from yesand.agreements.decision import Withdrawn
from yesand.agreements.odrl.document import document
from yesand.agreements.odrl.parts import Frame
from yesand.agreements.templates import STANDARDS, standard
from yesand.agreements.terms import Terms

DCT = Namespace("http://purl.org/dc/terms/")
ODRL = Namespace("http://www.w3.org/ns/odrl/2/")
MAPPING = "https://w3id.org/dpv/mappings/odrl#"
AT = datetime(2026, 10, 1, 12, tzinfo=UTC)


def run(folder: Path) -> Outcome:
    """Hold every standard agreement against both files."""
    home = folder / "dpv"
    results = {
        "dpv-27560": _faults(_records(Graph().parse(home / "dpv-27560.ttl"))),
        "dpv-odrl": _faults(_mapped(_mapping(home / "dpv-odrl.ttl"))),
    }
    return Outcome.of("dpv", results)


def _faults(found: Iterator[str]) -> str | None:
    return "; ".join(found) or None


def _records(schema: Graph) -> Iterator[str]:
    for iri in (*RECORDS, *RECEIPTS):
        if (URIRef(iri), RDF.type, RDFS.Class) not in schema:
            yield f"the schema does not declare {iri}"
    for name in STANDARDS:
        told = record(_consent(standard(name, date(2026, 10, 1)).terms))
        yield from (f"{name} lacks {field}" for field in missing(told))
        graph = Graph().parse(data=json.dumps({"@context": CONTEXT, **told}), format="json-ld")
        stated = set(graph.objects(URIRef(told["@id"]), DCT.conformsTo))
        if not any((kind, RDF.type, RDFS.Class) in schema for kind in stated):
            yield f"{name} conforms to {stated}, which the schema does not declare"


def _consent(terms: Terms) -> Consent:
    controller = Controller("ab" * 32, "A producer", "Lindenweg 1", "mail@house.example", "DE")
    house = "https://house.example"
    where = Addresses(f"{house}/withdraw/", f"{house}/export/", f"{house}/leave/")
    return Consent("cd" * 32, terms, "en", "ef" * 32, controller, AT, where, (Withdrawn(AT),))


def _mapping(path: Path) -> Graph:
    # The file leaves out the declarations of three prefixes that it uses, and one full stop.
    prefixes = "".join(
        f"@prefix {name}: <{iri}> .\n"
        for name, iri in (
            ("rdfs", str(RDFS)),
            ("owl", "http://www.w3.org/2002/07/owl#"),
            ("xsd", "http://www.w3.org/2001/XMLSchema#"),
        )
    )
    text = path.read_text("utf-8")
    first, rest = text.split("\n", 1)
    ended = first if first.rstrip().endswith(".") else f"{first} ."
    return Graph().parse(data=f"{prefixes}{ended}\n{rest}", format="turtle")


def _mapped(mapping: Graph) -> Iterator[str]:
    profile = Graph().parse(data=(files("yesand.agreements.odrl") / "profile.ttl").read_text())
    named = {o for o in profile.objects() if str(o).startswith(MAPPING)}
    yield from (f"{iri} is not in the mapping" for iri in named if (iri, None, None) not in mapping)
    operands = set(mapping.subjects(RDF.type, ODRL.LeftOperand))
    for name in STANDARDS:
        told = document(
            standard(name, date(2026, 10, 1)).terms, Frame.of("ab" * 32, "cd" * 32, "ef" * 32)
        )
        used = set(_graph(told).objects(None, ODRL.leftOperand))
        # The mapping's operands that our profile says are near to those that we use.
        near = {o for left in used for o in profile.objects(left) if str(o).startswith(MAPPING)}
        yield from (f"{name}: {o} is no left operand of the mapping" for o in near - operands)
        if not near:
            yield f"{name}: no left operand is tied to the mapping"


def _graph(told: Any) -> Graph:
    return Graph().parse(data=json.dumps(told), format="json-ld")
