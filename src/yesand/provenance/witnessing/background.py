"""Asking the witnesses beside other work: a thread that looks for a new checkpoint now and then."""

from __future__ import annotations

import logging
from threading import Event, Thread

from yesand.kernel.errors import YesAndError
from yesand.kernel.place import Place
from yesand.provenance.witnessing.asking import ask_all

log = logging.getLogger("yesand.witness")
#: Seconds between looks; doubled up to the longest while a witness does not cosign.
EVERY, LONGEST = 5.0, 80.0


class Asking:
    """Asks until it is stopped. It touches the log's files alone, never the registry."""

    def __init__(self, place: Place, every: float = EVERY) -> None:
        self.place, self.every = place, every
        self._over = Event()
        self._thread = Thread(target=self._ask, name="witnesses", daemon=True)

    def __enter__(self) -> None:
        """Start."""
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """Stop; a question under way may end with the process."""
        self._over.set()

    def _ask(self) -> None:
        wait = self.every
        while not self._over.is_set():
            wait = min(2 * wait, LONGEST) if self._faults() else self.every
            self._over.wait(wait)

    def _faults(self) -> int:
        try:
            faults = [held.fault for held in ask_all(self.place) if held.fault]
        except (YesAndError, OSError) as trouble:
            faults = [str(trouble)]
        for fault in faults:
            log.warning("No cosignature: %s", fault)
        return len(faults)
