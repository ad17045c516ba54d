"""Which kinds of model can be trained, and what they hear or see by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from yesand.affect.head.brought import Brought
from yesand.affect.head.described import ENCODER, FACES, PROSODY, Described
from yesand.kernel.errors import BadInput
from yesand.training.adapters import AdapterSettings
from yesand.training.examples import Settings
from yesand.training.fused import FusedSettings
from yesand.training.heads import HeadSettings
from yesand.training.shards.training import ShardSettings
from yesand.training.targeting.heard import ACTED, checked

NETWORK, HEAD, ADAPTER, FUSED = "network", "head", "adapter", "fused"
AnySettings = Settings | HeadSettings | FusedSettings


def settings_of(
    kind: str,
    shards: int = 0,
    features: str = PROSODY,
    layer: int = -1,
    pooling: str = "mean",
    face: str = FACES,
    *,
    targets: str = ACTED,
    dimensions: bool = True,
) -> AnySettings:
    """Return the usual settings of a kind.

    Parameters
    ----------
    shards : of a network, in how many parts by performer; 0: in one piece.
    features : that a head sees: ``prosody``, ``encoder:FOLDER``, ``face:TASKFILE``, or ``face``. Of
        fused heads, what the one on voices hears.
    layer, pooling : of an encoder. face : of fused heads, ``face:TASKFILE``, or ``face``.
    targets : what takes are taught as, what was acted or what raters heard.
    dimensions : whether a network in one piece reads out axes, too, where enough is rated.

    Raises
    ------
    BadInput : there is no such kind, or it has no parts, or no choice of features.
    NotFound : no such encoder or model of faces lies here.
    """
    checked(targets)
    if kind not in (kinds := (NETWORK, HEAD, ADAPTER, FUSED)):
        raise BadInput(f"No such kind of model: {kind!r}", remedy=f"Of {', '.join(kinds)}.")
    _check_used(kind, features, (layer, pooling), face)
    if kind == NETWORK and features != PROSODY:
        raise BadInput("A network has features of its own", remedy="Give --kind head.")
    if kind == NETWORK and shards:
        return ShardSettings(shards=shards, targets=targets)
    if kind == NETWORK:
        return Settings(targets=targets, dimensions=dimensions)
    if targets != ACTED and kind != HEAD:
        raise BadInput(
            "Adapters and fused heads are taught what was acted",
            where="--targets",
            remedy="Leave it out, or give --kind network or head.",
        )
    if shards:
        raise BadInput(
            "An adapter has no parts" if kind == ADAPTER else "A convex head has no parts",
            remedy="Leave out --shards"
            + (": takes are undone exactly in it." if kind != ADAPTER else "."),
        )
    told, brought = _described(features, layer, pooling)
    if targets != ACTED and told.source == FACES:
        raise BadInput(
            "What raters heard is taught to a head that hears",
            where="--targets",
            remedy="Leave it out, or give other --features.",
        )
    if kind == HEAD:
        return HeadSettings(described=told, brought=brought, targets=targets)
    if kind == ADAPTER:
        return AdapterSettings(described=told, brought=brought)
    if told.source == FACES:
        raise BadInput("Fused heads hear by what --features names", remedy=f"Give {PROSODY}.")
    seen, eyes = _described(face, layer, pooling)
    if seen.source != FACES:
        raise BadInput("Fused heads see by a face", where="--face", remedy="Give face:TASKFILE.")
    return FusedSettings(seen, told, brought=replace(brought, task=eyes.task))


def _check_used(kind: str, features: str, read: tuple[int, str], face: str) -> None:
    """Refuse what would be given and not looked at."""
    if face != FACES and kind != FUSED:
        raise BadInput(
            "A face of its own is of fused heads", where="--face", remedy="Leave it out."
        )
    if read != (-1, "mean") and not features.startswith(f"{ENCODER}:"):
        raise BadInput(
            "A layer and a pooling are an encoder's",
            where="--layer, --pooling",
            remedy=f"Leave them out, or give --features {ENCODER}:FOLDER.",
        )


def _described(features: str, layer: int, pooling: str) -> tuple[Described, Brought]:
    """Return which features are meant, opened once so that a digest names them, and where."""
    source, _, where = features.partition(":")
    if source == PROSODY and not where:
        return Described(), Brought()
    if source == ENCODER and where:
        brought = Brought(encoders=(Path(where),))
        return brought.describe_encoder(Path(where), layer, pooling), brought
    if source == FACES:
        brought = Brought(task=Path(where) if where else None)
        return brought.describe_faces(), brought
    raise BadInput(
        f"No such features: {features!r}",
        where="--features",
        remedy=f"Give {PROSODY}, {ENCODER}:FOLDER, or {FACES}:face_landmarker.task.",
    )
