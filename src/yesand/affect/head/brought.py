"""What its user has brought onto this machine for heads to hear and see by.

Encoders and models of faces are nobody's to ship here. A model names them by the digest of their
files, and here they are found by it; where they lie is told by the environment or by an argument,
and kept nowhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from yesand.affect.encoders.folder import version_of
from yesand.affect.encoders.pooling import Pooling
from yesand.affect.face.reader import SETTING, FaceReader
from yesand.affect.face.rows import version_of as face_version
from yesand.affect.head.described import ENCODER, FACES, Described
from yesand.kernel.errors import BadInput, CheckFailed, NotFound

if TYPE_CHECKING:
    from yesand.affect.encoders.encoder import Encoder

#: Names a folder that holds encoders, each in a folder of its own; or one that is an encoder.
ENCODERS = "YESAND_ENCODERS"
_INSTALL = 'Install it: pip install "yesand[train,encoders]"'


@dataclass(frozen=True)
class Brought:
    """Where to look.

    Attributes
    ----------
    encoders : folders of encoders, or that hold some; beside them what ``YESAND_ENCODERS`` names.
    task : ``face_landmarker.task``; none: what ``YESAND_FACE_TASK`` names.
    reader : reads faces in place of MediaPipe.
    """

    encoders: tuple[Path, ...] = ()
    task: Path | None = None
    reader: FaceReader | None = field(default=None, repr=False)

    def encoder(self, wanted: Described) -> Encoder:
        """Open the encoder with exactly those files.

        Raises
        ------
        NotFound : none here has its digest. BadInput : ``transformers`` is missing.
        CheckFailed : its rows have another width.
        """
        found = opened(self.place_of(wanted), wanted.layer, wanted.pooling)
        found.fits(wanted.version, wanted.width)
        return found

    def place_of(self, wanted: Described) -> Path:
        """Return the folder of the encoder with exactly those files; it is not opened.

        Raises
        ------
        NotFound : none here has its digest.
        """
        for folder in self._folders():
            if version_of(folder, wanted.layer, Pooling(wanted.pooling)) == wanted.version:
                return folder
        looked = ", ".join(map(str, self._places())) or "nowhere: none was named"
        raise NotFound(
            f"The encoder that this model hears by is not here: {wanted.version} (layer "
            f"{wanted.layer}, {wanted.pooling}, {wanted.width} numbers a take)",
            where=looked,
            remedy="Put its folder, every file as it was in training, into the folder that "
            f"{ENCODERS} names. Another encoder, or another version of it, does not do.",
        )

    def faces(self, wanted: Described) -> FaceReader:
        """Open the model of faces with exactly that digest.

        Raises
        ------
        NotFound, BadInput : none is here. CheckFailed : another one is.
        """
        try:
            reader = self.reader or FaceReader.open(self.task)
        except NotFound as fault:
            raise NotFound(
                f"The model of faces that this model sees by is not here: {wanted.version}",
                where=fault.where,
                remedy=f"Name its face_landmarker.task ({SETTING}): docs/signals.md says where "
                "it is had.",
            ) from fault
        if (found := face_version(reader)) != wanted.version:
            raise CheckFailed(
                f"Made with another model of faces: {wanted.version}, where this one is {found}",
                where=SETTING,
                remedy="Name the file that the model was trained with.",
            )
        return reader

    def check(self, wanted: Described) -> None:
        """Check that what features need lies here.

        Raises
        ------
        NotFound, BadInput, CheckFailed : it does not.
        """
        if wanted.source == ENCODER:
            self.place_of(wanted)
        elif wanted.source == FACES:
            self.faces(wanted)

    def describe_encoder(self, folder: Path, layer: int = -1, pooling: str = "mean") -> Described:
        """Name an encoder that lies here.

        Raises
        ------
        NotFound, BadInput : it cannot be opened, or has no such layer or pooling.
        """
        made = opened(folder, layer, pooling)
        return Described(made.version, ENCODER, made.width, made.layer, made.pooling.value)

    def describe_faces(self) -> Described:
        """Name the model of faces that lies here.

        Raises
        ------
        NotFound, BadInput : none, or it cannot be opened.
        """
        reader = self.reader or FaceReader.open(self.task)
        return Described.parse({"features": face_version(reader), "source": FACES})

    def _places(self) -> tuple[Path, ...]:
        named = os.environ.get(ENCODERS, "")
        return (*self.encoders, *((Path(named),) if named else ()))

    def _folders(self) -> Iterator[Path]:
        """Yield all encoders' folders, each once."""
        seen = set[Path]()
        for place in self._places():
            inside = sorted(place.iterdir()) if place.is_dir() else []
            for folder in (place, *inside):
                if (folder / "config.json").is_file() and folder.resolve() not in seen:
                    seen.add(folder.resolve())
                    yield folder


def opened(folder: Path, layer: int, pooling: str) -> Encoder:
    """Open an encoder.

    Raises
    ------
    NotFound, BadInput : it cannot be, or PyTorch or ``transformers`` is missing.
    """
    if pooling not in [*Pooling]:
        raise BadInput(f"No pooling {pooling!r}", remedy="Name mean or mean+std.")
    try:
        from yesand.affect.encoders.encoder import Encoder
    except ModuleNotFoundError as fault:
        raise BadInput(f"{fault.name} is missing", remedy=_INSTALL) from fault
    return Encoder.open(folder, layer, Pooling(pooling))
