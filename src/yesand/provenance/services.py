"""The registry's log: rows inside the caller's transaction, tiles after its commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from yesand.kernel.clock import stamp
from yesand.kernel.errors import NotFound
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.provenance import audit as standing
from yesand.provenance import publishing
from yesand.provenance.commitment import commit, entry_bytes, new_salt
from yesand.provenance.errors import LogBroken
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.note import Checkpoint, Note, Verifier, open_checkpoint
from yesand.provenance.proof import Proof
from yesand.provenance.publishing import Published
from yesand.provenance.receipt import logged
from yesand.provenance.tiles import Log
from yesand.provenance.witnessing.asking import Standing, ask_all, cosigned, witnessed

_LOCK = 0x59657341  # 'YesA': one writer of the log at a time (PostgreSQL advisory lock)
_CHUNK = 10_000


def log_of(place: Place) -> Log:
    """Return the house's log, ready to read and append to."""
    return Log(place.log, place.origin, place.signer)


def record(place: Place, kind: Kind, digest: str) -> Entry:
    """Enter one record (named by the SHA-256 of its bytes) in the log."""
    return record_many(place, kind, [digest])[0]


def record_many(place: Place, kind: Kind, digests: Sequence[str]) -> list[Entry]:
    """Enter records in the log, in order, in the caller's transaction or in one of its own.

    The files under ``log/`` follow on commit.
    """
    if not digests:
        return []
    with transaction.atomic():
        first = _next_index()
        at = stamp(place.clock.now())
        entries = [_entry(first + i, kind, at, d) for i, d in enumerate(digests)]
        Entry.objects.bulk_create(entries, batch_size=2_000)
        transaction.on_commit(lambda: publish(place, first + len(entries)))
    return entries


def publish(place: Place, through: int | None = None) -> None:
    """Write committed entries out to the log's files, in order, and sign a new checkpoint.

    Whatever an interrupted run has left is written out too.

    Parameters
    ----------
    through : nothing is done if the log has as many entries already.
    """
    if connection.in_atomic_block:
        return  # what this transaction wrote is not committed yet, and may never be
    log = log_of(place)
    if through is not None and log.size >= through:
        return
    with log.writing():
        while pending := _committed(log.size):
            log.append(pending)


def checkpoint(place: Place) -> bytes:
    """Return the signed checkpoint over everything committed (C2SP tlog-checkpoint)."""
    publish(place)
    log = log_of(place)
    if not log.checkpoint():
        log.append([])
    return log.checkpoint()


def publish_files(place: Place, target: Path, progress: Progress = silent) -> Published:
    """Bring a folder up to date that a web server serves as the log (C2SP tlog-tiles).

    Raises
    ------
    LogBroken : a tile was edited; nothing was published. Refused : another log lies there.
    """
    signed = cosigned(place, checkpoint(place))
    return publishing.publish(log_of(place), target, signed, progress)


def ask_witnesses(place: Place) -> tuple[list[Standing], Checkpoint]:
    """Ask the configured witnesses for cosignatures on the checkpoint over everything committed."""
    signed = checkpoint(place)
    return ask_all(place), open_checkpoint(signed, place.origin, place.signer.public)


def prove(place: Place, index: int) -> Proof:
    """Return the proof that an entry is in the log, as it is now.

    Raises
    ------
    NotFound : no such entry.
    """
    return prove_many(place, [index])[0]


def prove_many(place: Place, indexes: Sequence[int]) -> list[Proof]:
    """Return proofs under one and the same checkpoint, with what witnesses have cosigned of it."""
    least = max(indexes, default=-1) + 1
    publish(place, least)
    log = log_of(place)
    signed = witnessed(place, log.checkpoint(), least)
    size = Checkpoint.parse(Note.parse(signed).text).size if signed else 0
    for index in indexes:
        if not 0 <= index < size:
            raise NotFound(f"No entry {index} in a log of {size}")
    return [Proof(index, tuple(log.inclusion(index, size)), signed) for index in indexes]


def key_of(place: Place) -> Verifier:
    """Return the key that the house's log is signed with, as readers need it."""
    return Verifier(place.origin, place.signer.public)


def receipt(place: Place, entry: Entry) -> dict[str, Any]:
    """Return the receipt of an entry, which opens it: for those alone whose the record is.

    Raises
    ------
    NotFound : what it was about has been erased.
    """
    if not entry.salt:
        raise NotFound("What this entry was about has been erased", where=f"entry {entry.index}")
    proof = prove(place, entry.index)
    return logged(
        entry.index, entry.kind, entry.at, entry.commitment, entry.salt, proof, key_of(place)
    )


def audit(place: Place, progress: Progress = silent) -> Checkpoint:
    """Compute the whole log again, from its files and from the registry's rows.

    Raises
    ------
    LogBroken : a file, a row or the checkpoint is not what it was.
    """
    publish(place)
    log = log_of(place)
    head = standing.audit(log, progress)
    rows = Entry.objects.filter(index__lt=head.size).order_by("index").iterator(_CHUNK)
    found = 0
    for row, leaf in zip(rows, log.entries(0, head.size), strict=False):
        if row.index != found or row.leaf() != leaf:
            raise LogBroken("A row of the registry is not what was logged", where=str(row))
        _committed_to(row)
        found += 1
        if found % _CHUNK == 0:
            progress(found, head.size, "rows")
    if found != head.size or Entry.objects.filter(index__lt=head.size).count() != found:
        raise LogBroken(f"The log has {head.size} entries and the registry {found}")
    return head


def erase(entries: Iterable[Entry]) -> int:
    """Blank the salt and record of entries; return how many still had them.

    Without the salt nobody can tell what an entry was about. Every proof still verifies.
    """
    erased, waiting = 0, [entry.pk for entry in entries]
    with transaction.atomic():
        for at in range(0, len(waiting), _CHUNK):
            some = Entry.objects.filter(pk__in=waiting[at : at + _CHUNK])
            erased += some.exclude(salt="", record="").update(salt="", record="")
    return erased


def _entry(index: int, kind: Kind, at: str, digest: str) -> Entry:
    salt = new_salt()
    return Entry(
        index=index,
        kind=kind.value,
        at=at,
        commitment=commit(salt, digest),
        record=digest,
        salt=salt.hex(),
    )


def wait_to_write() -> None:
    """Be the log's only writer from here to the end of the caller's transaction."""
    # SQLite's BEGIN IMMEDIATE already lets one writer in; PostgreSQL needs to be told.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _next_index() -> int:
    wait_to_write()
    last = Entry.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def _committed(size: int) -> list[bytes]:
    """Return the next leaves that the registry has committed and the log lacks."""
    rows = Entry.objects.filter(index__gte=size).order_by("index")
    leaves = list[bytes]()
    for index, *leaf in rows.values_list("index", "kind", "at", "commitment")[:_CHUNK]:
        if index != size + len(leaves):
            raise LogBroken("An entry is missing from the registry", where=f"before {index}")
        leaves.append(entry_bytes(*leaf))
    return leaves


def _committed_to(row: Entry) -> None:
    erased = not row.salt and not row.record
    if not erased and commit(bytes.fromhex(row.salt), row.record) != row.commitment:
        raise LogBroken("A row's record is not what it committed to", where=str(row))
