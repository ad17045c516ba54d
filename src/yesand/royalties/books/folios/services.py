"""The journal: each call that posts writes a leaf, chained to the one before and logged.

A leaf's digest is the SHA-256 over the digest before it and, by id, each transaction's id and body.
Who changes a posting past the database, or slips one in, breaks the chain; and the log holds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.place import Place
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.royalties.ledger import Draft, Side, Verb
from yesand.royalties.models import Folio, Posting

_NOTHING = "0" * 64
_HEAD = ("transaction_id", "memo", "verb", "follows", "effective", "body")
_ROW = ("transaction__folio", "transaction_id", *(f"transaction__{n}" for n in _HEAD[1:]))
_SIDE = ("account__name", "currency", "micro")


def leaf(previous: str, bodies: Iterable[tuple[str, str]]) -> str:
    """Return a leaf's digest.

    Parameters
    ----------
    previous : the digest of the leaf before. bodies : each transaction's id and body.
    """
    found = hashlib.sha256(f"{previous}\n".encode())
    found.update("".join(f"{name} {body}\n" for name, body in sorted(bodies)).encode())
    return found.hexdigest()


def next_number() -> int:
    """Return the number of the leaf to be written; the caller is the log's only writer."""
    last = Folio.objects.order_by("-number").first()
    return last.number + 1 if last else 1


def write(place: Place, number: int, bodies: list[tuple[str, str]]) -> Folio:
    """Write a leaf over what was posted, and enter it in the log."""
    last = Folio.objects.filter(number=number - 1).first()
    previous = last.digest if last else _before()
    name = leaf(previous, bodies)
    return Folio.objects.create(
        number=number,
        previous=previous,
        digest=name,
        transactions=len(bodies),
        at=place.clock.now(),
        entry=log.record(place, Kind.LEDGER_POSTED, name),
    )


def stored(rows: QuerySet[Posting]) -> Iterator[tuple[int | None, Draft, str | None]]:
    """Yield transactions as they stand: the leaf's number, what was posted, and the body kept."""
    ordered = rows.order_by("transaction__folio", "transaction_id")
    told = ordered.values_list(*_ROW, *_SIDE).iterator(chunk_size=10_000)
    for head, sides in groupby(told, lambda row: row[: len(_ROW)]):
        yield head[0], _draft(head, sides), head[-1]


def check_folios() -> str:
    """Check that the ledger is what its leaves chain, and the log holds each of them.

    Raises
    ------
    CheckFailed : a posting, a transaction or a leaf is not what it was; or is in no leaf.
    """
    folios = {row.number: row for row in Folio.objects.select_related("entry")}
    previous, last = _before(), 0
    within = stored(Posting.objects.exclude(transaction__folio=None))
    for number, group in groupby(within, lambda one: one[0] or 0):
        bodies = [(draft.id, _checked(draft, body)) for _, draft, body in group]
        row = folios.get(number)
        if row is None or number != last + 1:
            raise CheckFailed("A transaction is in no leaf of the journal", where=bodies[0][0])
        _check(row, previous, bodies)
        previous, last = row.digest, number
    if len(folios) != last:
        raise CheckFailed("A leaf of the journal holds nothing", where=f"folio {last + 1}")
    return f"journal: {last:,} leaves chain every transaction, and the log holds each"


def _check(row: Folio, previous: str, bodies: Sequence[tuple[str, str]]) -> None:
    computed = leaf(previous, bodies)
    if (row.previous, row.digest, row.transactions) != (previous, computed, len(bodies)):
        raise CheckFailed("The ledger is not what it was when it was logged", where=str(row))
    if row.entry.record != computed or row.entry.kind != Kind.LEDGER_POSTED:
        raise CheckFailed("The log does not hold that leaf of the journal", where=str(row))


def _checked(draft: Draft, body: str | None) -> str:
    if draft.body != body:
        raise CheckFailed("A transaction is not what was posted", where=draft.id)
    return draft.body


def _before() -> str:
    """Return the digest of what was posted before there were leaves."""
    rows = stored(Posting.objects.filter(transaction__folio=None))
    bodies = [(draft.id, draft.body) for _, draft, _ in rows]
    return leaf(_NOTHING, bodies) if bodies else _NOTHING


def _draft(head: tuple[Any, ...], sides: Iterable[tuple[Any, ...]]) -> Draft:
    _, name, memo, verb, follows, effective, _ = head
    told = tuple(Side(*side[-3:]) for side in sides)
    try:
        return Draft(name, memo, told, Verb(verb or Verb.TRANSFER), follows, effective)
    except (BadInput, ValueError) as fault:  # it does not balance, or does what no verb does
        raise CheckFailed("A transaction is not what was posted", where=name) from fault
