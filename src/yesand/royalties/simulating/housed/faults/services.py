"""Killing a process, as it were: after so many durable writes nothing more is written by it.

A write is durable by a statement or a commit of the database, a flush, a renaming or a removal.
Once dead, no ``finally`` and no handler can write either, as none would run in a killed process.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from yesand.kernel import durable
from yesand.kernel.keys import Signer
from yesand.provenance import services as log
from yesand.royalties.simulating.disk import Disk

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Killed(BaseException):
    """The process is dead. No error of any kind: nothing may catch it and go on."""


@dataclass
class Machine:
    """The machine on which a house runs.

    Attributes
    ----------
    disk : what of the house's folder would survive.
    left : how many durable writes the process has to live; none: it is not going to be killed.
    """

    disk: Disk
    left: int | None = None
    dead: bool = False
    writes: int = 0

    def write(self) -> None:
        """Let one durable write happen, or die before it.

        Raises
        ------
        Killed : no more writes.
        """
        if self.dead or self.left == 0:
            self.dead = True
            raise Killed
        self.writes += 1
        if self.left is not None:
            self.left -= 1


@contextmanager
def watched(machine: Machine) -> Iterator[None]:
    """Put the machine under all that writes in this process, until the block ends."""
    with ExitStack() as stack:
        for name in ("replace", "rename", "unlink", "remove", "rmdir", "mkdir"):
            stack.enter_context(patch.object(os, name, _before(machine, getattr(os, name))))
        stack.enter_context(patch.object(os, "fsync", _flush(machine, os.fsync)))
        stack.enter_context(patch.object(durable, "ThreadPoolExecutor", InTurn))
        yield


@contextmanager
def asked(machine: Machine) -> Iterator[None]:
    """Put the machine under the open database connection, until the block ends."""
    connection.ensure_connection()
    commit = connection._commit  # type: ignore[attr-defined]

    def committed() -> None:
        machine.write()
        commit()
        machine.write()

    with (
        connection.execute_wrapper(_statement(machine)),
        patch.object(connection, "_commit", committed),
    ):
        yield


def _before(machine: Machine, done: Callable[..., Any]) -> Callable[..., Any]:
    def act(*told: Any, **more: Any) -> Any:
        machine.write()
        return done(*told, **more)

    return act


def _flush(machine: Machine, fsync: Callable[[int], None]) -> Callable[[int], None]:
    def flush(handle: int) -> None:
        machine.write()
        fsync(handle)
        machine.disk.flushed(Path(f"/proc/self/fd/{handle}").readlink())

    return flush


def _statement(machine: Machine) -> Callable[..., Any]:
    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        # What was not committed is rolled back by the database itself, whoever died.
        if not sql.startswith("ROLLBACK") and (machine.dead or sql.startswith(_WRITES)):
            machine.write()
        return run(sql, params, many, context)

    return execute


class InTurn:
    """A pool of no threads, so that the order of what is flushed follows from the seed."""

    def __init__(self, max_workers: int = 1) -> None:
        del max_workers

    def __enter__(self) -> InTurn:
        """Begin."""
        return self

    def __exit__(self, *told: object) -> None:
        """End."""

    def map(self, act: Callable[[Any], Any], over: Any) -> Iterator[Any]:
        """Do one after the other."""
        return map(act, over)


class Chance:
    """Keys and salts that follow from a seed and the number of the act."""

    def __init__(self, seed: int) -> None:
        self.seed, self.act, self.count = seed, 0, 0

    def begin(self, act: int) -> None:
        """Begin an act: an attempt at it after a kill meets the same chance."""
        self.act, self.count = act, 0

    def bytes(self) -> bytes:
        """Return the next 32 bytes."""
        self.count += 1
        return hashlib.sha256(f"{self.seed} {self.act} {self.count}".encode()).digest()

    def signer(self) -> Signer:
        """Return the next key."""
        return Signer(Ed25519PrivateKey.from_private_bytes(self.bytes()))


@contextmanager
def seeded(chance: Chance) -> Iterator[None]:
    """Let keys and salts be made by a seed, until the block ends."""
    with (
        patch.object(Signer, "generate", chance.signer),
        patch.object(log, "new_salt", chance.bytes),
    ):
        yield
