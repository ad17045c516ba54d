"""EMO-DB (Burkhardt et al. 2005, "A database of German emotional speech"): all is in the name.

``03a01Fa.wav``: speaker, text, emotion (a German initial), version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from yesand.takes.layouts.layout import BadRow, Prompt, Row, any_recording, recordings

_NAME = re.compile(r"(\d\d)([ab]\d\d)([A-Z])([a-z])\.(\w+)")
_EMOTIONS = {
    "W": "anger",  # Wut
    "L": "boredom",  # Langeweile
    "E": "disgust",  # Ekel
    "A": "fear",  # Angst
    "F": "happiness",  # Freude
    "T": "sadness",  # Trauer
    "N": "neutral",
}
_TEXTS = {
    "a01": "Der Lappen liegt auf dem Eisschrank.",
    "a02": "Das will sie am Mittwoch abgeben.",
    "a04": "Heute abend könnte ich es ihm sagen.",
    "a05": "Das schwarze Stück Papier befindet sich da oben neben dem Holzstück.",
    "a07": "In sieben Stunden wird es soweit sein.",
    "b01": "Was sind denn das für Tüten, die da unter dem Tisch stehen?",
    "b02": "Sie haben es gerade hochgetragen und jetzt gehen sie wieder runter.",
    "b03": "An den Wochenenden bin ich jetzt immer nach Hause gefahren und habe Agnes besucht.",
    "b09": "Ich will das eben wegbringen und dann mit Karl was trinken gehen.",
    "b10": "Die wird auf dem Platz sein, wo wir sie immer hinlegen.",
}


class EmoDB:
    """10 actors, 7 emotions, 10 German sentences."""

    name = "emodb"
    expects = "names such as 03a01Fa.wav"

    def recognises(self, root: Path) -> bool:
        """Tell by the first name of speaker, text, emotion and version."""
        return any_recording(root, _NAME)

    def corpus(self, root: Path) -> str:
        """Return the one name it has."""
        return self.name

    def rows(self, root: Path) -> Iterator[Row | BadRow]:
        """Read every name."""
        for path, match in recordings(root, _NAME):
            speaker, text, letter, version, _ = match.groups()
            emotion = _EMOTIONS.get(letter)
            if emotion is None:
                yield BadRow(path, f"EMO-DB has no emotion {letter!r}")
                continue
            yield Row(
                path=path,
                performer=f"emodb_{speaker}",
                emotion=emotion,
                scene=Prompt(f"emodb-{text}", _TEXTS.get(text, text)),
                repetition=ord(version) - ord("a") + 1,
                language="de",
            )
