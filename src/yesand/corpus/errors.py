"""What can stand in the way of using a corpus."""

from yesand.kernel.errors import CheckFailed, Refused


class NothingPermitted(Refused):
    """The gate let nothing through; the clauses say why."""


class Overtaken(Refused):
    """A manifest that something since has overtaken: a withdrawal, a dispute, new terms, time."""


class ManifestBroken(CheckFailed):
    """A manifest file that was changed, cut or signed by somebody else."""
