"""One agreement before four checkers that share no code with each other (``make outside``).

An ODRL evaluator, SHACL shapes (pyshacl), the field list of ISO/IEC TS 27560, and the C2PA
toolkit's own reader. Each is shown the agreement as we hand it out and must accept it, and then a
spoiled copy, which it must refuse: a checker that accepts all proves nothing. Ends with 1 if one
does otherwise.

The ODRL evaluator is ours, and passes the ODRL Test Suite (docs/conformance.md); here it must
decide every request as ``decide`` does, from the document alone.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import c2pa
from pyshacl import validate
from rdflib import Graph

import yesand
from yesand.agreements.decision import Request, decide
from yesand.agreements.odrl import asking
from yesand.agreements.odrl.parts import Frame
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Action, Purpose, UseClass
from yesand.kernel.errors import YesAndError

ROOT = Path(__file__).parents[1]
#: A receipt names who answers for the house; the sample house belongs to nobody.
_NOBODY = {
    "YESAND_ADDRESS": "1 Example Street, 10115 Berlin",
    "YESAND_CONTACT": "privacy@house.example",
    "YESAND_COUNTRY": "DE",
}
#: What a checker found wrong; nothing is what it accepts.
Findings = list[str]


def main() -> int:
    """Run it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--house", type=Path, default=ROOT / "demo-house")
    asked.add_argument("--agreement", default="", help="its digest; else one with a recording")
    told = asked.parse_args()
    for name, value in _NOBODY.items():
        os.environ.setdefault(name, value)
    try:
        house = yesand.open(told.house)
        found = chosen(told.agreement)
    except YesAndError as fault:
        raise SystemExit(fault.sentence()) from fault
    print(f"{found}: {found.digest}\n")
    faults = [fault for name, run in checkers(house, found) for fault in outcome(name, *run())]
    print("\n" + ("\n".join(f"FAULT {fault}" for fault in faults) or "All four agree."))
    return int(bool(faults))


def chosen(name: str) -> Any:
    """Return the agreement of that name, or the first with a take whose permission still stands."""
    from yesand.agreements.consent.services import agreement_named  # needs the open house
    from yesand.agreements.models import Agreement

    if name:
        return agreement_named(name)
    signed = Agreement.objects.filter(kind=Agreement.Kind.INDIVIDUAL)
    rows = signed.filter(sessions__takes__isnull=False).order_by("entry_id").distinct()
    first = next(filter(permits_something, rows), None)
    if first is None:
        raise SystemExit(
            "No signed agreement with a recording still permits anything: make demo makes one."
        )
    return first


def permits_something(found: Any) -> bool:
    """Tell whether a request without a take can be permitted: nothing whole was taken back."""
    from yesand.agreements.services import against

    narrowed = (w.purposes or w.use_classes or w.modalities or w.licensees for w in against(found))
    return all(narrowed)


def checkers(house: yesand.House, found: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield each checker: what it is, and what it says of the agreement and of a spoiled copy."""
    from yesand.agreements.consent.services import consent_receipt, odrl

    document = odrl(found)
    receipt = consent_receipt(house.place, found, "https://house.example")
    yield "ODRL evaluator", lambda: evaluator(found, document)
    yield "SHACL (pyshacl)", lambda: shapes(document)
    yield "ISO/IEC TS 27560 field list", lambda: fields(receipt)
    yield "C2PA reader", lambda: reader(house, found)


def outcome(name: str, told: str, whole: Findings, spoiled: Findings) -> Iterator[str]:
    """Print a line for one checker; yield what is wrong."""
    mark = "✗" if whole or not spoiled else "✓"
    refused = spoiled[0] if spoiled else "accepted!"
    print(f"{mark} {name}: {told}\n    a spoiled copy: {refused}")
    yield from (f"{name}: {finding}" for finding in whole)
    if not spoiled:
        yield f"{name}: accepted a spoiled copy"


def evaluator(found: Any, document: Any) -> tuple[str, Findings, Findings]:
    """Decide every request by the document alone, and by ``decide`` with what was taken back."""
    from yesand.agreements.services import against  # needs the open house

    terms, ours = Terms.parse(found.terms), decider(found)
    spoiled = replace_purposes(document)
    asked = list(requests(terms, max([found.signed_at, *(w.at for w in against(found))])))
    whole = [f"decides otherwise: {r}" for r in asked if other(found, document, ours, r)]
    broken = [f"decides otherwise: {r.purpose}" for r in asked if other(found, spoiled, ours, r)]
    permits = sum(map(ours, asked))
    if not permits:
        broken = ["nothing is permitted any more, so that no permission can be spoiled"]
    return f"{len(asked)} requests decided alike, {permits} permitted", whole, broken


def decider(found: Any) -> Callable[[Request], bool]:
    """Return what decides as the house does, withdrawals, leave and suspensions included."""
    from yesand.agreements.approving.services import given
    from yesand.agreements.services import against
    from yesand.agreements.suspending.services import reaching

    terms = Terms.parse(found.terms)
    taken, leave = against(found), given().get(found.digest, ())
    held = reaching()(found, terms)
    return lambda request: decide(terms, request, taken, approvals=leave, suspensions=held).permit


def requests(terms: Terms, at: Any) -> Iterator[Request]:
    """Yield every action for every purpose in every use class, in and outside of the terms."""
    first = Request("acme-lab", Purpose.RESEARCH, UseClass.RECOGNITION, at, territory="DE")
    for action, purpose, use, commercial in product(Action, Purpose, UseClass, (False, True)):
        yield replace(first, action=action, purpose=purpose, use_class=use, commercial=commercial)
    late = terms.valid_until or terms.train_until
    if late is not None:
        yield replace(first, at=at.replace(year=late.year + 1))


def other(found: Any, document: Any, ours: Callable[[Request], bool], request: Request) -> bool:
    """Tell whether the document decides a request otherwise than the house does."""
    frame = Frame.of(found.digest, found.performer.public_key, found.producer.public_key)
    return asking.permits(document, request, frame) != ours(request)


def replace_purposes(document: Any) -> Any:
    """Return a copy in which every permission is for advertising alone."""
    spoiled = copy.deepcopy(document)
    for rule in spoiled["permission"]:
        for limit in rule["constraint"]:
            if limit.get("leftOperand") == "purpose":
                limit["rightOperand"] = {"@id": "ya:purpose-advertising"}
    return spoiled


def shapes(document: Any) -> tuple[str, Findings, Findings]:
    """Hold the document, and a copy that permits without a purpose, to the published shapes."""
    spoiled = copy.deepcopy(document)
    limits = spoiled["permission"][0]["constraint"]
    limits[:] = [limit for limit in limits if limit.get("leftOperand") != "purpose"]
    graph, whole = complaints(document)
    return f"{len(graph)} triples conform to the shapes", whole, complaints(spoiled)[1]


def complaints(document: Any) -> tuple[Graph, Findings]:
    """Return a document's triples, and what the shapes find wrong in them."""
    rules = Graph().parse(data=(files("yesand.agreements.odrl") / "shapes.ttl").read_text("utf-8"))
    graph = Graph().parse(data=json.dumps(document), format="json-ld")
    conforms, _, said = validate(graph, shacl_graph=rules)
    told = [line.strip() for line in said.splitlines() if line.strip().startswith("Message:")]
    return graph, [] if conforms else told


def fields(receipt: Any) -> tuple[str, Findings, Findings]:
    """Look for every mandatory field, and again where the retention is left out."""
    from yesand.agreements.consent.fields import RECEIPT, RECORD, missing

    spoiled = json.loads(json.dumps(receipt).replace("dpv:StorageDuration", "dpv:Storage"))
    told = f"{len(RECORD) + len(RECEIPT)} mandatory fields looked for in record and receipt"
    return told, [f"lacks {f}" for f in missing(receipt)], [f"lacks {f}" for f in missing(spoiled)]


def reader(house: yesand.House, found: Any) -> tuple[str, Findings, Findings]:
    """Let the C2PA toolkit read a recording under the agreement, and again with a byte flipped."""
    from yesand.provenance.credentials.identity import anchors
    from yesand.takes.crediting.services import credentialed
    from yesand.takes.models import Take

    take = Take.objects.filter(session__agreement=found).order_by("entry_id").first()
    if take is None:
        return "no recording under it", ["no recording under it"], []
    _, path = credentialed(house.place, take)
    trusted = anchors(house.place)
    with TemporaryDirectory() as folder:
        spoiled = Path(folder) / path.name
        data = bytearray(path.read_bytes())
        data[-2000] ^= 1
        spoiled.write_bytes(data)
        state, store = read_by_sdk(path, trusted)
        whole = [] if state == "Trusted" else [f"says {state}"]
        whole += [] if found.digest in store else ["does not name the agreement"]
        other_state = read_by_sdk(spoiled, trusted)[0]
    broken = [] if other_state in ("Valid", "Trusted") else [f"says {other_state}"]
    return f"{state}, and the file names the agreement", whole, broken


def read_by_sdk(path: Path, trusted: str) -> tuple[str, str]:
    """Return what the toolkit says of a file, and its manifests as text."""
    with (
        c2pa.Context.from_dict({"trust": {"trust_anchors": trusted}}) as context,
        path.open("rb") as file,
        c2pa.Reader(None, file, context=context) as opened,
    ):
        text = opened.json()
    return str(json.loads(text).get("validation_state")), str(text)


if __name__ == "__main__":
    sys.exit(main())
