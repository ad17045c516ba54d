from __future__ import annotations

import gzip
import json
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from royalties_factories import Stage, at, decommission, deploy, event, write

import yesand
from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.royalties.metering.services import escrow, meter, store_of
from yesand.royalties.models import UsageBatch
from yesand.royalties.totals import AFTER, BEFORE, UNKNOWN


@pytest.fixture
def stage(house: yesand.House) -> Stage:
    return Stage(house.place)


def quantities(stage: Stage) -> list[int]:
    store = store_of(stage.place)
    files = store.files(UsageBatch.objects.values_list("digest", flat=True))
    return sorted(q for f in files for q in pq.read_table(f)["quantity"].to_pylist())


def test_events_are_accepted_once_however_often_they_come(stage: Stage, tmp_path: Path) -> None:
    path = write(tmp_path / "usage.jsonl", (event(i) for i in range(50)))
    first = meter(stage.place, path)
    assert (first.accepted, first.repeated, first.escrowed) == (50, 0, 0)
    again = meter(stage.place, path)
    assert (again.accepted, again.repeated, again.batch) == (0, 50, None)
    assert UsageBatch.objects.count() == 1 and len(quantities(stage)) == 50


def test_an_event_is_known_again_across_months_and_batches(stage: Stage, tmp_path: Path) -> None:
    months = [event(i, time=f"2026-0{1 + i % 9}-05T12:00:00Z") for i in range(90)]
    meter(stage.place, write(tmp_path / "a", months[:50]))
    report = meter(stage.place, write(tmp_path / "b", months[40:]))
    assert (report.accepted, report.repeated) == (40, 10)


def test_the_same_id_with_other_content_is_kept_apart(stage: Stage, tmp_path: Path) -> None:
    meter(stage.place, write(tmp_path / "a", [event(1)]))
    path = write(tmp_path / "b", [event(1, data={"quantity": 9}), event(2)])
    report = meter(stage.place, path)
    assert (report.accepted, report.quarantined) == (1, 1)
    assert report.quarantine is not None
    kept = Path(report.quarantine)
    row = json.loads(kept.read_text())
    assert row["line"] == 1 and '"quantity": 9' in row["row"] and "e-1" in row["row"]
    assert quantities(stage) == [1, 1]
    assert meter(stage.place, path).quarantine == str(kept)
    assert len(list(kept.parent.iterdir())) == 1


def test_conflicts_within_one_delivery_leave_the_first(stage: Stage, tmp_path: Path) -> None:
    rows = [event(1), event(1), event(1, data={"quantity": 2}), event(1)]
    report = meter(stage.place, write(tmp_path / "a", rows))
    assert (report.accepted, report.repeated, report.quarantined) == (1, 2, 1)


def test_nobody_uses_up_the_ids_of_another_licensee_by_being_first(
    stage: Stage, tmp_path: Path
) -> None:
    deploy(stage.place, "day-line", stage.model, licensee="rival")
    theirs = write(tmp_path / "theirs", [event(i, subject="day-line") for i in range(5)])
    ours = write(tmp_path / "ours", [event(i) for i in range(5)])
    first = meter(stage.place, theirs, deployments=frozenset({"day-line"}))
    then = meter(stage.place, ours, deployments=frozenset({"coach"}))
    assert (first.accepted, then.accepted, then.quarantined) == (5, 5, 0)
    # By file or by portal, and however often: once for each of the two.
    for path in (theirs, ours):
        again = meter(stage.place, path)
        assert (again.accepted, again.repeated) == (0, 5)
    changed = write(tmp_path / "changed", [event(1, data={"quantity": 9})])
    assert meter(stage.place, changed).quarantined == 1


def test_usage_that_came_before_its_deployment_is_known_again_after_it(
    stage: Stage, tmp_path: Path
) -> None:
    path = write(tmp_path / "early", [event(i, subject="night-line") for i in range(5)])
    assert meter(stage.place, path).escrowed == 5
    deploy(stage.place, "night-line", stage.model)
    assert meter(stage.place, path).repeated == 5


def test_what_unpacks_to_more_than_it_may_is_refused_whole(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(json.dumps(event(1)).encode() + b"\n" + b" " * 5_000_000))
    assert path.stat().st_size < 10_000
    with pytest.raises(BadInput, match="unpacks to more than 2 MiB"):
        meter(stage.place, path, most=2 * 2**20)
    assert not UsageBatch.objects.exists()
    assert meter(stage.place, path, most=8 * 2**20).accepted == 1


def test_bad_rows_are_told_line_by_line_and_the_good_are_taken(
    stage: Stage, tmp_path: Path
) -> None:
    rows = [
        event(1),
        "not json",
        event(2, specversion="0.3"),
        event(3, data={"quantity": -1}),
        event(4, data={"unit": "smile"}),
        event(5, time="2026-09-05"),
        event(6, time="2062-09-05T00:00:00Z"),
        event(7, data={"quantity": True}),
        event(8, id=""),
        event(9, type="com.example"),
        event(10, data={"realtime": "yes"}),
        '{"specversion": "1.0", "specversion": "1.0"}',
        event(11),
    ]
    report = meter(stage.place, write(tmp_path / "a", rows))
    assert report.accepted == 2 and report.bad_rows == 11
    assert [row.line for row in report.bad] == list(range(2, 13))
    reasons = " ".join(row.reason for row in report.bad)
    for word in ("JSON", "specversion", "quantity", "unit", "RFC 3339", "future", "id is missing"):
        assert word in reasons
    assert report.quarantine is not None
    kept = Path(report.quarantine)
    assert len(kept.read_text().splitlines()) == 11
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_no_content_of_end_users_is_kept(stage: Stage, tmp_path: Path) -> None:
    secret = "my mother is ill"
    rows = [
        event(1, data={"transcript": secret}),
        event(2, data={"transcript": secret, "quantity": 0}),
        event(3, data={"emotions": {secret: 1}}),
    ]
    report = meter(stage.place, write(tmp_path / "a", rows))
    assert report.accepted == 1 and report.foreign_fields == ("transcript",)
    found = [p for p in stage.place.usage.rglob("*") if p.is_file()]
    assert found
    for path in found[:]:
        if path.suffix == ".jsonl":
            lines = path.read_text().splitlines()
            assert not any("transcript" in line for line in lines)
        else:
            assert secret.encode() not in path.read_bytes()


def test_gzip_and_a_json_batch_are_read_alike(stage: Stage, tmp_path: Path) -> None:
    events = [event(i) for i in range(20)]
    plain = write(tmp_path / "a", events)
    packed = tmp_path / "b"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    batch = tmp_path / "c"
    batch.write_text(json.dumps(events))
    marked = tmp_path / "d"
    marked.write_bytes(b"\xef\xbb\xbf" + gzip.decompress(packed.read_bytes()))
    assert meter(stage.place, packed).accepted == 20
    for path in (plain, batch, marked):
        assert meter(stage.place, path).repeated == 20


def test_a_damaged_or_missing_file_is_refused_whole(stage: Stage, tmp_path: Path) -> None:
    packed = tmp_path / "a.gz"
    lines = "\n".join(json.dumps(event(i)) for i in range(5_000))
    packed.write_bytes(gzip.compress(lines.encode())[:-200])
    with pytest.raises(BadInput, match="to its end"):
        meter(stage.place, packed)
    with pytest.raises(NotFound):
        meter(stage.place, tmp_path / "nowhere")
    with pytest.raises(BadInput, match="Not a file"):
        meter(stage.place, tmp_path)
    with pytest.raises(BadInput, match="no events"):
        meter(stage.place, write(tmp_path / "empty", []))
    with pytest.raises(BadInput, match="JSON"):
        meter(stage.place, write(tmp_path / "array", ["[1, 2"]))
    assert UsageBatch.objects.count() == 0
    assert not list(stage.place.usage.rglob("*.parquet"))


def test_usage_of_an_unknown_deployment_waits_and_is_not_lost(stage: Stage, tmp_path: Path) -> None:
    rows = [event(1), event(2, subject="later"), event(3, time="2025-12-31T23:59:59Z")]
    report = meter(stage.place, write(tmp_path / "a", rows))
    assert (report.accepted, report.escrowed) == (3, 2)
    told = "\n".join(report.lines())
    assert UNKNOWN in told and BEFORE in told and "2 of the accepted wait" in told
    assert {(h.deployment, h.reason) for h in escrow(stage.place)} == {
        ("later", UNKNOWN),
        ("coach", BEFORE),
    }
    deploy(stage.place, "later", stage.model)
    assert [h.reason for h in escrow(stage.place)] == [BEFORE]


def test_usage_after_the_end_of_a_deployment_waits(stage: Stage, tmp_path: Path) -> None:
    decommission(stage.place, stage.coach, at("2026-09-05T12:00:00"))
    rows = [event(1), event(2, time="2026-09-05T11:59:59.999999Z")]
    report = meter(stage.place, write(tmp_path / "a", rows))
    assert [(h.reason, h.events) for h in report.escrow] == [(AFTER, 1)]


def test_files_that_no_batch_knows_are_passed_over_and_cleared(
    stage: Stage, tmp_path: Path
) -> None:
    meter(stage.place, write(tmp_path / "a", [event(1)]))
    folder = next(stage.place.usage.glob("events/period=*"))
    stray = folder / f"{'0' * 64}.parquet"
    stray.write_bytes(next(folder.glob("*.parquet")).read_bytes())
    (folder / ".x.parquet.abcd.part").write_bytes(b"half")
    assert len(quantities(stage)) == 1
    meter(stage.place, write(tmp_path / "b", [event(2)]))
    assert not stray.exists() and len(list(folder.glob("*.parquet"))) == 2
    assert not list(folder.glob(".*"))


def test_a_lost_usage_file_is_noticed(stage: Stage, tmp_path: Path) -> None:
    report = meter(stage.place, write(tmp_path / "a", [event(1)]))
    next(stage.place.usage.rglob("*.parquet")).unlink()
    with pytest.raises(CheckFailed, match="0 are left"):
        store_of(stage.place).check({report.batch or "": 1})


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_cut_and_order_of_deliveries_accepts_the_same(
    stage: Stage, tmp_path: Path, data: st.DataObject
) -> None:
    number = UsageBatch.objects.count()
    subject = f"d-{number}-{data.draw(st.integers(0, 10**9))}"
    events = [event(i, id=f"{subject}-{i}", subject=subject) for i in range(9)]
    doubled = data.draw(st.permutations(events + events[:4]))
    cut = data.draw(st.integers(1, len(doubled) - 1))
    reports = [
        meter(stage.place, write(tmp_path / "u", part)) for part in (doubled[:cut], doubled[cut:])
    ]
    assert sum(r.accepted for r in reports) == 9
    assert sum(r.repeated for r in reports) == 4
    assert sum(h.events for h in escrow(stage.place) if h.deployment == subject) == 9
