"""Whether two accounts of one actor are told to be one voice, and no two actors are.

Every actor of a corpus comes as two accounts, their takes dealt out at random, five times over.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.harness import recordings
from yesand.affect.features import logmel
from yesand.affect.voices import alike
from yesand.takes.sound import read

_TIMES = 5


def table() -> Iterator[str]:
    """Yield the lines of the table."""
    yield "\nAccounts that sound like one voice:\n"
    head = ("", "two accounts of one actor", "told as one", "accounts of two actors", "told as one")
    yield f"| {' | '.join(head)} |"
    yield "|---|--:|--:|--:|--:|"
    for corpus in ("ravdess", "emodb"):
        yield _row(corpus)


def _row(corpus: str) -> str:
    paths = sorted(recordings(corpus).rglob("*.flac"))
    sounds = [read(path) for path in paths]
    takes = [logmel(sound.mono, sound.rate) for sound in sounds]
    ravdess = corpus == "ravdess"
    actors = [path.stem.split("-")[6] if ravdess else path.stem[:2] for path in paths]
    said = [path.stem.split("-")[2] if ravdess else path.stem[5] for path in paths]
    label = np.unique(said, return_inverse=True)[1].astype(np.int64)
    found = wrong = 0
    for time in range(_TIMES):
        dealt = np.random.default_rng(time).integers(0, 2, len(actors)).tolist()
        groups = alike(
            takes, [f"{who}/{part}" for who, part in zip(actors, dealt, strict=True)], label
        )
        for group in groups:
            real = [account.split("/")[0] for account in group]
            found += sum(real.count(who) == 2 for who in set(real))
            wrong += len(set(real)) - 1
    many = len(set(actors))
    pairs = _TIMES * (2 * many * (2 * many - 1) // 2 - many)
    told = 100 * found / (_TIMES * many)
    return f"| {corpus} | {_TIMES * many} | {told:.1f} % | {pairs:,} | {wrong} |"
