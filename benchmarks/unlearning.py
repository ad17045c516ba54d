"""One actor taken out of the convex head, beside the head trained without them from nothing.

RAVDESS's prosody rows, all 24 actors in turn; both searches end within 10⁻⁹ of the optimum, and
features are at hand for both. In the same run: scikit-learn's training of the same head, and how
well the head does by EmoBox's six folds, with all of its features and with the 64 components that
attribution sees.
"""

from __future__ import annotations

import time
import warnings
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.harness import Result, least_cpu, recordings
from yesand.affect.evaluating import uar
from yesand.affect.folds import folds
from yesand.affect.head import sources
from yesand.affect.head.compact import WIDTH, compact
from yesand.affect.head.head import Head, learn
from yesand.affect.head.scaling import balanced
from yesand.affect.listening import Source
from yesand.affect.prosody.functionals import VERSION
from yesand.kernel.ids import digest_file
from yesand.training.heads import HeadSettings
from yesand.training.unlearning.membership import Round, attack, losses

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_TURNS = 3


def run() -> Result:
    """Take each actor out in turn, both ways."""
    found = {digest_file(path): path for path in sorted(recordings("ravdess").glob("*/*.flac"))}
    takes = [Source(name, path) for name, path in found.items()]
    rows = sources.rows(takes, sources.source(VERSION))
    # The third field of a name says what was acted.
    acted = [take.path.name.split("-")[2] for take in takes]
    label = np.unique(acted, return_inverse=True)[1]
    people = np.array([take.path.parent.name for take in takes])
    table = _Table(rows, label, people)
    everyone = table.learn(np.ones(len(takes), dtype=bool))
    removed, anew, apart, moved = [], [], 0.0, 0.0
    for who in np.unique(people):
        left = people != who
        ours, other = table.learn(left, everyone), table.learn(left)
        works = [partial(table.learn, left, everyone), partial(table.learn, left)]
        mine, theirs = least_cpu(works, _TURNS)
        removed.append(mine)
        anew.append(theirs)
        apart = max(apart, _apart(ours, other))
        moved = max(moved, _apart(everyone, other))
    peer = _peer(table, everyone)
    before, after = table.attacks()
    return Result(
        name="unlearning",
        what=(
            f"one of 24 actors of RAVDESS ({len(takes)} takes, {rows.shape[1]:,} features, 8 "
            "emotions) taken out of the convex head: CPU time on one core, the median. No weight "
            f"differs by more than {apart:.1e} from the head that was trained without them (the "
            f"old head's differ by up to {moved:.2g}). scikit-learn trains the same head in "
            f"{peer:.1f} s of CPU. Speaker-independent UAR {table.score(rows):.1f} %, by the "
            f"{WIDTH} components that attribution sees {table.score(None):.1f} %. A membership "
            f"attack has AUC {before:.3f} on actors who are in the head, {after:.3f} once they are "
            "taken out"
        ),
        value=1_000 * float(np.median(removed)),
        unit="ms",
        peer="training without them from nothing, by the same solver",
        peer_value=1_000 * float(np.median(anew)),
    )


class _Table:
    def __init__(self, rows: Floats, label: NDArray[np.int64], people: NDArray[np.str_]) -> None:
        self.rows, self.label = rows, label
        self.target = np.eye(int(label.max()) + 1)[label]
        self.people, self.fold = people, folds(people.tolist())

    def learn(self, there: Bools, start: Head | None = None) -> Head:
        penalty = HeadSettings().penalty
        return learn(self.rows[there], self.target[there], penalty, start).head

    def score(self, rows: Floats | None) -> float:
        """Return the UAR by folds, of these features or of each fold's components."""
        heard = np.empty_like(self.label)
        for k in range(int(self.fold.max()) + 1):
            there = self.fold != k
            seen = compact(self.rows, there) if rows is None else rows
            head = learn(seen[there], self.target[there], HeadSettings().penalty).head
            heard[~there] = head.probability(seen[~there]).argmax(1)
        return 100 * uar(self.label, heard)

    def attacks(self) -> tuple[float, float]:
        """Return the attack's AUC on each fold's first actor that it holds, before and after."""
        rounds: tuple[list[Round], list[Round]] = ([], [])
        for k in range(int(self.fold.max()) + 1):
            there = self.fold != k
            gone = self.people == np.unique(self.people[there])[k]
            before = self.learn(there)
            after = self.learn(there & ~gone, before)
            for asked, head in zip(rounds, (before, after), strict=True):
                loss = losses(head.probability(self.rows), self.label)
                asked.append(Round.of(loss, gone, ~there))
        found = [attack(asked) for asked in rounds]
        assert found[0] is not None and found[1] is not None
        return found[0].auc, found[1].auc


def _apart(one: Head, other: Head) -> float:
    return float(np.abs(one.weights - other.weights).max())


def _peer(table: _Table, head: Head) -> float:
    seen = head.scale.scaled(table.rows)
    model = LogisticRegression(
        C=1 / (HeadSettings().penalty * table.rows.size),
        fit_intercept=False,
        tol=1e-8,
        max_iter=20_000,
    )
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(seen, table.label, balanced(table.target))
    return time.process_time() - began
