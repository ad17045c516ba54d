"""Which kinds of model can be trained, and what they hear or see by."""

from __future__ import annotations

from pathlib import Path

from yesand.affect.head.brought import Brought
from yesand.affect.head.described import ENCODER, FACES, PROSODY
from yesand.kernel.errors import BadInput
from yesand.training.examples import Settings
from yesand.training.heads import HeadSettings
from yesand.training.shards.training import ShardSettings

NETWORK, HEAD = "network", "head"


def settings_of(
    kind: str, shards: int = 0, features: str = PROSODY, layer: int = -1, pooling: str = "mean"
) -> Settings | HeadSettings:
    """Return the usual settings of a kind.

    Parameters
    ----------
    shards : of a network, in how many parts by performer; 0: in one piece.
    features : that a head sees: ``prosody``, ``encoder:FOLDER``, ``face:TASKFILE``, or ``face``.
    layer, pooling : of an encoder.

    Raises
    ------
    BadInput : there is no such kind, or it has no parts, or no choice of features.
    NotFound : no such encoder or model of faces lies here.
    """
    if kind not in {NETWORK, HEAD}:
        raise BadInput(f"No such kind of model: {kind!r}", remedy=f"Of {NETWORK}, {HEAD}.")
    if kind == NETWORK and features != PROSODY:
        raise BadInput("A network has features of its own", remedy="Give --kind head.")
    if kind == NETWORK:
        return ShardSettings(shards=shards) if shards else Settings()
    if shards:
        raise BadInput(
            "A convex head has no parts",
            remedy="Leave out --shards: takes are undone exactly in it.",
        )
    return _head(features, layer, pooling)


def _head(features: str, layer: int, pooling: str) -> HeadSettings:
    """Return a head's settings, with what it needs opened once: its digest names it."""
    source, _, where = features.partition(":")
    if source == PROSODY and not where:
        return HeadSettings()
    if source == ENCODER and where:
        brought = Brought(encoders=(Path(where),))
        described = brought.describe_encoder(Path(where), layer, pooling)
        return HeadSettings(described=described, brought=brought)
    if source == FACES:
        brought = Brought(task=Path(where) if where else None)
        return HeadSettings(described=brought.describe_faces(), brought=brought)
    raise BadInput(
        f"No such features: {features!r}",
        where="--features",
        remedy=f"Give {PROSODY}, {ENCODER}:FOLDER, or {FACES}:face_landmarker.task.",
    )
