"""What can go wrong while a training run is watched."""

from yesand.kernel.errors import BadInput, CheckFailed, NotFound


class UnknownOwner(BadInput):
    """A take was trained on whose performer nobody has named."""


class NoQueries(BadInput):
    """There is nothing to ask the model, so nothing can be said to help."""


class BatchMismatch(BadInput):
    """Losses and takes do not go together one to one."""


class UnknownOptimiser(BadInput):
    """How far a gradient moves the weights under this optimiser is not known here."""


class LossNotFinite(CheckFailed):
    """A take's loss is not a number: nothing after it can be attributed."""


class NotDeterministic(CheckFailed):
    """The same gradient computed twice differs."""


class NothingRecorded(NotFound):
    """No step was measured yet, or the run was not recorded at all."""


class NotTwice(BadInput):
    """A layer that can only be read from the losses, in a kernel without a second derivative."""
