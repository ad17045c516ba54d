"""The meter: events to the buffer, and from there to the house, in the background."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self
from uuid import uuid4
from weakref import WeakSet

from yesand.metering.buffer import Buffer, Sent
from yesand.metering.event import line
from yesand.metering.sending import Line

log = logging.getLogger("yesand.metering")
MOST = 1 << 30
_SEGMENT = 4 << 20
#: The most bytes of an event that carries no more than a mix of emotions.
_EVENT = 4_096
_BATCH = 1_000
_TICK = 1.0
_FIRST, _LONGEST = 0.5, 60.0
#: What a house will never take lies here, with the reason: for a person to look at.
REFUSED = "refused.jsonl"


class Meter:
    """Meters uses of deployments: durably here at once, at the house as soon as it answers.

    Threads may share it. A process that is forked off goes on with a segment and a sender of its
    own.

    Parameters
    ----------
    url : of the house. token : with the scope ``usage:write``.
    buffer : a folder of this machine's disk, kept between runs. Several processes may share it.
    licensee : for whom, if the token's person sits for several.
    source : the events' source; if not told, one that is made up once for the folder.
    fsync : ``always``, ``second`` or ``never``: see ``Buffer``.
    most : bytes that may wait in the folder.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        buffer: str | os.PathLike[str],
        licensee: str | None = None,
        source: str | None = None,
        fsync: str = "second",
        most: int = MOST,
        timeout: float = 30.0,
    ) -> None:
        self._line = Line(url, token, licensee, timeout)
        self._buffer = Buffer(Path(buffer), fsync, most, _SEGMENT)
        self._source = source or _source(Path(buffer))
        self._lock, self._wake, self._over = Lock(), Event(), False
        self._thread: Thread | None = None
        self._batch = _BATCH
        _meters.add(self)
        self._start()

    def used(
        self,
        deployment: str,
        unit: str,
        quantity: int,
        realtime: bool = False,
        mix: Mapping[str, float] | None = None,
        *,
        currency: str | None = None,
        at: datetime | None = None,
        payer: str | None = None,
    ) -> str:
        """Meter one use; return its id. It never waits for the house.

        Parameters
        ----------
        unit : what is counted, as terms price it: ``request``, ``inference-second`` …
        mix : emotion → weight, if the terms need it; nothing else of what was said is ever sent.
        currency : of ``revenue``, whose quantity is in millionths.
        payer : which customer it is of, by a ``pseudonym``, if the terms need it.

        Raises
        ------
        Unusable : no house would take it. BufferFull : it was not kept.
        """
        name = uuid4().hex
        self._buffer.append(
            line(
                name, self._source, deployment, at or datetime.now(UTC), unit, quantity,
                realtime=realtime, mix=mix, currency=currency, payer=payer,
            )
        )  # fmt: skip
        self._start()
        return name

    def check_room(self) -> None:
        """Check that one use more can be kept, before something is given that is metered later.

        Raises
        ------
        BufferFull : it cannot.
        """
        self._buffer.check_room(_EVENT)

    def waiting(self) -> int:
        """Return how many bytes of events the house has not answered for."""
        return self._buffer.waiting()

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until all is sent, at most so many seconds; tell whether it is."""
        until = time.monotonic() + timeout
        self._start()
        self._wake.set()
        while self.waiting():
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def close(self, timeout: float = 5.0) -> None:
        """Send what can be sent in so many seconds; the rest waits for the next run."""
        if timeout > 0:
            self.flush(timeout)
        self._over = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout + 1)
        self._buffer.close()

    def __enter__(self) -> Self:
        """Use it in ``with``."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def _start(self) -> None:
        if self._thread is not None or self._over:
            return
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="yesand-metering", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        wait = _FIRST
        while not self._over:
            try:
                self._buffer.tick()
                pause = self._send()
            except Exception:  # the sender must outlive whatever befalls it: a full disk, say
                log.exception("Sending usage failed; it is tried again")
                self._line.close()
                pause = 0.0
            if pause is None:  # something went out: go on
                wait = _FIRST
                continue
            if pause < 0:  # nothing waits
                wait = _FIRST
                self._rest(_TICK)
                continue
            # Full jitter: senders that were cut off together do not come back together.
            self._rest(max(pause, _random.uniform(0, wait)))
            wait = min(2 * wait, _LONGEST)
        self._line.close()

    def _rest(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()

    def _send(self) -> float | None:
        """Send a batch; return the seconds to wait before the next, none: none, −1: all is sent."""
        with self._buffer.next(self._batch) as found:
            if found is None:
                return -1.0
            lines, sent = found
            answer = self._line.send(lines)
            if answer.taken:
                self._refuse({lines[i]: why for i, why in answer.bad.items() if i < len(lines)})
                sent.upto(lines)
                self._batch = min(2 * self._batch, _BATCH)
                return None
            if answer.smaller:
                return self._halved(lines, sent, answer.told)
            log.warning("Usage waits: %s", answer.told)
            return answer.after

    def _halved(self, lines: list[bytes], sent: Sent, why: str) -> float | None:
        if len(lines) == 1:
            self._refuse({lines[0]: why})
            sent.upto(lines)
        self._batch = max(1, len(lines) // 2)
        return None

    def _refuse(self, rows: Mapping[bytes, str]) -> None:
        """Keep what the house will never take, with the reason."""
        if not rows:
            return
        with (self._buffer.folder / REFUSED).open("ab") as file:
            for row, why in rows.items():
                log.error("The house refuses an event for good: %s", why)
                told = {"why": why, "event": json.loads(row)}
                file.write(json.dumps(told).encode() + b"\n")

    def _forked(self) -> None:
        self._buffer.after_fork()
        self._line.forked()
        self._lock, self._wake, self._thread = Lock(), Event(), None


def _source(folder: Path) -> str:
    """Return the folder's own source of events, made up the first time."""
    path = folder / "source"
    try:
        with path.open("x") as file:
            file.write(f"urn:uuid:{uuid4()}")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        pass
    return path.read_text().strip() or f"urn:uuid:{uuid4()}"


_meters: WeakSet[Meter] = WeakSet()
_random = SystemRandom()


def _after_fork() -> None:
    for meter in list(_meters):
        meter._forked()


os.register_at_fork(after_in_child=_after_fork)
