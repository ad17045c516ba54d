"""The phrases that the router learns from, by intent and role, as they lie in ``phrases/``.

A pattern stands for several phrases: ``{show|list} my {takes|recordings}`` is four.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from pathlib import Path

from yesand.heidi.intents import Intent

FOLDER = Path(__file__).parent / "phrases"
#: No pattern speaks louder than this many phrases, however many it could make.
MOST_OF_A_PATTERN = 24
_CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Phrase:
    """One phrase, what it asks for, who would say it, and the pattern that it is made from."""

    text: str
    intent: Intent
    role: str
    pattern: str


def expand(pattern: str) -> list[str]:
    """Return what a pattern stands for; of very many, a fixed selection spread over all.

    >>> expand("{show|list} my takes")
    ['show my takes', 'list my takes']
    """
    pieces = _CHOICE.split(pattern)
    choices = [[p] if i % 2 == 0 else p.split("|") for i, p in enumerate(pieces)]
    every = 1
    for choice in choices:
        every *= len(choice)
    # A stride without a common divisor walks through all choices, not through the last alone.
    stride = max(1, every // MOST_OF_A_PATTERN) | 1
    made = islice(product(*choices), 0, every, stride)
    return list(dict.fromkeys(_joined(parts) for parts in islice(made, MOST_OF_A_PATTERN)))


def _joined(parts: tuple[str, ...]) -> str:
    return " ".join("".join(parts).split()).replace(" ,", ",")


@lru_cache(maxsize=1)
def phrases() -> tuple[Phrase, ...]:
    """Return every phrase, always in the same order, none twice."""
    found: dict[str, Phrase] = {}
    for phrase in _read(FOLDER):
        found.setdefault(phrase.text, phrase)
    return tuple(found.values())


def _read(folder: Path) -> Iterator[Phrase]:
    for intent in Intent:
        told = json.loads((folder / f"{intent}.json").read_text("utf-8"))
        for role, patterns in told.items():
            for pattern in patterns:
                for text in expand(pattern):
                    yield Phrase(text, intent, role, pattern)


def fingerprint() -> str:
    """Return the SHA-256 of all phrases: what was learned from others is learned anew."""
    told = [[p.text, p.intent, p.pattern] for p in phrases()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
