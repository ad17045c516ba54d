"""Sending: a batch, gzipped, over HTTP, and what its answer means."""

from __future__ import annotations

import gzip
import http.client
import json
import ssl
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from yesand.metering.errors import MeterError

_KIND = "application/cloudevents-batch+json"
#: Unwell for now: the same may go in later (RFC 9110, RFC 6585).
_LATER = {408, 425, 429, 500, 502, 503, 504, 507}
_LONGEST_WAIT = 3600.0


@dataclass(frozen=True)
class Answer:
    """What a house answered, or why there was no answer.

    Attributes
    ----------
    taken : it has the batch, but for ``bad`` (place in it → why).
    smaller : the batch is too large, and may go in by halves.
    after : seconds that it asks to wait.
    """

    taken: bool = False
    bad: dict[int, str] = field(default_factory=dict)
    smaller: bool = False
    after: float = 0.0
    told: str = ""


class Line:
    """A connection to a house, kept open between batches."""

    def __init__(self, url: str, token: str, licensee: str | None, timeout: float) -> None:
        there = urlsplit(url)
        if there.scheme not in {"http", "https"} or not there.hostname:
            raise MeterError(f"{url!r} is no address of a house; write https://…")
        self._there, self._timeout = there, timeout
        of = f"?licensee={licensee}" if licensee else ""
        self._path = f"{there.path.rstrip('/')}/api/events{of}"
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": _KIND,
            "Content-Encoding": "gzip",
            "User-Agent": "yesand-metering",
        }
        self._connection: http.client.HTTPConnection | None = None

    def send(self, lines: list[bytes]) -> Answer:
        """Send a batch of lines and read the answer; a redirect is none: a token goes nowhere."""
        body = gzip.compress(b"[" + b",".join(line.rstrip() for line in lines) + b"]", 6)
        try:
            status, headers, told = self._ask(body)
        except (OSError, http.client.HTTPException) as fault:
            self.close()
            why = fault or type(fault).__name__
            return Answer(told=f"{self._there.netloc} does not answer: {why}")
        return _read(status, headers, told)

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def forked(self) -> None:
        """Forget the connection in a process that was forked off: it is the other's."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.sock is not None:
            connection.sock.close()  # this process's copy; the other's stays open

    def _ask(self, body: bytes) -> tuple[int, http.client.HTTPMessage, bytes]:
        kept = self._connection is not None
        try:
            return self._once(body)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if not kept:
                raise
            self.close()  # the house let an idle connection go: not a fault of it
            return self._once(body)

    def _once(self, body: bytes) -> tuple[int, http.client.HTTPMessage, bytes]:
        if self._connection is None:
            self._connection = self._opened()
        self._connection.request("POST", self._path, body, self._headers)
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.will_close:
            self.close()
        return answer.status, answer.headers, told

    def _opened(self) -> http.client.HTTPConnection:
        host, port = str(self._there.hostname), self._there.port
        if self._there.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._timeout)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=self._timeout, context=context)


def _read(status: int, headers: Any, body: bytes) -> Answer:
    told = _json(body)
    if status == 202:
        rows = told.get("told", [])
        bad = {r["index"]: r["reason"] for r in rows if r["state"] in {"bad", "quarantined"}}
        return Answer(taken=True, bad=bad)
    why = f"{status}: {told.get('title', 'no more is told')} {told.get('detail', '')}".strip()
    if status == 413:
        return Answer(smaller=True, told=why)
    return Answer(after=_after(headers) if status in _LATER else 0.0, told=why)


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _after(headers: Any) -> float:
    """Return the seconds that ``Retry-After`` asks for: a number or a date (RFC 9110 §10.2.3)."""
    told = str(headers.get("Retry-After", ""))
    if told.isdecimal():
        return min(float(told), _LONGEST_WAIT)
    try:
        from datetime import UTC, datetime

        wait = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0.0
    return max(0.0, min(wait, _LONGEST_WAIT))
