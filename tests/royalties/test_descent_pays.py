"""What a model was made from goes on being paid, beyond the model's own manifest."""

from __future__ import annotations

from pathlib import Path

import pytest
from royalties_factories import (
    SEPTEMBER,
    Stage,
    agree,
    deploy,
    event,
    issued,
    manifest,
    model,
    report,
    terms,
    used,
)

import yesand
from yesand.kernel.canonical import parse
from yesand.kernel.errors import CheckFailed
from yesand.kernel.ids import digest_of
from yesand.people.models import Performer
from yesand.provenance import services as log
from yesand.provenance.dsse import payload_of
from yesand.provenance.kinds import Kind
from yesand.royalties.gathering.services import cases
from yesand.royalties.models import Statement
from yesand.royalties.services import check_books
from yesand.royalties.settling.services import settle
from yesand.royalties.statement import parse_settled, recompute
from yesand.training.models import Descent, Parentage, TrainedModel


def descended(stage: Stage, child: TrainedModel, *parents: TrainedModel) -> None:
    entry = log.record(stage.place, Kind.DESCENT_REGISTERED, digest_of(child.name))
    descent = Descent.objects.create(
        model=child, how="student", envelope={}, at=stage.place.clock.now(), entry=entry
    )
    for parent in parents:
        Parentage.objects.create(descent=descent, model=parent, weight_ppb=10**9 // len(parents))


@pytest.fixture
def stage(house: yesand.House) -> Stage:
    """A model of Ann, Bob and Cleo, and a student of it that has learned from Dee's takes."""
    made = Stage(house.place)
    made.agreements["Dee"] = agree(house.place, "Dee", made.given)
    own = manifest(house.place, {"Dee": 5_000}, made.agreements)
    pupil = model(house.place, "pupil", own)
    descended(made, pupil, made.model)
    deploy(house.place, "game", pupil, "play")
    report(
        house.place,
        pupil,
        {"Ann": 400_000_000, "Bob": 200_000_000, "Cleo": 100_000_000, "Dee": 300_000_000},
    )
    return made


def played(stage: Stage, folder: Path) -> None:
    used(stage, folder, event(1, subject="game", data={"quantity": 1_000}))
    settle(stage.place, SEPTEMBER)


def test_a_descendant_s_income_flows_to_the_performers_of_its_parents(
    stage: Stage, tmp_path: Path
) -> None:
    played(stage, tmp_path)
    earned = {who: issued(stage, who) for who in ("Ann", "Bob", "Cleo", "Dee")}
    assert {who: s.total_micro for who, s in earned.items()} == {
        "Ann": 1_600_000,
        "Bob": 800_000,
        "Cleo": 400_000,
        "Dee": 1_200_000,
    }
    (line,) = earned["Ann"].lines
    assert (line.deployment, line.licensee, line.via) == ("game", "play", stage.model.digest)
    assert line.why.endswith("which learned from you.") and check_books()
    assert earned["Dee"].lines[0].via is None
    assert {w.manifest for w in earned["Ann"].weights} == {stage.manifest.digest}


def test_who_is_paid_through_a_parent_can_recompute_it_and_a_wrong_parent_is_found(
    stage: Stage, tmp_path: Path
) -> None:
    played(stage, tmp_path)
    row = Statement.objects.get(performer__handle="Ann")
    settled = parse_settled(parse(payload_of(row.settlement.envelope))["predicate"])
    made = issued(stage, "Ann")
    digest = stage.agreements["Ann"].digest
    (case,) = [c for c in cases(SEPTEMBER, settled) if c.performer.handle == "Ann"]
    inputs = settled, row.settlement.digest
    assert recompute(made, *inputs, {digest: stage.given}, case.shares) == made
    other = tuple(w.model_copy(update={"via": "0" * 64}) if w.via else w for w in made.weights)
    with pytest.raises(CheckFailed, match="was not made from"):
        recompute(
            made.model_copy(update={"weights": other}), *inputs, {digest: stage.given}, case.shares
        )


def test_terms_that_say_so_take_nothing_from_descendants(
    house: yesand.House, tmp_path: Path
) -> None:
    made = Stage(house.place, terms(descendants=False))
    pupil = model(house.place, "pupil", manifest(house.place, {}, {}))
    descended(made, pupil, made.model)
    deploy(house.place, "game", pupil, "play")
    report(house.place, pupil, {"Ann": 600_000_000, "Bob": 400_000_000})
    played(made, tmp_path)
    assert issued(made, "Ann").lines == ()


def test_grandparents_pay_through_the_nearest_that_knows_the_performer(
    stage: Stage, tmp_path: Path
) -> None:
    own = manifest(stage.place, {"Dee": 1_000}, stage.agreements)
    grandchild = model(stage.place, "grandchild", own)
    descended(stage, grandchild, TrainedModel.objects.get(name="pupil"))
    deploy(stage.place, "toy", grandchild, "play")
    report(stage.place, grandchild, {"Ann": 500_000_000, "Dee": 500_000_000})
    used(stage, tmp_path, event(1, subject="toy", data={"quantity": 100}))
    settle(stage.place, SEPTEMBER)
    (line,) = issued(stage, "Ann").lines
    assert (line.micro, line.via) == (200_000, stage.model.digest)


def test_no_minimum_bonus_or_equal_part_is_due_through_a_parent(
    house: yesand.House, tmp_path: Path
) -> None:
    pay = terms(
        non_featured_ppm=500_000,
        period_fee={"currency": "EUR", "micro": 1_000_000},
        period_fee_to="performer",
        bonus={"currency": "EUR", "micro": 1_000_000},
        bonus_unit="request",
        bonus_after=1,
    )
    made = Stage(house.place, pay)
    made.agreements["Dee"] = agree(house.place, "Dee", pay)
    pupil = model(house.place, "pupil", manifest(house.place, {"Dee": 5_000}, made.agreements))
    descended(made, pupil, made.model)
    deploy(house.place, "game", pupil, "play")
    report(house.place, pupil, {"Ann": 600_000_000, "Dee": 400_000_000})
    played(made, tmp_path)
    game = {
        who: [(x.kind.value, x.micro) for x in issued(made, who).lines if x.deployment == "game"]
        for who in ("Ann", "Dee")
    }
    assert game["Ann"] == [("royalty", 1_200_000)]
    months = [("period-fee", 1_000_000)] * 9
    assert game["Dee"] == [
        ("royalty", 800_000), ("non-featured", 2_000_000), *months, ("bonus", 1_000_000)
    ]  # fmt: skip
    assert Performer.objects.count() == 4 and check_books()
