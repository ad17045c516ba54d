"""Words for people in modules that know no framework: marked here, translated where shown."""

from __future__ import annotations

from datetime import date


def marked(words: str) -> str:
    """Return words as they are; imported as ``_``, it has ``make messages`` gather them.

    >>> marked("You logged in")
    'You logged in'
    """
    return words


class Sentence(str):
    """A sentence in English that knows how it was made, so that a page can make it anew.

    Parameters
    ----------
    pattern : marked words with ``%(name)s`` where a value stands.
    values : text, numbers, days, or sentences.

    >>> Sentence("%(who)s cannot come on %(day)s", who="Ada", day=date(2027, 3, 28))
    'Ada cannot come on 28 March 2027'
    """

    pattern: str
    values: dict[str, object]

    def __new__(cls, pattern: str, **values: object) -> Sentence:
        """Make it, in English."""
        made = super().__new__(cls, pattern % {name: _plain(v) for name, v in values.items()})
        made.pattern, made.values = pattern, values
        return made


def _plain(value: object) -> object:
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else value
