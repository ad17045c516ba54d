"""Who gets what: agreements."""

from __future__ import annotations

from matrix import API, API_HERS, CLOSED, GONE, HERS_ALONE, LOGIN, OPEN, SEEN, Row
from stage import Stage

from yesand.agreements.models import Offer
from yesand.agreements.offering.services import offer

PRODUCERS = (LOGIN, *(GONE,) * 5, SEEN, GONE, GONE)
#: An empty form comes back; ended, and led back to it.
EMPTY, UNREAD = (LOGIN, *(GONE,) * 5, 422, GONE, GONE), (LOGIN, 422, *(GONE,) * 7)
ENDED = (LOGIN, LOGIN, *(GONE,) * 4, LOGIN, GONE, GONE)


def offered(stage: Stage) -> list[int]:
    """Other terms than those that Ada has signed, offered once."""
    by = stage.users["producer"]
    known = Offer.objects.first()
    return [(known or offer(stage.house.place, stage.ada, "standard/research", by)).pk]


ROWS = [
    Row("agreements", CLOSED),
    Row("agreement", HERS_ALONE, lambda s: [s.agreement.digest]),
    Row("agreement_receipt", HERS_ALONE, lambda s: [s.agreement.digest]),
    Row("agreement_consent", HERS_ALONE, lambda s: [s.agreement.digest]),
    Row("agreement_odrl", HERS_ALONE, lambda s: [s.agreement.digest]),
    Row("odrl", OPEN),
    Row("odrl_published", OPEN, lambda s: ["profile"]),
    Row("odrl_published", OPEN, lambda s: ["shapes"], case="shapes"),
    Row("offer_new", PRODUCERS),
    Row("offer_new", EMPTY, method="post", case="post"),
    Row("offer_terms", EMPTY),
    Row("offer_terms", EMPTY, method="post", case="post"),
    Row("offer", HERS_ALONE, offered),
    Row("offer", UNREAD, offered, method="post", case="post"),
    Row("offer_end", ENDED, offered, method="post"),
    Row("api:get /api/agreements", API),
    Row("api:get /api/agreements/{digest}", API_HERS, lambda s: [s.agreement.digest]),
    Row("api:get /api/agreements/{digest}/approvals", API_HERS, lambda s: [s.agreement.digest]),
    Row("api:get /api/agreements/{digest}/receipt", API_HERS, lambda s: [s.agreement.digest]),
    Row("api:get /api/agreements/{digest}/odrl", API_HERS, lambda s: [s.agreement.digest]),
    Row("api:get /api/agreements/{digest}/consent", API_HERS, lambda s: [s.agreement.digest]),
]
