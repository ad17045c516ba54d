"""How easy a text is to read: a summary must be understood by a reader of 14.

Flesch's reading ease (1948), for German in Amstad's form (1978), from the sentences, words and
syllables that a library counts. From 60 on, a text is read with ease at 13 to 15 years.
"""

from __future__ import annotations

import re
import warnings

with warnings.catch_warnings():
    # Its tables hold stray backslashes, of which Python warns when it first compiles them.
    warnings.simplefilter("ignore")
    import readability

#: What a reader of 14 needs.
AT_FOURTEEN = 60
_SENTENCE = re.compile(r"(?<=[.:!?])\s+|\n")
_MARK = re.compile(r"\s*([.,:;!?()“”„])")
#: A point or a comma within a number, or after the day of a German date, ends no sentence.
_WITHIN = re.compile(r"(?<=\d)[.,](?=\d)|(?<=\d)\.(?= [A-ZÄÖÜ][a-zä]+ \d)")


def reading_ease(text: str, language: str = "en") -> int:
    """Return Flesch's reading ease of a text: 100 is very easy, 0 very hard.

    >>> reading_ease("The cat sat on the mat. It was a good cat.") > 90
    True
    """
    whole = _WITHIN.sub("", text)
    sentences = (_MARK.sub(r" \1", each).strip() for each in _SENTENCE.split(whole))
    measured = readability.getmeasures("\n".join(filter(None, sentences)), lang=language)
    counted = measured["sentence info"]
    long, syllables = float(counted["words_per_sentence"]), float(counted["syll_per_word"])
    if language == "de":
        return round(180 - long - 58.5 * syllables)
    return round(206.835 - 1.015 * long - 84.6 * syllables)
