"""Posting to the ledger and asking it. The database refuses what is not double entry."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time
from operator import attrgetter
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import Q, Sum

from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.people.models import Organisation, Performer
from yesand.provenance import services as log
from yesand.provenance.models import Entry
from yesand.royalties.books.beancount import next_day
from yesand.royalties.books.folios import services as folios
from yesand.royalties.ledger import FOLLOWING, Draft
from yesand.royalties.models import Account, Posting

_CHUNK = 5_000
#: Kinds of accounts that are named after a performer.
_PERFORMERS = ("performer", "held")
_POSTINGS = "INSERT INTO royalties_posting (transaction_id, account_id, currency, micro) "
_TRANSACTIONS = (
    "INSERT INTO royalties_transaction "
    "(id, at, memo, entry_id, verb, follows, effective, body, folio) "
)
# PostgreSQL takes whole columns in one statement, and asks its triggers once.
_POSTING_COLUMNS = "SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::bigint[])"
_TRANSACTION_COLUMNS = (
    "SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::bigint[], "
    "%s::text[], %s::text[], %s::date[], %s::text[], %s::bigint[])"
)


def post(place: Place, drafts: Iterable[Draft], entry: Entry | None = None) -> int:
    """Post transactions, all or none; return how many were new.

    What is new is a leaf of the journal (`books.folios`), which the log holds.

    Raises
    ------
    Refused : a transaction of that id and with another body is there already.
    """
    given, made = _ordered(drafts), list[tuple[str, str]]()
    with transaction.atomic():
        log.wait_to_write()
        number, accounts = folios.next_number(), dict[str, int]()
        for first in range(0, len(given), _CHUNK):
            chunk = given[first : first + _CHUNK]
            made += _post(place, chunk, accounts, entry, number)
        if made:
            folios.write(place, number, made)
    return len(made)


def _ordered(drafts: Iterable[Draft]) -> list[Draft]:
    """Return drafts by id, and after them what ends or reverses others, as it came.

    Ids are digests: in their order the indices are filled page by page, and not all over, which
    takes less than half the time.
    """
    given = list(drafts)
    first = sorted((d for d in given if d.verb not in FOLLOWING), key=attrgetter("id"))
    return first + [d for d in given if d.verb in FOLLOWING]


def balance(
    account: str, as_of: date | None = None, effective: date | None = None
) -> dict[str, int]:
    """Return an account's micro-units by currency (positive is owed to the house).

    Parameters
    ----------
    as_of, effective : as in ``until``.
    """
    rows = Posting.objects.filter(until(as_of, effective), account__name=account)
    return dict(rows.values_list("currency").annotate(Sum("micro")).order_by("currency"))


def trial_balance(
    as_of: date | None = None, effective: date | None = None
) -> dict[str, dict[str, int]]:
    """Return every account's micro-units by currency; each currency adds up to nothing."""
    posted = Posting.objects.filter(until(as_of, effective))
    rows = posted.values_list("account__name", "currency").annotate(Sum("micro"))
    found: dict[str, dict[str, int]] = {}
    for name, currency, micro in rows.order_by("account__name", "currency"):
        found.setdefault(name, {})[currency] = micro
    return found


def until(as_of: date | None, effective: date | None = None, path: str = "") -> Q:
    """Return the condition for postings up to the end of a day (UTC), by either time, or both.

    Parameters
    ----------
    as_of : what was recorded by then: the books as they stood that day.
    effective : what counts from then or before: that day as the books know it now, or as they knew
        it ``as_of`` another. What was posted before that was kept counts from when it was recorded.
    path : how the asked model comes to its postings, such as ``postings__``.
    """
    head, found = f"{path}transaction__", Q()
    if as_of is not None:
        found &= Q(**{f"{head}at__lt": _after(as_of)})
    if effective is not None:
        old = Q(**{f"{head}effective": None, f"{head}at__lt": _after(effective)})
        found &= Q(**{f"{head}effective__lte": effective}) | old
    return found


def _after(day: date) -> datetime:
    return datetime.combine(next_day(day), time.min, UTC)


def _post(
    place: Place, drafts: Sequence[Draft], accounts: dict[str, int], entry: Entry | None, folio: int
) -> list[tuple[str, str]]:
    """Post a chunk; return each new transaction's id and body."""
    bodies = _bodies(drafts)
    known = _known("royalties_transaction", "id", "body", bodies)
    for name, body in known.items():
        _same(name, body, bodies[name])
    new = list({d.id: d for d in drafts if d.id not in known}.values())
    accounts |= _accounts({side.account for d in new for side in d.sides} - accounts.keys())
    day, of = connection.ops.adapt_datefield_value, entry.pk if entry else None
    now = connection.ops.adapt_datetimefield_value(place.clock.now())
    heads = [
        (d.id, now, d.memo, of, d.verb.value, d.follows, day(d.effective), bodies[d.id], folio)
        for d in new
    ]
    sides = [
        (d.id, accounts[side.account], side.currency, side.micro) for d in new for side in d.sides
    ]
    _insert(sides, heads)
    return [(d.id, bodies[d.id]) for d in new]


def _known(table: str, key: str, value: str, names: Collection[str]) -> dict[str, Any]:
    """Return what is there of these names. Thousands at once: as one value, not each as its own."""
    if not names:
        return {}
    several, given = "= ANY(%s)", cast(Any, list(names))
    if connection.vendor == "sqlite":
        several, given = "IN (SELECT value FROM json_each(%s))", json.dumps(given)
    asked = f"SELECT {key}, {value} FROM {table} WHERE {key} {several}"  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(asked, [given])
        return dict(cursor.fetchall())


def _insert(sides: Sequence[tuple[Any, ...]], heads: Sequence[tuple[Any, ...]]) -> None:
    # Plain rows, as building model instances takes longer than the database does. The
    # transactions come after their postings: their insertion seals them (triggers.py).
    with connection.cursor() as cursor:
        if heads and connection.vendor == "postgresql":
            cursor.execute(_POSTINGS + _POSTING_COLUMNS, _columns(sides))
            cursor.execute(_TRANSACTIONS + _TRANSACTION_COLUMNS, _columns(heads))
        else:
            cursor.executemany(_POSTINGS + _row(4), sides)
            cursor.executemany(_TRANSACTIONS + _row(9), heads)


def _row(columns: int) -> str:
    return f"VALUES ({', '.join(['%s'] * columns)})"


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _bodies(drafts: Iterable[Draft]) -> dict[str, str]:
    """Return each id's body; what comes twice in one batch has to be the same, too."""
    bodies: dict[str, str] = {}
    for draft in drafts:
        body = draft.body
        _same(draft.id, bodies.setdefault(draft.id, body), body)
    return bodies


def _same(name: str, there: str | None, comes: str) -> None:
    """Refuse another body under an id that is taken."""
    if there is None:  # posted before bodies were kept
        _, draft, _ = next(folios.stored(Posting.objects.filter(transaction_id=name)))
        there = draft.body
    if there != comes:
        raise Refused(
            f"Posted already with another body: {there} is there, {comes} was given",
            where=f"transaction {name[:80]}",
            remedy="What was posted stays. Post what corrects it under an id of its own.",
        )


def _accounts(names: set[str]) -> dict[str, int]:
    known = _known("royalties_account", "name", "id", names)
    parts = {name: name.partition(":") for name in sorted(names - known.keys())}
    handles = [whose for kind, _, whose in parts.values() if kind in _PERFORMERS]
    slugs = [whose for kind, _, whose in parts.values() if kind == "licensee"]
    performers = Performer.objects.in_bulk(handles, field_name="handle")
    organisations = Organisation.objects.in_bulk(slugs, field_name="slug")
    made = Account.objects.bulk_create(
        Account(
            name=name,
            performer=performers[whose] if kind in _PERFORMERS else None,
            organisation=organisations[whose] if kind == "licensee" else None,
        )
        for name, (kind, _, whose) in parts.items()
    )
    return known | {row.name: row.pk for row in made}
