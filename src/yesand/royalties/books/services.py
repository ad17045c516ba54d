"""Posting to the ledger and asking it. The database refuses what is not double entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, Sum

from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.people.models import Organisation, Performer
from yesand.provenance.models import Entry
from yesand.royalties.books.beancount import next_day
from yesand.royalties.ledger import Draft
from yesand.royalties.models import Account, Posting, Transaction

_CHUNK = 5_000
#: Kinds of accounts that are named after a performer.
_PERFORMERS = ("performer", "held")
_POSTINGS = "INSERT INTO royalties_posting (transaction_id, account_id, currency, micro) "
_TRANSACTIONS = "INSERT INTO royalties_transaction (id, at, memo, entry_id) "
_ROW = "VALUES (%s, %s, %s, %s)"
# PostgreSQL takes whole columns in one statement, and asks its triggers once.
_POSTING_COLUMNS = "SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::bigint[])"
_TRANSACTION_COLUMNS = (
    "SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::bigint[])"
)


def post(place: Place, drafts: Iterable[Draft], entry: Entry | None = None) -> int:
    """Post transactions, all or none; return how many were new.

    Raises
    ------
    Refused : a transaction of that id with other postings is there already.
    """
    drafts, made = iter(drafts), 0
    with transaction.atomic():
        while chunk := list(islice(drafts, _CHUNK)):
            made += _post(place, chunk, entry)
    return made


def balance(account: str, as_of: date | None = None) -> dict[str, int]:
    """Return an account's micro-units by currency (positive is owed to the house).

    Parameters
    ----------
    as_of : count what was posted up to the end of that day (UTC), and nothing later.
    """
    rows = Posting.objects.filter(until(as_of), account__name=account).values_list("currency")
    return dict(rows.annotate(Sum("micro")).order_by("currency"))


def trial_balance(as_of: date | None = None) -> dict[str, dict[str, int]]:
    """Return every account's micro-units by currency; each currency adds up to nothing."""
    posted = Posting.objects.filter(until(as_of))
    rows = posted.values_list("account__name", "currency").annotate(Sum("micro"))
    found: dict[str, dict[str, int]] = {}
    for name, currency, micro in rows.order_by("account__name", "currency"):
        found.setdefault(name, {})[currency] = micro
    return found


def until(as_of: date | None, path: str = "") -> Q:
    """Return the condition for postings up to the end of a day (UTC).

    Parameters
    ----------
    path : how the asked model comes to its postings, such as ``postings__``.
    """
    if as_of is None:
        return Q()
    after = datetime.combine(next_day(as_of), time.min, UTC)
    return Q(**{f"{path}transaction__at__lt": after})


def _post(place: Place, drafts: Sequence[Draft], entry: Entry | None) -> int:
    known = Transaction.objects.in_bulk([d.id for d in drafts])
    for draft in drafts:
        if draft.id in known:
            _same(draft)
    new = list({d.id: d for d in drafts if d.id not in known}.values())
    accounts = _accounts({side.account for d in new for side in d.sides})
    at = connection.ops.adapt_datetimefield_value(place.clock.now())
    sides = [
        (d.id, accounts[side.account], side.currency, side.micro) for d in new for side in d.sides
    ]
    # Plain rows, as building model instances takes longer than the database does. The
    # transactions come after their postings: their insertion seals them (triggers.py).
    with connection.cursor() as cursor:
        heads = [(d.id, at, d.memo, entry.pk if entry else None) for d in new]
        if new and connection.vendor == "postgresql":
            cursor.execute(_POSTINGS + _POSTING_COLUMNS, _columns(sides))
            cursor.execute(_TRANSACTIONS + _TRANSACTION_COLUMNS, _columns(heads))
        else:
            cursor.executemany(_POSTINGS + _ROW, sides)
            cursor.executemany(_TRANSACTIONS + _ROW, heads)
    return len(new)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _same(draft: Draft) -> None:
    rows = Posting.objects.filter(transaction_id=draft.id)
    there = sorted(rows.values_list("account__name", "currency", "micro"))
    if there != sorted((s.account, s.currency, s.micro) for s in draft.sides):
        raise Refused("Posted already, with other amounts", where=f"transaction {draft.id[:12]}")


def _accounts(names: set[str]) -> dict[str, int]:
    known = dict(Account.objects.filter(name__in=names).values_list("name", "id"))
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
