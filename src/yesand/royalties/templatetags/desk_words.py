"""How an invoice stands, in templates."""

from __future__ import annotations

from datetime import date

from django import template

from yesand.royalties.models import Invoice

register = template.Library()


@register.filter
def stands(invoice: Invoice, today: date) -> str:
    """Return how an invoice stands on a day."""
    return invoice.standing(today).value
