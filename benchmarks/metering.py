"""Usage events taken in over HTTP, each on the disk before it is answered, beside a bare view.

Ours is the whole path of ``POST /api/events`` in a real server (gunicorn, 24 threads): token,
seats and deployments looked up, every event parsed, judged and stripped of what is not ours, known
repeats told apart, the rest appended and flushed. The peer is a Django view of a few lines in the
same server: it reads the batch by CloudEvents' own library, appends the body as lines and flushes
each request by itself. It asks nobody who they are and judges nothing. Eight senders at once; both
are sent the same gzipped batches, and single events, in turns.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from benchmarks.harness import ROOT, Result
from yesand.kernel.clock import Period
from yesand.royalties.events import example_events

SENDERS = 8
BATCH, BATCHES, SINGLES = 500, 40, 240
_DEPLOYMENT = "night-line"
_BATCHED = "application/cloudevents-batch+json"
_SERVE = (
    "import sys, yesand; from yesand.site import serve; "
    "serve(yesand.open(sys.argv[1]).place, '127.0.0.1', int(sys.argv[2]), worker=False)"
)
_PEER = """
import os, sys
from django.conf import settings
from django.http import JsonResponse
from django.urls import path
settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x", MIDDLEWARE=[])
import django; django.setup()
import gzip, json
from threading import Lock
from cloudevents.core.formats.json import JSONFormat
from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication
form, lock = JSONFormat(), Lock()
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def take(request):
    rows = json.loads(gzip.decompress(request.body))
    events = [form.read(None, json.dumps(row)) for row in rows]
    data = b"".join(form.write(event) + b"\\n" for event in events)
    with lock:
        os.write(file, data)
        os.fsync(file)
    return JsonResponse({"accepted": len(events)}, status=202)
urlpatterns = [path("api/events", take)]
class Server(BaseApplication):
    def load_config(self):
        for name, value in {"bind": "127.0.0.1:" + sys.argv[2], "workers": 1, "threads": 24,
                "worker_class": "gthread", "control_socket_disable": True, "loglevel": "warning",
                "when_ready": lambda _: print("ready", flush=True)}.items():
            self.cfg.set(name, value)
    def load(self):
        return get_wsgi_application()
Server().run()
"""


def run() -> Result:
    """Send 20,000 events in batches of 500, and 240 one by one, to each of the two."""
    rows = list(example_events(_DEPLOYMENT, Period(2026, 10), 2 * BATCH * BATCHES + 2 * SINGLES))
    batches = [rows[at : at + BATCH] for at in range(0, 2 * BATCH * BATCHES, BATCH)]
    singles = [[row] for row in rows[2 * BATCH * BATCHES :]]
    with tempfile.TemporaryDirectory() as folder:
        house = _house(Path(folder) / "house")
        peers = Path(folder) / "peer.jsonl"
        with _served(_SERVE, house) as ours, _served(_PEER, peers) as theirs:
            _in_turns(ours, theirs, batches[:4])  # both warm
            spent = _in_turns(ours, theirs, batches[4:])
            one = _in_turns(ours, theirs, singles)
    count = BATCH * len(batches[4:])
    rate = len(singles) / one[0], len(singles) / one[1]
    return Result(
        name="metering",
        what=(
            f"usage events accepted durably over HTTP, {SENDERS} senders at once, in gzipped "
            f"batches of {BATCH}. One event a request: {rate[0]:,.0f}/s, the peer {rate[1]:,.0f}/s"
        ),
        value=count / spent[0],
        unit="events/s",
        peer="bare Django view, cloudevents, one fsync a request",
        peer_value=count / spent[1],
        higher_is_better=True,
    )


def _in_turns(ours: str, theirs: str, batches: list[list[bytes]]) -> tuple[float, float]:
    """Send the same to both, a part at a time, so that a busy moment falls on both."""
    spent, size = [0.0, 0.0], max(1, len(batches) // 4)
    for at in range(0, len(batches), size):
        for who, address in enumerate((ours, theirs)):
            spent[who] += _sent(address, batches[at : at + size])
    return spent[0], spent[1]


def _sent(address: str, batches: list[list[bytes]]) -> float:
    """Send batches by several senders, each with a connection of its own; return the seconds."""
    bodies = [gzip.compress(b"[" + b",".join(batch) + b"]", 1) for batch in batches]
    start = perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        parts = [bodies[n::SENDERS] for n in range(SENDERS)]
        list(pool.map(lambda own: _send(address, own), parts))
    return perf_counter() - start


def _send(address: str, bodies: list[bytes]) -> None:
    line = http.client.HTTPConnection(address, timeout=120)
    headers = {
        "Authorization": "Bearer secret",
        "Content-Type": _BATCHED,
        "Content-Encoding": "gzip",
    }
    for body in bodies:
        line.request("POST", "/api/events", body, headers)
        answer = line.getresponse()
        told = answer.read()
        assert answer.status == 202 and json.loads(told)["accepted"] > 0, told
    line.close()


def _house(root: Path) -> Path:
    """Make a house with a deployment and a token that may deliver its usage."""
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "import hashlib, yesand\n"
        "house = yesand.create(sys.argv[1], second_factor='nobody')\n"
        "from royalties_factories import Stage, deploy\n"
        "from yesand.people.models import Organisation, Seat, Token, User\n"
        f"stage = Stage(house.place); deploy(house.place, {_DEPLOYMENT!r}, stage.model)\n"
        "user = User.objects.create(username='gateway')\n"
        "by = Organisation.objects.get(slug='acme')\n"
        "Seat.objects.create(user=user, role='licensee', organisation=by)\n"
        "Token.objects.create(user=user, name='t', scopes=['usage:write'],\n"
        "    digest=hashlib.sha256(b'secret').hexdigest(), created_at=house.place.clock.now())\n"
    )
    where = [str(ROOT / "src"), str(ROOT / "tests" / "royalties")]
    subprocess.run([sys.executable, "-c", script, str(root), *where], check=True)
    return root


@contextmanager
def _served(code: str, about: Path) -> Iterator[str]:
    """Serve in a process of its own; yield host and port once it listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(about), str(port)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline()
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()
