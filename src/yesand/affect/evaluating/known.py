"""What is known of takes beside what was acted: their groups, and what raters heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from yesand.affect.evaluating.recall import Ints


@dataclass(frozen=True)
class Beside:
    """The same, take by take.

    Attributes
    ----------
    groups : column (a language, a sex) → its value for every take; "" where it is not known.
    folds : the name of the one in which each take was held out, (takes,); none: not known.
    votes : raters' answers, shape (takes, labels); rows of zeros where nobody rated; none: no take
        was rated at all.
    outside : votes for what is none of the labels.
    """

    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    folds: Sequence[str] | None = None
    votes: Ints | None = None
    outside: int = 0


@dataclass(frozen=True)
class Known:
    """What a house knows of its takes, by their hashes.

    Attributes
    ----------
    groups : column → take → value. votes : take → label → how many raters heard it so.
    """

    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    votes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def of(
        self, takes: Sequence[str], labels: Sequence[str], folds: Sequence[str] | None = None
    ) -> Beside:
        """Return it for some takes, in their order."""
        table = [[self.votes.get(take, {}).get(label, 0) for label in labels] for take in takes]
        votes = np.array(table, dtype=np.int64).reshape(len(takes), len(labels))
        whole = sum(sum(self.votes.get(take, {}).values()) for take in takes)
        return Beside(
            groups={name: [by.get(t, "") for t in takes] for name, by in self.groups.items()},
            folds=folds,
            votes=votes if votes.any() else None,
            outside=whole - int(votes.sum()),
        )
