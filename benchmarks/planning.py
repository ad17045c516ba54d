"""What a reliance report was foreseen to take, beside what it then took.

Twenty-four performers in six folds, features made by code; three estimators, of which one trains
whole networks, a fixed number of seeds. The plan does a fifth of the work; the report is then made
in full. The figures are the sums; each one's own are told.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from benchmarks.harness import Result
from yesand.kernel.ids import digest
from yesand.reliance.estimators import estimator
from yesand.reliance.inputs import Corpus, FrozenModel, Inputs, ask
from yesand.reliance.planning import peak, plan

PEOPLE, EACH, FOLDS, WIDTH, LABELS = 24, 40, 6, 64, tuple("abcdefgh")


ASKED: dict[str, dict[str, Any]] = {
    "aumann-shapley": {},
    "datamodel": {"pairs": 64},
    "metagradient": {"epochs": 3, "seeds": 1, "max_seeds": 3, "bound": 1.1, "checks": 0},
}


def run() -> Result:
    """Plan each, then do it."""
    inputs = _inputs()
    told, took, said = 0.0, 0.0, list[str]()
    for name, settings in ASKED.items():
        chosen = estimator(name, **settings)
        foreseen = plan(chosen, inputs)
        start = time.perf_counter()
        chosen.estimate(inputs.model, inputs.corpus, inputs.queries)
        seconds = time.perf_counter() - start
        told, took = told + foreseen.seconds, took + seconds
        said.append(
            f"{name} ({foreseen.units:,} {foreseen.unit}): {foreseen.seconds:.0f} s and "
            f"{foreseen.bytes / 2**20:.0f} MiB foreseen after {foreseen.spent:.0f} s, "
            f"{seconds:.0f} s and {peak() / 2**20:.0f} MiB taken"
        )
    return Result(
        name="planning",
        what=f"`yesand reliance --plan`: {'; '.join(said)}.",
        value=told,
        unit="s",
        peer="the reports themselves",
        peer_value=took,
    )


def _inputs() -> Inputs:
    luck = np.random.default_rng(0)
    owner = np.repeat(np.arange(PEOPLE), EACH)
    label = luck.integers(0, len(LABELS), len(owner))
    shown = luck.normal(size=(len(LABELS), WIDTH))[label] + 3 * luck.normal(
        size=(len(owner), WIDTH)
    )
    corpus = Corpus(
        takes=tuple(digest(b"%d" % i) for i in range(len(owner))),
        performers=tuple(f"P{i:02d}" for i in range(PEOPLE)),
        owner=owner,
        labels=LABELS,
        label=label,
    )
    model = FrozenModel("0" * 64, np.broadcast_to(shown, (FOLDS, *shown.shape)))
    return Inputs(model, corpus, ask(corpus, owner % FOLDS))
