"""What somebody might do to get more than is theirs, as changes to a corpus and to who is who.

A troupe is what an estimator is given, still open to change. Queries are drawn from usage: what an
attacker adds is trained on and never asked. Where a report asks about performers' own takes, the
attacker's are among them; two manipulations are about just that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from yesand.reliance.inputs import Corpus, Floats, FrozenModel, Inputs, Ints, Queries

Names = NDArray[np.str_]
Rng = np.random.Generator
#: Of a feature's spread: what noise 20 dB below a recording moves in a near copy's features.
NEAR = 0.1
SHUFFLED = "shuffled "


@dataclass(frozen=True)
class Troupe:
    """Takes: as each fold sees them (K, N, d), whose, what they say, and which fold holds them out.

    Attributes
    ----------
    asks : (N,) whether the take is a query too.
    """

    shown: Floats
    who: Names
    label: Ints
    fold: Ints
    asks: NDArray[np.bool_]
    labels: tuple[str, ...]

    def inputs(self) -> Inputs:
        """Return it as an estimator is given it: every voice that is asked counts alike."""
        performers, owner = np.unique(self.who, return_inverse=True)
        count = np.bincount(owner, self.asks, len(performers))[owner]
        weight = np.divide(self.asks, count, out=np.zeros(len(owner)), where=count > 0)
        takes = tuple(f"{n:064x}" for n in range(len(owner)))
        corpus = Corpus(takes, tuple(map(str, performers)), owner, self.labels, self.label)
        return Inputs(FrozenModel("0" * 64, self.shown), corpus, Queries(self.fold, weight))

    def of(self, name: str) -> Ints:
        """Return where a performer's takes are."""
        return np.flatnonzero(self.who == name)

    def unasked(self, name: str) -> Troupe:
        """Return it with nobody asked about a performer."""
        return replace(self, asks=self.asks & (self.who != name))

    def with_takes(
        self, shown: Floats, who: str, label: Ints, fold: int, *, asked: bool = False
    ) -> Troupe:
        """Return it with more takes of one performer."""
        many = len(label)
        return replace(
            self,
            shown=np.concatenate([self.shown, shown], 1),
            who=np.concatenate([self.who, np.full(many, who)]),
            label=np.concatenate([self.label, label]),
            fold=np.concatenate([self.fold, np.full(many, fold)]),
            asks=np.concatenate([self.asks, np.full(many, asked)]),
        )


@dataclass(frozen=True)
class Played:
    """A troupe after a manipulation, and the accounts that its attacker then has."""

    troupe: Troupe
    accounts: tuple[str, ...]


def split(troupe: Troupe, who: str, rng: Rng, parts: int) -> Played:
    """Come as several accounts, the takes dealt out at random."""
    mine, names = rng.permutation(troupe.of(who)), np.array(troupe.who, dtype="U40")
    accounts = tuple(who if part == 0 else f"{who} {part + 1}" for part in range(parts))
    for part, account in enumerate(accounts):
        names[mine[part::parts]] = account
    return Played(replace(troupe, who=names), accounts)


def split_across_folds(troupe: Troupe, who: str, rng: Rng) -> Played:
    """Come as two accounts that are held out in different folds and are both asked about."""
    played = split(troupe, who, rng, 2)
    fold, other = troupe.fold.copy(), played.troupe.of(played.accounts[1])
    fold[other] = (fold[other] + 1) % (int(troupe.fold.max()) + 1)
    return replace(played, troupe=replace(played.troupe, fold=fold))


def split_off_the_harm(troupe: Troupe, who: str, rng: Rng) -> Played:
    """Label half of one's takes wrongly, then put just those into an account of their own."""
    flipped, wrong = _flipped(troupe, who, rng, 0.5)
    names = np.array(flipped.who, dtype="U40")
    names[wrong] = f"{who} 2"
    return Played(replace(flipped, who=names), (who, f"{who} 2"))


def duplicate(troupe: Troupe, who: str, rng: Rng, noise: float = 0.0) -> Played:
    """Give all of one's takes again, exactly or with a little noise."""
    return Played(_copied(troupe, who, who, rng, noise), (who,))


def copy_another(troupe: Troupe, who: str, rng: Rng, noise: float = NEAR) -> Played:
    """Come as nobody and give near copies of all of somebody's takes."""
    return Played(_copied(troupe, who, "Mona", rng, noise), ("Mona",))


def nothing_new(troupe: Troupe, who: str, rng: Rng) -> Played:
    """What is left of any copying once copies are left out of training: the troupe as it was."""
    return Played(troupe, (who,))


def add_noise(troupe: Troupe, who: str, rng: Rng) -> Played:
    """Give as many takes of noise as one has takes, with labels at random."""
    return Played(_noise(troupe, who, who, rng), (who,))


def ride_free(troupe: Troupe, who: str, rng: Rng) -> Played:
    """Come as nobody and give noise, as many takes as somebody has."""
    return Played(_noise(troupe, who, "Mona", rng), ("Mona",))


def flip(troupe: Troupe, who: str, rng: Rng, part: float = 0.5) -> Played:
    """Label part of one's takes as another emotion."""
    return Played(_flipped(troupe, who, rng, part)[0], (who,))


def give_half(troupe: Troupe, who: str, rng: Rng) -> Played:
    """Keep half of one's takes back: nobody should get more by giving less."""
    mine = rng.permutation(troupe.of(who))
    kept = np.ones(len(troupe.who), bool)
    kept[mine[: len(mine) // 2]] = False
    few = replace(
        troupe,
        shown=troupe.shown[:, kept],
        who=troupe.who[kept],
        label=troupe.label[kept],
        fold=troupe.fold[kept],
        asks=troupe.asks[kept],
    )
    return Played(few, (who,))


def rename(troupe: Troupe, who: str, rng: Rng) -> Played:
    """Give everybody another name, so that everybody stands in another place."""
    names = np.unique(troupe.who)
    turned = dict(zip(names.tolist(), rng.permutation(names).tolist(), strict=True))
    renamed = np.array([SHUFFLED + turned[one] for one in troupe.who.tolist()])
    return Played(replace(troupe, who=renamed), (SHUFFLED + turned[who],))


Manipulation = Callable[[Troupe, str, Rng], Played]


def _copied(troupe: Troupe, who: str, as_whom: str, rng: Rng, noise: float) -> Troupe:
    mine = troupe.of(who)
    spread = troupe.shown.std(1, keepdims=True)
    # One performance is heard by every fold: the same noise, in each fold's own features.
    moved = noise * spread * rng.normal(size=(1, len(mine), troupe.shown.shape[2]))
    again = troupe.shown[:, mine] + moved
    return troupe.with_takes(again, as_whom, troupe.label[mine], int(troupe.fold[mine[0]]))


def _noise(troupe: Troupe, like: str, as_whom: str, rng: Rng) -> Troupe:
    mine = troupe.of(like)
    spread, mean = troupe.shown.std(1, keepdims=True), troupe.shown.mean(1, keepdims=True)
    shown = mean + spread * rng.normal(size=(1, len(mine), troupe.shown.shape[2]))
    label = rng.integers(0, len(troupe.labels), len(mine))
    return troupe.with_takes(shown, as_whom, label, int(troupe.fold[mine[0]]))


def _flipped(troupe: Troupe, who: str, rng: Rng, part: float) -> tuple[Troupe, Ints]:
    mine, label = troupe.of(who), troupe.label.copy()
    wrong = rng.permutation(mine)[: round(part * len(mine))]
    label[wrong] = (label[wrong] + rng.integers(1, len(troupe.labels), len(wrong))) % len(
        troupe.labels
    )
    return replace(troupe, label=label), wrong
