"""Which kinds of model can be trained."""

from __future__ import annotations

from yesand.kernel.errors import BadInput
from yesand.training.examples import Settings
from yesand.training.heads import HeadSettings
from yesand.training.shards.training import ShardSettings
from yesand.training.targeting.heard import ACTED, checked

NETWORK, HEAD = "network", "head"


def settings_of(
    kind: str, shards: int = 0, targets: str = ACTED, *, dimensions: bool = True
) -> Settings | HeadSettings:
    """Return the usual settings of a kind.

    Parameters
    ----------
    shards : of a network, in how many parts by performer; 0: in one piece.
    targets : what takes are taught as, what was acted or what raters heard.
    dimensions : whether a network in one piece reads out axes, too, where enough is rated.

    Raises
    ------
    BadInput : there is no such kind, or it has no parts.
    """
    checked(targets)
    if kind == NETWORK:
        if shards:
            return ShardSettings(shards=shards, targets=targets)
        return Settings(targets=targets, dimensions=dimensions)
    if kind == HEAD and shards:
        raise BadInput(
            "A convex head has no parts",
            remedy="Leave out --shards: takes are undone exactly in it.",
        )
    if kind == HEAD:
        return HeadSettings(targets=targets)
    raise BadInput(f"No such kind of model: {kind!r}", remedy=f"Of {NETWORK}, {HEAD}.")
