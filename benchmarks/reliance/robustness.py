"""What manipulations gain, by every estimator, on real actors: docs/reliance-robustness.md.

Twelve RAVDESS actors in three folds, 32 principal components of log-mel statistics, the convex head
(and a network for in-run). Three attackers in turn: actors whose shares are small, middling and
large. Run by ``make robustness``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from benchmarks.harness import ROOT, Unavailable
from benchmarks.reliance import accounts
from benchmarks.reliance import manipulations as by
from benchmarks.reliance.manipulations import Manipulation, Troupe
from benchmarks.reliance.sounds import Floats, heard
from yesand.reliance.estimators import estimator
from yesand.reliance.inputs import Ints

PAGE = ROOT / "docs" / "reliance-robustness.md"
MARK = "<!-- measured: everything below is written by `make robustness` -->"
ACTORS, FOLDS, COMPONENTS = 12, 3, 32
_NETWORK: dict[str, Any] = {
    "network": "mlp:32", "epochs": 6, "seeds": 2, "max_seeds": 2, "checks": 0, "stride": 2,
}  # fmt: skip
#: Name → settings. One penalty for all, so that nothing but the manipulation moves a share.
_HEAD: dict[str, dict[str, Any]] = {
    "aumann-shapley": {"checks": 0},
    "shapley": {"pairs": 10},
    "leave-one-out": {},
    "in-run": _NETWORK,
    "datamodel": {"pairs": 64},
    "influence": {},
}


@dataclass(frozen=True)
class Row:
    """A manipulation, and what its attacker should have: "same", "none", or "no more".

    ``asked``: whether the report asks about the attacker's own voice, too.
    """

    title: str
    play: Manipulation
    due: str
    asked: bool = False


ROWS = (
    Row("two accounts", partial(by.split, parts=2), "same"),
    Row("four accounts", partial(by.split, parts=4), "same"),
    Row("two accounts, both asked about", partial(by.split, parts=2), "same", asked=True),
    Row("the same, in different folds", by.split_across_folds, "same", asked=True),
    Row(
        "either, once who sounds alike is held out together",
        partial(by.split, parts=2),
        "same",
        True,
    ),
    Row("half one's labels wrong", by.flip, "no more"),
    Row("the same, the wrong half in an account of its own", by.split_off_the_harm, "no more"),
    Row("every take twice, exactly", by.duplicate, "same"),
    Row("every take twice, nearly", partial(by.duplicate, noise=by.NEAR), "same"),
    Row("either, once copies are left out", by.nothing_new, "same"),
    Row("near copies of another's takes, by a newcomer", by.copy_another, "none"),
    Row("noise beside one's own takes", by.add_noise, "no more"),
    Row("noise alone, by a newcomer", by.ride_free, "none"),
    Row("half one's takes kept back", by.give_half, "no more"),
    Row("other names, in another order", by.rename, "same"),
)


def main() -> int:
    """Measure and write."""
    try:
        troupe = actors()
    except Unavailable as missing:
        print(f"Not measured: {missing}")
        return 3
    told = "\n".join([*table(troupe), *accounts.table()])
    before = PAGE.read_text("utf-8").partition(MARK)[0]
    PAGE.write_text(f"{before}{MARK}\n\n{told}\n", "utf-8")
    print(told)
    return 0


def actors() -> Troupe:
    """Return the first twelve actors; each fold's components come from who trains in it."""
    statistics, _, names, label = heard("ravdess")
    who = np.array(names)
    kept = np.isin(who, np.unique(who)[:ACTORS])
    shown, who = statistics[kept], who[kept]
    fold = np.unique(who, return_inverse=True)[1].astype(np.int64) % FOLDS
    folds = np.stack([_components(shown, fold, k) for k in range(FOLDS)])
    labels = tuple(f"{n}" for n in range(int(label.max()) + 1))
    return Troupe(folds, who, label[kept], fold, np.ones(len(who), bool), labels)


def _components(shown: Floats, fold: Ints, held: int) -> Floats:
    trains = fold != held
    scaled = (shown - shown[trains].mean(0)) / np.maximum(shown[trains].std(0), 1e-9)
    axes = np.linalg.eigh(scaled[trains].T @ scaled[trains])[1][:, -COMPONENTS:]
    turned: Floats = scaled @ axes
    return turned


def table(troupe: Troupe) -> Iterator[str]:
    """Yield the lines of both tables, measuring row by row."""
    l2 = _report(troupe, "aumann-shapley", checks=0).settings["l2"]
    measures = {name: partial(shares, name=name, l2=l2) for name in _HEAD}
    before = {name: measure(troupe) for name, measure in measures.items()}
    attackers = _attackers(before["aumann-shapley"])
    alone = {
        (name, who): measure(troupe.unasked(who))
        for name, measure in measures.items()
        for who in attackers
    }
    yield f"Attackers: {', '.join(attackers)}; each cell is their mean. Penalty {l2:g}.\n"
    yield f"| manipulation | should have | {' | '.join(_HEAD)} |"
    yield "|---|---|" + "--:|" * len(_HEAD)
    gains = dict[str, dict[str, float]]()
    for row in ROWS:
        cells = []
        for name, measure in measures.items():
            known = [before[name] if row.asked else alone[name, who] for who in attackers]
            had, has = _played(row, troupe, attackers, known, measure)
            cells.append(f"{100 * had.mean():.1f} → {100 * has.mean():.1f}")
            gains.setdefault(row.title, {})[name] = float((has - had).max())
        line = f"| {row.title} | {row.due} | {' | '.join(cells)} |"
        print(line, file=sys.stderr, flush=True)
        yield line
    yield "\nThe most that one of the three attackers gained, in points:\n"
    yield f"| manipulation | {' | '.join(_HEAD)} |"
    yield "|---|" + "--:|" * len(_HEAD)
    for title, found in gains.items():
        yield f"| {title} | {' | '.join(f'{100 * gain:+.2f}' for gain in found.values())} |"
    yield from _seeds(troupe, l2, before)


def shares(troupe: Troupe, name: str, l2: float, seed: int = 0) -> dict[str, float]:
    """Return performer → share."""
    settings = {"seed": seed} if name == "in-run" else {"seed": seed, "l2": l2}
    found = _report(troupe, name, **_HEAD[name], **settings)
    return {row.performer: row.share_ppb / 1e9 for row in found.rows}


def _report(troupe: Troupe, name: str, **settings: Any) -> Any:
    given = troupe.inputs()
    chosen = estimator(name, resamples=2, **settings)
    return chosen.estimate(given.model, given.corpus, given.queries)


def _attackers(share: dict[str, float]) -> list[str]:
    order = sorted(share, key=lambda one: share[one])
    return [order[len(order) // 4], order[len(order) // 2], order[-len(order) // 4]]


def _played(
    row: Row,
    troupe: Troupe,
    attackers: list[str],
    before: list[dict[str, float]],
    measure: Callable[[Troupe], dict[str, float]],
) -> tuple[Floats, Floats]:
    """Return what each attacker had, and what all their accounts have after it."""
    had, has = [], []
    for n, who in enumerate(attackers):
        rng = np.random.default_rng([n, ROWS.index(row)])
        after = row.play(troupe if row.asked else troupe.unasked(who), who, rng)
        found = measure(after.troupe)
        newcomer = "Mona" in after.accounts
        had.append(0.0 if newcomer else before[n][who])
        has.append(sum(found[account] for account in after.accounts))
    return np.array(had), np.array(has)


def _seeds(troupe: Troupe, l2: float, before: dict[str, dict[str, float]]) -> Iterator[str]:
    yield "\nAnother seed, nothing else changed:\n"
    yield "| | " + " | ".join(_HEAD) + " |"
    yield "|---|" + "--:|" * len(_HEAD)
    ranks, moved = [], []
    for name, known in before.items():
        again = shares(troupe, name, l2, seed=1)
        pair = np.array([[known[who], again[who]] for who in sorted(known)])
        ranks.append(f"{spearmanr(*pair.T)[0]:.3f}")
        moved.append(f"{100 * np.abs(pair[:, 0] - pair[:, 1]).max():.2f}")
    yield f"| order (Spearman) | {' | '.join(ranks)} |"
    yield f"| largest change, points | {' | '.join(moved)} |"


if __name__ == "__main__":
    sys.exit(main())
