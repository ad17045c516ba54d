"""What can be wrong with credentials."""

from __future__ import annotations

from yesand.kernel.errors import BadInput, CheckFailed


class CannotSign(BadInput):
    """The certificate, the key or the file is of no use for a credential."""


class NotHeld(CheckFailed):
    """A credential that was just written does not read back as it should."""
