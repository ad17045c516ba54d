"""The pages under load: 50 connections that ask without a pause, by wrk, for some seconds a page.

A house with something at every station is served as ``yesand serve`` does it: one gunicorn process
with threads. The performer's pages are asked for with their session. The peer is the floor:
the same gunicorn with a Django of one view that answers ``Hello`` and has no middleware. ``wrk``
and the server share the machine's cores, so latency is mostly waiting in line.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from benchmarks.harness import ROOT, Result, Unavailable, figure

CONNECTIONS, SECONDS = 50, int(os.environ.get("YESAND_BENCH_SECONDS", "8"))
OURS = """
import sys, yesand
from yesand.site import serve
serve(yesand.open(sys.argv[1]).place, "127.0.0.1", int(sys.argv[2]))
"""
FLOOR = """
import sys
from django.conf import settings
settings.configure(SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF="__main__", MIDDLEWARE=[])
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse("Hello"))]
from yesand.site.serving import _Server, options
class Floor(_Server):
    def load(self):
        return get_wsgi_application()
Floor(options("127.0.0.1", int(sys.argv[2]))).run()
"""
#: In wrk's words, in milliseconds.
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Load:
    """How one page fared."""

    name: str
    rate: float
    p50: float
    p99: float

    def __str__(self) -> str:
        """Write it as ``statement 41.2/s, p50 1,190 ms, p99 1,410 ms``."""
        return (
            f"{self.name} {figure(self.rate)}/s, p50 {figure(self.p50)} ms, "
            f"p99 {figure(self.p99)} ms"
        )


def run() -> Result:
    """Load each page of ours, then the floor."""
    if not shutil.which("wrk"):
        raise Unavailable("no wrk here: apt install wrk")
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "house"
        secret, cookie, paths = furnished(root)
        with served(OURS, root, YESAND_SECRET=secret) as address:
            loads = [loaded(name, address + path, cookie) for name, path in paths.items()]
        with served(FLOOR, root) as address:
            floor = loaded("hello", address + "/", "")
    slowest = min(loads, key=lambda load: load.rate)
    return Result(
        name="pages",
        what=(
            f"{CONNECTIONS} connections for {SECONDS} s: "
            + "; ".join(map(str, [*loads, floor]))
            + f". The row is the slowest of ours, {slowest.name}, beside the floor"
        ),
        value=slowest.rate,
        unit="requests/s",
        peer="a bare Django view",
        peer_value=floor.rate,
        higher_is_better=True,
    )


def furnished(root: Path) -> tuple[str, str, dict[str, str]]:
    """Make a house; return its secret, a performer's session and the pages to ask for."""
    import yesand

    house = yesand.create(root, "Bench House")
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from yesand.heidi.answering.services import router
    from yesand.kernel.clock import Period
    from yesand.newsroom.opening.services import open_newsroom

    sys.path.append(str(ROOT / "tests" / "site"))
    from stage import set_up

    stage = set_up(house, root.parent / "recordings")
    written = open_newsroom(house.place, Period.of(house.place.clock.now()).previous())
    router(house.place.cache)  # learnt once for a house, and not while its pages are measured
    client = Client()
    client.force_login(stage.users["ada"])
    name = settings.SESSION_COOKIE_NAME
    asked = {
        "start": [],
        "article": [written[-1].article.slug],
        "statement": [stage.statement.digest],
        "balance": [],
        "me": [],
    }
    pages = {page: reverse(page, args=of) for page, of in asked.items()}
    secret = str(settings.SECRET_KEY)
    house.close()
    return secret, f"{name}={client.cookies[name].value}", pages


@contextmanager
def served(code: str, root: Path, **environment: str) -> Iterator[str]:
    """Serve by a second process; yield its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(root), str(port)],
        env={**os.environ, "YESAND_REQUIRE_MFA": "nobody", **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if "Serving" not in line:
            raise Unavailable(f"the server did not start: {line}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def loaded(name: str, address: str, cookie: str) -> Load:
    """Ask for a page from all connections at once.

    Raises
    ------
    Unavailable : an answer was not the page.
    """
    ask = ["wrk", "-t1", f"-c{CONNECTIONS}", "--latency", "-H", f"Cookie: {cookie}"]
    subprocess.run([*ask, "-d1s", address], capture_output=True, check=True)  # warm
    ran = subprocess.run(
        [*ask, f"-d{SECONDS}s", "--timeout", "30s", address],
        capture_output=True,
        text=True,
        check=True,
    )
    if "Non-2xx" in ran.stdout or not _is_a_page(address, cookie) or "Socket errors" in ran.stdout:
        raise Unavailable(f"{name} did not answer under load:\\n{ran.stdout}")
    rate = re.search(r"Requests/sec:\s*([\d.]+)", ran.stdout)
    assert rate, ran.stdout
    return Load(name, float(rate[1]), _latency(ran.stdout, "50"), _latency(ran.stdout, "99"))


def _is_a_page(address: str, cookie: str) -> bool:
    """Tell whether the address itself answers, and does not lead elsewhere; wrk counts both."""
    asked = Request(address, headers={"Cookie": cookie})
    with urlopen(asked, timeout=30) as answer:
        return bool(answer.status == 200 and answer.url == address)


def _latency(said: str, percent: str) -> float:
    found = re.search(rf"^\s*{percent}%\s+([\d.]+)(us|ms|s)\s*$", said, re.M)
    assert found, said
    return float(found[1]) * _UNITS[found[2]]
