"""Reading faces by MediaPipe's Face Landmarker, from a model file that the user brings.

The file, ``face_landmarker.task``, is Google's (Apache-2.0) and is not part of any package; where
it is had and where it goes stands in docs/signals.md. Nothing is downloaded, and nothing is sent:
MediaPipe from 0.10.35 on reports its use to Google from within its library, and is refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from yesand.affect.face.pose import angles
from yesand.affect.face.track import BLENDSHAPES, Track
from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.ids import digest_file
from yesand.takes.video.facts import kind_of
from yesand.takes.video.reading import frames

#: Names the file where no argument does.
SETTING = "YESAND_FACE_TASK"
#: Names the recipe: any change to it needs a new one.
RECIPE = "face-v1"
#: Frames a second that are read; a quick expression lasts a fifth of a second.
RATE = 25.0
#: The first release whose library sends metrics home (its own privacy notice says so).
_TALKS = (0, 10, 35)
_INSTALL = 'Install it: pip install "yesand[face]"'


@dataclass(frozen=True)
class Seen:
    """What one frame tells."""

    expression: tuple[float, ...]
    pose: tuple[float, ...]
    faces: int


@dataclass(eq=False)
class FaceReader:
    """A detector, open.

    Attributes
    ----------
    version : names its rows; a digest of the model file.
    """

    version: str
    options: Any = field(repr=False)
    vision: Any = field(repr=False)

    @classmethod
    def open(cls, task: Path | None = None) -> FaceReader:
        """Open a detector.

        Parameters
        ----------
        task : ``face_landmarker.task``; nothing: what ``YESAND_FACE_TASK`` names.

        Raises
        ------
        NotFound : no such file, or none was named. BadInput : MediaPipe is missing, or the file is
            no model of faces with expressions.
        """
        path = _file(task)
        core, vision = _mediapipe()
        options = vision.FaceLandmarkerOptions(
            base_options=core.BaseOptions(model_asset_path=str(path)),
            running_mode=vision.RunningMode.VIDEO,
            num_faces=2,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        made = cls(f"{RECIPE}-{digest_file(path)[:32]}", options, vision)
        with _Detector(made):
            return made  # it can be opened

    def read(self, path: Path) -> Track:
        """Return how the face moves in a video.

        Raises
        ------
        BadInput : no video, or it cannot be decoded.
        """
        kind = kind_of(path) if path.is_file() else None
        if kind is None:
            raise BadInput("No video, so no face", where=path.name, remedy="Give MP4, MOV or WebM.")
        with _Detector(self) as detector:
            seen = list(_seen(detector, frames(path, kind, rate=RATE)))
        return track(seen)


def track(seen: list[tuple[float, Seen]]) -> Track:
    """Return frames with their times as a track."""
    number = [what.faces for _, what in seen]
    return Track(
        np.array([at for at, _ in seen], dtype=np.float64),
        np.array([w.expression for _, w in seen], np.float32).reshape(-1, len(BLENDSHAPES)),
        np.array([w.pose for _, w in seen], np.float32).reshape(-1, 3),
        np.array(number, dtype=np.int8) == 1,
        np.array(number, dtype=np.int8),
    )


def told(result: Any) -> Seen:
    """Return what is kept of a detection: of its landmarks, nothing.

    Parameters
    ----------
    result : MediaPipe's ``FaceLandmarkerResult``. With two faces it is nobody's expression.
    """
    number = len(result.face_blendshapes)
    nothing = Seen((0.0,) * len(BLENDSHAPES), (0.0,) * 3, number)
    if number != 1 or len(result.facial_transformation_matrixes) != 1:
        return nothing
    scores = {one.category_name: float(one.score) for one in result.face_blendshapes[0]}
    expression = np.array([scores.get(name, 0.0) for name in BLENDSHAPES])
    pose = angles(result.facial_transformation_matrixes[0])
    if not (np.isfinite(expression).all() and np.isfinite(pose).all()):
        return Seen(nothing.expression, nothing.pose, 0)
    return Seen(tuple(expression.clip(0, 1).tolist()), tuple(pose.tolist()), 1)


def _seen(detector: Any, pictures: Iterator[Any]) -> Iterator[tuple[float, Seen]]:
    import mediapipe

    last = -1
    for frame in pictures:
        # Its clock must rise, in whole milliseconds.
        last = max(last + 1, round(1_000 * frame.at_s))
        pixels = np.ascontiguousarray(frame.pixels)
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)
        yield frame.at_s, told(detector.detect_for_video(image, last))


class _Detector:
    """MediaPipe's object, closed when it is done: tracking begins anew with every take."""

    def __init__(self, reader: FaceReader) -> None:
        try:
            self.own = reader.vision.FaceLandmarker.create_from_options(reader.options)
        except (RuntimeError, ValueError, OSError) as fault:
            raise BadInput(
                "No model of faces that MediaPipe can open",
                where=str(reader.options.base_options.model_asset_path),
                remedy="Give face_landmarker.task as Google offers it: docs/signals.md.",
            ) from fault

    def __enter__(self) -> Any:
        return self.own

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.own.close()


def _file(task: Path | None) -> Path:
    named = task or (Path(told) if (told := os.environ.get(SETTING, "")) else None)
    remedy = f"Name face_landmarker.task (--task or {SETTING}): docs/signals.md says where it is."
    if named is None:
        raise NotFound("No model of faces was named", remedy=remedy)
    if not named.is_file():
        raise NotFound("No such model of faces", where=str(named), remedy=remedy)
    return named


def _mediapipe() -> tuple[Any, Any]:
    try:
        installed = version("mediapipe")
    except PackageNotFoundError as fault:
        raise BadInput("mediapipe is missing", remedy=_INSTALL) from fault
    if tuple(int(n) for n in re.findall(r"\d+", installed)[:3]) >= _TALKS:
        raise BadInput(
            f"MediaPipe {installed} reports its use to Google",
            remedy='What reads faces here must not: pip install "mediapipe<0.10.35"',
        )
    from mediapipe.tasks.python import core, vision

    return core.base_options, vision
