"""A negotiation, a collective agreement and a strike, for the pictures of their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yesand.agreements.models import Offer
    from yesand.kernel.place import Place
    from yesand.people.models import Organisation, User

Pages = dict[str, tuple[str, str]]
UNION = "screenshots-union"
FLOOR = {"notice_days": 30, "onward_licensing": False, "pay": {"contribution_ppm": 210_000}}
ASKED = {
    "commercial": False,
    "territories": ["AT", "DE"],
    "notice_days": 90,
    "purposes": ["research"],
    "pay": {"session_fee": {"currency": "EUR", "micro": 380_000_000}},
}


def agreeing(place: Place, producer: User, performer: User, password: str) -> Pages:
    """Let both sides and a union speak; return their pages, each with whom it is shown to."""
    from django.urls import reverse

    from yesand.agreements.collective.membership.services import say
    from yesand.agreements.suspending.services import suspend
    from yesand.agreements.suspending.suspension import Reach
    from yesand.people.models import Organisation
    from yesand.people.services import account, found

    union = found(place, "voices", "Voices United", Organisation.Kind.UNION)
    una = account(UNION, "union", password, organisation=union)
    say(place, performer.performer, union, member=True)
    signed, waits = _collectives(place, union, una, producer)
    talk = _talk(place, performer, producer)
    held, _ = suspend(
        place, union, Reach(use_classes=frozenset({"synthesis"})), "Talks failed.", una
    )
    lies, mine = [talk.pk], performer.username
    return {
        "offer-countered": (producer.username, reverse("offer", args=lies)),
        "offer-countered-own": (mine, reverse("offer", args=lies)),
        "offer-counter": (producer.username, reverse("offer_counter", args=lies)),
        "offer-terms": (
            producer.username,
            f"{reverse('offer_terms')}?performer={performer.performer.handle}"
            "&template=standard%2Fsynthesis&stands_by=union",
        ),
        "collectives": (UNION, reverse("collectives")),
        "collective": (mine, reverse("collective", args=[signed])),
        "collective-waits": (producer.username, reverse("collective", args=[waits])),
        "collective-new": (UNION, reverse("collective_new")),
        "approvals": (mine, reverse("agreement_approvals", args=[_asked(place, performer)])),
        "unions": (mine, reverse("unions")),
        "suspensions": (UNION, reverse("suspensions")),
        "suspension": (UNION, reverse("suspension", args=[held.digest])),
        "suspension-new": (UNION, reverse("suspension_new")),
    }


def _asked(place: Place, ada: User) -> str:
    """Return an agreement under which each use is asked for, and one was agreed to."""
    from datetime import timedelta

    from yesand.agreements.approving.services import approve
    from yesand.agreements.approving.words import Use
    from yesand.agreements.services import sign
    from yesand.agreements.templates import draft, standard
    from yesand.agreements.vocabulary import Purpose, UseClass
    from yesand.people.services import organisation

    day = place.clock.now().date()
    terms = standard("recognition", day).terms
    asking = terms.model_copy(update={"approval_per_use": frozenset({UseClass.RECOGNITION})})
    made = draft("standard/recognition", asking)
    agreement = sign(place, made, ada.performer, organisation("producer"))
    until = day + timedelta(days=60)
    use = Use("house-lab", Purpose.RESEARCH, UseClass.RECOGNITION, until)
    approve(place, agreement, use, ada)
    return agreement.digest


def _collectives(place: Place, union: Organisation, una: User, pam: User) -> tuple[str, str]:
    """Return one that both have signed, and one that waits for the producer."""
    from yesand.agreements.collective.services import countersign, propose

    words = {"title": "Voices and machines", "begins": "2026-10-01", "floor": FLOOR}
    made, _ = countersign(place, propose(place, words, una, union=union), pam)
    next_one = {**words, "title": "For everybody", "everyone": True}
    return made.digest, propose(place, next_one, una, union=union).digest


def _talk(place: Place, ada: User, pam: User) -> Offer:
    """Offer, counter-offer."""
    from yesand.agreements.negotiating.changing import changed
    from yesand.agreements.negotiating.services import counter
    from yesand.agreements.negotiating.steps.services import last
    from yesand.agreements.offering.services import offer
    from yesand.agreements.offering.speaking.services import on_table

    made = offer(place, ada.performer, "standard/synthesis", pam)
    word = last(made)
    assert word is not None
    terms = changed(on_table(made, word).terms, ASKED)
    note = "Not for sale, please, and only where I can hear it."
    counter(place, made, terms, ada, answers=word.digest, note=note)
    return made
