from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from conformance import odrl_test_suite as suite
from yesand.agreements.odrl.policy import Policy
from yesand.kernel.errors import BadInput

POLICY = """
@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
<urn:p> a odrl:Set ; odrl:uid <urn:p> ; {policy} odrl:permission <urn:r> .
<urn:r> a odrl:Permission ; odrl:action odrl:read ; {rule} odrl:target <urn:x> .
<urn:d> a odrl:Duty ; odrl:action odrl:compensate ; {duty} .
"""
PLAIN = {"policy": "", "rule": "", "duty": ""}


def read(**parts: str) -> Policy:
    graph = Graph().parse(data=POLICY.format(**{**PLAIN, **parts}), format="turtle")
    return suite.read_policy(graph, URIRef("urn:p"))


@pytest.mark.conformance
def test_every_case_of_the_odrl_test_suite_comes_out_as_expected(conformance: Path) -> None:
    outcome = suite.run(conformance)
    assert outcome.failures == []
    assert (outcome.passed, outcome.total) == (68, 68)


def test_a_plain_policy_is_read() -> None:
    assert [rule.target for rule in read().rules] == ["urn:x"]


@pytest.mark.parametrize(
    "parts",
    [
        {"policy": "odrl:conflict odrl:perm ;"},
        {"policy": "odrl:obligation <urn:o> ;"},
        {"rule": "odrl:refinement <urn:c> ;"},
        {"rule": "odrl:action odrl:sell ;"},
        {"rule": "odrl:duty <urn:d> ;", "duty": "odrl:consequence <urn:e>"},
    ],
)
def test_what_is_not_evaluated_is_refused_and_never_passed_over(parts: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        read(**parts)
