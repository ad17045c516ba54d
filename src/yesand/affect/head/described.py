"""Which features a head sees, told so that another machine finds the same: never where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yesand.affect.encoders.pooling import Pooling
from yesand.affect.face.functionals import NAMES as FACE
from yesand.affect.prosody.functionals import VERSION
from yesand.affect.prosody.rows import NAMES
from yesand.agreements.vocabulary import Modality
from yesand.kernel.errors import BadInput

PROSODY, ENCODER, FACES = "prosody", "encoder", "face"


@dataclass(frozen=True)
class Described:
    """A source of features.

    Attributes
    ----------
    version : names the recipe, and of an encoder or a model of faces the digest of its files.
    source : prosody, encoder or face. width : how many numbers a take has.
    layer, pooling : of an encoder, as ``affect.encoders`` has them.
    """

    version: str = VERSION
    source: str = PROSODY
    width: int = len(NAMES)
    layer: int = 0
    pooling: str = ""

    @property
    def senses(self) -> frozenset[Modality]:
        """What of a take is looked at."""
        return frozenset({Modality.FACE if self.source == FACES else Modality.VOICE})

    @property
    def says(self) -> str:
        """Name it for people."""
        words = {PROSODY: "prosody", ENCODER: "an encoder's embeddings", FACES: "the face"}
        return words[self.source]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; of prosody its version alone, as in folders of old."""
        if self.source == PROSODY:
            return {"features": self.version}
        told = {"features": self.version, "source": self.source, "width": self.width}
        own = {"layer": self.layer, "pooling": self.pooling} if self.source == ENCODER else {}
        return {**told, **own}

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> Described:
        """Read it back.

        Raises
        ------
        BadInput : no source of features that is known here.
        """
        try:
            version, source = str(told["features"]), str(told.get("source", PROSODY))
            if source == PROSODY and version == VERSION:
                return cls()
            if source == FACES:
                return cls(version, FACES, len(FACE))
            if source == ENCODER:
                pooling = Pooling(told["pooling"])
                return cls(version, ENCODER, int(told["width"]), int(told["layer"]), pooling.value)
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput(f"Not a source of features: {fault}", where="features") from fault
        raise BadInput(
            f"No features called {version!r} here",
            where="features",
            remedy=f"There are {VERSION}, an encoder's and a face's.",
        )
