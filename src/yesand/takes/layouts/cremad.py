"""CREMA-D (Cao et al. 2014, doi:10.1109/TAFFC.2014.2336244): all is in the name.

``1001_DFA_ANG_XX.wav``: actor, sentence, emotion, level.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from yesand.takes.layouts.layout import BadRow, Prompt, Row, any_recording, recordings

# Some names in the release have a single X for an unspecified level (1040_ITH_SAD_X.wav).
_NAME = re.compile(r"(1\d{3})_([A-Z]{3})_([A-Z]{3})_([A-Z]{1,2})\.(wav|mp3|flac|ogg)")
_EMOTIONS = {
    "ANG": "anger",
    "DIS": "disgust",
    "FEA": "fear",
    "HAP": "happiness",
    "NEU": "neutral",
    "SAD": "sadness",
}
_LEVELS = {"LO": "low", "MD": "medium", "HI": "high", "XX": "", "X": ""}
_SENTENCES = {
    "DFA": "Don't forget a jacket",
    "IEO": "It's eleven o'clock",
    "IOM": "I'm on my way to the meeting",
    "ITH": "I think I have a doctor's appointment",
    "ITS": "I think I've seen this before",
    "IWL": "I would like a new alarm clock",
    "IWW": "I wonder what this is about",
    "MTI": "Maybe tomorrow it will be cold",
    "TAI": "The airplane is almost full",
    "TIE": "That is exactly what happened",
    "TSI": "The surface is slick",
    "WSI": "We'll stop in a couple of minutes",
}


class CremaD:
    """91 actors, 6 emotions, 12 sentences; one of them at three levels."""

    name = "crema-d"
    expects = "names such as 1001_DFA_ANG_XX.wav"

    def recognises(self, root: Path) -> bool:
        """Tell by the first name of actor, sentence, emotion and level."""
        return any_recording(root, _NAME)

    def corpus(self, root: Path) -> str:
        """Return the one name it has."""
        return self.name

    def rows(self, root: Path) -> Iterator[Row | BadRow]:
        """Read every name; where both are there, the WAV and not the MP3 made from it."""
        wav = root / "AudioWAV"
        for path, match in recordings(wav if wav.is_dir() else root, _NAME):
            actor, sentence, code, level, _ = match.groups()
            if code not in _EMOTIONS or level not in _LEVELS:
                yield BadRow(path, f"CREMA-D has no emotion {code!r} at level {level!r}")
                continue
            yield Row(
                path=path,
                performer=f"cremad_{actor}",
                emotion=_EMOTIONS[code],
                intensity=_LEVELS[level],
                scene=Prompt(f"cremad-{sentence.lower()}", _SENTENCES.get(sentence, sentence)),
                language="en",
            )
