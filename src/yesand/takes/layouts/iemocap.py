"""IEMOCAP (Busso et al. 2008, doi:10.1007/s10579-008-9076-6): names, and a label file a dialogue.

``Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_M003.wav``: the F before the dialogue wore
the markers, the M before the number speaks. Labels stand in
``Session1/dialog/EmoEvaluation/Ses01F_impro01.txt``, one line in brackets an utterance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from yesand.takes.layouts.layout import BadRow, Prompt, Row, any_recording, recordings

_NAME = re.compile(r"(Ses(0[1-5])[FM]_(impro\d\d|script\d\d_\d)([a-z]?))_([FM])(X?X?\d+)\.(\w+)")
_LABEL = re.compile(r"\[\d+\.\d+ - \d+\.\d+\]\t(\w+)\t(\w+)\t\[")
_EMOTIONS = {
    "ang": "anger",
    "hap": "happiness",
    "exc": "excitement",
    "sad": "sadness",
    "fru": "frustration",
    "fea": "fear",
    "sur": "surprise",
    "dis": "disgust",
    "neu": "neutral",
    "oth": "other",
    "xxx": "undecided",  # the raters had no majority
}


class Iemocap:
    """10 actors in 5 mixed pairs, improvised and scripted dialogues, cut into utterances."""

    name = "iemocap"
    expects = "names such as Ses01F_impro01_F000.wav with dialog/EmoEvaluation/*.txt"

    def recognises(self, root: Path) -> bool:
        """Tell by the first name of an utterance."""
        return any_recording(root, _NAME)

    def corpus(self, root: Path) -> str:
        """Return the one name it has."""
        return self.name

    def rows(self, root: Path) -> Iterator[Row | BadRow]:
        """Read every name, and its label from the dialogue's file."""
        labels = _labels(root)
        for path, match in recordings(root, _NAME):
            dialogue, session, part, _, speaker, _, _ = match.groups()
            code = labels.get(path.stem)
            if code is None:
                yield BadRow(path, f"No label for it in EmoEvaluation/{dialogue}.txt")
            elif code not in _EMOTIONS:
                yield BadRow(path, f"IEMOCAP has no emotion {code!r}")
            else:
                yield Row(
                    path=path,
                    performer=f"iemocap_Ses{session}{speaker}",
                    emotion=_EMOTIONS[code],
                    scene=Prompt(f"iemocap-{part.replace('_', '-')}", _title(part)),
                    language="en",
                )


def _labels(root: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(root.rglob("EmoEvaluation/Ses*.txt")):
        found.update(_LABEL.findall(path.read_text("utf-8", errors="replace")))
    return found


def _title(part: str) -> str:
    if part.startswith("impro"):
        return f"Improvisation {int(part[5:])}"
    script, section = part[6:].split("_")
    return f"Script {int(script)}, part {section}"
