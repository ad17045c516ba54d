"""Putting settled months right: which corrections are due, and what they are about."""
