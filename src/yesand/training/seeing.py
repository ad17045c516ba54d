"""What of a take a model is trained on, held against what its manifest permits; faces not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from yesand.agreements.film import with_it
from yesand.agreements.vocabulary import Modality
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.errors import BadInput, Refused
from yesand.training import card
from yesand.training.examples import Example
from yesand.training.grounds import Grounds

_FROM = {
    frozenset({Modality.VOICE}): "voice",
    frozenset({Modality.FACE}): "the face",
    frozenset({Modality.VOICE, Modality.FACE}): "voice and face",
}


class Sensing(Protocol):
    """Settings of any kind of model."""

    @property
    def senses(self) -> frozenset[Modality]:
        """What of a take the model is trained on."""
        ...


def check_senses(manifest: SignedManifest, senses: frozenset[Modality]) -> None:
    """Check that a manifest permits all that a model hears or sees.

    A manifest for the face is of videos, and was permitted for the voice as well
    (``agreements.film``): a model may hear them. One for the voice shows nobody.

    Raises
    ------
    Refused : it does not.
    """
    asked = manifest.asked().modality
    if missing := sorted(senses - set(with_it(asked))):
        raise Refused(
            f"The model would be trained on the {' and the '.join(missing)}, and the manifest "
            f"permits the {asked} alone",
            where=f"manifest {manifest.digest[:12]}",
            remedy=f"Ask the gate for it: yesand gate --modality {missing[0]}.",
        )


def rated_as(senses: frozenset[Modality]) -> tuple[str, ...]:
    """Return which ratings a model is set beside: first of raters who were given as much as it is.

    Of one that hears and sees, then those of each alone.
    """
    alone = tuple(sorted(map(str, senses)))
    return alone if len(alone) == 1 else ("both", *alone)


def told_senses(about: Mapping[str, Any]) -> frozenset[Modality]:
    """Return what a folder says that its model was trained on; nothing, if it says nothing.

    Raises
    ------
    BadInput : what nobody here knows.
    """
    try:
        return frozenset(map(Modality, about.get("senses", ())))
    except (TypeError, ValueError) as fault:
        raise BadInput(f"Not what a model is trained on: {fault}", where="senses") from fault


def seen_card(
    told: dict[str, Any], settings: Sensing, unseen: Sequence[Example], grounds: Grounds
) -> dict[str, Any]:
    """Return a card with what the model is told of people, and how many takes showed no face."""
    if settings.senses == {Modality.VOICE}:
        return told
    data = {**told["data"], "left_out_without_a_face": len(unseen)}
    limits = card.FACE_LIMITS if len(settings.senses) == 1 else card.FUSED_LIMITS
    takes = data["takes"] + data.get("copies_left_out", 0) + len(unseen)
    return {
        **told,
        "marks": card.marks(grounds, takes),
        "task": f"emotion recognition from {_FROM[settings.senses]}",
        "data": data,
        "limits": [*told["limits"], *limits],
    }


def unseen_arrays(unseen: Sequence[Example], grounds: Grounds) -> dict[str, NDArray[Any]]:
    """Return what ``frozen.npz`` keeps of takes without a face: which, and whose."""
    masks = grounds.masks
    return {
        "unseen": np.array([e.sha256 for e in unseen], dtype="U64"),
        "unseen_of": np.array([masks.get(e.performer, e.performer) for e in unseen], dtype=str),
    }
