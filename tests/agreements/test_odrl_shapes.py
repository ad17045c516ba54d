"""The published SHACL shapes accept every agreement that we write, and reject what is broken."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyshacl import validate
from rdflib import RDF, SH, Graph, URIRef

from strategies_of_terms import approvals, suspensions, whole_terms, withdrawals
from yesand.agreements.approval import Approved
from yesand.agreements.decision import Withdrawn
from yesand.agreements.odrl.actions import INCLUDED_IN, ODRL, YA
from yesand.agreements.odrl.document import document
from yesand.agreements.odrl.names import named
from yesand.agreements.odrl.parts import Frame
from yesand.agreements.suspending.suspension import Cause, Suspended
from yesand.agreements.templates import standard
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass

FRAME = Frame.of("a" * 64, "b" * 64, "c" * 64)
HOME = files("yesand.agreements.odrl")
SHAPES = Graph().parse(data=(HOME / "shapes.ttl").read_text("utf-8"))
PROFILE = Graph().parse(data=(HOME / "profile.ttl").read_text("utf-8"))


def graph(told: Any) -> Graph:
    return Graph().parse(data=json.dumps(told), format="json-ld")


def complaints(told: Any) -> set[str]:
    _, report, _ = validate(graph(told), shacl_graph=SHAPES)
    return {str(said) for said in report.objects(None, SH.resultMessage)}


def good() -> Any:
    terms = standard("recognition", date(2026, 1, 1)).terms
    hold = Suspended("5" * 64, Cause.HOLD, datetime(2026, 10, 1, tzinfo=UTC))
    return json.loads(json.dumps(document(terms, FRAME, (), (), [hold])))


def rule(told: Any, kind: str, name: str) -> Any:
    return next(r for r in told[kind] if r["uid"].endswith(f"#{name}"))


def limit(told: Any, left: str, action: str = "train") -> Any:
    limits = rule(told, "permission", action)["constraint"]
    return next(c for c in limits if c.get("leftOperand") == left)


@settings(max_examples=10, deadline=None)
@given(
    whole_terms(),
    st.lists(withdrawals, max_size=2),
    st.lists(approvals, max_size=2),
    st.lists(suspensions(), max_size=2),
)
def test_every_agreement_that_we_write_is_accepted(
    terms: Terms, withdrawn: list[Withdrawn], leave: list[Approved], held: list[Suspended]
) -> None:
    told = document(terms, FRAME, withdrawn, leave, held)
    assert complaints(json.loads(json.dumps(told))) == set()


def drop(kind: str, name: str) -> Callable[[Any], None]:
    return lambda told: told[kind].remove(rule(told, kind, name))


def put(kind: str, name: str, key: str, value: Any) -> Callable[[Any], None]:
    return lambda told: rule(told, kind, name).update({key: value})


def limited(left: str, key: str, value: Any) -> Callable[[Any], None]:
    return lambda told: limit(told, left).update({key: value})


def top(key: str, value: Any) -> Callable[[Any], None]:
    return lambda told: told.update({key: value})


def refined(name: str, number: int, key: str, value: Any) -> Callable[[Any], None]:
    return lambda told: rule(told, "obligation", name)["refinement"][number].update({key: value})


def _unlimited(told: Any) -> None:
    rule(told, "permission", "train")["constraint"].remove(limit(told, "purpose"))


def _endless(told: Any) -> None:
    limits = rule(told, "permission", "train")["constraint"]
    limits[:] = [c for c in limits if c.get("operator") != "gteq"]


def _no_currency(told: Any) -> None:
    del rule(told, "obligation", "session-fee")["refinement"][0]["unit"]


def _a_child_alone(told: Any) -> None:
    told["ya:minor"] = True


def _statute_at_work_only(told: Any) -> None:
    rule(told, "prohibition", "statute")["constraint"][0]["rightOperand"].pop(0)


def _suspended_for_no_reason(told: Any) -> None:
    del rule(told, "prohibition", "suspension-1")["ya:cause"]


def _timeless(told: Any) -> None:
    del told["ya:timeZone"]


MANY = {"@value": "250", "@type": "xsd:decimal"}
SAID = "A permission must limit use, purpose, channel, form, place and first day, each once"
BROKEN: dict[str, tuple[Callable[[Any], None], str]] = {
    "another profile": (top("profile", "urn:other"), "The agreement must name this profile"),
    "an offer": (top("@type", "Offer"), "An agreement of this profile has a name, and nothing but"),
    "a word of nobody": (top("ya:bonus", "yes"), "An agreement of this profile has a name"),
    "terms of another form": (top("ya:version", 3), "The terms must be of form 1 or 2"),
    "nobody's days": (_timeless, "Terms of form 2 name their time zone"),
    "days of nowhere": (top("ya:timeZone", "half past"), "The days are those of one IANA"),
    "paid for a while": (top("ya:paidWhile", {"@id": "ya:death"}), "Pay goes on for as long"),
    "of age some time": (top("ya:majorityOn", "soon"), "A minor comes of age on one day"),
    "leaks untold": (drop("obligation", "breach-notice"), "Terms of form 2 name their time zone"),
    "nobody knows the age": (top("ya:minor", "no"), "It must be said whether the performer is"),
    "an unknown adviser": (
        top("ya:representedBy", {"@id": "ya:helper-friend"}),
        "It must be said who advised the performer",
    ),
    "a child alone": (_a_child_alone, "An agreement of this profile has a name"),
    "no permission to export": (drop("permission", "export"), "Exporting needs one permission"),
    "trained twice": (put("permission", "export", "action", "ya:train"), "Training needs one"),
    "an action of nobody": (
        put("permission", "export", "action", "ya:resell"),
        "A permission's action must be one of the profile",
    ),
    "two granted": (
        put("permission", "train", "assignee", ["urn:a:b", "urn:a:c"]),
        "Each rule has one assignee",
    ),
    "nobody grants": (put("permission", "train", "assigner", []), "Each rule has one assigner"),
    "of nothing": (put("permission", "train", "target", []), "A permission has one target"),
    "a duty of nobody": (
        put("permission", "train", "duty", ["urn:x:nowhere"]),
        "A permission's duties must be duties of the agreement",
    ),
    "for any purpose": (_unlimited, SAID),
    "since ever": (_endless, SAID),
    "an unknown purpose": (
        limited("purpose", "rightOperand", [{"@id": "ya:purpose-mining"}]),
        "A purpose must be one of the profile",
    ),
    "a use in words": (limited("ya:use", "rightOperand", ["all"]), "A use must be one of the"),
    "an unknown channel": (
        limited("ya:channel", "rightOperand", [{"@id": "ya:channel-mind"}]),
        "A channel must be one of the profile",
    ),
    "an unknown form": (
        limited("ya:form", "rightOperand", [{"@id": "ya:form-any"}]),
        "A form must be one of the profile",
    ),
    "no such place": (
        limited("spatial", "rightOperand", [{"@id": "loc:Europe"}]),
        "A place must be a country of the DPV, or the world",
    ),
    "a day for a moment": (
        limited("dateTime", "rightOperand", {"@value": "2026-01-01", "@type": "xsd:date"}),
        "A moment must be an xsd:dateTime",
    ),
    "an operand of nobody": (
        limited("purpose", "leftOperand", "ya:mood"),
        "The left operand must be one of the profile",
    ),
    "an operator too many": (
        limited("purpose", "operator", "hasPart"),
        "The operator must be one of the profile",
    ),
    "compared with nothing": (
        limited("purpose", "rightOperand", []),
        "A constraint has a left operand, an operator and what it is compared with",
    ),
    "without the law": (drop("prohibition", "statute"), "The statutory ban on inferring emotion"),
    "with half of the law": (_statute_at_work_only, "The statutory ban on inferring emotion"),
    "a prohibition of nobody": (
        put("prohibition", "respect", "action", "ya:smile"),
        "A prohibition's action must be one of the profile",
    ),
    "suspended by whom": (
        put("prohibition", "suspension-1", "dct:source", {"@id": "urn:yes-and:suspension:5"}),
        "A suspension is named by what was signed when it began",
    ),
    "suspended on a whim": (
        put("prohibition", "suspension-1", "ya:cause", {"@id": "ya:strike"}),
        "A suspension is a strike or a hold",
    ),
    "suspended, nobody knows why": (
        _suspended_for_no_reason,
        "A suspension says when it began, which it is, and why",
    ),
    "no reports": (drop("obligation", "report"), "The agreement must promise reports"),
    "no pool": (drop("obligation", "pool"), "The agreement must say how pay is shared"),
    "no end of training": (
        drop("obligation", "stop-training"),
        "The agreement must say when training stops after a withdrawal",
    ),
    "pay in nothing": (_no_currency, "An amount must name its currency"),
    "pay in shells": (
        refined("session-fee", 0, "unit", "urn:shells"),
        "An amount is in a currency of ISO 4217",
    ),
    "pay in words": (
        refined("session-fee", 0, "rightOperand", "a lot"),
        "An amount is an exact number",
    ),
    "more than all": (
        refined("revenue-share", 0, "rightOperand", MANY),
        "A share lies between 0 and 100 percent",
    ),
    "a duty of another trade": (
        put("obligation", "report", "action", "ya:sing"),
        "A duty's action must be one of the profile",
    ),
}


def test_the_sound_agreement_is_sound() -> None:
    assert complaints(good()) == set()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_agreement_is_rejected_for_its_own_reason(name: str) -> None:
    spoil, said = BROKEN[name]
    told = good()
    spoil(told)
    assert any(message.startswith(said) for message in complaints(told)), complaints(told)


@given(whole_terms(), suspensions())
@settings(max_examples=20, deadline=None)
def test_every_word_of_a_document_is_in_the_profile(terms: Terms, held: Suspended) -> None:
    told = graph(document(terms, FRAME, (), (), [held]))
    ours = {str(x) for triple in told for x in triple if str(x).startswith(YA)}
    assert {word for word in ours if (URIRef(word), None, None) not in PROFILE} == set()


def test_every_word_of_our_vocabularies_is_in_the_profile() -> None:
    for kind in (Action, UseClass, Purpose, Modality, Material):
        for each in kind:
            word = URIRef(YA + named(each).removeprefix("ya:"))
            assert (word, RDF.type, None) in PROFILE, word


def test_the_profile_and_the_evaluator_include_the_same_actions_in_use() -> None:
    included = PROFILE.subject_objects(URIRef(ODRL + "includedIn"))
    published = {str(a): str(b) for a, b in included}
    ours = {a: b for a, b in INCLUDED_IN.items() if a.startswith(YA)}
    assert ours.items() <= published.items()


def test_the_shapes_name_no_word_that_the_profile_lacks() -> None:
    words = set(re.findall(r"(?<![\w/]):([a-z][\w-]*)", (HOME / "shapes.ttl").read_text("utf-8")))
    assert {w for w in words if (URIRef(YA + w), None, None) not in PROFILE} == set()
