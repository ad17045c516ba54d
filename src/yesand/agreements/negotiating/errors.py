"""What a negotiation refuses."""

from __future__ import annotations

from yesand.kernel.errors import Refused


class Stale(Refused):
    """The other side has spoken since the person read what they answer."""


class NotYourTurn(Refused):
    """The last word is one's own: the other side answers it."""


class Closed(Refused):
    """It was signed, declined or taken back."""
