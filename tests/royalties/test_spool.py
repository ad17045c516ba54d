"""What came by HTTP lies on the disk before it is answered, and counts once, whoever is killed."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from royalties_factories import SEPTEMBER, Stage, deploy, event, issued

import yesand
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import Busy
from yesand.people.models import Organisation, Seat, Token, User
from yesand.royalties.events import NOT_YOURS
from yesand.royalties.metering.services import store_of
from yesand.royalties.models import Delivery, SpoolMark, UsageBatch
from yesand.royalties.services import settle
from yesand.royalties.spooling.binding import BATCHED, STRUCTURED, Sent
from yesand.royalties.spooling.collecting.services import collect
from yesand.royalties.spooling.planning.services import plan_collection
from yesand.royalties.spooling.receiving import services as receiving
from yesand.royalties.spooling.receiving.services import Received, receive
from yesand.royalties.spooling.spool import Owner, Spool, segments

NOW = datetime(2026, 10, 1, tzinfo=UTC)
ADDRESS = "/api/events"


@pytest.fixture
def stage(house: yesand.House) -> Stage:
    return Stage(house.place)


def sender(stage: Stage, licensee: str = "acme") -> tuple[Organisation, User]:
    """Somebody who sits for a licensee."""
    by = Organisation.objects.get(slug=licensee)
    user, _ = User.objects.get_or_create(username=f"gateway of {licensee}")
    Seat.objects.get_or_create(user=user, role=Seat.Role.LICENSEE, organisation=by)
    return by, user


def taken(stage: Stage, *events: Any, licensee: str = "acme") -> Received:
    return receive(stage.place, *sender(stage, licensee), Sent(events, single=False))


def counted(stage: Stage) -> list[int]:
    """The quantities of all events that count."""
    files = store_of(stage.place).files(UsageBatch.objects.values_list("digest", flat=True))
    return sorted(q for f in files for q in pq.read_table(f)["quantity"].to_pylist())


def lines(stage: Stage) -> int:
    found = segments(stage.place.usage / "spool")
    return sum(len(s.path.read_bytes().splitlines()) for s in found)


@pytest.fixture
def gateway(stage: Stage) -> Iterator[Client]:
    """A program with a token of acme's that may deliver usage."""
    _, user = sender(stage)
    Token.objects.create(
        user=user,
        name="gateway",
        digest=hashlib.sha256(b"secret").hexdigest(),
        scopes=["usage:write"],
        created_at=stage.place.clock.now(),
    )
    yield Client(headers={"authorization": "Bearer secret"})


def test_events_count_once_collected_and_make_one_batch(stage: Stage) -> None:
    for number in range(30):
        assert taken(stage, event(number)).accepted == 1
    assert not UsageBatch.objects.exists()
    (report,) = collect(stage.place)
    assert (report.accepted, len(counted(stage)), UsageBatch.objects.count()) == (30, 30, 1)
    assert collect(stage.place) == []
    assert Delivery.objects.get().accepted == 30
    taken(stage, event(99))
    assert collect(stage.place)[0].accepted == 1


def test_each_event_is_told_what_became_of_it(stage: Stage) -> None:
    rows = [
        event(1),
        event(1),
        event(1, data={"quantity": 2}),
        event(2, data={"quantity": -1}),
        event(3, subject="another's"),
        7,
    ]
    found = taken(stage, *rows)
    assert (found.accepted, found.repeated, found.quarantined, found.bad) == (1, 1, 1, 3)
    assert [(told.index, told.state.value) for told in found.told] == [
        (1, "repeated"), (2, "quarantined"), (3, "bad"), (4, "bad"), (5, "bad"),
    ]  # fmt: skip
    (report,) = collect(stage.place)
    assert (report.accepted, report.quarantined, report.bad_rows) == (1, 1, 2)
    assert (
        report.quarantine is not None and "not a deployment" in Path(report.quarantine).read_text()
    )


def test_a_repeat_is_found_at_once_or_when_it_is_collected(stage: Stage) -> None:
    taken(stage, event(1))
    collect(stage.place)
    assert taken(stage, event(1)).repeated == 1
    receiving._recent.cache_clear()  # as after a restart
    assert taken(stage, event(1), event(1, data={"quantity": 5})).accepted == 1
    (report,) = collect(stage.place)
    assert (report.accepted, report.repeated, report.quarantined) == (0, 1, 1)
    assert counted(stage) == [1]


def test_what_was_answered_holds_whatever_the_clock_shows_later(
    stage: Stage, clock: SetClock
) -> None:
    early = event(1, time="2026-10-01T12:00:00Z")
    late = event(2, time="2026-10-02T00:00:01Z")
    found = taken(stage, early, late)
    assert (found.accepted, found.bad) == (1, 1) and "future" in found.told[0].reason
    clock.at -= timedelta(days=2)
    (report,) = collect(stage.place)
    assert (report.accepted, report.bad_rows) == (1, 1) and "future" in report.bad[0].reason
    clock.at += timedelta(days=9)
    assert taken(stage, late).accepted == 1


def test_a_month_is_settled_with_all_that_was_answered(stage: Stage) -> None:
    stage.reported()
    taken(stage, event(1, data={"quantity": 1_000}))
    settle(stage.place, SEPTEMBER)
    assert issued(stage, "Ann").total_micro == 2_000_000


def test_no_content_of_end_users_reaches_the_disk(stage: Stage) -> None:
    secret = "my mother is ill"
    taken(
        stage,
        event(1, data={"transcript": secret}),
        event(2, data={"transcript": secret, "quantity": 0}),
        event(3, data={"emotions": {"joy": 1}}, prompt=secret),
    )
    for path in (stage.place.usage / "spool").iterdir():
        assert secret.encode() not in path.read_bytes()
    collect(stage.place)
    for path in [p for p in stage.place.usage.rglob("*") if p.is_file()]:
        assert secret.encode() not in path.read_bytes()


def test_all_three_modes_are_taken_over_http(stage: Stage, gateway: Client) -> None:
    batch = gzip.compress(json.dumps([event(1), event(2)]).encode())
    answers = [
        gateway.post(ADDRESS, batch, BATCHED, headers={"content-encoding": "gzip"}),
        gateway.post(ADDRESS, json.dumps(event(3)), STRUCTURED),
    ]
    told = event(4)
    headers = {f"ce-{name}": value for name, value in told.items() if name != "data"}
    data = json.dumps(told["data"])
    answers.append(gateway.post(ADDRESS, data, "application/json", headers=headers))
    assert [(a.status_code, a.json()["accepted"]) for a in answers] == [
        (202, 2),
        (202, 1),
        (202, 1),
    ]
    assert collect(stage.place)[0].accepted == 4


def test_anothers_deployment_is_answered_as_one_that_is_not_there(
    stage: Stage, gateway: Client
) -> None:
    deploy(stage.place, "rivals", stage.model, licensee="rival")
    answers = [
        gateway.post(ADDRESS, json.dumps(event(1, subject=name)), STRUCTURED).json()
        for name in ("rivals", "nobodys")
    ]
    titles = [{**answer, "instance": ""} for answer in answers]
    assert titles[0] == titles[1] and titles[0]["title"] == NOT_YOURS


@pytest.mark.parametrize(
    ("body", "kind", "encoding", "status"),
    [
        (json.dumps({**event(1), "x": "y" * 10_000_000}), STRUCTURED, "", 413),
        (gzip.compress(b" " * 20_000_000, mtime=0), BATCHED, "gzip", 413),
        (json.dumps([1] * 10_001), BATCHED, "", 413),
        (json.dumps(event(1)), "application/json", "", 415),
        (json.dumps(event(1)), STRUCTURED, "br", 415),
        (b"\x1f\x8bnothing", STRUCTURED, "gzip", 422),
        ("[", BATCHED, "", 422),
        (json.dumps(event(1, data={"quantity": 0})), STRUCTURED, "", 422),
    ],
    ids="event bomb batch type encoding gzip json quantity".split(),
)
def test_what_is_too_much_or_none_is_a_problem_and_nothing_of_it_counts(
    gateway: Client, stage: Stage, body: Any, kind: str, encoding: str, status: int
) -> None:
    answer = gateway.post(ADDRESS, body, kind, headers={"content-encoding": encoding})
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    collect(stage.place)
    assert counted(stage) == []


def test_a_token_without_the_scope_delivers_nothing(stage: Stage, gateway: Client) -> None:
    Token.objects.update(scopes=["usage:read"])
    assert gateway.post(ADDRESS, json.dumps(event(1)), STRUCTURED).status_code == 403
    assert not (stage.place.usage / "spool").exists()


def test_what_is_too_much_at_once_is_sent_away_for_a_while(
    stage: Stage, gateway: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(stage, event(1))
    monkeypatch.setenv("YESAND_SPOOL_MAX", "10")
    answer = gateway.post(ADDRESS, json.dumps(event(2)), STRUCTURED)
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert "nothing of it was taken" in answer.json()["detail"]
    monkeypatch.delenv("YESAND_SPOOL_MAX")
    held = [receiving._entries.acquire(blocking=False) for _ in range(receiving.AT_ONCE)]
    try:
        with pytest.raises(Busy):
            taken(stage, event(3))
    finally:
        for _ in held:
            receiving._entries.release()
    assert taken(stage, event(3)).accepted == 1
    assert lines(stage) == 2


def test_a_long_segment_is_followed_by_another_and_goes_once_collected(stage: Stage) -> None:
    by, user = sender(stage)
    folder = stage.place.usage / "spool"
    spool = Spool(folder, largest=100)
    for number in range(3):
        spool.append(Owner(by.pk, user.pk), [json.dumps(event(number)).encode()], NOW)
    assert len(segments(folder)) == 3
    assert collect(stage.place)[0].accepted == 3
    assert len(segments(folder)) == 1 == SpoolMark.objects.count()  # the last is still open
    spool.close()
    collect(stage.place)
    assert segments(folder) == [] and not SpoolMark.objects.exists()


def test_a_torn_last_line_waits_and_goes_with_its_segment(stage: Stage) -> None:
    by, user = sender(stage)
    path = stage.place.usage / "spool" / f"{by.pk}-{user.pk}-{NOW:%Y%m%d%H%M%S%f}-{'0' * 16}.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps(event(1)) + '\n{"specversion": "1.')
    assert collect(stage.place)[0].accepted == 1
    collect(stage.place)
    assert not path.exists()


def test_the_spool_is_collected_when_something_has_waited_long_enough(
    stage: Stage, clock: SetClock
) -> None:
    assert not plan_collection(stage.place)
    taken(stage, event(1))
    assert not plan_collection(stage.place)
    clock.at += timedelta(minutes=5)
    assert plan_collection(stage.place) and not plan_collection(stage.place)
    assert DBTaskResult.objects.filter(task_path__endswith="collect_usage").count() == 1


RECEIVE = """
import sys, yesand
house = yesand.open(sys.argv[1])
from royalties_factories import event
from yesand.people.models import Organisation, User
from yesand.royalties.spooling.binding import Sent
from yesand.royalties.spooling.receiving.services import receive
by, user = Organisation.objects.get(slug="acme"), User.objects.get(username="gateway of acme")
first = int(sys.argv[2])
for number in range(first, first + 100_000):
    receive(house.place, by, user, Sent((event(number),), True))
    print(number, flush=True)
"""
COLLECT = """
import sys, yesand
house = yesand.open(sys.argv[1])
import yesand.royalties.services
from yesand.royalties.spooling.collecting.services import collect
print("begun", flush=True)
collect(house.place)
"""


def started(code: str, *arguments: object) -> subprocess.Popen[str]:
    told = {**os.environ, "YESAND_NOW": "2026-10-01T00:00:00Z", "PYTHONWARNINGS": "ignore"}
    told["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, env=told, stdout=subprocess.PIPE, text=True)


def told_until_killed(process: subprocess.Popen[str], seconds: float) -> list[str]:
    """Kill a process some time after its first word; return all of its words."""
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.stdout.close()
    process.wait()
    return [first, *rest.splitlines(keepends=True)]


@pytest.mark.deep  # tests/site/test_metered_once kills the server and the sender too
@pytest.mark.one_database
def test_killed_between_spool_and_batch_nothing_is_lost_or_doubled(stage: Stage) -> None:
    sender(stage)
    answered, first = 0, 0
    for wait in (0.1, 0.3):
        words = told_until_killed(started(RECEIVE, stage.place.root, first), wait)
        done = [int(word) for word in words if word.endswith("\n")]
        answered, first = answered + len(done), first + 100_000
    for wait in (0.02, 0.15, 0.3):
        told_until_killed(started(COLLECT, stage.place.root), wait)
    collect(stage.place)
    found = counted(stage)
    # The last of each process may lie on the disk without having been answered.
    assert answered <= len(found) <= answered + 2
    assert sum(d.accepted for d in Delivery.objects.all()) == len(found)
    assert sum(d.repeated for d in Delivery.objects.all()) == 0
    assert lines(stage) == 0 and not SpoolMark.objects.exists()
