"""A witness: it signs what a log grows to, and never two trees that are not one log's.

All is kept in one folder, ``keys/`` apart: ``witness.json`` (its name and key), ``logs`` (the keys
of the logs it watches, one a line), ``seen/`` (the last checkpoint cosigned of each) and
``splits/`` (proofs that a log lied).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from yesand.kernel import durable
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import Clock
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest
from yesand.kernel.keys import KeyStore, Signer
from yesand.provenance import merkle
from yesand.provenance.errors import ProofBroken
from yesand.provenance.note import COSIGNATURE_V1, ED25519, Checkpoint, Note, Verifier
from yesand.provenance.witnessing import split
from yesand.provenance.witnessing.protocol import Submission


class WrongSize(CheckFailed):
    """The witness has seen another size than the log says; ``size`` is what it has seen."""

    def __init__(self, what: str, size: int) -> None:
        super().__init__(what)
        self.size = size


class UnknownKey(Refused):
    """No key that the witness trusts has signed the checkpoint."""


@dataclass(frozen=True)
class Witness:
    """A witness in a folder. Any number of threads and processes may run it at once."""

    folder: Path
    name: str
    signer: Signer
    clock: Clock = field(default_factory=Clock)

    @classmethod
    def open(cls, folder: Path, name: str = "", clock: Clock | None = None) -> Witness:
        """Open a witness; make it, with a new key, if there is none and a name is given.

        Raises
        ------
        NotFound : none there, and no name. Refused : it has another name.
        """
        path = folder / "witness.json"
        keys = KeyStore(folder / "keys")
        if not path.exists():
            if not name:
                raise NotFound("No witness here", where=str(folder), remedy="Name one: --name.")
            Verifier(name, b"")  # a name that a line could carry
            made = {"name": name, "key": keys.create().id}
            durable.write(path, json.dumps(made, indent=2).encode() + b"\n")
        try:
            told = json.loads(path.read_text("utf-8"))
            found = cls(folder, str(told["name"]), keys.get(told["key"]), clock or Clock())
        except (ValueError, KeyError, TypeError) as fault:
            raise BadInput("The witness's settings cannot be read", where=str(path)) from fault
        if name and found.name != name:
            raise Refused(f"This witness is called {found.name}", where=str(folder))
        return found

    @property
    def key(self) -> Verifier:
        """The key that its cosignatures are checked with."""
        return Verifier(self.name, self.signer.public, COSIGNATURE_V1)

    @property
    def logs(self) -> list[Verifier]:
        """The keys of the logs that it watches."""
        try:
            lines = (self.folder / "logs").read_text("utf-8").split("\n")
        except FileNotFoundError:
            return []
        return [Verifier.parse(line) for line in map(str.strip, lines) if line[:1] not in {"", "#"}]

    def watch(self, key: Verifier) -> None:
        """Watch one more log."""
        if key.algorithm != ED25519:
            raise BadInput("A log's key is an Ed25519 key", where=str(key))
        with self._alone():
            known = self.logs
            if key not in known:
                lines = "".join(f"{k}\n" for k in (*known, key))
                durable.write(self.folder / "logs", lines.encode())

    def seen(self, origin: str) -> Note | None:
        """Return the last checkpoint of a log that was cosigned."""
        with suppress(FileNotFoundError):
            return Note.parse(self._seen(origin).read_bytes())
        return None

    def add(self, sent: Submission) -> Note:
        """Cosign a checkpoint; return it with the cosignature, which is kept before it is given.

        Raises
        ------
        BadInput : malformed (400). NotFound : an unknown log (404). UnknownKey : not signed by
            the log (403). WrongSize : the old size is not what was seen, or the root is not (409).
        ProofBroken : the proof does not hold (422).
        """
        head = sent.head
        key = self._signed(sent.note, head)
        if sent.old > head.size:
            raise BadInput("The old size is larger than the checkpoint's", where="old")
        with self._alone():
            before = self.seen(head.origin)
            self._grown(sent, head, before, key)
            moment = int(self.clock.now().timestamp())
            made = Note(sent.note.text, (sent.note.check(key),))
            made = made.cosigned(self.signer, self.name, moment)
            durable.write(self._seen(head.origin), bytes(made))
        return made

    def _signed(self, note: Note, head: Checkpoint) -> Verifier:
        trusted = [key for key in self.logs if key.name == head.origin]
        if not trusted:
            raise NotFound("This witness does not watch that log", where=head.origin[:80])
        for key in trusted:
            with suppress(CheckFailed):
                note.check(key)
                return key
        raise UnknownKey("The log has not signed this checkpoint", where=head.origin[:80])

    def _grown(
        self, sent: Submission, head: Checkpoint, before: Note | None, key: Verifier
    ) -> None:
        """Check that what is sent grew from what was seen; keep the proof of a split."""
        known = (
            Checkpoint.parse(before.text) if before else Checkpoint(head.origin, 0, merkle.EMPTY)
        )
        if before and known.size == head.size and known.root != head.root:
            self._accuse(split.found(key, [before, sent.note]))
            raise WrongSize("The log has signed another tree of this size", known.size)
        if sent.old != known.size:
            raise WrongSize(f"The log has {known.size} entries here", known.size)
        try:
            grows(known, head, sent.proof)
        except ProofBroken:
            if before:
                root = merkle.old_root(known.size, head.size, sent.proof, head.root)
                self._accuse(split.found(key, [before, sent.note], root, sent.proof))
            raise

    def _accuse(self, proven: split.Split | None) -> None:
        if proven is not None:
            data = canonical(proven.as_json()) + b"\n"
            durable.write(self.folder / "splits" / f"{digest(data)[:16]}.json", data)

    @property
    def splits(self) -> list[Path]:
        """The proofs that a log lied, as files that ``yesand verify`` checks."""
        return sorted((self.folder / "splits").glob("*.json"))

    def _seen(self, origin: str) -> Path:
        return self.folder / "seen" / f"{digest(origin.encode())}.checkpoint"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock that every thread and process takes in turn."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)  # which lets go of it


def grows(known: Checkpoint, head: Checkpoint, proof: tuple[bytes, ...]) -> None:
    """Check that a tree begins another.

    Raises
    ------
    ProofBroken : it does not. The empty tree begins every tree, and takes an empty proof.
    """
    if known.size == 0:
        if proof or (head.size == 0 and head.root != merkle.EMPTY):
            raise ProofBroken("From the empty log there is nothing to prove")
        return
    merkle.verify_consistency(known.size, head.size, proof, known.root, head.root)
