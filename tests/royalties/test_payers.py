"""User-centric pools: what each customer pays goes to what that one used, and nobody is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from royalties_factories import SEPTEMBER, Stage, deploy, event, issued, model, used, write
from royalties_factories import terms as priced
from test_policies_proven import gated, reported
from test_together_pools import MODEL, OTHER, SHARES, Cast, counted, declared, terms

import yesand
from small_troupe import START, troupe
from yesand.agreements.templates import standard
from yesand.agreements.terms import Pay
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import CheckFailed, Refused
from yesand.metering import pseudonym
from yesand.metering.errors import Unusable
from yesand.metering.event import line as event_line
from yesand.people import services as people
from yesand.royalties.events import BadRow, UsageEvent, judged
from yesand.royalties.evidence import verify
from yesand.royalties.facts import PayerPart, PayerPool, UsageTotal
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.models import Settlement, UsageBatch
from yesand.royalties.payers import kept
from yesand.royalties.payers.divided import divided_by_payer
from yesand.royalties.payers.pools import (
    Paid,
    digest_of_table,
    pooled,
)
from yesand.royalties.payers.services import check_tables
from yesand.royalties.proving.services import write_bundle
from yesand.royalties.reconciling.recomputing.services import recompute
from yesand.royalties.redoing.services import correct, settled_of
from yesand.royalties.services import meter, settle, statement
from yesand.royalties.store import Store
from yesand.training.registry.services import deploy as deployed

LATEST = datetime(2026, 11, 1, tzinfo=UTC)
COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 10**6), max_size=6)
EACH = {"pool": "payer", "pool_unit": "request", "revenue_share_ppm": 200_000, "per_unit": {}}


NONE = frozenset[str]()


def payer(name: str) -> str:
    return sha256(name.encode()).hexdigest()


# The line, without a house


def pool(**change: Any) -> PayerPool:
    part = PayerPart(deployment="coach", model=MODEL, payers=30, micro=12_000_000)
    told = {"licensee": "acme", "currency": "EUR", "unit": "request", "payers": 120}
    return PayerPool(**{**told, "micro": 36_000_000, "table": "0" * 64, "parts": (part,), **change})


def elsewhere(row: UsageTotal) -> UsageTotal:
    return row.model_copy(update={"deployment": "game", "model": OTHER})


def lines(*pools: PayerPool, rows: tuple[UsageTotal, ...] = (), **pay: Any) -> list[Any]:
    usage = rows or (declared(40_000_000), counted(300), elsewhere(counted(700)))
    given_ = terms(**{"pool": "payer", **pay})
    made = Cast(given_, SHARES, usage, told={"payers": pools}).issued("Ada")
    return [line for line in made.lines if line.unit == "revenue"]


def test_a_line_says_how_many_paid_what_and_what_falls_to_the_deployment() -> None:
    other = PayerPart(deployment="game", model=OTHER, payers=100, micro=24_000_000)
    own, rest = lines(pool(parts=(*pool().parts, other)))
    # A fifth of 12 EUR is 2.40, and 70 % of it is hers; the other 4 EUR are divided by all use.
    assert (own.micro, own.payers, own.quantity) == (1_680_000, 30, 12_000_000)
    assert own.why.startswith(
        "Of 36.00 EUR that 120 payers brought acme, 12.00 EUR fall to coach: what each paid is "
        "divided by what this one used (request), and 30 used it; 20 % of 12.00 EUR"
    )
    assert (rest.micro, rest.payers) == (168_000, None)
    assert "4.00 EUR that acme declared and no payer’s use divides, 1.20 EUR" in rest.why


def test_without_payers_all_is_divided_by_all_use_as_a_licensee_s_pool() -> None:
    (each,), (all_,) = lines(), lines(pool="licensee")
    assert each.micro == all_.micro == 1_680_000 and each.payers is None


def test_what_payers_brought_in_is_paid_whole_and_once() -> None:
    part = pool().parts[0].model_copy(update={"micro": 40_000_000})
    usage = (declared(40_000_000), counted(1))
    told = {"payers": (pool(micro=40_000_000, parts=(part,)),)}
    made = Cast(terms(pool="payer"), SHARES, usage, told=told).all()
    assert sum(x.micro for s in made for x in s.lines if x.unit == "revenue") == 8_000_000


@pytest.mark.parametrize(
    "change",
    [
        {"micro": 41_000_000},
        {"micro": 11_000_000},
        {"licensee": "nobody"},
        {"parts": (PayerPart(deployment="toy", model=OTHER, payers=1, micro=1),)},
    ],
)
def test_a_settlement_that_divides_what_was_not_declared_or_used_is_refused(
    change: dict[str, Any],
) -> None:
    with pytest.raises(CheckFailed, match="not declared"):
        lines(pool(**change))


@given(
    st.lists(st.tuples(st.integers(1, 10**6), COUNTS), min_size=1, max_size=6), st.integers(0, 99)
)
@settings(deadline=None, max_examples=50)
def test_payers_parts_and_what_is_left_come_to_what_was_declared(
    payments: list[tuple[int, dict[str, int]]], unnamed: int
) -> None:
    payers = [Paid(micro, use) for micro, use in payments]
    made = pooled(payers)
    names = sorted({n for _, use in payments for n, count in use.items() if count})
    about = [{"deployment": name, "model": MODEL} for name in names]
    usage = [counted(sum(use.get(a["deployment"], 0) for _, use in payments), **a) for a in about]
    usage.append(declared(made.micro + unnamed).model_copy(update={"deployment": "z"}))
    parts = tuple(
        PayerPart(deployment=name, model=MODEL, payers=p.payers, micro=p.micro)
        for name, p in made.parts.items()
    )
    told = pool(payers=made.payers, micro=made.micro, parts=parts)
    settled = Cast(terms(), SHARES, usage, told={"payers": (told,)}).settled
    found = sum(one.row.quantity for one in divided_by_payer(settled, "request"))
    assert found == (made.micro + unnamed if names else 0)


# Events


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("ada@example.org", "looks like an e-mail address"),
        ("Ada Lovelace", "looks like a name"),
        ("4711", "is no pseudonym"),
        (payer("x").upper(), "is no pseudonym"),
        (17, "is no pseudonym"),
        ("", "is no pseudonym"),
    ],
)
def test_what_may_be_a_person_s_name_is_refused_and_not_even_kept(sent: Any, said: str) -> None:
    found = judged(1, event(1, data={"payer": sent}), LATEST)
    assert isinstance(found, BadRow) and said in found.reason
    assert '"payer"' not in found.kept
    assert not sent or str(sent) not in found.reason.removeprefix("data.payer") + found.kept


def test_an_event_with_a_payer_is_another_than_one_without() -> None:
    named = judged(1, event(1, data={"payer": payer("x")}), LATEST)
    plain = judged(1, event(1), LATEST)
    assert isinstance(named, UsageEvent) and isinstance(plain, UsageEvent)
    assert named.payer == payer("x") and plain.payer is None
    assert named.key == plain.key and named.content != plain.content
    # What was sent before there were payers still has the hash that it had.
    old = "coach\x002026-09-05 12:00:00\x00request\x00None\x001\x00False\x00None"
    assert plain.content == sha256(old.encode()).digest()[:16]


def test_a_pseudonym_is_another_each_month_and_needs_a_long_key() -> None:
    key = bytes(range(32))
    names = {pseudonym(key, month, who) for month in ("2026-09", "2026-10") for who in "ab"}
    assert len(names) == 4 and all(len(name) == 64 for name in names)
    with pytest.raises(Unusable, match="32 bytes"):
        pseudonym(b"short", "2026-09", "a")
    about = "id", "source", "coach", LATEST, "request", 1
    told = {"realtime": False, "mix": None, "currency": None}
    assert b'"payer"' in event_line(*about, **told, payer=names.pop())
    with pytest.raises(Unusable, match="no pseudonym"):
        event_line(*about, **told, payer="ada@example.org")


# A house


@pytest.fixture
def stage(house: yesand.House, clock: SetClock) -> Stage:
    """Ann, Bob and Cleo in ``coach``, paid by payers' pools; ``game`` of the same licensee."""
    made = Stage(house.place, priced(**EACH))
    made.reported()
    deploy(house.place, "game", model(house.place, "other", made.manifest))
    return made


def month() -> Iterator[dict[str, Any]]:
    """Ann pays 10 EUR for 1 request, Ben 10 EUR for 99; 3 EUR name nobody, 2 EUR used nothing."""

    def paying(n: int, micro: int, **who: str) -> dict[str, Any]:
        return event(n, data={"unit": "revenue", "quantity": micro, "currency": "EUR", **who})

    yield paying(1, 10_000_000, payer=payer("ann"))
    yield event(2, data={"payer": payer("ann")})
    yield paying(3, 10_000_000, payer=payer("ben"))
    yield event(4, subject="game", data={"quantity": 99, "payer": payer("ben")})
    yield paying(5, 3_000_000)
    yield paying(6, 2_000_000, payer=payer("idle"))


def settled(stage: Stage, folder: Path) -> Settlement:
    used(stage, folder, *month())
    return settle(stage.place, SEPTEMBER)


@pytest.mark.both_databases
def test_each_payment_goes_to_what_was_used_and_anyone_computes_it_again(
    stage: Stage, tmp_path: Path
) -> None:
    row = settled(stage, tmp_path)
    (found,) = settled_of(row).payers
    assert (found.payers, found.micro, found.unit) == (3, 22_000_000, "request")
    assert [(p.deployment, p.micro, p.payers) for p in found.parts] == [
        ("coach", 10_000_000, 1), ("game", 10_000_000, 1)
    ]  # fmt: skip
    mine = [(x.deployment, x.quantity, x.payers) for x in issued(stage, "Ann").lines if x.payers]
    assert mine == [("coach", 10_000_000, 1), ("game", 10_000_000, 1)]
    whole = sum(x.quantity or 0 for x in issued(stage, "Ann").lines if x.unit == "revenue")
    assert whole == 25_000_000


@pytest.mark.one_database
def test_a_real_house_s_statement_is_computed_again_offline_and_names_no_payer(
    house: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    place, october = house.place, Period(2026, 10)
    given_ = standard("recognition", START, pay=Pay.model_validate(EACH))
    troupe(house, tmp_path / "three", given_)
    for name in ("coach", "game"):
        made = gated(house, name)
        reported(house, made)
        since = datetime(2026, 10, 1, tzinfo=UTC)
        deployed(place, made, people.organisation("house-lab"), since, name)
    rows = [dict(row, time="2026-10-02T08:00:00Z") for row in month()]
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    assert meter(place, write(tmp_path / "u.jsonl", rows)).accepted == len(rows)
    row = settle(place, october)
    bundle = tmp_path / "evidence.zip"
    write_bundle(place, statement(place, people.performer("Alba"), october), bundle)
    verdict = verify(bundle)
    # A fifth of all 25 EUR that were declared, every line of it rounded by itself.
    assert abs(sum(each.total_micro for each in row.statements.all()) - 5_000_000) <= 6
    assert verdict.line_count == 6
    assert payer("ann").encode() not in bundle.read_bytes()
    assert "each the same" in recompute(place, october)
    (found,) = settled_of(row).payers
    path = kept.table_path(Store(place.usage), found.table)
    path.write_bytes(path.read_bytes().replace(b"99", b"98"))
    with pytest.raises(CheckFailed, match="was changed"):
        recompute(place, october)


@pytest.mark.both_databases
def test_nobody_is_named_once_the_month_is_settled(stage: Stage, tmp_path: Path) -> None:
    used(
        stage,
        tmp_path,
        *month(),
        event(9, time="2026-10-01T10:00:00Z", data={"payer": payer("ann")}),
    )
    usage = stage.place.usage
    assert len(list((usage / "payers").rglob("*.parquet"))) == 2
    row = settle(stage.place, SEPTEMBER)
    assert [p.parent.name for p in (usage / "payers").rglob("*.parquet")] == ["period=2026-10"]
    (found,) = settled_of(row).payers
    table = kept.table_path(Store(usage), found.table).read_bytes()
    assert digest_of_table(table) == found.table and len(table.splitlines()) == 3
    hidden = [payer(who).encode() for who in ("ann", "ben", "idle")]
    left = [p for p in usage.rglob("*") if p.is_file() and "period=2026-10" not in str(p)]
    assert not [p for p in left for name in hidden if name in p.read_bytes()]
    late = event(10, data={"payer": payer("ann")})
    used(stage, tmp_path, late)
    assert [p.parent.name for p in (usage / "payers").rglob("*.parquet")] == ["period=2026-10"]


@pytest.mark.both_databases
def test_nobody_is_named_by_a_row_that_was_refused(stage: Stage, tmp_path: Path) -> None:
    used(stage, tmp_path, *month())
    ann = {"payer": payer("ann")}
    refused = [
        event(20, type="another", data=ann),
        event(21, data={**ann, "quantity": 0}),
        event(22, time="later", data=ann),
        json.dumps(event(23, data={"quantity": float("nan"), **ann})),
        json.dumps(event(24, data=ann))[:-2],
        json.dumps(event(25, data=ann)).partition(payer("ann"))[0] + payer("ann"),
        json.dumps(event(26, data=ann)).replace(": ", " :\t"),  # accepted: it is JSON
    ]
    report = meter(stage.place, write(tmp_path / "bad.jsonl", refused), deployments=None)
    assert (report.accepted, report.bad_rows) == (1, 6) and report.quarantine
    theirs = meter(
        stage.place, write(tmp_path / "t.jsonl", [event(27, data=ann)]), deployments=NONE
    )
    assert theirs.bad_rows == 1
    settle(stage.place, SEPTEMBER)
    left = [path for path in stage.place.usage.rglob("*") if path.is_file()]
    assert not [path for path in left if payer("ann").encode() in path.read_bytes()]


@pytest.mark.both_databases
def test_the_same_deliveries_twice_or_in_parts_settle_alike(stage: Stage, tmp_path: Path) -> None:
    rows = list(month())
    for part in (rows[4:], rows[:5], rows):
        meter(stage.place, write(tmp_path / "part.jsonl", part))
    (found,) = settled_of(settle(stage.place, SEPTEMBER)).payers
    assert (found.payers, found.micro) == (3, 22_000_000)
    assert [p.micro for p in found.parts] == [10_000_000, 10_000_000]


def test_payers_that_got_lost_stop_the_settlement(stage: Stage, tmp_path: Path) -> None:
    used(stage, tmp_path, *month())
    for path in (stage.place.usage / "payers").rglob("*.parquet"):
        path.unlink()
    with pytest.raises(CheckFailed, match="Payers cannot be read"):
        settle(stage.place, SEPTEMBER)
    assert not Settlement.objects.exists()


def test_a_killed_delivery_s_payers_are_cleared_and_a_killed_settlement_s_forgotten(
    stage: Stage, tmp_path: Path
) -> None:
    usage = stage.place.usage
    torn = usage / "payers" / "period=2026-09" / f"{'0' * 64}.parquet"
    torn.parent.mkdir(parents=True)
    torn.write_bytes(b"half")
    row = settled(stage, tmp_path)
    assert not torn.exists()
    again = usage / "payers" / "period=2026-09" / f"{UsageBatch.objects.get().digest}.parquet"
    again.parent.mkdir(parents=True)  # as if it was killed before it forgot them
    again.write_bytes(b"left")
    assert settle(stage.place, SEPTEMBER) == row and not again.exists()


def test_a_table_that_was_changed_is_found(stage: Stage, tmp_path: Path) -> None:
    (found,) = settled_of(settled(stage, tmp_path)).payers
    path = kept.table_path(Store(stage.place.usage), found.table)
    table = path.read_bytes()
    assert len(list(check_tables(stage.place, [found]))) == 1
    path.write_bytes(table.replace(b"99", b"98"))
    with pytest.raises(CheckFailed, match="was changed"):
        list(check_tables(stage.place, [found]))
    path.write_bytes(table)
    lying = found.model_copy(update={"payers": 4})
    with pytest.raises(CheckFailed, match="other parts"):
        list(check_tables(stage.place, [lying]))
    path.unlink()
    with pytest.raises(CheckFailed, match="cannot be read"):
        list(check_tables(stage.place, [found]))


def test_one_figure_of_what_was_divided_by_payer_is_not_corrected(
    stage: Stage, tmp_path: Path
) -> None:
    settled(stage, tmp_path)
    about = {"deployment": "coach", "unit": "request", "usage_period": "2026-09", "quantity": 5}
    asked = Correction(month="2026-09", effective="2026-10-02", why="counted twice", **about)
    with pytest.raises(Refused, match="payer by payer"):
        correct(stage.place, asked)


def test_where_no_terms_ask_payers_are_dropped(house: yesand.House, tmp_path: Path) -> None:
    stage = Stage(house.place)
    report = meter(stage.place, write(tmp_path / "u.jsonl", [event(1, data={"payer": payer("x")})]))
    assert report.accepted == 1 and "payer" in report.foreign_fields
    assert not (stage.place.usage / "payers").exists()
    repeated = meter(stage.place, tmp_path / "u.jsonl")
    assert (repeated.repeated, repeated.quarantined) == (1, 0)
    assert settled_of(settle(stage.place, SEPTEMBER)).payers == ()


def test_a_later_month_s_payers_are_not_counted_before_it(
    stage: Stage, tmp_path: Path, clock: SetClock
) -> None:
    late = [dict(row, id=f"o-{n}", time="2026-10-01T08:00:00Z") for n, row in enumerate(month())]
    used(stage, tmp_path, *month(), *late)
    (first,) = settled_of(settle(stage.place, SEPTEMBER)).payers
    clock.advance(days=32)
    (second,) = settled_of(settle(stage.place, Period(2026, 10))).payers
    assert first.micro == second.micro == 22_000_000
