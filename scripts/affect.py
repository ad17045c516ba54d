"""Measure how far raters agree, and what models of raters and mappings of spaces are worth.

Writes the measured parts of docs/affect.md (``make affect``). Needs CREMA-D's published votes; the
table of models is of results that are kept: one JSON file a model and track in
``benchmarks/results/affect``::

    {"corpus": "RAVDESS, EmoBox's six folds", "track": "without enrolment", "model": "ours",
     "fold_seconds": 212.0, "seeds": [<Evaluation.as_json() of each seed>, …]}
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from yesand.affect.reliability.alpha import Floats, Ints, ReliabilityData, by_label
from yesand.affect.reliability.ceiling import ceiling
from yesand.affect.reliability.consensus import chosen, dawid_skene, mace
from yesand.affect.reliability.judgements import Judgements
from yesand.affect.spaces import categories, mappings

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "affect.md"
BEGIN = "<!-- measured: what follows is written by `make affect` -->"
END = "<!-- measured: until here -->"
MODELS = "<!-- models: what follows is written by `make affect` -->"
MODELS_END = "<!-- models: until here -->"
KEPT = ROOT / "benchmarks" / "results" / "affect"
#: CREMA-D's columns of votes and its codes in file names, with our labels.
VOTES = dict(zip("ADFHNS", categories("crema-d").labels, strict=True))
CODES = ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD")
#: The first digit of a row's number.
MODALITIES = {"1": "voice", "2": "face", "3": "both"}


@dataclass(frozen=True)
class Votes:
    """CREMA-D's votes in one modality: shape (clips, 6), what was acted, and who acted it."""

    counts: Ints
    acted: Ints
    performers: list[str]


def main() -> int:
    """Measure and write."""
    write("\n".join(models(kept())), MODELS, MODELS_END)
    home = Path(os.environ.get("YESAND_DATA", ROOT.parent / "shared" / "data"))
    file = home / "crema-d" / "tabulatedVotes.csv"
    if not file.exists():
        print(f"No votes at {file}: set YESAND_DATA.")
        return 3
    began = time.perf_counter()
    votes = read(file)
    parts = [*people(votes), "", *emotions(votes)]
    took = time.perf_counter() - began
    parts += ["", f"All of CREMA-D in {took:.1f} s on one core.", "", *lost(), "", *simulated()]
    told = "\n".join(parts)
    write(told, BEGIN, END)
    print(told)
    return 0


def write(told: str, begin: str, end: str) -> None:
    """Put what was measured between two marks of the page."""
    text = PAGE.read_text("utf-8")
    before, after = text.partition(begin)[0], text.partition(end)[2]
    PAGE.write_text(f"{before}{begin}\n\n{told}\n\n{end}{after}", "utf-8")


def read(file: Path) -> dict[str, Votes]:
    """Read the table of votes, modality by modality."""
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    found = {}
    for digit, name in MODALITIES.items():
        some = [row for row in rows if row[""].startswith(digit)]
        counts = np.array([[int(row[code]) for code in VOTES] for row in some], dtype=np.int64)
        acted = [CODES.index(row["fileName"].split("_")[2]) for row in some]
        performers = [row["fileName"][:4] for row in some]
        found[name] = Votes(counts, np.array(acted, dtype=np.int64), performers)
    return found


def people(votes: dict[str, Votes]) -> Iterator[str]:
    """Yield the table of what people hear: agreement, and the ceiling for models."""
    yield (
        "| CREMA-D, raters given | clips | votes | α (95 %, by performer) | most frequent = acted "
        "(UAR; ties by parts) | one rater against the rest | none has half "
        "| TV, k = 1 | k = 3 | k = 5 |"
    )
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for name, one in votes.items():
        data = ReliabilityData.of_counts(one.counts)
        low, high = data.interval(one.performers)
        top = ceiling(one.counts, one.acted)
        apart = " | ".join(f"{top.apart[k]:.3f}" for k in (1, 3, 5))
        rest = 100 * top.one_against_rest
        yield (
            f"| {name} | {top.takes:,} | {top.votes:,} | {data.alpha():.2f} ({low:.2f}–{high:.2f}) "
            f"| {100 * top.majority:.1f} ({100 * top.shared:.1f}) | {rest:.1f} "
            f"| {100 * top.undecided:.0f} % | {apart} |"
        )


def emotions(votes: dict[str, Votes]) -> Iterator[str]:
    """Yield the table of agreement on each emotion: this one or another."""
    yield f"| α of this emotion or another | {' | '.join(votes)} |"
    yield f"|---|{'--:|' * len(votes)}"
    each = [by_label(one.counts) for one in votes.values()]
    for k, label in enumerate(VOTES.values()):
        yield f"| {label} | {' | '.join(f'{data[k].alpha():.2f}' for data in each)} |"


def lost() -> Iterator[str]:
    """Yield the table of what mappings lose, all labels equally frequent."""
    yield "| mapping | bits lost | no counterpart | falls together | never reached |"
    yield "|---|--:|--:|---|---|"
    for one in mappings():
        loss = one.loss()
        groups = "; ".join(f"{', '.join(given)} → {t}" for t, given in loss.collapsed.items())
        yield (
            f"| {one.source.name} → {one.target.name} | {loss.bits:.2f} of {loss.of_bits:.2f} "
            f"| {100 * loss.outside:.0f} % | {groups or '–'} | {', '.join(loss.unreached) or '–'} |"
        )


def simulated(seed: int = 0) -> Iterator[str]:
    """Yield the table of rater models on a simulated crowd: who hears through careless raters."""
    given, truth = crowd(seed)
    yield "| 60 simulated raters, 7 labels a take, 2,000 takes | right | seconds |"
    yield "|---|--:|--:|"
    yield f"| most frequent label | {float((chosen(shares(given)) == truth).mean()):.3f} | – |"
    for name, model in (("Dawid–Skene", dawid_skene), ("MACE", mace)):
        began = time.perf_counter()
        posterior = model(given).posterior
        took = time.perf_counter() - began
        yield f"| {name} | {float((chosen(posterior) == truth).mean()):.3f} | {took:.2f} |"
    yield from peers(given, truth)


def peers(given: Judgements, truth: Ints) -> Iterator[str]:
    """Yield crowd-kit's rows, where it is installed."""
    try:
        crowdkit, pandas = import_module("crowdkit.aggregation"), import_module("pandas")
    except ImportError:
        return
    rows = pandas.DataFrame({"task": given.take, "worker": given.rater, "label": given.label})
    for name, model in (
        ("crowd-kit Dawid–Skene", crowdkit.DawidSkene(n_iter=100)),
        ("crowd-kit MACE", crowdkit.MACE(random_state=0)),
    ):
        began = time.perf_counter()
        found = model.fit_predict(rows).sort_index().to_numpy()
        took = time.perf_counter() - began
        yield f"| {name} | {float((found == truth).mean()):.3f} | {took:.2f} |"


def shares(given: Judgements) -> Floats:
    """Return votes as parts."""
    return np.asarray(given.counts / given.counts.sum(1, keepdims=True), dtype=np.float64)


def crowd(seed: int, takes: int = 2_000, each: int = 7) -> tuple[Judgements, Ints]:
    """Return a crowd's answers and the truth.

    A third of the raters are careful, a third confuse neighbours, a sixth guess, and a sixth
    always answer the same.
    """
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 6, takes)
    labels = list(VOTES.values())
    rows = []
    for take in range(takes):
        for rater in rng.choice(60, each, replace=False):
            kind, told = rater % 6, int(truth[take])
            if kind in {2, 3} and rng.random() < 0.35:
                told = (told + 1) % 6
            elif kind == 4:
                told = int(rng.integers(6))
            elif kind == 5:
                told = int(rater) // 6 % 6
            elif rng.random() < 0.2:
                told = int(rng.integers(6))
            rows.append((take, f"r{rater:02d}", labels[told]))
    given = Judgements.of(rows, labels)
    return given, np.array(truth[np.array(given.takes, dtype=np.int64)], dtype=np.int64)


@dataclass(frozen=True)
class Measured:
    """One model on one corpus and track.

    Attributes
    ----------
    track : e.g. ``without enrolment``. Tracks are never compared in one row.
    seeds : what `Evaluation.as_json` says, a seed each.
    fold_seconds : how long the slowest fold trained; none: not measured.
    """

    corpus: str
    track: str
    model: str
    seeds: Sequence[Mapping[str, Any]]
    fold_seconds: float | None = None

    @classmethod
    def read(cls, path: Path) -> Measured:
        """Read one from its file."""
        return cls(**json.loads(path.read_text("utf-8")))

    def mean(self, *names: str) -> float:
        """Return a figure's mean over the seeds."""
        return fmean(_inside(scores, names) for scores in self.seeds)

    def ends(self, name: str) -> str:
        """Return the widest 95 % interval that any seed gives."""
        told = [scores["intervals"][name] for scores in self.seeds if name in scores["intervals"]]
        if not told:
            return "–"
        low, high = min(low for low, _ in told), max(high for _, high in told)
        return f"{100 * low:.1f}–{100 * high:.1f}"

    def scatter(self) -> str:
        """Return the lowest and the highest UAR of the seeds."""
        rates = [100 * scores["uar"] for scores in self.seeds]
        return f"{min(rates):.1f}–{max(rates):.1f}" if len(rates) > 1 else "–"


def kept(folder: Path = KEPT) -> list[Measured]:
    """Return what has been measured, in the order of the files' names."""
    return [Measured.read(path) for path in sorted(folder.glob("*.json"))]


def models(results: Sequence[Measured]) -> Iterator[str]:
    """Yield a table for each corpus and track, the best UAR first."""
    tracks = list(dict.fromkeys((one.corpus, one.track) for one in results))
    if not tracks:
        yield "No model has been measured yet."
    for k, (corpus, track) in enumerate(tracks):
        if k:
            yield ""
        yield (
            f"| {corpus}, {track} | UAR (95 %, by performer) | seeds: lowest–highest "
            "| worst performer (95 %) | accuracy | macro-F1 | ECE | risk–coverage | a fold trains |"
        )
        yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
        same = [one for one in results if (one.corpus, one.track) == (corpus, track)]
        for one in sorted(same, key=lambda one: -one.mean("uar")):
            yield _row(one)


def _sure(one: Measured) -> tuple[str, str]:
    """Return ECE and the area under risk and coverage; of what names emotions alone, neither."""
    if all(scores["ece"] == round(1 - scores["accuracy"], 4) for scores in one.seeds):
        return "–", "–"
    return f"{one.mean('ece'):.3f}", f"{one.mean('abstention', 'area'):.3f}"


def _row(one: Measured) -> str:
    ece, area = _sure(one)
    took = "–" if one.fold_seconds is None else f"{one.fold_seconds:.0f} s"
    worst = f"{100 * one.mean('worst_performer', 'uar'):.1f} ({one.ends('worst')})"
    return (
        f"| {one.model} | {100 * one.mean('uar'):.1f} ({one.ends('uar')}) "
        f"| {len(one.seeds)}: {one.scatter()} | {worst} | {100 * one.mean('accuracy'):.1f} "
        f"| {100 * one.mean('macro_f1'):.1f} | {ece} | {area} | {took} |"
    )


def _inside(scores: Mapping[str, Any], names: Sequence[str]) -> float:
    found: Any = scores
    for name in names:
        found = found[name]
    return float(found)


if __name__ == "__main__":
    sys.exit(main())
