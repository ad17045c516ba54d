"""Which kinds of model can be trained."""

from __future__ import annotations

from yesand.kernel.errors import BadInput
from yesand.training.examples import Settings
from yesand.training.heads import HeadSettings

NETWORK, HEAD = "network", "head"


def settings_of(kind: str) -> Settings | HeadSettings:
    """Return the usual settings of a kind.

    Raises
    ------
    BadInput : there is no such kind.
    """
    if kind == NETWORK:
        return Settings()
    if kind == HEAD:
        return HeadSettings()
    raise BadInput(f"No such kind of model: {kind!r}", remedy=f"Of {NETWORK}, {HEAD}.")
