"""Who gets what: negotiations, collective agreements and suspensions."""

from __future__ import annotations

from typing import Any

from matrix import API, API_HERS, CLOSED, GONE, HERS_ALONE, LOGIN, PERFORMERS, SEEN, Row
from matrix_agreements import EMPTY, PRODUCERS, offered
from stage import PASSWORD, Stage

from yesand.agreements.collective.services import propose
from yesand.agreements.models import Agreement, Collective, Suspension
from yesand.agreements.negotiating.changing import changed
from yesand.agreements.negotiating.services import amend
from yesand.agreements.offering.services import offer, signed
from yesand.agreements.suspending.services import suspend
from yesand.agreements.suspending.suspension import Reach
from yesand.agreements.terms import Terms
from yesand.people import services as people
from yesand.people.models import Organisation

#: The performer whose turn it is; what an empty form of theirs answers.
HERS = (LOGIN, SEEN, *(GONE,) * 7)
HERS_EMPTY = (LOGIN, 422, *(GONE,) * 7)
#: Either side of an agreement.
SIDES = (LOGIN, SEEN, *(GONE,) * 4, SEEN, GONE, GONE)
SIDES_EMPTY = (LOGIN, 422, *(GONE,) * 4, 422, GONE, GONE)
#: Done, and led back.
DONE = (LOGIN, *(GONE,) * 5, 302, GONE, GONE)
SAID = (LOGIN, 302, 302, 302, *(GONE,) * 5)


def first(stage: Stage) -> list[str]:
    """An agreement that Ada has signed in person."""
    known = Agreement.objects.filter(performer=stage.ada, template="standard/research").first()
    return [(known or _signed(stage)).digest]


def _signed(stage: Stage) -> Agreement:
    place, users = stage.house.place, stage.users
    made = offer(place, stage.ada, "standard/research", users["producer"])
    return signed(place, made, users["ada"])[0]


def followed(stage: Stage) -> list[str]:
    """One that took its place."""
    known = Agreement.objects.filter(supersedes__isnull=False).first()
    if known is None:
        place, before = stage.house.place, Agreement.objects.get(digest=first(stage)[0])
        terms = changed(Terms.parse(before.terms), {"notice_days": 60})
        again = amend(place, before, terms, stage.users["producer"])
        known, _ = signed(place, again, stage.users["ada"])
    return [known.digest]


def proposed(stage: Stage) -> list[str]:
    """A collective agreement that waits for the producer."""
    known = Collective.objects.first()
    if known is None:
        union = united(stage)
        una = people.account("una", "union", PASSWORD, organisation=union)
        words = {"title": "Voices", "begins": "2026-10-01", "floor": {"notice_days": 30}}
        known = propose(stage.house.place, words, una, union=union)
    return [known.digest]


def united(stage: Stage) -> Organisation:
    """A union."""
    return people.found(stage.house.place, "voices", "Voices", Organisation.Kind.UNION)


def belonging(stage: Stage) -> dict[str, Any]:
    """What a member says."""
    return {"union": united(stage).slug}


def held(stage: Stage) -> list[str]:
    """A hold that the producer has called, over what another lab may do."""
    known = Suspension.objects.first()
    if known is None:
        caller, by = people.organisation("producer"), stage.users["producer"]
        reach = Reach(licensees=frozenset({"other-lab"}))
        known, _ = suspend(stage.house.place, caller, reach, "A leak", by)
    return [known.digest]


ROWS = [
    Row("offer_counter", HERS, offered),
    Row("offer_counter", HERS_EMPTY, offered, method="post", case="post"),
    Row("agreement_amend", SIDES, first),
    Row("agreement_amend", SIDES_EMPTY, first, method="post", case="post"),
    Row("agreement_changes", HERS_ALONE, followed),
    Row("agreement_approvals", HERS_ALONE, first),
    Row("agreement_approvals", HERS_EMPTY, first, method="post", case="post"),
    Row("collectives", CLOSED),
    Row("collective", CLOSED, proposed),
    Row("collective", EMPTY, proposed, method="post", case="post"),
    Row("collective_new", PRODUCERS),
    Row("collective_new", EMPTY, method="post", case="post"),
    Row("unions", PERFORMERS),
    Row("unions", SAID, method="post", data=belonging, case="post"),
    Row("suspensions", CLOSED),
    Row("suspension", CLOSED, held),
    Row("suspension", DONE, held, method="post", case="post"),
    Row("suspension_new", PRODUCERS),
    Row("suspension_new", EMPTY, method="post", case="post"),
    Row("api:get /api/offers", API),
    Row("api:get /api/offers/{number}", API_HERS, offered),
    Row("api:get /api/collectives", API),
    Row("api:get /api/suspensions", API),
]
