"""Licences for machines: RSL 1.0 as its text wants it, and AIPREF's one word."""

from __future__ import annotations

from datetime import date
from xml.dom.minidom import Element, parseString

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies_of_terms import terms as any_terms
from strategies_of_terms import withdrawals
from yesand.agreements import rsl
from yesand.agreements.decision import Withdrawn
from yesand.agreements.mining import open_uses
from yesand.agreements.preferences import usage
from yesand.agreements.standing import Standing
from yesand.agreements.templates import standard
from yesand.agreements.terms import TERRITORIES, Terms
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass
from yesand.kernel.clock import instant

DAY = date(2026, 10, 1)
LINKS = rsl.Links("https://h.example/ask?a=1&b=2", "mailto:a@h.example", ("https://h.example/log",))
#: RSL 1.0, §3: the elements and, where they are closed, their words.
CHILDREN = {
    "rsl": {"content"},
    "content": {"license", "schema", "alternate", "copyright", "terms"},
    "license": {"permits", "prohibits", "payment", "reporting", "legal"},
    "payment": {"standard", "custom", "amount", "accepts"},
}
TYPES = {
    "permits": {"usage", "user", "geo"},
    "prohibits": {"usage", "user", "geo"},
    "payment": set(
        "purchase subscription training crawl use contribution attribution free".split()
    ),
    "legal": {"warranty", "disclaimer", "attestation", "contact", "proof"},
    "copyright": {"person", "organization"},
}
WORDS = {
    "usage": set("all ai-all ai-train ai-input ai-index search".split()),
    "user": set("commercial non-commercial education government personal".split()),
    "geo": TERRITORIES,
}


def standing(terms: Terms, *taken: Withdrawn) -> Standing:
    return Standing("ab" * 32, terms, terms.digest, taken)


def recognition(**changes: object) -> Standing:
    return standing(standard("recognition", DAY).terms.model_copy(update=changes))


def written(*standings: Standing, on: date = DAY) -> Element:
    return read(rsl.document("/takes/*", standings, Modality.VOICE, on, LINKS))


def read(data: bytes) -> Element:
    """Read a licence as strictly as the standard's text puts it."""
    root = parseString(data).documentElement
    assert root is not None and root.tagName == "rsl"
    assert root.getAttribute("xmlns") == root.namespaceURI == "https://rslstandard.org/rsl"
    assert int(root.getAttribute("max-age")) > 0
    for content in root.getElementsByTagName("content"):
        assert content.getAttribute("url") and content.getElementsByTagName("license")
    for element in [root, *(e for e in root.getElementsByTagName("*"))]:
        held = [e.tagName for e in element.childNodes if isinstance(e, Element)]
        assert set(held) <= CHILDREN.get(element.tagName, set())
        kind = element.getAttribute("type")
        assert element.tagName not in TYPES or kind in TYPES[element.tagName]
        if element.tagName in {"permits", "prohibits"}:
            assert set(said(element).split()) <= WORDS[kind]
            assert len(said(element).split()) == len(set(said(element).split())) > 0
    for licence in root.getElementsByTagName("license"):
        rules = [
            (e.tagName, e.getAttribute("type"))
            for e in licence.childNodes
            if isinstance(e, Element)
        ]
        once = [rule for rule in rules if rule[0] in {"permits", "prohibits"}]
        assert len(once) == len(set(once))
    return root


def said(element: Element) -> str:
    return "".join(n.data for n in element.childNodes if hasattr(n, "data"))


def rule(root: Element, name: str, kind: str) -> list[str]:
    found = [e for e in root.getElementsByTagName(name) if e.getAttribute("type") == kind]
    return said(found[0]).split() if found else []


def test_what_terms_permit_is_told_with_where_to_ask_and_the_proofs() -> None:
    root = written(recognition(territories=frozenset({"DE", "FR"}), commercial=True))
    assert rule(root, "permits", "usage") == ["ai-train"]
    assert rule(root, "prohibits", "usage") == ["ai-input", "ai-index", "search"]
    assert rule(root, "permits", "geo") == ["DE", "FR"] and not rule(root, "permits", "user")
    assert said(root.getElementsByTagName("custom")[0]) == LINKS.ask
    assert rule(root, "legal", "contact") == ["mailto:a@h.example"]
    proofs = rule(root, "legal", "proof")
    assert proofs[0] == "https://h.example/log" and proofs[1].startswith("ni:///sha-256;")


def test_together_they_permit_no_more_than_each_does() -> None:
    one = recognition(territories=frozenset({"DE", "FR"}))
    two = recognition(territories=frozenset({"FR", "IT"}), commercial=False)
    root = written(one, two)
    assert rule(root, "permits", "geo") == ["FR"]
    assert rule(root, "prohibits", "user") == ["commercial"]
    nowhere = written(one, recognition(territories=frozenset({"US"})))
    assert rule(nowhere, "prohibits", "usage") == ["all"] and not rule(nowhere, "permits", "usage")


@pytest.mark.parametrize("change", ["trial", "over", "evaluation", "withdrawn"])
def test_where_nothing_may_be_learnt_everything_is_prohibited(change: str) -> None:
    given_up = standard("recognition", DAY).terms
    found = {
        "trial": recognition(trial=True),
        "over": recognition(valid_until=date(2026, 9, 30), valid_from=date(2026, 1, 1)),
        "evaluation": recognition(use_classes=frozenset({UseClass.EVALUATION})),
        "withdrawn": standing(given_up, Withdrawn(instant("2026-09-30T00:00:00Z"))),
    }[change]
    root = written(recognition(), found)
    assert rule(root, "prohibits", "usage") == ["all"]
    assert not root.getElementsByTagName("payment") and not rule(root, "permits", "usage")


@given(st.lists(st.tuples(any_terms(), st.lists(withdrawals, max_size=2)), max_size=3))
def test_every_licence_is_well_formed_and_never_wider_than_the_terms(
    told: list[tuple[Terms, list[Withdrawn]]],
) -> None:
    standings = [standing(terms, *taken) for terms, taken in told]
    root = written(*standings)
    if rule(root, "permits", "usage"):
        learning = {UseClass.RECOGNITION, UseClass.SYNTHESIS, UseClass.REPLICA}
        assert standings and all(open_uses(s, Modality.VOICE) & learning for s in standings)
        assert root.getElementsByTagName("payment")  # without one it would be free
    else:
        assert rule(root, "prohibits", "usage") == ["all"]


def test_a_place_without_a_licence_is_closed_and_says_where_to_ask() -> None:
    root = read(rsl.closed("/", LINKS))
    assert rule(root, "prohibits", "usage") == ["ai-all"]
    assert said(root.getElementsByTagName("custom")[0]) == LINKS.ask


def test_aipref_says_yes_only_where_anybody_may_train_anything() -> None:
    free = Terms(
        valid_from=DAY,
        use_classes=frozenset(UseClass) - {UseClass.REPLICA},
        valid_until=None,
        train_until=None,
        purposes=frozenset(Purpose),
        banned_purposes=frozenset(),
        approval_per_use=frozenset(),
        modalities=frozenset(Modality),
        materials=frozenset(Material),
        territories=frozenset({"*"}),
        commercial=True,
        onward_licensing=True,
    )
    assert usage([standing(free)], Modality.VOICE, DAY) == "train-ai=y"
    for name in ("recognition", "synthesis", "research"):
        terms = standard(name, DAY).terms
        assert usage([standing(free), standing(terms)], Modality.VOICE, DAY) == "train-ai=n"
    assert usage([], Modality.VOICE, DAY) == "train-ai=n"
