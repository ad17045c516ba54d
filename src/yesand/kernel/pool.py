"""Processes beside this one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Give a pool of new processes; who breaks off waits for what runs, and no more of it begins.

    A terminal sends Ctrl-C to every process: each would end with a traceback of its own.
    """
    made = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        with _deaf():
            for _ in range(workers):  # one is started for each thing there is to do
                made.submit(int)
        yield made
    finally:
        with _deaf():  # a second Ctrl-C would take away what those processes still start with
            made.shutdown(cancel_futures=True)


@contextmanager
def _deaf() -> Iterator[None]:
    """Ignore Ctrl-C for a moment: processes that are started in it go on ignoring it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # no other thread may say how signals are met
        return
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)
