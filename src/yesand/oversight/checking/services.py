"""Auditing the house as ``yesand check`` does, and keeping the result."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from yesand.agreements.checking.services import check_all
from yesand.corpus.auditing.services import audit_all
from yesand.kernel.errors import CheckFailed, Refused
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.oversight.models import Check
from yesand.people.models import User
from yesand.provenance.services import audit


def audited(place: Place, progress: Progress = silent) -> list[str]:
    """Audit the log against its files and the registry, what was signed, books and manifests.

    Returns what held, in words.

    Raises
    ------
    CheckFailed : what does not hold, and where.
    """
    from yesand.royalties.books.folios.services import check_folios
    from yesand.royalties.invoicing.receiving.services import check_receipts
    from yesand.royalties.invoicing.services import check_invoices
    from yesand.royalties.paying.reconciling.services import check_payouts
    from yesand.royalties.raters.services import check_raters
    from yesand.royalties.reconciling.services import check_desk
    from yesand.royalties.services import check_books  # DuckDB and Ibis take long to load
    from yesand.synthetic.auditing.services import check_synthetic

    head = audit(place, progress)
    signed = check_all(progress)
    manifests = audit_all(place, progress)
    return [
        f"log: {head.size:,} entries, every tile, the root and the signature hold",
        check_books(),
        check_folios(),
        check_payouts(),
        check_desk(),
        check_raters(place),
        check_invoices(place),
        check_receipts(),
        f"agreements: {signed:,} signed records, each holds as its parties signed it",
        check_synthetic(place),
        f"manifests: {manifests:,}, each holds exactly the takes permitted at its position",
    ]


def check(place: Place, user: User) -> Check:
    """Audit the house for a person and keep what came of it, held or not.

    Raises
    ------
    Refused : somebody's check is under way; its outcome will be on the same page.
    """
    with alone(place):
        began, now = monotonic(), place.clock.now()
        try:
            held, said = True, audited(place)
        except CheckFailed as fault:
            held, said = False, [str(fault)]
        took = round((monotonic() - began) * 1000)
        return Check.objects.create(at=now, by=user, held=held, said=said, milliseconds=took)


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """Hold the house's one check; the lock goes with the process, however that ends."""
    folder = place.root / "work"
    folder.mkdir(exist_ok=True)
    with (folder / "check.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise Refused(
                "A check of this house is under way",
                remedy="Look again in a moment: its outcome will be in the list.",
            ) from fault
        yield
