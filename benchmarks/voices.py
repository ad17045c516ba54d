"""Train and score the voice models on RAVDESS and EMO-DB, three seeds, for docs/affect.md.

``make voices`` writes one file a corpus, track and model to ``results/affect``, and the tables of
them. openSMILE's sets are scored beside, on the same folds, if
openSMILE is installed: it is depended on nowhere, because its licence bars commercial products.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax

from benchmarks.recordings import emodb, ravdess
from yesand.affect import listening
from yesand.affect.adapter import Adapter
from yesand.affect.adapting import fit as adapted
from yesand.affect.calibration import cooled
from yesand.affect.evaluating import Beside, Evaluation, evaluate
from yesand.affect.folds import folds
from yesand.affect.frames import Pack
from yesand.affect.head.head import Head
from yesand.affect.learning import Recipe, fit
from yesand.affect.voice_model import Shape, VoiceModel
from yesand.training.adapters import AdapterSettings
from yesand.training.examples import Example
from yesand.training.heads import HeadSettings, Table
from yesand.training.runs import cores, steady
from yesand.training.scoring import Asked, Enrolled, score

OUT = Path(__file__).parent / "results" / "affect"
SEEDS = (0, 1, 2)
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Corpus:
    """Takes as the models are told of them, with whoever is held out together."""

    name: str
    takes: Sequence[Example]
    heard: Sequence[listening.Heard]
    fold: Ints

    @property
    def performers(self) -> list[str]:
        """Whose each take is."""
        return [take.performer for take in self.takes]

    @property
    def labels(self) -> list[str]:
        """The emotions, in order."""
        return sorted({take.emotion for take in self.takes})

    @property
    def label(self) -> Ints:
        """What each take acts, (takes,)."""
        return np.array([self.labels.index(take.emotion) for take in self.takes], dtype=np.int64)


def corpora(wanted: Sequence[str]) -> Iterator[Corpus]:
    """Yield the corpora, heard."""
    for name, takes in (("RAVDESS", ravdess()), ("EMO-DB", emodb())):
        if name in wanted and takes:
            people = [take.performer for take in takes]
            alone = np.unique(people, return_inverse=True)[1].astype(np.int64)
            fold = folds(people) if name == "RAVDESS" else alone
            sources = [listening.Source(take.sha256, take.path) for take in takes]
            yield Corpus(name, takes, listening.extract(sources, workers=cores()), fold)


def network(corpus: Corpus, seed: int) -> tuple[Evaluation, Enrolled | None, float]:
    """Train a network a fold; return the scores without and with enrolment, and seconds a fold."""
    pack, label = Pack.of(corpus.heard, corpus.performers), torch.from_numpy(corpus.label)

    def job(k: int) -> tuple[VoiceModel, float]:
        torch.set_num_threads(1)
        began = time.thread_time()
        takes = torch.from_numpy(np.flatnonzero(corpus.fold != k))
        model = fit(pack, takes, label, len(corpus.labels), Recipe(seed=seed), Shape())
        return model, time.thread_time() - began

    with steady(), ThreadPoolExecutor(cores()) as pool:
        made = list(pool.map(job, range(int(corpus.fold.max()) + 1)))
        models = [model for model, _ in made]
        seen = torch.stack([model.embed(pack) for model in models])
        asked = Asked(pack, corpus.label, corpus.performers, corpus.labels, corpus.fold)
        names = [take.sha256 for take in corpus.takes]
        found = score(models, seen, asked, names, Beside(folds=[*map(str, corpus.fold)]))
    return found.plain, found.enrolled, max(took for _, took in made)


def head(corpus: Corpus) -> tuple[Evaluation, float]:
    """Find the convex head on prosody, a fold at a time, and calibrate each by the others."""
    rows = np.stack([heard.prosody for heard in corpus.heard]).astype(np.float64)
    table = Table(rows, corpus.label, len(corpus.labels), corpus.fold)
    held, longest = list[Head](), 0.0
    for k in np.unique(corpus.fold):
        began = time.process_time()
        held.append(table.learn(corpus.fold != k, HeadSettings().penalty).head)
        longest = max(longest, time.process_time() - began)
    said = table.unmet(held)
    shares, trust = cooled(said, corpus.label, corpus.fold)
    plain = _scored(corpus, softmax(said, axis=1))
    print(f"{corpus.name}: a head as learned has ECE {plain.ece:.3f}; it is trusted by {trust:.2f}")
    return _scored(corpus, shares), longest


def adapter(corpus: Corpus) -> tuple[Evaluation, float]:
    """Train the adapter on prosody, a fold at a time, and calibrate each by the others."""
    rows = np.stack([heard.prosody for heard in corpus.heard]).astype(np.float64)
    table = Table(rows, corpus.label, len(corpus.labels), corpus.fold)
    settings, told = AdapterSettings(), torch.from_numpy(rows.astype(np.float32))
    given = (len(corpus.labels), settings.recipe, settings.form)

    def job(k: int) -> tuple[Adapter, float]:
        torch.set_num_threads(1)
        began = time.thread_time()
        takes = torch.from_numpy(np.flatnonzero(corpus.fold != k))
        model = adapted(told, takes, torch.from_numpy(corpus.label), *given)
        return model, time.thread_time() - began

    with steady(), ThreadPoolExecutor(cores()) as pool:
        made = list(pool.map(job, range(int(corpus.fold.max()) + 1)))
    said = table.unmet([model for model, _ in made])
    shares, _ = cooled(said, corpus.label, corpus.fold)
    return _scored(corpus, shares), max(took for _, took in made)


def peers(corpus: Corpus) -> Iterator[tuple[str, Evaluation]]:
    """Yield openSMILE's sets with the classifier that suits each, where openSMILE is installed."""
    try:
        from benchmarks.prosody import _PENALTIES, _SETS, _classifier
    except ModuleNotFoundError as missing:
        print(f"Without peers: no {missing.name} here.")
        return
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    for name, describe in _SETS.items():
        if name == "ours":
            continue
        values, paths = None, [take.path for take in corpus.takes]
        for how in _PENALTIES:
            values = describe(paths) if values is None else values
            shares = np.zeros((len(values), len(corpus.labels)))
            for k in np.unique(corpus.fold):
                there = corpus.fold != k
                model = make_pipeline(StandardScaler(), _classifier(how))
                model.fit(values[there], corpus.label[there])
                if hasattr(model, "predict_proba"):
                    shares[~there] = model.predict_proba(values[~there])
                else:  # an SVM names one emotion, and says not how sure it is
                    shares[np.flatnonzero(~there), model.predict(values[~there])] = 1.0
            yield f"{name}, {how}", _scored(corpus, shares)


def _scored(corpus: Corpus, shares: NDArray[np.float64]) -> Evaluation:
    beside = Beside(folds=[*map(str, corpus.fold)])
    return evaluate(shares, corpus.label, corpus.performers, corpus.labels, beside)


def keep(
    corpus: Corpus, track: str, model: str, seeds: Sequence[Evaluation], took: float | None = None
) -> None:
    """Write what was measured to its file."""
    told: dict[str, Any] = {
        "corpus": corpus.name,
        "track": track,
        "model": model,
        "fold_seconds": None if took is None else round(took, 1),
        "seeds": [scores.as_json() for scores in seeds],
    }
    OUT.mkdir(parents=True, exist_ok=True)
    name = "-".join(re.findall(r"[a-z0-9]+", f"{corpus.name} {track} {model}".lower()))
    (OUT / f"{name}.json").write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", "utf-8")
    worst = min(scores.worst[1] for scores in seeds)
    rates = ", ".join(f"{100 * scores.uar:.1f}" for scores in seeds)
    print(f"{corpus.name}, {track}, {model}: UAR {rates}; worst {100 * worst:.1f}", flush=True)


def ours(corpus: Corpus) -> None:
    """Measure the network with every seed, and the convex head."""
    made = [network(corpus, seed) for seed in SEEDS]
    took, model = max(one[2] for one in made), f"ours ({', '.join(map(str, SEEDS))} as seeds)"
    keep(corpus, "without enrolment", model, [one[0] for one in made], took)
    enrolled = [one[1] for one in made if one[1] is not None]
    if enrolled:
        least, most = enrolled[0].least, enrolled[0].most
        many = f"{most}" if least == most else f"{least} to {most}"
        keep(corpus, f"enrolled by {many} takes", model, [one.scores for one in enrolled], took)
    alone(corpus)


def alone(corpus: Corpus) -> None:
    """Measure the convex head and the adapter."""
    found, longest = head(corpus)
    keep(corpus, "without enrolment", "ours: convex head on prosody", [found], longest)
    found, longest = adapter(corpus)
    keep(corpus, "without enrolment", "ours: adapter on prosody", [found], longest)


def main() -> int:
    """Measure."""
    asked = argparse.ArgumentParser("python -m benchmarks.voices", description=__doc__)
    asked.add_argument("--corpus", nargs="*", default=["RAVDESS", "EMO-DB"])
    asked.add_argument("--only", choices=("ours", "alone", "peers"))
    told = asked.parse_args()
    for corpus in corpora(told.corpus):
        if told.only in {None, "ours"}:
            ours(corpus)
        if told.only == "alone":
            alone(corpus)
        if told.only in {None, "peers"}:
            for name, scores in peers(corpus):
                keep(corpus, "without enrolment", name, [scores])
    return 0


if __name__ == "__main__":
    sys.exit(main())
