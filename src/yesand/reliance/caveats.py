"""What a reader must know of the takes and queries behind a report: plain words, nobody's name.

None of it stops a report. Shares are of *these* queries; where these ask about what nobody trained,
or about sounds unlike any that was trained on, that is said beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from yesand.reliance.game import Game, games
from yesand.reliance.inputs import Inputs

#: Half as far out again as the outermost take of the training is another domain …
_FAR = 1.5
#: … and this part of the queries may lie there without a word.
_OUTLYING = 0.01


def caveats(given: Inputs) -> tuple[str, ...]:
    """Return what must be said beside a report's shares."""
    played = games(given)
    found = [*_uncovered(played, given.corpus.labels), *_outlying(played), *_scarce(given)]
    return tuple(found)


def _uncovered(played: Sequence[Game], labels: Sequence[str]) -> Iterator[str]:
    """Say which emotions are asked about where nobody trained them."""
    lacking, asked = set[int](), set[int]()
    for game in played:
        missing = set(game.queried.label.tolist()) - set(game.trained.label.tolist())
        about = np.isin(game.queried.label.numpy(), sorted(missing))
        asked |= set(game.asked[game.queried.owner.numpy()[about]].tolist())
        lacking |= missing
    if lacking:
        named = ", ".join(labels[label] for label in sorted(lacking))
        yield (
            f"No take that trained shows {named} where {len(asked)} performers were asked about "
            "it: nobody is credited for that part of the usage."
        )


def _outlying(played: Sequence[Game]) -> Iterator[str]:
    """Say how many queries lie far from the middle of the training, beyond all of its takes."""
    count = far = 0
    for game in played:
        reach = game.trained.features.norm(dim=1).max()
        far += int((game.queried.features.norm(dim=1) > _FAR * reach).sum())
        count += len(game.queried.label)
    if far > _OUTLYING * count:
        yield (
            f"{far} of {count} queries lie half as far out again as any take that was trained on: "
            "what the model says there is not learned from anybody."
        )


def _scarce(given: Inputs) -> Iterator[str]:
    """Say how many performers have a single take."""
    corpus = given.corpus
    takes = np.bincount(corpus.owner, minlength=len(corpus.performers))[: len(corpus.people)]
    single = int((takes == 1).sum())
    if single:
        whose = "One performer" if single == 1 else f"{single} performers"
        yield f"{whose} trained with a single take: that share rests on one recording."
