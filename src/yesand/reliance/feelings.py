"""One feeling by whatever name: usage says anger where a corpus says angry.

Only words of one feeling stand together; a strong one and a weak one, rage and annoyance, do not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

_ALIKE = (
    {"anger", "angry"},
    {"joy", "joyful", "happy", "happiness", "glad"},
    {"sadness", "sad"},
    {"fear", "fearful", "afraid"},
    {"disgust", "disgusted"},
    {"surprise", "surprised"},
    {"neutral", "neutrality"},
    {"calm", "calmness"},
    {"boredom", "bored"},
    {"contempt", "contemptuous"},
    {"excitement", "excited"},
    {"frustration", "frustrated"},
)


def named(emotion: str, known: Collection[str]) -> str:
    """Return by which of the known names an emotion goes, or its own if by none.

    >>> named("anger", ["angry", "sad"]), named("awe", ["angry", "sad"])
    ('angry', 'awe')
    """
    if emotion in known:
        return emotion
    alike = next((words for words in _ALIKE if emotion in words), set())
    return next((name for name in sorted(known) if name in alike), emotion)


def renamed(mix: Mapping[str, int], known: Collection[str]) -> dict[str, int]:
    """Return a mix by the known names; what is one feeling is added up.

    >>> renamed({"joy": 3, "happy": 1, "awe": 2}, ["happy"])
    {'happy': 4, 'awe': 2}
    """
    found: dict[str, int] = {}
    for emotion, part in mix.items():
        name = named(emotion, known)
        found[name] = found.get(name, 0) + part
    return found
