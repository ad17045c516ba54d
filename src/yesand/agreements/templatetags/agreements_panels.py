"""Agreements, as other pages show them."""

from __future__ import annotations

from typing import Any

from django import template

from yesand.agreements.models import Agreement, Offer, Withdrawal
from yesand.agreements.offering.speaking.services import open_offers
from yesand.people.models import Performer, Seat
from yesand.people.sight import visible

register = template.Library()


@register.inclusion_tag("agreements/of_performer.html", takes_context=True)
def agreements_of(context: dict[str, Any], performer: Performer) -> dict[str, Any]:
    """Show a performer's agreements and withdrawals, the newest first."""
    sight = context["request"].sight
    return {
        "agreements": visible(Agreement, sight).filter(performer=performer).order_by("-signed_at"),
        "withdrawals": visible(Withdrawal, sight).filter(performer=performer).order_by("-at"),
        "offers": open_offers(visible(Offer, sight).filter(performer=performer)),
        "may_offer": Seat.Role.PRODUCER in sight.roles and performer.user_id is not None,
        "performer": performer,
    }
