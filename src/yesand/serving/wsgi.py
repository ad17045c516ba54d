"""``yesand serve-model``: gunicorn in this process, one worker with threads, as a house is served.

The model is opened in the worker, so that no thread, lock or connection is shared with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.app.base import BaseApplication

from yesand.serving.limits import THREADS
from yesand.serving.predictor import Predictor

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


def application(predictor: Predictor, token: str) -> Application:
    """Return the WSGI application (PEP 3333) that answers with a predictor."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "yesand.serving.settings"
    import django
    from django.core.handlers.wsgi import WSGIHandler

    django.setup()
    from yesand.serving.api import PREDICTOR, TOKEN

    handler = WSGIHandler()

    def answers(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        environ[PREDICTOR], environ[TOKEN] = predictor, token
        found: Iterable[bytes] = handler(environ, start)
        return found

    return answers


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with settings of our own instead of a command line."""

    def __init__(self, opens: Callable[[], Predictor], token: str, options: dict[str, Any]) -> None:
        self.opens, self.token, self.options = opens, token, options
        self.predictor: Predictor | None = None
        super().__init__()

    def load_config(self) -> None:
        """Take the settings."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Application:
        """Return what answers, made in the worker."""
        self.predictor = self.opens()
        return application(self.predictor, self.token)


def serve(opens: Callable[[], Predictor], token: str, host: str, port: int) -> None:
    """Answer until interrupted; print the address once it can be asked."""
    address = f"[{host}]" if ":" in host else host

    def ready(worker: Any) -> None:
        print(f"Serving at http://{address}:{port}/ (Ctrl-C ends it)", flush=True)

    def over(_: object, worker: Any) -> None:
        if worker.app.predictor is not None:
            worker.app.predictor.close()

    options = {
        "bind": f"{address}:{port}",
        "workers": 1,
        "threads": THREADS,
        "worker_class": "gthread",
        "loglevel": "warning",
        "post_worker_init": ready,
        "worker_exit": over,
        "control_socket_disable": True,
    }
    _Server(opens, token, options).run()
