"""What can stand between a model and the registry."""

from yesand.kernel.errors import Refused, YesAndError


class NotRegistered(Refused):
    """A model folder that the registry does not know."""


class NameTaken(Refused):
    """Another model, or another deployment, bears the name."""


class AlreadyEnded(Refused):
    """A deployment that was ended at another time; what was signed stays."""


class OutOfMemory(YesAndError):
    """What cannot be made smaller does not fit into this machine's memory."""

    exit_code = 1
