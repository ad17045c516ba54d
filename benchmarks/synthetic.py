"""Judge other real actors and the known cheats on RAVDESS and EMO-DB, for docs/synthetic.md.

``make synthetic`` writes one file a corpus to ``results/synthetic``, and the tables of them.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.recordings import emodb, ravdess
from yesand.affect import listening
from yesand.kernel.pool import pool
from yesand.synthetic.judging.cheats import CHEATS, Cheat
from yesand.synthetic.judging.neighbours import Side
from yesand.synthetic.judging.panel import Case, Panel, judge
from yesand.synthetic.judging.spaces import spaces
from yesand.synthetic.making.generator import Around, Corpus, Made, Parent, Wanted
from yesand.synthetic.making.generators import TROUPE, VARIATION, own
from yesand.training.examples import Example
from yesand.training.runs import cores

OUT = Path(__file__).parent / "results" / "synthetic"
PAGE = Path(__file__).parents[1] / "docs" / "synthetic.md"
BEGINS = "<!-- measured: what follows is written by `make synthetic` -->"
ENDS = "<!-- measured: until here -->"
REAL = "other real actors"
#: Ways of splitting the actors in parents and others.
SPLITS, REAL_SPLITS = 5, 20
SHOWN = (
    "authenticity", "told", "precision", "density", "coverage", "recall", "alpha_precision",
    "beta_recall", "frechet",
)  # fmt: skip
Bools = NDArray[np.bool_]


class Actors:
    """A corpus in all spaces, its actors split in parents, others and stand-ins."""

    def __init__(self, takes: Sequence[Example], split: int) -> None:
        self.names = sorted({take.emotion for take in takes})
        self.label = np.array([self.names.index(take.emotion) for take in takes])
        self.owner = np.array([take.performer for take in takes])
        people = np.random.default_rng(split).permutation(np.unique(self.owner))
        half, third = len(people) // 2, max(2, len(people) // 6)
        self.parents = np.isin(self.owner, people[:half])
        self.stand_ins = np.isin(self.owner, people[half : half + third])

    def sides(self, rows: dict[str, Any], which: Bools) -> dict[str, Side]:
        """Return some takes in each space."""
        return {
            name: Side(found[which], self.label[which], self.owner[which])
            for name, found in rows.items()
        }

    def case(self, rows: dict[str, Any], made: dict[str, Side]) -> Case:
        """Return made takes beside the corpus; stand-ins are in none of it."""
        one, many = next(iter(made.values())), len(self.label)
        none = np.zeros(len(one), dtype=bool)

        def side(which: Bools) -> Bools:
            return np.concatenate([which, none])

        return Case(
            label=np.concatenate([self.label, one.label]),
            performer=np.concatenate([self.owner, one.performer]),
            parents=side(self.parents),
            others=side(~self.parents & ~self.stand_ins),
            made=np.concatenate([np.zeros(many, dtype=bool), ~none]),
            spaces={n: np.concatenate([found, made[n].rows]) for n, found in rows.items()},
            names=self.names,
        )


def panels(takes: Sequence[Example]) -> Iterator[tuple[str, Panel]]:
    """Yield what the panel says of other actors and of each cheat, split by split."""
    sources = [listening.Source(take.sha256, take.path) for take in takes]
    rows = spaces(listening.extract(sources, workers=cores()))
    for split in range(REAL_SPLITS):
        actors = Actors(takes, split)
        yield REAL, judge(actors.case(rows, actors.sides(rows, actors.stand_ins)))
        if split < SPLITS:
            for name, cheat in CHEATS.items():
                made = cheated(cheat, actors.sides(rows, actors.parents), split)
                yield name, judge(actors.case(rows, made))
    yield from generated(takes, rows)


def generated(takes: Sequence[Example], rows: dict[str, Any]) -> Iterator[tuple[str, Panel]]:
    """Yield what the panel says of each generator of ours, once: sounds take long to hear."""
    actors = Actors(takes, 0)
    given = [take for take, parent in zip(takes, actors.parents, strict=True) if parent]
    parents = tuple(Parent(t.sha256, t.emotion, t.performer, t.path) for t in given)
    owners = {take.sha256: take.performer for take in given}
    for name in (VARIATION, TROUPE):
        with pool(cores()) as processes:
            each = partial(processes.map, chunksize=4)
            outcomes = list(own(name).make(Corpus(parents), Wanted(0), Around(each=each)))
            made = [one for one in outcomes if isinstance(one, Made)]
            heard = list(processes.map(_heard, made, chunksize=4))
        label = np.array([actors.names.index(one.emotion) for one in made])
        who = np.array([owners[one.parents[0]] if len(one.parents) == 1 else "" for one in made])
        sides = {space: Side(found, label, who) for space, found in spaces(heard).items()}
        yield f"generator: {name}", judge(actors.case(rows, sides))


def _heard(made: Made) -> listening.Heard:
    return listening.hear(made.samples, made.rate)


def cheated(cheat: Cheat, parents: dict[str, Side], split: int) -> dict[str, Side]:
    """Return a cheat in every space, the same takes in each."""
    return {n: cheat(side, np.random.default_rng(split)) for n, side in parents.items()}


def told(found: Sequence[tuple[str, Panel]]) -> dict[str, Any]:
    """Return what is kept: how often each was condemned and for what, and measures on average."""
    kept = dict[str, Any]()
    for name in dict.fromkeys(name for name, _ in found):
        mine = [panel for told, panel in found if told == name]
        why = Counter(
            finding for panel in mine for finding in {f.name for f in panel.findings if f.condemns}
        )
        kept[name] = {
            "splits": len(mine),
            "condemned": sum(not panel.passes for panel in mine),
            "for": dict(sorted(why.items())),
            "spaces": {space: _means(mine, space) for space in mine[0].spaces},
        }
    return kept


def _means(panels: Sequence[Panel], space: str) -> dict[str, float]:
    seen = [panel.spaces[space] for panel in panels]
    values = {n: np.mean([one.made[n].value for one in seen]) for n in SHOWN}
    values["nearer_than_themselves"] = np.mean([one.nearer[0] for one in seen])
    values["agrees"] = np.mean([one.useful.agrees for one in seen])
    values["learned_alone"] = np.mean([one.useful.made.uar for one in seen])
    values["added"] = np.mean([one.useful.both.uar - one.useful.real.uar for one in seen])
    return {n: round(float(v), 4) for n, v in values.items() if np.isfinite(v)}


def tables() -> str:
    """Return the tables of all that is kept."""
    lines = list[str]()
    for path in sorted(OUT.glob("*.json"), reverse=True):
        kept = json.loads(path.read_text("utf-8"))
        rows = kept["rows"]
        lines += _verdicts(kept["corpus"], rows)
        for space in next(iter(rows.values()))["spaces"]:
            lines += _measures(kept["corpus"], space, rows)
    return "\n".join(lines)


def _verdicts(corpus: str, rows: dict[str, Any]) -> list[str]:
    head = [f"| {corpus} | condemned | for |", "|---|--:|---|"]
    return [
        *head,
        *(
            f"| {name} | {row['condemned']} of {row['splits']} | "
            f"{', '.join(f'{why} ({n})' for why, n in row['for'].items()) or '–'} |"
            for name, row in rows.items()
        ),
        "",
    ]


def _measures(corpus: str, space: str, rows: dict[str, Any]) -> list[str]:
    columns = [*SHOWN, "nearer_than_themselves", "agrees", "learned_alone", "added"]
    words = [name.replace("_", " ") for name in columns]
    lines = [f"| {corpus}, {space} | {' | '.join(words)} |", "|---" + "|--:" * len(columns) + "|"]
    for name, row in rows.items():
        values = [row["spaces"][space].get(column) for column in columns]
        cells = ("–" if v is None else f"{v:.2f}" if abs(v) < 10 else f"{v:.0f}" for v in values)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, ""]


def write_page() -> None:
    """Put the tables into the page."""
    page = PAGE.read_text("utf-8")
    whole = f"{BEGINS}\n\n{tables()}\n{ENDS}"
    pattern = re.escape(BEGINS) + ".*?" + re.escape(ENDS)
    PAGE.write_text(re.sub(pattern, lambda _: whole, page, flags=re.DOTALL), "utf-8")


def main() -> int:
    """Judge."""
    asked = argparse.ArgumentParser("python -m benchmarks.synthetic", description=__doc__)
    asked.add_argument("--corpus", nargs="*", default=["RAVDESS", "EMO-DB"])
    wanted = asked.parse_args().corpus
    OUT.mkdir(parents=True, exist_ok=True)
    for name, takes in (("RAVDESS", ravdess()), ("EMO-DB", emodb())):
        if name not in wanted or not takes:
            continue
        rows = told(list(panels(takes)))
        path = OUT / f"{name.lower()}.json"
        path.write_text(json.dumps({"corpus": name, "rows": rows}, indent=1) + "\n", "utf-8")
        for what, row in rows.items():
            print(f"{name}, {what}: condemned {row['condemned']} of {row['splits']}", flush=True)
    write_page()
    return 0


if __name__ == "__main__":
    sys.exit(main())
