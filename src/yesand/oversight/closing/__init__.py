"""Stating that a duty was done: signed by who had to do it, and logged."""
