"""A real mail server for the tests: speaks SMTP (RFC 5321), keeps what it is given."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from typing import Any, cast


class PostOffice(ThreadingTCPServer):
    """Keeps letters; while it is ``closed`` it turns everybody away."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.letters: list[EmailMessage] = []
        self.closed = False
        #: Takes a letter and then says nothing, so that its sender does not know.
        self.silent = Event()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that was killed is part of the tests."""


class _Counter(StreamRequestHandler):
    def handle(self) -> None:
        office = cast(PostOffice, self.server)
        if office.closed:
            self._say("421 closed")
            return
        self._say("220 post office")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                office.letters.append(self._letter())
                if office.silent.is_set():
                    self.rfile.readline()  # until the sender goes away
                    return
            if verb == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 yes")

    def _letter(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        read = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        return cast(EmailMessage, read)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def open_office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        thread = Thread(target=office.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield office
        office.shutdown()
        thread.join()
