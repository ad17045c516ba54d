"""A performer's leave for one named use, as decisions see it: whose, what for, which, until when.

Where terms say that the performer must be asked for each use, nothing is permitted without one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from yesand.agreements.clause import Request
from yesand.agreements.vocabulary import Purpose, UseClass


@dataclass(frozen=True, order=True)
class Approved:
    """One use that the performer agreed to, and has not revoked."""

    licensee: str
    purpose: Purpose
    use_class: UseClass
    until: date
    at: datetime

    def covers(self, request: Request, day: date) -> bool:
        """Tell whether it is leave for what is asked, on a day of the agreement."""
        asked = (request.licensee, request.purpose, request.use_class)
        return asked == (self.licensee, self.purpose, self.use_class) and day <= self.until


def leave(approvals: Iterable[Approved], day: date, request: Request) -> Approved | None:
    """Return the first leave that covers a request; none, if the performer has not agreed to it."""
    return next((one for one in sorted(approvals) if one.covers(request, day)), None)
