"""Pictures that this house draws itself, as SVG: from an article's words, or a report's figures.

The same words give the same picture, other words another. Each picture says in words what it is.
"""

from __future__ import annotations

from yesand.newsroom.drawing import exchange, ridges, ripples, strands
from yesand.newsroom.drawing.dice import Dice
from yesand.newsroom.drawing.frame import HEIGHT, WIDTH, Drawing

__all__ = ["HEIGHT", "WIDTH", "of_words"]

_MOTIFS = (strands.drawn, ripples.drawn, ridges.drawn, exchange.drawn)


def of_words(digest: str) -> Drawing:
    """Return the picture of an article.

    Parameters
    ----------
    digest : of its words.
    """
    dice = Dice(digest)
    return dice.one_of(_MOTIFS)(dice)
