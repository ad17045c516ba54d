"""A witness's answers over HTTP, as a WSGI application (C2SP tlog-witness, HTTP interface)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from yesand.kernel.durable import CannotWrite
from yesand.kernel.errors import BadInput, NotFound, YesAndError
from yesand.provenance.errors import ProofBroken
from yesand.provenance.note import Checkpoint
from yesand.provenance.witnessing.protocol import MOST_BYTES, SIZE_TYPE, Submission
from yesand.provenance.witnessing.witness import UnknownKey, Witness, WrongSize

log = logging.getLogger("yesand.witness")
Start = Callable[[str, list[tuple[str, str]]], object]
_TEXT = "text/plain; charset=utf-8"
#: What each refusal is called (RFC 9110 §15); the first that fits.
_REFUSALS: list[tuple[type[YesAndError], str]] = [
    (ProofBroken, "422 Unprocessable Entity"),
    (NotFound, "404 Not Found"),
    (UnknownKey, "403 Forbidden"),
    (BadInput, "400 Bad Request"),
    (CannotWrite, "503 Service Unavailable"),
]


def application(witness: Witness) -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """Return the application of a witness."""

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        status, kind, body = _answered(witness, environ)
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def _answered(witness: Witness, environ: dict[str, Any]) -> tuple[str, str, bytes]:
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    if path == "/" and method == "GET":
        return "200 OK", _TEXT, told(witness).encode()
    if path != "/add-checkpoint":
        return "404 Not Found", _TEXT, b"No such address\n"
    if method != "POST":
        return "405 Method Not Allowed", _TEXT, b"POST a checkpoint\n"
    body = environ["wsgi.input"].read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return "413 Content Too Large", _TEXT, b"Too long\n"
    return _asked(witness, body)


def _asked(witness: Witness, body: bytes) -> tuple[str, str, bytes]:
    try:
        cosigned = witness.add(Submission.parse(body))
    except WrongSize as fault:
        log.info("%s", fault)
        return "409 Conflict", SIZE_TYPE, f"{fault.size}\n".encode()
    except YesAndError as fault:
        log.info("%s", fault)
        status = next((s for kind, s in _REFUSALS if isinstance(fault, kind)), "400 Bad Request")
        return status, _TEXT, f"{fault.what}\n".encode()
    return "200 OK", _TEXT, str(cosigned.lines[-1]).encode()


def told(witness: Witness) -> str:
    """Return who the witness is and what it has seen, for people."""
    lines = [str(witness.key)]
    for origin in sorted({key.name for key in witness.logs}):
        note = witness.seen(origin)
        size = Checkpoint.parse(note.text).size if note else 0
        lines.append(f"{origin} {size}")
    if witness.splits:
        lines.append(f"{len(witness.splits)} proof(s) that a log has signed two different trees")
    return "".join(f"{line}\n" for line in lines)
