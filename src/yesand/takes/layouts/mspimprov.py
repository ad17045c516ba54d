"""MSP-IMPROV (Busso et al. 2017, doi:10.1109/TAFFC.2016.2515617): names, and one label file.

``session1/S08A/T/MSP-IMPROV-S08A-F01-T-FM01.wav``: sentence 08 and its target emotion A, speaker
F01, kind of recording T, then the pair and turn. The target is acted only in T (the sentence,
improvised) and R (the sentence, read): there the name holds the label. In S (the rest of the
scene) and P (talk between scenes) only the raters' consensus in ``Evalution.txt`` (spelt so in
the release) says anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from yesand.takes.layouts.layout import BadRow, Prompt, Row, any_recording, recordings

_NAME = re.compile(r"MSP-(IMPROV-S(\d\d)([AHSN])-([FM]\d\d)-([PRST])-[FM]{2}\d+)\.(\w+)")
_LABEL = re.compile(r"^UTD-(IMPROV-[A-Z0-9-]+)\.avi; (\w);", re.MULTILINE)
_EMOTIONS = {
    "A": "anger",
    "H": "happiness",
    "S": "sadness",
    "N": "neutral",
    "O": "other",
    "X": "undecided",  # the raters had no majority
}
_KINDS = {
    "T": "the target sentence, improvised",
    "R": "the target sentence, read",
    "S": "the rest of the scene",
    "P": "talk between scenes",
}


class MspImprov:
    """12 actors in 6 pairs; 20 target sentences in scenes that lead up to an emotion."""

    name = "msp-improv"
    expects = "names such as MSP-IMPROV-S08A-F01-T-FM01.wav with Evalution.txt"

    def recognises(self, root: Path) -> bool:
        """Tell by the first name of a turn."""
        return any_recording(root, _NAME)

    def corpus(self, root: Path) -> str:
        """Return the one name it has."""
        return self.name

    def rows(self, root: Path) -> Iterator[Row | BadRow]:
        """Read every name, and the consensus where the name does not tell the emotion."""
        labels = _labels(root)
        for path, match in recordings(root, _NAME):
            turn, sentence, target, speaker, kind, _ = match.groups()
            code = target if kind in "TR" else labels.get(turn, "")
            if code not in _EMOTIONS:
                reason = f"Unknown label {code!r}" if code else "No label for it in Evalution.txt"
                yield BadRow(path, reason)
                continue
            slug = f"mspimprov-s{sentence}{target}-{kind}".lower()
            yield Row(
                path=path,
                performer=f"mspimprov_{speaker}",
                emotion=_EMOTIONS[code],
                scene=Prompt(slug, f"Sentence {sentence}, {_EMOTIONS[target]}: {_KINDS[kind]}"),
                language="en",
            )


def _labels(root: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    # Both spellings go round.
    for path in sorted([*root.rglob("Evalution.txt"), *root.rglob("Evaluation.txt")]):
        found.update(_LABEL.findall(path.read_text("utf-8", errors="replace")))
    return found
