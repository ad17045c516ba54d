"""Keeping out what its own credential forbids, unless the producer answers for it."""
