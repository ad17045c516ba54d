"""A house served by a second process, and somebody on the way to it who changes what it says."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

SERVE = (
    "import sys, yesand; from yesand.site import serve; "
    "serve(yesand.open(sys.argv[1]).place, '127.0.0.1', int(sys.argv[2]))"
)

#: Path and answer to the answer that is passed on.
Change = Callable[[str, bytes], bytes]


@contextmanager
def served(root: Path) -> Iterator[str]:
    """Serve a house by a real gunicorn in a second process; yield its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(root), str(port)],
        # One secret on both sides, so that a session made here is good there.
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "YESAND_SECRET": settings.SECRET_KEY,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


@contextmanager
def between(address: str, change: Change) -> Iterator[str]:
    """Stand between a reader and a house: pass everything on, its answers changed."""
    there = urlsplit(address)

    class Passing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            line = http.client.HTTPConnection(str(there.hostname), there.port, timeout=20)
            token = self.headers.get("Authorization", "")
            line.request("GET", self.path, headers={"Authorization": token})
            answer = line.getresponse()
            body = change(self.path, answer.read())
            line.close()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *told: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
