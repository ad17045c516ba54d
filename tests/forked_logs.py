"""Logs that fork, witnesses in second processes, and what a log sends them."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from yesand.kernel.keys import Signer
from yesand.provenance.evidence import origin_of
from yesand.provenance.note import Checkpoint, Note, Verifier
from yesand.provenance.tiles import Log
from yesand.provenance.witnessing.protocol import Submission
from yesand.provenance.witnessing.witness import Witness

SIGNER = Signer.generate()
KEY = Verifier(origin_of(SIGNER.public), SIGNER.public)


def log(folder: Path, *labels: str) -> Log:
    """A log of the same key as all others here, with one entry a label."""
    made = Log(folder, KEY.name, SIGNER)
    made.append([label.encode() for label in labels])
    return made


def names(count: int, label: str = "entry") -> list[str]:
    return [f"{label} {i}" for i in range(count)]


def sent(tree: Log, old: int, size: int | None = None) -> Submission:
    """What the log sends to a witness that has seen it at ``old``."""
    size = tree.size if size is None else size
    note = Checkpoint(tree.origin, size, tree.root(size)).sign(SIGNER)
    return Submission(old, tuple(tree.consistency(old, size)), note)


def checkpoint(tree: Log) -> Note:
    return Note.parse(tree.checkpoint())


@dataclass
class Second:
    """``yesand witness`` in a second process, to be killed and started again."""

    folder: Path
    logs: list[Verifier] = field(default_factory=lambda: [KEY])
    name: str = "union.example/w1"
    port: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def witness(self) -> Witness:
        return Witness.open(self.folder)

    @property
    def setting(self) -> str:
        return f"{self.witness.key} {self.url}"

    def start(self) -> None:
        if not self.port:
            with socket.socket() as found:
                found.bind(("127.0.0.1", 0))
                self.port = found.getsockname()[1]
        command = [sys.executable, "-m", "yesand.cli", "witness", "--keys", str(self.folder)]
        command += ["--name", self.name, "--listen", str(self.port)]
        command += [f"--log={key}" for key in self.logs]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if self.url in line:
                return
        raise AssertionError("the witness did not start")

    def kill(self) -> None:
        if self.process is None:
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None

    def post(self, body: bytes) -> tuple[int, str, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request("POST", "/add-checkpoint", body)
            answer = line.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read()
        finally:
            line.close()
