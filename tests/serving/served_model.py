"""``yesand serve-model`` in a process of its own: asked over HTTP, killed, started again."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import soundfile

from yesand.serving import Predictor, Use

TOKEN = "for the programs of this licensee"
USE = {"purpose": "emotion-recognition", "territory": "DE", "setting": "elsewhere"}
AS_USE = Use.parse(USE)


def free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def awake(url: str) -> None:
    """Wait for a house's first answer, which takes long on a machine that does much else."""
    with urlopen(f"{url}/api/log/checkpoint", timeout=240) as answer:
        assert answer.status == 200


@dataclass
class Licensee:
    """A licensee's machine: a model's folder, a token, and the house's address."""

    root: Path
    url: str
    token: str
    manifest: str

    @property
    def folder(self) -> Path:
        return self.root / "model"

    def predictor(self, state: Path, **how: Any) -> Predictor:
        told = {"deployment": "coach", "house": self.url, "token": self.token, "state": state}
        return Predictor.open(self.folder, **{**told, **how})

    def recording(self, name: str = "Alba-glad-0") -> Path:
        return self.root / "takes" / f"{name}.wav"

    def command(self, *more: str) -> list[str]:
        begins = [sys.executable, "-m", "yesand.cli", "serve-model", str(self.folder), self.url]
        return [*begins, "--every", "1", *more]

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k not in {"DJANGO_SETTINGS_MODULE"}}
        paths = os.pathsep.join(sys.path)
        mine = {"YESAND_TOKEN": self.token, "YESAND_SERVE_TOKEN": TOKEN, "PYTHONPATH": paths}
        return {**kept, **mine}


@dataclass
class Answered:
    status: int
    kind: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A served model."""

    licensee: Licensee
    deployment: str = "coach"
    port: int = field(default_factory=free)
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        how = ["--deployment", self.deployment, "--port", str(self.port)]
        self.process = subprocess.Popen(
            self.licensee.command(*how),
            env=self.licensee.environment(),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        assert f"http://127.0.0.1:{self.port}/" in self.process.stdout.readline()

    def kill(self) -> None:
        """As the power does: the master and its worker at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self._over()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self._over()

    def _over(self) -> None:
        assert self.process is not None and self.process.stdout is not None
        self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process = None

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        kind: str = "application/octet-stream",
        token: str = TOKEN,
        **query: Any,
    ) -> Answered:
        where = f"{path}?{urlencode(query)}" if query else path
        headers = {"Content-Type": kind, "Authorization": f"Bearer {token}"}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
            line.request(method, where, body, headers, encode_chunked=not isinstance(body, bytes))
            got = line.getresponse()
            return Answered(got.status, got.headers["Content-Type"], got.read(), dict(got.headers))

    def hear(self, recording: bytes, **use: Any) -> Answered:
        return self.ask("POST", "/api/answers", recording, "audio/wav", **{**USE, **use})


def form(name: str, files: Mapping[str, bytes]) -> tuple[bytes, str]:
    """Return a form with files (RFC 7578), and its kind."""
    edge = "the-edge-of-a-part"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{{}}"\r\n\r\n'
    parts = [head.format(n).encode() + data + b"\r\n" for n, data in files.items()]
    return b"".join(parts) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


def samples(path: Path) -> Any:
    return soundfile.read(path, dtype="float32")[0]


def kept(state: Path) -> list[dict[str, Any]]:
    """Return the events that lie in a buffer, whether sent or not."""
    found = [
        line for p in (state / "usage").glob("*.events") for line in p.read_bytes().splitlines()
    ]
    return [json.loads(line) for line in found]
