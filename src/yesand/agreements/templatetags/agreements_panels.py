"""Agreements, as other pages show them."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language

from yesand.agreements.drafts import Draft
from yesand.agreements.models import Agreement, Offer, Withdrawal
from yesand.agreements.offering.speaking.services import open_offers
from yesand.agreements.readability import reading_ease
from yesand.agreements.reading import readable
from yesand.agreements.terms import Terms
from yesand.agreements.wording import passages
from yesand.people.models import Performer, Seat
from yesand.people.sight import visible

register = template.Library()


@register.inclusion_tag("agreements/terms.html")
def terms_of(signed: Agreement | Draft) -> dict[str, Any]:
    """Show the terms as a table and the text as clauses, each linked to what it sets."""
    terms = signed.terms if isinstance(signed.terms, Terms) else Terms.parse(signed.terms)
    sections = readable(terms, get_language() or "en")
    # The first line of a clause's own stands for it; a part's clause is that of the whole.
    shown: dict[str, str] = {}
    for line in (line for section in sections for line in section.lines):
        shown.setdefault(line.clause, line.field)
    clauses = [(p, shown.get(p.field, "")) for p in passages(signed.text, terms.as_json())]
    return {"sections": sections, "clauses": clauses, "language": signed.language}


@register.simple_tag
def ease_of(said: Agreement | Draft) -> int:
    """Say how easy the summary is to read."""
    return reading_ease(said.summary, said.language)


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
