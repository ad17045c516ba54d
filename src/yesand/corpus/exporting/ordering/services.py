"""Asking for an export that the worker makes, and making it.

A corpus of an hour is ready in seconds, one of a hundred hours is not: nobody waits for it at a
page that loads. A worker that dies in the middle leaves nothing half, and the next begins anew
from the copies that are made.
"""

from __future__ import annotations

import time

from django.db import transaction

from yesand.corpus.exporting.formats import format_named
from yesand.corpus.exporting.ordering.tasks import make_ordered
from yesand.corpus.exporting.services import check_leaving, hand_out, make
from yesand.corpus.models import Manifest, Order
from yesand.kernel.errors import YesAndError
from yesand.kernel.place import Place
from yesand.people.models import User

#: Seconds between two notes of how far it is.
_EVERY = 0.5


def order(place: Place, row: Manifest, form: str, user: User) -> Order:
    """Ask for an export; the same again, while it is not ready, is the same order.

    Raises
    ------
    BadInput : no such format. Refused : the manifest is a trial.
    """
    format_named(form)
    check_leaving(row)
    with transaction.atomic():
        Manifest.objects.select_for_update(of=("self",)).get(pk=row.pk)
        waiting = Order.objects.filter(manifest=row, by=user, format=form, state__in=Order.OPEN)
        found = waiting.first()
        if found is None:
            found = Order.objects.create(
                manifest=row, by=user, format=form, at=place.clock.now(), total=row.permitted
            )
            make_ordered.enqueue(found.pk)
    return found


def carry_out(place: Place, order_id: int) -> str:
    """Make what was asked for, and hand it out: it is permitted, signed and logged at the end."""
    found = Order.objects.select_related("manifest__licensee", "by").filter(pk=order_id).first()
    if found is None or found.state not in Order.OPEN:
        return "nothing to do"
    told = _Telling(found)
    told.become(Order.State.MAKING)
    try:
        made = make(place, found.manifest, found.format, told)
        with transaction.atomic():
            given = hand_out(place, found.manifest, made, found.by)
            told.become(Order.State.READY, export=given, done=made.takes, total=made.takes)
    except YesAndError as fault:
        told.become(Order.State.REFUSED, fault=fault.sentence()[:1_000])
    except Exception:
        told.become(Order.State.REFUSED, fault="Something went wrong here. Ask for it again.")
        raise  # told in the house's log, with where it happened
    return found.state


class _Telling:
    """Notes how far an order is, now and then."""

    def __init__(self, order: Order) -> None:
        self._order, self._last = order, 0.0

    def __call__(self, done: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if now - self._last >= _EVERY:
            self._last = now
            self._keep(done=done, total=total, note=note[:40])

    def become(self, state: Order.State, **told: object) -> None:
        self._keep(state=state, note="", **told)

    def _keep(self, **told: object) -> None:
        for name, value in told.items():
            setattr(self._order, name, value)
        self._order.save(update_fields=list(told))
