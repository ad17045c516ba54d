"""Terms go out as an ODRL Agreement and come back whole; anything else is refused by name."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies_of_terms import approvals, suspensions, whole_terms, withdrawals
from yesand.agreements.approval import Approved
from yesand.agreements.decision import Withdrawn
from yesand.agreements.odrl.document import document
from yesand.agreements.odrl.parts import Frame
from yesand.agreements.odrl.reading import difference, read
from yesand.agreements.suspending.suspension import Cause, Suspended, stopping
from yesand.agreements.templates import STANDARDS, standard
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import UseClass
from yesand.kernel.errors import BadInput

FRAME = Frame.of("a" * 64, "b" * 64, "c" * 64)
START = date(2026, 1, 1)


def written(terms: Terms, *withdrawn: Withdrawn) -> Any:
    """Return the document as it comes over a wire."""
    return json.loads(json.dumps(document(terms, FRAME, withdrawn)))


@given(whole_terms(), st.lists(approvals, max_size=3, unique=True))
def test_leave_for_single_uses_goes_out_and_comes_back(
    terms: Terms, approved: list[Approved]
) -> None:
    asking = terms.model_copy(update={"approval_per_use": frozenset({UseClass.SYNTHESIS})})
    told = json.loads(json.dumps(document(asking, FRAME, (), approved)))
    assert read(told).approvals == tuple(sorted(approved))


@given(whole_terms(), st.lists(withdrawals, max_size=1), st.lists(suspensions(), max_size=3))
def test_suspensions_in_force_go_out_and_come_back(
    terms: Terms, withdrawn: list[Withdrawn], held: list[Suspended]
) -> None:
    told = json.loads(json.dumps(document(terms, FRAME, withdrawn, (), held)))
    found = read(told)
    assert found.terms == terms and found.withdrawals == tuple(withdrawn)
    assert found.suspensions == stopping(terms, tuple(held))


def plain() -> Any:
    return written(standard("recognition", START).terms)


def rule(told: Any, kind: str, name: str) -> Any:
    return next(r for r in told[kind] if r["uid"].endswith(f"#{name}"))


@given(whole_terms(), st.lists(withdrawals, max_size=3))
def test_terms_go_out_and_come_back_whole(terms: Terms, withdrawn: list[Withdrawn]) -> None:
    found = read(written(terms, *withdrawn))
    assert (found.terms, found.frame, found.withdrawals) == (terms, FRAME, tuple(withdrawn))


@pytest.mark.parametrize("name", STANDARDS)
def test_every_standard_agreement_goes_out_and_comes_back(name: str) -> None:
    terms = standard(name, START).terms
    assert read(written(terms)).terms == terms


@given(whole_terms(), st.randoms())
def test_the_order_of_lists_means_nothing(terms: Terms, chance: Any) -> None:
    told = written(terms)
    for part in [told["permission"], told["obligation"], told["permission"][0]["constraint"]]:
        chance.shuffle(part)
    assert read(told).terms == terms


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        inside = list(value.items() if isinstance(value, dict) else enumerate(value))
    return [at] * bool(at) + [path for key, part in inside for path in paths(part, (*at, key))]


ODD = st.sampled_from([None, True, 0, 1.5, "", "ya:train", "DE", [], {}, {"@id": 3}, [["x"]]])


@given(whole_terms(), st.data())
def test_whatever_is_changed_is_refused_or_still_said_exactly(terms: Terms, data: Any) -> None:
    held = data.draw(st.lists(suspensions(), max_size=1))
    told = json.loads(json.dumps(document(terms, FRAME, (), (), held)))
    path = data.draw(st.sampled_from(paths({k: v for k, v in told.items() if k != "@context"})))
    holder = told
    for step in path[:-1]:
        holder = holder[step]
    if data.draw(st.booleans()):
        del holder[path[-1]]
    else:
        holder[path[-1]] = data.draw(ODD)
    before = copy.deepcopy(told)
    try:
        found = read(told)
    except BadInput:
        return
    assert not difference(before, found.written())


@given(ODD | st.recursive(ODD, lambda more: st.dictionaries(st.text(max_size=9), more)))
def test_no_json_value_breaks_the_reader(told: Any) -> None:
    with pytest.raises(BadInput):
        read(told)


def _more(told: Any) -> None:
    told["ya:bonus"] = True


def _another_profile(told: Any) -> None:
    told["profile"] = "https://example.org/other"


def _an_offer(told: Any) -> None:
    told["@type"] = "Offer"


def _another_meaning(told: Any) -> None:
    told["@context"]["ya"] = "https://example.org/else#"


def _two_answers(told: Any) -> None:
    rule(told, "permission", "export")["constraint"][1]["rightOperand"] = [
        {"@id": "ya:purpose-research"}
    ]


def _unknown_purpose(told: Any) -> None:
    listed = rule(told, "permission", "evaluate")["constraint"][1]["rightOperand"]
    listed.append({"@id": "ya:purpose-mining"})


def _no_such_place(told: Any) -> None:
    for each in told["permission"]:
        spatial = next(c for c in each["constraint"] if c.get("leftOperand") == "spatial")
        spatial["rightOperand"] = [{"@id": "loc:ZQ"}]


def _lawless(told: Any) -> None:
    told["prohibition"] = [r for r in told["prohibition"] if not r["uid"].endswith("#statute")]


def _twice(told: Any) -> None:
    told["obligation"].append(rule(told, "obligation", "credit"))


def _half_a_cent_of_a_cent(told: Any) -> None:
    rule(told, "obligation", "session-fee")["refinement"][0]["rightOperand"]["@value"] = "0.0000001"


def _freed(told: Any) -> None:
    del rule(told, "permission", "train")["duty"]


def _somebody_else(told: Any) -> None:
    rule(told, "permission", "export")["assignee"] = "urn:yes-and:key:ff"


def _a_strike_that_it_goes_on_through(told: Any) -> None:
    strike = Suspended("5" * 64, Cause.STRIKE, datetime(2026, 10, 1, tzinfo=UTC))
    terms = standard("recognition", START).terms
    told.update(document(terms, FRAME, (), (), [strike]))
    told["prohibition"] = [r for r in told["prohibition"] if not r["uid"].endswith("#strike")]


def _a_whim(told: Any) -> None:
    _a_strike_that_it_goes_on_through(told)
    rule(told, "prohibition", "suspension-1")["ya:cause"] = {"@id": "ya:cause-whim"}


def _self_contradiction(told: Any) -> None:
    rule(told, "prohibition", "banned")["constraint"][0]["rightOperand"].append(
        {"@id": "ya:purpose-research"}
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_more, "ya:bonus is not expected"),
        (_another_profile, "Another ODRL profile"),
        (_an_offer, "Not an ODRL Agreement"),
        (_another_meaning, "@context ya is"),
        (_two_answers, "permission export constraint purpose"),
        (_unknown_purpose, "ya:purpose-mining"),
        (_no_such_place, "loc:ZQ"),
        (_lawless, "statute is missing"),
        (_twice, "Two rules have one name"),
        (_half_a_cent_of_a_cent, "0.0000001"),
        (_freed, "permission train duty is missing"),
        (_a_strike_that_it_goes_on_through, "suspension-1 is not expected"),
        (_a_whim, "'whim' suspends nothing"),
        (_somebody_else, "permission export assignee"),
        (_self_contradiction, "permitted and banned at once: research"),
    ],
)
def test_a_foreign_or_ambiguous_document_is_refused_by_name(
    spoil: Callable[[Any], None], said: str
) -> None:
    told = plain()
    spoil(told)
    with pytest.raises(BadInput) as fault:
        read(told)
    assert said in str(fault.value)
