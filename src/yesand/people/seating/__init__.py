"""Organisations and the seats in them: the producer's."""
