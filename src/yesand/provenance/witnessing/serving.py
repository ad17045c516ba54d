"""``yesand witness``: gunicorn in this process, one worker with threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

from yesand.provenance.witnessing.answering import application
from yesand.provenance.witnessing.witness import Witness


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with settings of our own instead of a command line."""

    def __init__(self, witness: Witness, options: dict[str, Any]) -> None:
        self.witness, self.options = witness, options
        super().__init__()

    def load_config(self) -> None:
        """Take the settings."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """Return what answers."""
        return application(self.witness)


def serve(witness: Witness, host: str, port: int) -> None:
    """Answer until interrupted; print the address once it can be asked."""
    address = f"[{host}]" if ":" in host else host

    def ready(_: object) -> None:
        print(f"Witnessing at http://{address}:{port}/ (Ctrl-C ends it)", flush=True)

    options = {
        "bind": f"{address}:{port}",
        "workers": 1,
        "threads": 8,
        "worker_class": "gthread",
        "loglevel": "warning",
        "when_ready": ready,
        "control_socket_disable": True,
    }
    _Server(witness, options).run()
