"""Who negotiates in the tests, and how they say a word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import yesand
from yesand.agreements.models import Offer, Step
from yesand.agreements.negotiating.changing import changed
from yesand.agreements.negotiating.services import counter
from yesand.agreements.negotiating.steps.services import last
from yesand.agreements.offering.speaking.services import on_table
from yesand.agreements.terms import Terms
from yesand.people import services as people
from yesand.people.delegating.services import grant
from yesand.people.joining import services as joining
from yesand.people.models import Performer, User

PASSWORD = "a line of one's own"


def cast(house: yesand.House) -> Performer:
    """Ada, who performs, and Pam, who produces, each with an account."""
    ada, _ = people.join(house.place, "Ada", credit_name="Ada Actor")
    people.account("ada", "performer", PASSWORD, ada)
    people.account("pam", "producer", PASSWORD)
    ada.refresh_from_db()
    return ada


def named(name: str) -> User:
    return User.objects.get(username=name)


def word(offered: Offer) -> Step:
    found = last(offered)
    assert found is not None
    return found


def other(offered: Offer, **told: Any) -> Terms:
    return changed(on_table(offered, word(offered)).terms, told)


def answer(house: yesand.House, offered: Offer, name: str, **told: Any) -> Step:
    note = told.pop("note", "")
    terms, to = other(offered, **told), word(offered).digest
    return counter(house.place, offered, terms, named(name), answers=to, note=note)


def delegate(house: yesand.House, ada: Performer, kind: str, *scopes: str, days: int = 30) -> User:
    until = house.place.clock.now() + timedelta(days=days)
    _, secret = grant(house.place, ada, kind, scopes, until)
    joining.accept(house.place, joining.find(secret), f"{kind}-{len(scopes)}", PASSWORD)
    return named(f"{kind}-{len(scopes)}")
