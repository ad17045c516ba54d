"""What collective agreements refuse."""

from __future__ import annotations

from yesand.kernel.errors import Refused


class BelowFloor(Refused):
    """Terms give a performer less than the collective agreement that covers them."""
