"""What can stand in the way of making synthetic takes."""

from yesand.kernel.errors import Refused


class NotForSynthesis(Refused):
    """The manifest permits something else than synthesis."""


class NothingMade(Refused):
    """Not one take of what the generator made can be kept; the reasons say why."""
