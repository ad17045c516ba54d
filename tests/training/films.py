"""A troupe that smiles or frowns as it whistles, on films of half a second, and who reads them.

MediaPipe's model is nobody's to ship. This reader is what it is to training and serving: it opens
a film, looks at its real frames, and says what the muscles do. Whoever's frame is black shows none.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tests.takes.videos import RATE, video
from tests.training.whistles import cry

from yesand.affect.face.reader import Seen, track
from yesand.affect.face.track import BLENDSHAPES, Track
from yesand.affect.listening import Kept, hear
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_file
from yesand.takes.video.facts import kind_of
from yesand.takes.video.reading import frames
from yesand.training.examples import Example

PEOPLE = ("Alba", "Bert", "Cleo")
#: How bright each feeling's frames are: it is how far the mouth smiles.
FACES = {"glad": 220, "grave": 90}
DARK = 0


class Reader:
    """Reads brightness as a smile."""

    version = "face-v1-" + "ab" * 16

    def __init__(self) -> None:
        self.read_paths = list[Path]()

    def read(self, path: Path) -> Track:
        """Return how the face moves in a video."""
        self.read_paths.append(path)
        kind = kind_of(path) if path.is_file() else None
        if kind is None:
            raise BadInput("No video, so no face", where=path.name)
        return track([(frame.at_s, _seen(frame.pixels)) for frame in frames(path, kind, rate=25)])


def _seen(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Seen:
    bright = float(pixels.mean()) / 255
    if bright < 0.2:
        return Seen((0.0,) * len(BLENDSHAPES), (0.0,) * 3, 0)
    told = [0.0] * len(BLENDSHAPES)
    for name in ("mouthSmileLeft", "mouthSmileRight"):
        told[BLENDSHAPES.index(name)] = bright
    told[BLENDSHAPES.index("jawOpen")] = float(pixels.std()) / 255
    return Seen(tuple(told), (bright, 0.0, 0.0), 1)


def film(path: Path, emotion: str, person: int, again: int, bright: int | None = None) -> Path:
    """Write a film of a whistle and a face as bright as its feeling."""
    wave = cry(emotion, person, again).astype(np.float32)
    sound = np.repeat(wave, RATE // 16_000)[:, None]
    level = FACES[emotion] + 4 * person + 3 * again if bright is None else bright
    return video(path, 0.6, size=(64, 48), sound=sound, bright=level)


def films(folder: Path, cache: Kept, dark: Sequence[str] = (), each: int = 2) -> list[Example]:
    """Return the troupe as examples; their sound is known already, as after an earlier run.

    Parameters
    ----------
    dark : of whom the last take of each feeling shows no face.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = list[Example]()
    for n, person in enumerate(PEOPLE):
        for emotion in FACES:
            for again in range(each):
                unseen = DARK if person in dark and again == each - 1 else None
                path = film(folder / f"{person}-{emotion}-{again}.mp4", emotion, n, again, unseen)
                sha256 = digest_file(path)
                cache.put(sha256, hear(cry(emotion, n, again).astype(np.float32), 16_000))
                made.append(Example(path, sha256, person, emotion, 600))
    return made
