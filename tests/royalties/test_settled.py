"""What a settlement writes is signed, recomputes, names nobody, and stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from royalties_factories import (
    Stage,
    at,
    event,
    issued,
    session,
    terms,
    used,
)

import yesand
from yesand.agreements.terms import Amount
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import CheckFailed, Refused
from yesand.kernel.ids import digest, digest_of
from yesand.provenance.dsse import opened, payload_of
from yesand.reliance.models import Report
from yesand.royalties.lines import Reliance
from yesand.royalties.models import Posting, Settlement, Statement
from yesand.royalties.services import (
    payload,
    payout_allowed,
    settle,
    summary,
)
from yesand.royalties.statement import parse_settled, parse_statement, recompute

SEPTEMBER, OCTOBER = Period(2026, 9), Period(2026, 10)


@pytest.fixture
def stage(house: yesand.House) -> Stage:
    return Stage(house.place)


def test_every_statement_recomputes_from_signed_inputs_alone(
    stage: Stage, tmp_path: Path, clock: SetClock
) -> None:
    stage.reported()
    used(stage, tmp_path, event(1, data={"quantity": 12_345}))
    settle(stage.place, SEPTEMBER)
    clock.at = at("2026-11-02T00:00:00")
    used(stage, tmp_path, event(2, data={"quantity": 77}))
    settle(stage.place, OCTOBER)
    signer = stage.place.signer
    keys = {signer.id: signer.public}
    for row in Statement.objects.select_related("settlement", "performer"):
        predicate = opened(row.envelope, keys)["predicate"]
        settled = opened(row.settlement.envelope, keys)
        terms_of = {a.digest: stage.given for a in stage.agreements.values()}
        relied = Report.objects.get()
        shares = opened(relied.envelope, keys)["predicate"]["shares"]
        mine = Reliance(report=relied.digest, method="subsets", **shares[row.performer.handle])
        told = parse_statement(predicate)
        previous = (
            parse_statement(payload(Statement.objects.get(digest=told.previous)))
            if told.previous
            else None
        )
        again = recompute(
            told,
            parse_settled(settled["predicate"]),
            digest_of(settled),
            terms_of,
            {stage.model.digest: mine},
            previous,
        )
        assert again.model_dump(mode="json") == predicate
        assert digest(payload_of(row.envelope)) == row.digest


def test_a_settlement_names_no_performer(stage: Stage, tmp_path: Path) -> None:
    used(stage, tmp_path, event(1))
    settlement = settle(stage.place, SEPTEMBER)
    signed = payload_of(settlement.envelope).decode()
    for handle, agreement in stage.agreements.items():
        assert handle not in signed and agreement.digest not in signed
        assert agreement.performer.public_key not in signed
    mine = payload_of(Statement.objects.get(performer__handle="Ann").envelope).decode()
    assert "Bob" not in mine and stage.agreements["Bob"].digest not in mine


def test_a_statement_signed_by_another_house_is_not_handed_out(
    stage: Stage, unguard: Callable[[str], None]
) -> None:
    settle(stage.place, SEPTEMBER)
    row = Statement.objects.get(performer__handle="Ann")
    other = dict(row.envelope)
    other["signatures"] = [{**other["signatures"][0], "sig": "AA=="}]
    unguard("royalties_statement")
    Statement.objects.filter(pk=row.pk).update(envelope=other)
    with pytest.raises(CheckFailed):
        issued(stage, "Ann")


def test_a_statement_cannot_be_changed_in_the_registry(stage: Stage) -> None:
    settle(stage.place, SEPTEMBER)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Statement.objects.filter(performer__handle="Ann").update(total_micro=9)


@pytest.mark.parametrize(
    "table", ["usagebatch", "settlement", "settledusage", "paidsession", "statement"]
)
def test_nothing_settled_can_be_deleted(house: yesand.House, tmp_path: Path, table: str) -> None:
    stage = Stage(house.place, terms(session_fee=Amount.of("EUR", "1")))
    session(stage.agreements["Ann"], "s1", at("2026-09-03T10:00:00"))
    used(stage, tmp_path, event(1))
    settle(stage.place, SEPTEMBER)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM royalties_{table}")


def test_a_trial_marks_every_statement_and_pays_nothing_out(
    house: yesand.House, tmp_path: Path
) -> None:
    stage = Stage(house.place, terms(trial=True))
    used(stage, tmp_path, event(1))
    settlement = settle(stage.place, SEPTEMBER)
    assert settlement.trial and issued(stage, "Ann").trial
    assert "TRIAL" in summary(settlement).lines()[0]
    with pytest.raises(Refused, match="nobody consented"):
        payout_allowed(stage.place)


def test_a_house_of_real_consent_may_pay(stage: Stage) -> None:
    payout_allowed(stage.place)


def test_a_figure_too_large_to_state_is_refused_and_nothing_is_written(
    house: yesand.House, tmp_path: Path
) -> None:
    stage = Stage(house.place, terms(per_unit={"request": Amount.of("EUR", "9000000")}))
    used(stage, tmp_path, event(1, data={"quantity": 10**9}))
    with pytest.raises(Refused, match="cannot be stated"):
        settle(stage.place, SEPTEMBER)
    assert not Settlement.objects.exists() and not Posting.objects.exists()


def test_a_lost_usage_file_stops_a_settlement(stage: Stage, tmp_path: Path) -> None:
    used(stage, tmp_path, event(1))
    next(stage.place.usage.rglob("*.parquet")).unlink()
    with pytest.raises(CheckFailed):
        settle(stage.place, SEPTEMBER)


def test_terms_that_differ_from_what_was_signed_pay_nothing(
    stage: Stage, tmp_path: Path, unguard: Callable[[str], None]
) -> None:
    used(stage, tmp_path, event(1))
    agreement = stage.agreements["Ann"]
    forged = json.loads(json.dumps(agreement.terms))
    forged["pay"]["per_unit"]["request"]["micro"] = 9
    unguard("agreements_agreement")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE agreements_agreement SET terms = %s WHERE digest = %s",
            [json.dumps(forged), agreement.digest],
        )
    with pytest.raises(CheckFailed):
        settle(stage.place, SEPTEMBER)
    assert not Settlement.objects.exists()
