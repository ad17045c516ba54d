"""A real house with every new term at once: each statement is proven offline, and names nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import yesand
from small_troupe import START, ask, troupe
from yesand.agreements.services import withdraw
from yesand.agreements.templates import standard
from yesand.agreements.terms import Amount, Pay
from yesand.corpus import services as corpus
from yesand.kernel.canonical import parse
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import CheckFailed
from yesand.kernel.ids import digest
from yesand.people import services as people
from yesand.provenance import dsse
from yesand.provenance.bundle import Bundle
from yesand.provenance.dsse import payload_of
from yesand.reliance.descendants.services import inherit
from yesand.reliance.keeping.services import keep
from yesand.reliance.models import Report
from yesand.reliance.report import Agreement, RelianceReport, Utility
from yesand.reliance.rows import Row
from yesand.royalties import services as royalties
from yesand.royalties.events import TYPE
from yesand.royalties.models import Settlement
from yesand.royalties.proving.services import bundle_for
from yesand.royalties.statement import Statement, parse_settled, parse_statement
from yesand.royalties.tariffs.services import publish
from yesand.training.descending.services import descend
from yesand.training.models import TrainedModel
from yesand.training.registry.services import deploy, register_files

OCTOBER = Period(2026, 10)
SHARES = {"Alba": 612_345_678, "Bert": 250_000_000, "Cleo": 137_654_322}
PAY = Pay(
    tariff="film",
    uncertainty="shrunk",
    non_featured_ppm=50_000,
    period_fee=Amount.of("EUR", "1"),
    period_fee_to="performer",
    bonus=Amount.of("EUR", "7"),
    bonus_unit="request",
    bonus_after=1_000,
    contribution_ppm=100_000,
)
TARIFF = {
    "name": "film",
    "version": 1,
    "effective": "2026-10-01",
    "currency": "EUR",
    "per_unit": {"request": 1_234},
    "period_fee_micro": 3_000_000,
}


def gated(house: yesand.House, name: str) -> TrainedModel:
    manifest = corpus.gate(house.place, ask(house)).manifest
    files = {f"{name}.bin": digest(name.encode())}
    return register_files(house.place, manifest, files, name=name)


def reported(house: yesand.House, model: TrainedModel) -> Report:
    rows = tuple(
        Row(who, ppb, ppb - 80_000_000, ppb + 80_000_000, 5, 4, 6, 5) for who, ppb in SHARES.items()
    )
    found = RelianceReport(
        model.digest, digest(b"asked"), "aumann-shapley", "1", {}, Utility(1000, 0, 900, 1100),
        Agreement(1.0, None, None, None, 0), True, "", rows,
    )  # fmt: skip
    return keep(house.place, model, digest(b"one"), found, mix={"angry": 10**9})


def used(house: yesand.House, folder: Path, subject: str, quantity: int) -> None:
    event = {
        "specversion": "1.0",
        "id": subject,
        "source": "https://lab.example/gateway",
        "type": TYPE,
        "subject": subject,
        "time": "2026-10-05T12:00:00Z",
        "data": {"unit": "request", "quantity": quantity},
    }
    path = folder / f"{subject}.jsonl"
    path.write_text(json.dumps(event) + "\n")
    assert royalties.meter(house.place, path).accepted == 1


@pytest.fixture
def settled(house: yesand.House, clock: SetClock, tmp_path: Path) -> yesand.House:
    """A model of three, and a student made after Bert withdrew; both in service for a month."""
    place = house.place
    publish(place, TARIFF)
    troupe(house, tmp_path / "three", standard("recognition", START, pay=PAY))
    parent = gated(house, "parent")
    reported(house, parent)
    withdraw(place, people.performer("Bert"))
    pupil = gated(house, "pupil")
    descend(place, pupil, "student", {parent: None})
    assert inherit(place, pupil) == inherit(place, pupil)
    since = datetime(2026, 10, 1, tzinfo=UTC)
    lab = people.organisation("house-lab")
    deploy(place, parent, lab, since, "coach")
    deploy(place, pupil, lab, since, "game")
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    used(house, tmp_path, "coach", 12_345)
    used(house, tmp_path, "game", 987)
    royalties.settle(place, OCTOBER)
    return house


def row(house: yesand.House, handle: str) -> royalties.Statement:
    return royalties.statement(house.place, people.performer(handle), OCTOBER)


def issued(house: yesand.House, handle: str) -> Statement:
    return parse_statement(royalties.payload(row(house, handle)))


def written(bundle: Bundle, path: Path) -> Path:
    path.write_bytes(bytes(bundle))
    return path


def test_each_statement_is_proven_offline_and_names_nobody_else(
    settled: yesand.House, tmp_path: Path
) -> None:
    assert royalties.check_books()
    statements = {who: issued(settled, who) for who in SHARES}
    for who, made in statements.items():
        bundle = bundle_for(settled.place, row(settled, who))
        verdict = yesand.verify(written(bundle, tmp_path / f"{who}.zip"))
        assert verdict.total.micro == made.total_micro
        assert any(check.name.startswith("tariff-") for check in verdict.checks)
        clear = b"".join(dsse.payload_of(part.envelope) for part in bundle.parts)
        others = [str(ppb) for other, ppb in SHARES.items() if other != who]
        assert not [word for word in others if word.encode() in clear]
    kinds = {line.kind.value for line in statements["Alba"].lines}
    assert kinds == {"royalty", "non-featured", "period-fee", "bonus", "contribution"}


def test_the_withdrawn_is_paid_for_what_the_student_took_over(settled: yesand.House) -> None:
    through, fee = [line for line in issued(settled, "Bert").lines if line.via]
    assert through.deployment == "game" and through.share_ppb == SHARES["Bert"]
    assert through.method == "inherited-declared" and through.policy is None
    assert fee.kind.value == "period-fee" and fee.micro == 2_850_000 * SHARES["Bert"] // 10**9
    assert through.micro == (987 * 1_234 - 60_898) * SHARES["Bert"] // 10**9


def test_shares_drawn_towards_equal_parts_are_the_pool_s_whole(settled: yesand.House) -> None:
    royal = [
        line
        for who in SHARES
        for line in issued(settled, who).lines
        if line.deployment == "coach" and line.kind.value == "royalty"
    ]
    assert sum(line.share_ppb or 0 for line in royal) == 10**9
    assert {line.policy for line in royal} == {"shrunk"}
    envelope = Settlement.objects.get().envelope
    models = parse_settled(parse(payload_of(envelope))["predicate"]).models
    assert sorted(m.signal is None for m in models) == [False, True]


def test_another_price_than_was_published_is_found(settled: yesand.House, tmp_path: Path) -> None:
    bundle = bundle_for(settled.place, row(settled, "Alba"))
    without = [part for part in bundle.parts if part.role != "tariff"]
    bare = Bundle(bundle.kind, bundle.origin, bundle.keys, tuple(without), bundle.openings)
    with pytest.raises(CheckFailed, match="about each other"):
        yesand.verify(written(bare, tmp_path / "bare.zip"))
