"""What can be wrong with the log and with evidence."""

from yesand.kernel.errors import CheckFailed


class ProofBroken(CheckFailed):
    """A Merkle proof does not lead to the root."""


class LogBroken(CheckFailed):
    """The log's files disagree with themselves, with the registry or with a signature."""


class BundleBroken(CheckFailed):
    """An evidence bundle does not hold."""
