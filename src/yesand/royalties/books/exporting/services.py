"""Writing the ledger for another program, read back and checked before anybody gets it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date
from itertools import groupby
from pathlib import Path

from yesand.kernel import durable
from yesand.kernel.errors import CheckFailed
from yesand.kernel.place import Place
from yesand.royalties.books.beancount import Booked, component, written
from yesand.royalties.books.grammar import Books, read
from yesand.royalties.books.services import trial_balance, until
from yesand.royalties.ledger import Side
from yesand.royalties.models import Posting


def beancount(place: Place, as_of: date | None = None) -> tuple[str, Books]:
    """Return the ledger as a Beancount file, and what reading it back has found.

    Raises
    ------
    CheckFailed : it does not say what the ledger says.
    """
    until_day = as_of or place.clock.now().astimezone(UTC).date()
    lines = list(written(place.name, list(booked(until_day)), until_day))
    found = read(lines)
    _same(found, until_day)
    return "\n".join(lines) + "\n", found


def write_beancount(place: Place, path: Path, as_of: date | None = None) -> Books:
    """Write the ledger as a Beancount file; return what is in it.

    Raises
    ------
    CheckFailed : it does not say what the ledger says; nothing is written then.
    """
    text, found = beancount(place, as_of)
    durable.write(path, text.encode())
    return found


def booked(as_of: date | None = None) -> Iterator[Booked]:
    """Yield every transaction up to the end of a day, in order of time."""
    rows = Posting.objects.filter(until(as_of)).select_related("transaction", "account")
    ordered = rows.order_by("transaction__at", "transaction_id", "pk").iterator(chunk_size=2_000)
    for head, sides in groupby(ordered, lambda row: row.transaction):
        yield Booked(
            id=head.pk,
            at=head.at,
            memo=head.memo,
            entry=head.entry_id,
            sides=tuple(Side(s.account.name, s.currency, s.micro) for s in sides),
        )


def _same(found: Books, as_of: date) -> None:
    ledger = {
        (component(name), currency): micro
        for name, sums in trial_balance(as_of).items()
        for currency, micro in sums.items()
    }
    if dict(found.balances) != ledger:
        differing = dict(found.balances).items() ^ ledger.items()
        raise CheckFailed("The export differs from the ledger", where=str(min(differing)[0]))
