"""Posting to the ledger and asking it. The database refuses what is not double entry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from operator import attrgetter

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum

from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.people.models import Organisation, Performer
from yesand.provenance import services as log
from yesand.provenance.models import Entry
from yesand.royalties.books.beancount import next_day
from yesand.royalties.books.folios import services as folios
from yesand.royalties.books.writing.services import known, open_accounts, write
from yesand.royalties.ledger import FOLLOWING, Draft
from yesand.royalties.models import Account, Posting, Transaction

#: Kinds of accounts that are named after a performer.
_PERFORMERS = ("performer", "held")
_ACCOUNT = "royalties_account"


def post(place: Place, drafts: Iterable[Draft], entry: Entry | None = None) -> int:
    """Post transactions, all or none; return how many were new.

    What is new is a leaf of the journal (`books.folios`), which the log holds.

    Raises
    ------
    Refused : a transaction of that id and with another body is there already.
    """
    given = _ordered(drafts)
    with transaction.atomic():
        log.wait_to_write()
        new, bodies = _new(given), dict[str, str]()
        if new:
            accounts = _accounts({side.account for d in new for side in d.sides})
            number, at = folios.next_number(), place.clock.now()
            write(new, accounts, bodies, at, entry.pk if entry else None, number)
            folios.write(place, number, [(d.id, bodies[d.id]) for d in new])
    return len(new)


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


def adrift() -> int:
    """Return how many postings are of no account or of no transaction: there must not be any.

    The database lets none in, but a backup is restored before what it asks is there again.
    """
    account = Exists(Account.objects.filter(pk=OuterRef("account_id")))
    sealed = Exists(Transaction.objects.filter(pk=OuterRef("transaction_id")))
    return Posting.objects.filter(~account | ~sealed).count()


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


def _new(given: Iterable[Draft]) -> list[Draft]:
    """Return what is not there yet, each once; what is there has to be the same."""
    first = dict[str, Draft]()
    for draft in given:
        before = first.setdefault(draft.id, draft)
        if before is not draft:
            _same(draft.id, before.body, draft.body)
    for name, body in known("royalties_transaction", "id", "body", first).items():
        _same(name, body, first.pop(name).body)
    return list(first.values())


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
    there = known(_ACCOUNT, "name", "id", names)
    parts = {name: name.partition(":") for name in sorted(names - there.keys())}
    if not parts:
        return there
    handles = [whose for kind, _, whose in parts.values() if kind in _PERFORMERS]
    slugs = [whose for kind, _, whose in parts.values() if kind == "licensee"]
    performers = known(Performer._meta.db_table, "handle", "id", set(handles))
    organisations = known(Organisation._meta.db_table, "slug", "id", set(slugs))
    open_accounts(
        (
            name,
            performers[whose] if kind in _PERFORMERS else None,
            organisations[whose] if kind == "licensee" else None,
        )
        for name, (kind, _, whose) in parts.items()
    )
    return there | known(_ACCOUNT, "name", "id", parts)
