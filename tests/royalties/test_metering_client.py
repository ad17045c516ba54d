"""The client that meters: durable here, once there, whoever is killed."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from yesand.metering import BufferFull, Meter, MeterError
from yesand.metering.buffer import Buffer
from yesand.metering.errors import Unusable
from yesand.metering.meter import REFUSED

#: The sender's thread asks this machine and no other.
pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SOURCES = Path(__file__).parents[2] / "src"
NOWHERE = "http://127.0.0.1:9"
TAKEN = (202, {"told": []}, {})
#: The events of a batch to the status, body and headers of the answer.
House = Callable[[list[dict[str, Any]]], tuple[int, dict[str, Any], dict[str, str]]]


@contextmanager
def answering(house: House) -> Iterator[str]:
    """A server that answers as it is told; the real house is met in test_metered_once.py."""

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Authorization"] == "Bearer token" and self.path == "/api/events"
            assert self.headers["Content-Type"] == "application/cloudevents-batch+json"
            status, told, more = house(json.loads(gzip.decompress(body)))
            answer = json.dumps(told).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *told: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def on_disk(folder: Path) -> list[dict[str, Any]]:
    found = [line for p in folder.glob("*.events") for line in p.read_bytes().splitlines()]
    return [json.loads(line) for line in found]


def test_it_needs_nothing_but_the_standard_library(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from yesand.metering import Meter\n"
        f"Meter({NOWHERE!r}, 't', buffer=sys.argv[2]).used('night-line', 'request', 1)\n"
        "ours = {m for m in sys.modules if m.startswith('yesand.')}\n"
        "assert all(m.startswith('yesand.metering') for m in ours), ours"
    )
    command = [sys.executable, "-I", "-S", "-c", code, str(SOURCES), str(tmp_path / "b")]
    subprocess.run(command, check=True)
    (one,) = on_disk(tmp_path / "b")
    assert one["subject"] == "night-line" and one["data"] == {"unit": "request", "quantity": 1}


def test_events_go_out_in_batches_and_the_buffer_empties(tmp_path: Path) -> None:
    batches: list[list[dict[str, Any]]] = []

    def house(events: list[dict[str, Any]]) -> Any:
        batches.append(events)
        return TAKEN

    with answering(house) as url, Meter(url, "token", buffer=tmp_path) as meter:
        ids = [meter.used("d", "request", n + 1, realtime=n % 2 == 0) for n in range(2_500)]
        assert meter.flush()
        got = [e for batch in batches for e in batch]
        assert [e["id"] for e in got] == ids and len(batches) <= 8
        assert len({e["source"] for e in got}) == 1
        meter.used("d", "request", 1, mix={"joy": 0.5})
        assert meter.flush()
    assert batches[-1][0]["data"]["emotions"] == {"joy": 0.5}
    again = Meter(NOWHERE, "token", buffer=tmp_path)
    assert again.waiting() == 0
    again.close(0)


def test_an_absent_or_busy_house_gets_the_same_events_later(tmp_path: Path) -> None:
    with Meter(NOWHERE, "token", buffer=tmp_path) as away:
        first = away.used("d", "request", 1)
        assert not away.flush(0.1)
        away.close(0)
    answers = [(429, {}, {"Retry-After": "0"}), (503, {}, {}), (500, {}, {}), TAKEN]
    got: list[list[str]] = []

    def house(events: list[dict[str, Any]]) -> Any:
        got.append([e["id"] for e in events])
        return answers[min(len(got) - 1, 3)]

    with answering(house) as url, Meter(url, "token", buffer=tmp_path) as meter:
        assert meter.flush(30)
    assert got == [[first]] * 4


def test_a_house_is_given_the_time_that_it_asks_for(tmp_path: Path) -> None:
    asked: list[float] = []

    def house(events: list[dict[str, Any]]) -> Any:
        asked.append(time.monotonic())
        return (429, {}, {"Retry-After": "2"}) if len(asked) == 1 else TAKEN

    with answering(house) as url, Meter(url, "token", buffer=tmp_path) as meter:
        meter.used("d", "request", 1)
        deadline = time.monotonic() + 20
        while meter.waiting() and time.monotonic() < deadline:
            time.sleep(0.05)
    assert asked[1] - asked[0] >= 1.9


def test_what_is_refused_for_good_is_kept_with_its_reason(tmp_path: Path) -> None:
    def house(events: list[dict[str, Any]]) -> Any:
        rows = [
            {"index": i, "state": "bad", "reason": "not a deployment of yours"}
            for i, e in enumerate(events)
            if e["subject"] == "wrong"
        ]
        return 202, {"told": rows}, {}

    with answering(house) as url, Meter(url, "token", buffer=tmp_path) as meter:
        meter.used("d", "request", 1)
        wrong = meter.used("wrong", "request", 1)
        assert meter.flush()
    (row,) = map(json.loads, (tmp_path / REFUSED).read_text().splitlines())
    assert row["event"]["id"] == wrong and row["why"] == "not a deployment of yours"


def test_a_batch_that_is_too_large_goes_in_smaller_ones(tmp_path: Path) -> None:
    got: list[str] = []

    def house(events: list[dict[str, Any]]) -> Any:
        if len(events) > 3:
            return 413, {"title": "too large"}, {}
        got.extend(e["id"] for e in events)
        return TAKEN

    with answering(house) as url, Meter(url, "token", buffer=tmp_path) as meter:
        ids = [meter.used("d", "request", 1) for _ in range(40)]
        assert meter.flush(20)
    assert sorted(got) == sorted(ids)


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0}, {"quantity": -1}, {"quantity": 1.5}, {"quantity": True},
        {"quantity": float("nan")}, {"deployment": ""}, {"deployment": "a\nb"},
        {"unit": "x" * 600}, {"mix": {}}, {"mix": {"joy": float("inf")}}, {"mix": {"joy": -1}},
    ],
)  # fmt: skip
def test_what_no_house_would_take_is_told_where_it_happens(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    meter = Meter(NOWHERE, "token", buffer=tmp_path)
    given: dict[str, Any] = {"deployment": "d", "unit": "request", "quantity": 1, **wrong}
    with pytest.raises(Unusable):
        meter.used(**given)
    meter.close(0)
    assert on_disk(tmp_path) == []


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MeterError, match="no address"):
        Meter("house.example", "token", buffer=tmp_path)


def test_more_than_may_wait_is_refused_at_once_and_clearly(tmp_path: Path) -> None:
    meter = Meter(NOWHERE, "token", buffer=tmp_path, most=1_000)
    with pytest.raises(BufferFull, match="the house does not take them"):
        for _ in range(10):
            meter.used("d", "request", 1)
    meter.close(0)
    assert 1 <= len(on_disk(tmp_path)) < 10


def test_a_full_disk_is_told_and_tears_nothing(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path, "always", 10_000, 10_000)
    buffer.append(b'{"id": "1"}\n')
    size = sum(p.stat().st_size for p in tmp_path.glob("*.events"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5, before[1]))
    try:
        began = time.monotonic()
        with pytest.raises(BufferFull, match="make room"):
            buffer.append(b'{"id": "2"}\n')
        assert time.monotonic() - began < 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    buffer.append(b'{"id": "3"}\n')
    buffer.close()
    assert [e["id"] for e in on_disk(tmp_path)] == ["1", "3"]


@pytest.mark.parametrize("fsync", ["always", "second", "never"])
def test_threads_share_a_meter(tmp_path: Path, fsync: str) -> None:
    meter = Meter(NOWHERE, "token", buffer=tmp_path, fsync=fsync)
    meter._buffer.largest = 5_000
    threads = [
        threading.Thread(target=lambda: [meter.used("d", "request", 1) for _ in range(50)])
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    meter.close(0)
    assert len({e["id"] for e in on_disk(tmp_path)}) == 300
    assert len(list(tmp_path.glob("*.events"))) > 3


FORKED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from yesand.metering import Meter
meter = Meter(sys.argv[3], "token", buffer=sys.argv[2])
meter.used("parent", "request", 1)
for _ in range(3):
    if os.fork() == 0:
        for _ in range(20):
            meter.used("child", "request", 1)
        meter.flush(10)
        os._exit(0)
for _ in range(20):
    meter.used("parent", "request", 1)
for _ in range(3):
    assert os.wait()[1] == 0
assert meter.flush(20)
"""


def test_forked_processes_share_a_folder_and_send_each_event(tmp_path: Path) -> None:
    got: list[str] = []

    def house(events: list[dict[str, Any]]) -> Any:
        got.extend(f"{e['subject']} {e['id']}" for e in events)
        return TAKEN

    with answering(house) as url:
        command = [sys.executable, "-W", "ignore", "-c", FORKED]
        subprocess.run([*command, str(SOURCES), str(tmp_path), url], check=True, timeout=60)
    assert len(set(got)) == 81 and sum(row.startswith("child") for row in set(got)) == 60


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from yesand.metering import Meter
meter = Meter("http://127.0.0.1:9", "token", buffer=sys.argv[2], fsync=sys.argv[3])
while True:
    print(meter.used("d", "request", 1), flush=True)
"""


@pytest.mark.parametrize("fsync", ["always", "second"])
def test_a_killed_process_loses_nothing_that_used_returned_for(tmp_path: Path, fsync: str) -> None:
    command = [sys.executable, "-c", KILLED, str(SOURCES), str(tmp_path), fsync]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    told = [first, *process.stdout.read().splitlines(keepends=True)]
    process.stdout.close()
    process.wait()
    returned = {word.strip() for word in told if len(word) == 33}
    kept = [e["id"] for e in on_disk(tmp_path)]
    assert returned <= set(kept) and len(kept) == len(set(kept)) <= len(returned) + 1


def test_a_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.events").write_bytes(b'{"id": "whole"}\n{"id": "to')
    buffer = Buffer(tmp_path, "never", 10_000, 10_000)
    with buffer.next(10) as found:
        assert found is not None and found[0] == [b'{"id": "whole"}\n']
    buffer.close()


def test_a_forks_child_does_not_hold_its_parents_segment(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path, "never", 10_000, 10_000)
    buffer.append(b'{"id": "1"}\n')
    segment = buffer._open
    assert segment is not None
    buffer.after_fork()
    with pytest.raises(OSError):
        os.fstat(segment.file)
