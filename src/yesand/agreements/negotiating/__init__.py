"""Agreeing as a conversation: offers, counter-offers and amendments, each a signed step."""
