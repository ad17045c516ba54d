"""Errors that say what was wrong, where, and what to do about it."""

from __future__ import annotations


class YesAndError(Exception):
    """Base of every error a user may meet.

    Parameters
    ----------
    what : the fault, as a sentence without a full stop.
    where : the file, row, field or id it was found in.
    remedy : what the person can do now.

    >>> import yesand
    >>> try:
    ...     yesand.open("nowhere")
    ... except yesand.YesAndError as fault:
    ...     print(fault.what, "|", fault.remedy)
    No house here | Make one with `yesand init`.
    """

    #: Exit status of the command line: 1 refused or failed check, 2 bad input.
    exit_code = 2

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """Return the whole error in one line."""
        place = f" ({self.where})" if self.where else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}.{remedy}"

    def as_dict(self) -> dict[str, str]:
        """Return the error for ``--json`` and problem+json."""
        kind = type(self).__name__
        return {"error": kind, "what": self.what, "where": self.where, "remedy": self.remedy}


class BadInput(YesAndError):
    """What was given cannot be read or makes no sense."""


class NotFound(BadInput):
    """What was named does not exist."""


class Refused(YesAndError):
    """Understood, and not permitted."""

    exit_code = 1


class TooLarge(Refused):
    """More bytes than this house takes at once, or keeps of one person or organisation."""


class Unavailable(YesAndError):
    """A service that the keeper named does not answer; again later it may."""

    exit_code = 1


class Busy(Refused):
    """As much at once as this house can take; ``after`` seconds from now it may take more."""

    def __init__(self, what: str, *, after: int, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.after = after


class CheckFailed(YesAndError):
    """A signature, proof, hash or recomputation does not hold."""

    exit_code = 1
