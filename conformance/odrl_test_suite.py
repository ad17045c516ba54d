"""SolidLabResearch/ODRL-Test-Suite: 68 policies, requests and states of the world in Turtle.

Compared for each case: the set of (rule, request, ``report:activationState``). The reader is
strict: a part of ODRL that the evaluator does not know is refused, never passed over, because a
refinement that is ignored makes a permission wider.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from rdflib import RDF, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from conformance.outcome import Outcome
from yesand.agreements.odrl.actions import ODRL
from yesand.agreements.odrl.evaluate import Report, evaluate
from yesand.agreements.odrl.policy import (
    Ask,
    Condition,
    Constraint,
    DutyState,
    Joined,
    Kind,
    Logic,
    Operator,
    Policy,
    Rule,
    Value,
    World,
)
from yesand.kernel.clock import instant
from yesand.kernel.errors import BadInput, YesAndError

TERM, EX = Namespace(ODRL), Namespace("http://example.org/")
REPORT = Namespace("https://w3id.org/force/compliance-report#")
NOW = URIRef("http://example.com/request/currentTime"), URIRef("http://purl.org/dc/terms/issued")
IN_POLICY = {"uid", "permission", "prohibition"}
IN_RULE = {"action", "assignee", "assigner", "target", "constraint", "duty"}
IN_CONSTRAINT = {"leftOperand", "operator", "rightOperand", *(logic.value for logic in Logic)}
T = TypeVar("T")
Found = set[tuple[str, str, bool]]


def run(folder: Path) -> Outcome:
    """Evaluate every case under ``data/test_cases``."""
    data = folder / "odrl-test-suite" / "data"
    # Each file is read alone: two policies of the suite give one name to different constraints.
    known = [Graph().parse(p) for k in ("policies", "requests", "sotw") for p in _files(data / k)]
    results = {}
    for path in _files(data / "test_cases"):
        try:
            results[path.stem] = _fault(Graph().parse(path), known)
        except YesAndError as fault:
            results[path.stem] = str(fault)
    return Outcome.of("odrl-test-suite", results)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ttl"))


def _fault(case: Graph, known: list[Graph]) -> str | None:
    name = _one(case.subjects(RDF.type, EX.TestCase), "test case")
    policy, ask, sotw = (_value(case, name, EX[part]) for part in ("policy", "request", "sotw"))
    reports = evaluate(
        read_policy(_about(policy, known), policy),
        read_ask(_about(ask, known), ask),
        read_world(_about(sotw, known)),
    )
    expected = _expected(case, _value(case, name, EX.expectedReport))
    found = {_outcome(report) for report in reports}
    return None if found == expected else f"expected {expected}, found {found}"


def _about(uid: Node, known: list[Graph]) -> Graph:
    return _one((graph for graph in known if (uid, RDF.type, None) in graph), f"file on {uid}")


def _expected(case: Graph, report: Node) -> Found:
    rules = case.objects(report, REPORT.ruleReport)
    return {
        (
            str(_value(case, rule, REPORT.rule)),
            str(_value(case, rule, REPORT.ruleRequest)),
            _value(case, rule, REPORT.activationState) == REPORT.Active,
        )
        for rule in rules
    }


def _outcome(report: Report) -> tuple[str, str, bool]:
    return report.rule.uid, report.ask.uid, report.active


def read_policy(graph: Graph, uid: Node) -> Policy:
    """Read a policy's permissions and prohibitions.

    Raises
    ------
    BadInput : it uses a part of ODRL that is not evaluated here.
    """
    _closed(graph, uid, IN_POLICY)
    rules = [_rule(graph, r, k) for k in Kind for r in _objects(graph, uid, TERM[k.value])]
    return Policy(str(uid), tuple(rules))


def read_ask(graph: Graph, uid: Node) -> Ask:
    """Read the one permission that a request asks for."""
    asked = _value(graph, uid, TERM.permission)
    _closed(graph, asked, {"action", "assignee", "target"})
    parts = (str(_value(graph, asked, TERM[p])) for p in ("action", "assignee", "target"))
    return Ask(str(asked), *parts)


def read_world(graph: Graph) -> World:
    """Read the time, who and what is part of which collection, and how duties stand."""
    part_of: dict[str, frozenset[str]] = {}
    for part, whole in graph.subject_objects(TERM.partOf):
        part_of[str(part)] = part_of.get(str(part), frozenset()) | {str(whole)}
    duties = {
        str(_value(graph, report, REPORT.rule)): DutyState(str(state).removeprefix(REPORT))
        for report, state in graph.subject_objects(REPORT.deonticState)
    }
    now = _python(_value(graph, *NOW))
    if not isinstance(now, datetime):
        raise BadInput(f"{now!r} is not a time", where="state of the world")
    return World(now, part_of, duties)


def _rule(graph: Graph, uid: Node, kind: Kind) -> Rule:
    _closed(graph, uid, IN_RULE)
    action, assignee, target = (_optional(graph, uid, p) for p in ("action", "assignee", "target"))
    duties = _objects(graph, uid, TERM.duty)
    for duty in duties:
        _closed(graph, duty, {"action"})
    conditions = [_condition(graph, c) for c in _objects(graph, uid, TERM.constraint)]
    uids = tuple(map(str, duties))
    return Rule(str(uid), kind, action, assignee, target, tuple(conditions), uids)


def _condition(graph: Graph, uid: Node) -> Condition:
    _closed(graph, uid, IN_CONSTRAINT)
    for logic in Logic:
        parts = _objects(graph, uid, TERM[logic.value])
        if parts:
            return Joined(logic, tuple(_condition(graph, part) for part in parts))
    left = str(_value(graph, uid, TERM.leftOperand))
    operator = Operator(str(_value(graph, uid, TERM.operator)).removeprefix(ODRL))
    return Constraint(
        left, operator, frozenset(map(_python, graph.objects(uid, TERM.rightOperand)))
    )


def _closed(graph: Graph, uid: Node, known: set[str]) -> None:
    terms = {str(p).removeprefix(ODRL) for p in graph.predicates(uid) if str(p).startswith(ODRL)}
    if not terms <= known:
        raise BadInput(f"Not evaluated here: {', '.join(sorted(terms - known))}", where=str(uid))


def _python(node: Node) -> Value:
    if isinstance(node, Literal) and node.datatype == XSD.dateTime:
        return instant(str(node))
    value = node.toPython() if isinstance(node, Literal) else None
    return value if isinstance(value, int | float | Decimal) else str(node)


def _objects(graph: Graph, subject: Node, predicate: Node) -> list[Node]:
    return sorted(graph.objects(subject, predicate), key=str)


def _optional(graph: Graph, subject: Node, term: str) -> str | None:
    found = list(graph.objects(subject, TERM[term]))
    return str(_one(iter(found), term)) if found else None


def _value(graph: Graph, subject: Node, predicate: Node) -> Node:
    return _one(graph.objects(subject, predicate), str(predicate))


def _one(found: Iterator[T], what: str) -> T:
    values = list(found)
    if len(values) != 1:
        raise BadInput(f"{len(values)} of {what} where one belongs")
    return values[0]
