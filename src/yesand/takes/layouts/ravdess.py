"""RAVDESS (Livingstone & Russo 2018, doi:10.1371/journal.pone.0196391): all is in the name.

``03-01-06-02-01-01-12.wav``: modality, vocal channel, emotion, intensity, statement, repetition,
actor (table "File naming convention" at doi:10.5281/zenodo.1188976).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from yesand.takes.layouts.layout import BadRow, Prompt, Row, any_recording, recordings

_NAME = re.compile(r"(0[1-3])-(0[12])-(0[1-8])-(0[12])-(0[12])-(0[12])-(\d\d)\.(\w+)")
_EMOTIONS = "neutral calm happy sad angry fearful disgust surprised".split()
_INTENSITIES = ("normal", "strong")
_STATEMENTS = ("Kids are talking by the door", "Dogs are sitting by the door")
_CHANNELS = {"01": "speech", "02": "song"}
_AUDIO_ONLY = "03"


class Ravdess:
    """24 professional actors, 8 emotions, 2 intensities, 2 sentences, 2 repetitions."""

    name = "ravdess"
    expects = "names such as 03-01-06-01-02-01-12.wav"

    def recognises(self, root: Path) -> bool:
        """Tell by the first name of seven numbers."""
        return any_recording(root, _NAME)

    def corpus(self, root: Path) -> str:
        """Return the one name it has."""
        return self.name

    def rows(self, root: Path) -> Iterator[Row | BadRow]:
        """Read every name."""
        for path, match in recordings(root, _NAME):
            yield self._row(path, match)

    def _row(self, path: Path, match: re.Match[str]) -> Row | BadRow:
        modality, channel, emotion, intensity, statement, repetition, actor, _ = match.groups()
        if modality != _AUDIO_ONLY:
            return BadRow(path, "Video is not taken yet: give the audio-only files (03-…)")
        if not 1 <= int(actor) <= 24:
            return BadRow(path, f"RAVDESS has actors 01 to 24, not {actor}")
        sentence = _STATEMENTS[int(statement) - 1]
        sung = _CHANNELS[channel] == "song"
        slug = f"ravdess-{sentence.split()[0].lower()}{'-sung' if sung else ''}"
        return Row(
            path=path,
            performer=f"Actor_{actor}",
            emotion=_EMOTIONS[int(emotion) - 1],
            intensity=_INTENSITIES[int(intensity) - 1],
            scene=Prompt(slug, f"{sentence}{' (sung)' if sung else ''}"),
            repetition=int(repetition),
            language="en",
        )
