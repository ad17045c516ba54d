"""Serving a house: gunicorn in this process, one worker with threads (SQLite has one writer)."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from socket import socket
from threading import Thread
from typing import Any

from django.conf import settings
from django.db import connections
from gunicorn.app.base import BaseApplication

from yesand.kernel.place import Place
from yesand.site.beside import Beside

#: A page takes a thread for a moment; an answer of Heidi takes one as long as it is written.
THREADS = 24
_FIRST = ("scipy.signal", "scipy.stats", "sklearn.feature_extraction.text")


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with settings of our own instead of a command line."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the settings."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """Return the site, made in the worker so that no connection is shared with it."""
        gc.disable()  # all that is loaded here stays: the collector need not go through it
        from yesand.site.wsgi import application  # from here on Django is up
        from yesand.heidi.answering.services import router  # isort: skip

        # Two threads that import SciPy at once can each see it half made, and fail: what pages
        # take of it is there before a thread starts, and so are the modules of every page.
        for name in (*_FIRST, settings.ROOT_URLCONF):
            import_module(name)

        # Heidi learns her phrases once for a house; nobody should have to wait for it.
        cache = Place.open(Path(os.environ["YESAND_HOUSE"])).cache
        gc.freeze()
        gc.enable()
        Thread(target=router, args=(cache,), daemon=True).start()
        return application


def serve(
    place: Place,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    worker: bool = True,
    listening: socket | None = None,
) -> None:
    """Serve a house's pages until interrupted; print the address once they are there.

    Parameters
    ----------
    host : to listen on. Other names that the house is reached by go into ``YESAND_HOSTS``.
    worker : run a worker beside it (letters, reminders); it ends with the server.
    listening : a socket that listens already, in place of host and port.
    """
    os.environ["YESAND_HOUSE"] = str(place.root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yesand.site.settings")
    if host not in settings.ALLOWED_HOSTS:
        settings.ALLOWED_HOSTS.append(host)
    connections.close_all()
    beside = Beside(place.root) if worker else None
    told = {**options(host, port), **(_beside(beside) if beside else {})}
    if listening is not None:
        told["bind"] = f"fd://{listening.fileno()}"
    _Server(told).run()


def _beside(worker: Beside) -> dict[str, Any]:
    """Return the hooks that start and stop a worker with gunicorn's own."""

    def start(_: object) -> None:
        worker.start()

    def stop(_: object, __: object) -> None:
        worker.stop()

    return {"post_worker_init": start, "worker_exit": stop}


def options(host: str, port: int) -> dict[str, Any]:
    """Return gunicorn's settings."""
    address = f"[{host}]" if ":" in host else host

    def ready(_: object) -> None:
        print(f"Serving at http://{address}:{port}/ (Ctrl-C ends it)", flush=True)

    return {
        "bind": f"{address}:{port}",
        "workers": 1,
        "threads": THREADS,
        "worker_class": "gthread",
        "loglevel": "warning",
        "when_ready": ready,
        "control_socket_disable": True,
    }
