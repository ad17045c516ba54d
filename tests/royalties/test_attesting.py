"""What a licensee attests is signed and logged, never changed, and set beside what was metered."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st
from royalties_factories import SEPTEMBER, Stage, at, decommission, deploy, event, used

import yesand
from yesand.cli import _run as run
from yesand.kernel.canonical import parse
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import BadInput, Refused
from yesand.people.models import Organisation
from yesand.people.services import signer_of
from yesand.provenance.dsse import opened, payload_of
from yesand.provenance.models import Entry
from yesand.royalties.attesting.attested import Key, added, differences, read
from yesand.royalties.attesting.missing.services import Lack, Missing, month
from yesand.royalties.attesting.services import apart, attest, metered, standing
from yesand.royalties.models import Attestation
from yesand.royalties.services import settle

OCTOBER = Period(2026, 10)
KEYS = st.builds(Key, st.sampled_from(["a", "b", "c"]), st.sampled_from(["request", "character"]))
TOTALS = st.dictionaries(KEYS, st.integers(1, 10**12), max_size=5)


@pytest.fixture
def stage(house: yesand.House) -> Stage:
    return Stage(house.place)


@pytest.fixture
def acme(stage: Stage) -> Organisation:
    return Organisation.objects.get(slug="acme")


def row(quantity: int = 1, deployment: str = "coach", unit: str = "request", **more: Any) -> Any:
    return {"deployment": deployment, "unit": unit, "quantity": quantity, **more}


@given(TOTALS, TOTALS)
def test_differences_are_what_the_one_lacks_of_the_other(
    one: dict[Key, int], other: dict[Key, int]
) -> None:
    found = {d.key: d.by for d in differences(one, other)}
    assert added([*other.items(), *found.items()]) == one
    assert not list(differences(one, one)) and 0 not in found.values()


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (row(-1), "whole number"),
        (row(1.5), "whole number"),  # type: ignore[arg-type]
        (row(True), "whole number"),
        (row(2**53), "whole number"),
        (row(deployment="rivals"), "not a deployment of yours"),
        (row(unit="smile"), "the unit"),
        (row(currency="EUR"), "revenue has a currency"),
        (row(unit="revenue"), "revenue has a currency"),
        (row(unit="revenue", currency="EURO"), "EURO"),
        (row(note="x"), "not an object"),
        (7, "not an object"),
    ],
)
def test_every_row_that_cannot_be_attested_is_named(wrong: Any, what: str) -> None:
    with pytest.raises(BadInput) as fault:
        read([row(), wrong, row(2)], {"coach"})
    assert (
        f"row 2: {'' if what[0] == 'X' else what}" in fault.value.where or what in fault.value.where
    )
    assert "row 3: a second row about coach, request" in fault.value.where


def test_a_month_is_attested_as_it_was_metered_signed_by_both_and_logged(
    stage: Stage, acme: Organisation, tmp_path: Path
) -> None:
    used(stage, tmp_path, event(1, data={"quantity": 30}), event(2, data={"quantity": 12}))
    made = attest(stage.place, acme, SEPTEMBER)
    assert made.totals == [row(42)] and made.until == SEPTEMBER.end
    key, house = signer_of(stage.place, acme), stage.place.signer
    told = opened(made.envelope, {key.id: key.public, house.id: house.public})["predicate"]
    assert told["totals"] == made.totals and told["deployments"] == ["coach"]
    assert told["period"] == "2026-09" and told["supersedes"] is None
    assert Entry.objects.get(pk=made.entry_id).kind == "usage.attested"
    assert attest(stage.place, acme, SEPTEMBER) == made
    assert Attestation.objects.count() == 1 and apart(stage.place, made) == []


def test_other_figures_are_a_new_attestation_that_names_the_old(
    stage: Stage, acme: Organisation, tmp_path: Path
) -> None:
    used(stage, tmp_path, event(1, data={"quantity": 30}))
    first = attest(stage.place, acme, SEPTEMBER)
    second = attest(stage.place, acme, SEPTEMBER, [row(50)])
    assert second.supersedes == first and standing(acme, SEPTEMBER) == second
    (difference,) = apart(stage.place, second)
    assert (difference.attested, difference.metered, difference.by) == (50, 30, 20)
    with pytest.raises(DatabaseError), transaction.atomic():
        Attestation.objects.filter(pk=first.pk).update(totals=[])
    # Late events close the gap, and are settled as late ones.
    used(stage, tmp_path, event(2, data={"quantity": 20}))
    assert apart(stage.place, second) == []


def test_an_instant_outside_the_month_or_before_one_that_is_attested_is_refused(
    stage: Stage, acme: Organisation, clock: SetClock
) -> None:
    with pytest.raises(Refused, match="yet to come"):
        attest(stage.place, acme, OCTOBER)
    with pytest.raises(BadInput, match="does not lie"):
        attest(stage.place, acme, SEPTEMBER, until=OCTOBER.end)
    clock.at += timedelta(days=20)
    half = attest(stage.place, acme, OCTOBER, until=at("2026-10-15"))
    with pytest.raises(BadInput, match="attested already"):
        attest(stage.place, acme, OCTOBER, until=at("2026-10-14"))
    clock.at += timedelta(days=20)
    assert attest(stage.place, acme, OCTOBER).supersedes == half


def test_nobody_attests_what_was_not_in_service(stage: Stage, acme: Organisation) -> None:
    deploy(stage.place, "rivals", stage.model, licensee="rival")
    with pytest.raises(Refused, match="in service"):
        attest(stage.place, acme, Period(2025, 12))
    with pytest.raises(BadInput, match="cannot be attested"):
        attest(stage.place, acme, SEPTEMBER, [row(deployment="rivals")])


def test_a_closed_month_says_what_it_lacks(
    stage: Stage, acme: Organisation, tmp_path: Path, clock: SetClock
) -> None:
    def lacks() -> list[tuple[str, Lack]]:
        return [(m.deployment, m.what) for m in month(stage.place, SEPTEMBER).missing]

    deploy(stage.place, "night-line", stage.model)
    ended = deploy(stage.place, "ended", stage.model, licensee="rival")
    decommission(stage.place, ended, at("2026-09-10"))
    used(stage, tmp_path, event(1))
    assert lacks() == [
        ("coach", Lack.ATTESTED),
        ("ended", Lack.USAGE), ("ended", Lack.ATTESTED),
        ("night-line", Lack.USAGE), ("night-line", Lack.ATTESTED),
    ]  # fmt: skip
    attest(stage.place, acme, SEPTEMBER, until=at("2026-09-20"))
    assert ("coach", Lack.WHOLE) in lacks() and ("night-line", Lack.USAGE) in lacks()
    attest(stage.place, acme, SEPTEMBER)
    assert lacks() == [("ended", Lack.USAGE), ("ended", Lack.ATTESTED)]
    rival = Organisation.objects.get(slug="rival")
    attest(stage.place, rival, SEPTEMBER, until=at("2026-09-10"))
    assert lacks() == []
    assert month(stage.place, OCTOBER).missing == ()  # it is not over
    assert month(stage.place, Period(2026, 8), frozenset({rival.pk})).missing == (
        Missing("2026-08", "ended", "rival", Lack.USAGE),
        Missing("2026-08", "ended", "rival", Lack.ATTESTED),
    )


def test_late_events_after_the_close_differ_from_what_was_attested_and_are_settled_late(
    stage: Stage, acme: Organisation, tmp_path: Path, clock: SetClock
) -> None:
    stage.reported()
    used(stage, tmp_path, event(1, data={"quantity": 1_000}))
    made = attest(stage.place, acme, SEPTEMBER)
    settle(stage.place, SEPTEMBER)
    used(stage, tmp_path, event(2, data={"quantity": 500}))
    assert [d.by for d in apart(stage.place, made)] == [-500]
    clock.at += timedelta(days=40)
    late = settle(stage.place, OCTOBER).statements.get(performer__handle="Ann")
    told = parse(payload_of(late.envelope))["predicate"]
    assert [(line["kind"], line["quantity"]) for line in told["lines"]] == [("late", 500)]


def test_totals_of_a_month_hold_what_waits_in_the_spool_and_in_escrow(
    stage: Stage, acme: Organisation, tmp_path: Path
) -> None:
    used(stage, tmp_path, event(1), event(2, data={"unit": "character", "quantity": 7}))
    assert metered(stage.place, SEPTEMBER, ["coach"]) == {
        Key("coach", "request"): 1,
        Key("coach", "character"): 7,
    }
    assert metered(stage.place, SEPTEMBER, []) == {}


def test_the_commands_attest_and_say_what_is_missing(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str], clock: SetClock
) -> None:
    used(stage, tmp_path, event(1, data={"quantity": 30}))
    root, out = str(stage.place.root), tmp_path / "attested.json"
    totals = tmp_path / "totals.json"
    totals.write_text(json.dumps([row(31)]))
    assert run(["missing", "2026-09", "--house", root, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["missing"][0]["what"] == "nothing is attested"
    command = ["attest", "acme", "2026-09", "--house", root, "--totals", str(totals)]
    assert run([*command, "--out", str(out)]) == 0
    assert "DIFFERS: coach, request: 31 attested, 30 metered" in capsys.readouterr().out
    told = parse(out.read_bytes())
    assert len(told["signatures"]) == 2
    assert run(["missing", "2026-09", "--house", root]) == 0
    assert "31 attested, 30 metered" in capsys.readouterr().out
    totals.write_text(json.dumps([row(-1)]))
    assert run(command) == 2
    assert "row 1: the quantity is not a whole number" in capsys.readouterr().err
