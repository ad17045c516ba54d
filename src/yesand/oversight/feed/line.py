"""Asking a house over HTTP: one GET with a token, nothing followed elsewhere."""

from __future__ import annotations

import http.client
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, Refused, YesAndError

_SECONDS = 20.0
_MOST_BYTES = 64 << 20
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class NoAnswer(YesAndError):
    """The house could not be reached, or did not answer as a house does."""

    exit_code = 1


@dataclass(frozen=True)
class Line:
    """Where a house is, and the token that says who asks.

    Raises
    ------
    BadInput : not an address, or one to which a token would travel in the clear.
    """

    url: str
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse what no token may be sent to."""
        to = self._to
        if to.scheme not in {"http", "https"} or not to.hostname or to.query or to.fragment:
            raise BadInput("Not the address of a house", where=self.url[:80])
        if to.scheme == "http" and to.hostname not in _HERE:
            raise BadInput(
                "The token would travel in the clear", where=self.url[:80], remedy="Use https."
            )
        if any(c.isspace() or not c.isprintable() for c in self.token):
            raise BadInput("The token holds a character that no token has", where="token")

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON that the house answers.

        Raises
        ------
        NoAnswer : it cannot be reached or answers something else. Refused : not with this token.
        """
        asked = f"{self._to.path.rstrip('/')}{path}"
        told = urlencode(query, doseq=True)
        status, body = self._fetch(f"{asked}?{told}" if told else asked)
        if status in (401, 403, 404):
            raise Refused(
                f"The house answers {status}: {_said(body)}",
                where=asked,
                remedy="Give a token of yours with the scope corpus:read (YESAND_TOKEN).",
            )
        if status != 200:
            raise NoAnswer(f"The house answers {status}: {_said(body)}", where=asked)
        try:
            return parse(body, where=asked)
        except BadInput as fault:
            raise NoAnswer(f"The house answers no JSON: {fault.what[:80]}", where=asked) from fault

    @property
    def _to(self) -> SplitResult:
        try:
            found = urlsplit(self.url)
            _ = found.port  # told only when it is read: a port that is no number
        except ValueError as fault:
            raise BadInput("Not the address of a house", where=self.url[:80]) from fault
        return found

    def _fetch(self, path: str) -> tuple[int, bytes]:
        to = self._to
        kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
        headers = {"User-Agent": "Yes-And", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            with closing(kind(to.hostname or "", to.port, timeout=_SECONDS)) as line:
                line.request("GET", path, headers=headers)
                answer = line.getresponse()
                return answer.status, answer.read(_MOST_BYTES)
        except (OSError, http.client.HTTPException) as fault:
            raise NoAnswer(f"The house does not answer: {fault}", where=self.url) from fault


def _said(body: bytes) -> str:
    return " ".join(body[:160].decode("utf-8", "replace").split())
