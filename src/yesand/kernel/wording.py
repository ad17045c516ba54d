"""Words for people in modules that know no framework: marked here, translated where shown."""

from __future__ import annotations


def marked(words: str) -> str:
    """Return words as they are; imported as ``_``, it has ``make messages`` gather them.

    >>> marked("You logged in")
    'You logged in'
    """
    return words
