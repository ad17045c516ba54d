"""What a program that meters may be told."""

from __future__ import annotations


class MeterError(Exception):
    """Base of all: what is wrong, and what to do."""


class BufferFull(MeterError):
    """The event was not taken: the disk is full, or more waits than may. Nothing else was lost."""


class Unusable(MeterError):
    """The event was not taken: it says something that no event can."""
