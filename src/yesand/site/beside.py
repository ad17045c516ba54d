"""The worker beside ``yesand serve``: a process that is started again whenever it dies."""

from __future__ import annotations

import logging
import subprocess  # nosec B404
import sys
import time
from pathlib import Path
from threading import Event, Thread

log = logging.getLogger("yesand.work")
_COMMAND = [sys.executable, "-m", "yesand.cli", "work", "--beside", "--house"]
#: Seconds before the next try, doubled while it keeps dying at once.
_FIRST, _LONGEST, _HEALTHY = 1.0, 60.0, 30.0
_PATIENCE = 20.0


class Beside:
    """Keeps one worker alive in a process of its own, from ``start`` to ``stop``."""

    def __init__(self, root: Path) -> None:
        self.command = [*_COMMAND, str(root)]
        self._over = Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._keep, name="beside", daemon=True)

    def start(self) -> None:
        """Start it."""
        self._thread.start()

    def stop(self) -> None:
        """Let the worker finish what it has in hand, and end it."""
        self._over.set()
        if self._process is not None:
            self._process.terminate()
        self._thread.join(_PATIENCE)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def _keep(self) -> None:
        wait = _FIRST
        while not self._over.is_set():
            born = time.monotonic()
            self._process = subprocess.Popen(self.command)  # nosec B603
            if self._over.is_set():
                self._process.terminate()
            status = self._process.wait()
            if self._over.is_set():
                return
            wait = _FIRST if time.monotonic() - born > _HEALTHY else min(2 * wait, _LONGEST)
            log.warning("The worker ended (%s); the next one starts in %.0f s", status, wait)
            self._over.wait(wait)
