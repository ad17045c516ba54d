"""What this room does when it hears that a suspension has begun or ended: licensees are told."""

from __future__ import annotations

from yesand.kernel.place import Place
from yesand.oversight.feed.suspending.services import tell


def suspended(place: Place) -> None:
    """Tell every licensee what is suspended of what they hold, and what no longer is."""
    tell(place)
