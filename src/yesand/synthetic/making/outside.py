"""Any generator of somebody else's, by its command line: what it needs, and what it has to say.

It is handed every recording of the manifest, and what it makes counts as descended from them all.
It is run as ``template`` with the paths of a request (JSON) and of an empty folder in place of
``{request}`` and ``{out}``, and writes one recording for each of the request's orders, named by the
order's file. It comes with a manifest: what it is, what it was trained on, under which licence.
"""

from __future__ import annotations

import json
import os
import resource
import shlex
import shutil
import signal
import subprocess  # nosec B404
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest_file
from yesand.provenance.credentials.claim import Source
from yesand.synthetic.making.decoding import Decoded, decoded
from yesand.synthetic.making.generator import (
    ALONE,
    Around,
    Corpus,
    Expected,
    Made,
    Outcome,
    Refusal,
    Wanted,
    named,
)

RATE, LEAST_S, MOST_S = 16_000, 0.25, 60.0
#: What a generator's manifest has to say, each in words or a list of them.
ABOUT = ("name", "version", "trained_on", "licence")
_ENDINGS = (".wav", ".flac")
_BIGGEST = 256 << 20
_POLL_S, _ASK_S = 0.05, 1.0


@dataclass(frozen=True)
class Outside:
    """A generator that is run as a command.

    Attributes
    ----------
    template : the command, with ``{request}`` and ``{out}``. limit_s : seconds that it may take.
    about : its manifest; none: what it makes is kept apart, and usable for nothing.
    """

    template: str
    about: Mapping[str, Any] | None = None
    limit_s: float = 600.0
    source: Source = Source.MODEL
    whole: bool = True
    #: It is handed recordings, and nobody can say what of them is in what it returns.
    nobodys_voice: bool = False
    outside: bool = True

    @property
    def name(self) -> str:
        """What it calls itself."""
        return str(self.about["name"]) if self.about else "outside"

    @property
    def version(self) -> str:
        """Which of its kind it says it is."""
        return str(self.about["version"]) if self.about else "unknown"

    @property
    def unlicensed(self) -> bool:
        """Whether nobody says where it comes from."""
        return self.about is None

    @property
    def digest(self) -> str:
        """SHA-256 of its command, its manifest, and every file that the command names."""
        return named(self.name, self.version, self.settings(), sys.modules[__name__])

    def settings(self) -> dict[str, Any]:
        """Return its command, its manifest, and the hashes of files that the command names."""
        files = dict(_files(self._parts()))
        about = dict(self.about) if self.about else None
        return {"command": self.template, "files": files, "manifest": about}

    def make(self, corpus: Corpus, wanted: Wanted, around: Around = ALONE) -> Iterator[Outcome]:
        """Yield what it makes of a request, order by order."""
        orders = _orders(corpus, wanted)
        with tempfile.TemporaryDirectory(dir=around.scratch, prefix="outside-") as folder:
            request, out = Path(folder) / "request.json", Path(folder) / "out"
            out.mkdir()
            request.write_text(json.dumps(_request(corpus, wanted, orders)), "utf-8")
            self._run(request, out, around)
            yield from _found(out, orders)

    def _parts(self) -> list[str]:
        try:
            return shlex.split(self.template)
        except ValueError as fault:
            raise BadInput(f"Not a command: {fault}", where="--command") from fault

    def _run(self, request: Path, out: Path, around: Around) -> None:
        """Run the command to its end, asking again and again whether it still may."""
        told = {"request": str(request), "out": str(out)}
        command = [_filled(part, told) for part in self._parts()]
        if not command or shutil.which(command[0]) is None:
            raise NotFound("No such command", where=" ".join(command[:1]), remedy="Name its path.")
        with (request.parent / "said").open("wb") as said:
            process = subprocess.Popen(  # nosec B603
                command,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
                preexec_fn=_limit,  # noqa: PLW1509
            )
        try:
            self._wait(process, around)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.returncode:
            raise CheckFailed(
                f"The outside generator ended with status {process.returncode}{_said(request)}",
                where=self.name,
                remedy="Run its command by hand to see why.",
            )

    def _wait(self, process: subprocess.Popen[bytes], around: Around) -> None:
        began = asked = time.monotonic()
        while process.poll() is None:
            time.sleep(_POLL_S)
            now = time.monotonic()
            if now - began > self.limit_s:
                raise CheckFailed(
                    f"The outside generator took longer than {self.limit_s:g} s",
                    where=self.name,
                    remedy="Give it more time with --limit.",
                )
            if now - asked > _ASK_S:
                around.still_holds()
                asked = now


def _limit() -> None:
    """Let a process write no file that is longer than any take."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (_BIGGEST, _BIGGEST))


def _files(parts: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the files that a command names, and their SHA-256; its program as it is run."""
    for number, part in enumerate(parts):
        found = part if number else shutil.which(part)
        if found and Path(found).is_file():
            yield part, digest_file(Path(found))


@dataclass(frozen=True)
class _Order:
    place: str
    file: str
    seed: int
    emotion: str


def manifest_of(told: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return a generator's manifest, if it says all that it has to.

    Raises
    ------
    Refused : something is missing, so that nobody knows what its takes came from.
    """
    missing = [name for name in ABOUT if not _says(told.get(name))]
    if missing:
        raise Refused(
            f"The generator's manifest does not say its {', '.join(missing)}",
            where=where,
            remedy="Have its maker say it, or keep what it makes apart with --quarantine.",
        )
    return {name: told[name] for name in ABOUT}


def _says(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_says(one) for one in value)
    return isinstance(value, str) and bool(value.strip()) and "\x00" not in value


def _orders(corpus: Corpus, wanted: Wanted) -> list[_Order]:
    many = Counter(take.emotion for take in corpus.of(wanted.emotion))
    places = [(e, k) for e, n in sorted(many.items()) for k in range(1, n * wanted.each + 1)]
    return [
        _Order(f"{emotion} {k}", f"{number:06d}", wanted.seed_of(f"{emotion} {k}"), emotion)
        for number, (emotion, k) in enumerate(places, start=1)
    ]


def _request(corpus: Corpus, wanted: Wanted, orders: list[_Order]) -> dict[str, Any]:
    return {
        "orders": [{"emotion": o.emotion, "file": o.file, "seed": o.seed} for o in orders],
        "rate": RATE,
        "seconds": [LEAST_S, MOST_S],
        "seed": wanted.seed,
        "takes": [
            {"emotion": t.emotion, "path": str(t.path), "sha256": t.sha256} for t in corpus.takes
        ],
    }


def _filled(part: str, told: Mapping[str, str]) -> str:
    for name, value in told.items():
        part = part.replace(f"{{{name}}}", value)
    return part


def _environment() -> dict[str, str]:
    """Return what it is told: where commands are, and no secret of the house."""
    kept = ("PATH", "LANG", "CUDA_VISIBLE_DEVICES", "HF_HOME", "LD_LIBRARY_PATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _said(request: Path) -> str:
    with (request.parent / "said").open("rb") as file:
        file.seek(max(0, (request.parent / "said").stat().st_size - 400))
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1][:200]}" if lines else ""


def _found(out: Path, orders: list[_Order]) -> Iterator[Outcome]:
    """Yield what lies in its folder, order by order, and what nobody asked for."""
    paths = {order.file: path for order in orders if (path := _path(out, order.file))}
    known = {path.name for path in paths.values()}
    there = iter(decoded([paths[o.file] for o in orders if o.file in paths]))
    for order in orders:
        if order.file not in paths:
            yield Refusal(order.place, "The generator made none")
        else:
            yield _outcome(order, next(there))
    for entry in sorted(path.name for path in out.iterdir()):
        if entry not in known:
            yield Refusal(entry[:80], "Nobody asked for it")


def _path(out: Path, name: str) -> Path | None:
    """Return an order's recording; links are none, wherever they lead."""
    for ending in _ENDINGS:
        path = out / f"{name}{ending}"
        if path.is_file() and not path.is_symlink():
            return path
    return None


def _outcome(order: _Order, found: Decoded) -> Outcome:
    if isinstance(found, str):
        return Refusal(order.place, found)
    samples, rate = found
    mono = np.asarray(samples.mean(axis=1), np.float32)
    expected = Expected(RATE, LEAST_S, MOST_S)
    return Made(order.place, mono, rate, order.emotion, order.seed, expected)
