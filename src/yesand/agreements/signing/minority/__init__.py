"""Whoever the house knows to be a minor: their guardian signs."""
