"""``yesand serve``: a real server in a second process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from stage import Stage

from yesand.site.serving import options

SERVE = (
    "import sys, yesand; from yesand.site import serve; "
    "serve(yesand.open(sys.argv[1]).place, '127.0.0.1', int(sys.argv[2]))"
)


@pytest.mark.enable_socket
def test_a_house_is_served_until_it_is_interrupted(stage: Stage) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(stage.house.place.root), str(port)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = f"http://127.0.0.1:{port}"
    assert f"{address}/" in process.stdout.readline()
    with urlopen(address) as page:
        assert page.status == 200 and b"stays on the line" in page.read()
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{address}/no/such/page"))
    with refused.value as answer:
        reference = answer.headers["X-Reference"]
        assert answer.code == 404 and reference.encode() in answer.read()
    process.send_signal(signal.SIGTERM)
    _, written = process.communicate(timeout=20)
    assert process.returncode == 0
    assert f"[{reference}] django.request: Not Found" in written


def test_an_address_of_version_six_is_bracketed() -> None:
    assert options("::1", 8000)["bind"] == "[::1]:8000"


def test_every_page_is_loaded_before_a_thread_starts(stage: Stage) -> None:
    at_start = (
        "import sys, threading; from yesand.site.serving import _Server\n"
        "class Seen(threading.Thread):\n"
        "    def start(self):\n"
        "        print({'yesand.site.urls', 'sklearn', 'scipy.signal'} <= set(sys.modules))\n"
        "from yesand.site import serving; serving.Thread = Seen\n"
        "_Server({}).load()"
    )
    told = subprocess.run(
        [sys.executable, "-c", at_start],
        env={
            **os.environ,
            "YESAND_HOUSE": str(stage.house.place.root),
            "DJANGO_SETTINGS_MODULE": "yesand.site.settings",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout == "True\n", told.stderr
