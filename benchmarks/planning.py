"""What a reliance report was foreseen to take, beside what it then took.

Twenty-four performers in six folds, features made by code, the default estimator at half its size.
The plan does a fifth of the work; the report is then made in full.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.harness import Result
from yesand.kernel.ids import digest
from yesand.reliance.estimators import estimator
from yesand.reliance.inputs import Corpus, FrozenModel, Inputs, ask
from yesand.reliance.planning import peak, plan

PEOPLE, EACH, FOLDS, WIDTH, LABELS = 24, 40, 6, 64, tuple("abcdefgh")


def run() -> Result:
    """Plan, then do."""
    inputs, chosen = _inputs(), estimator("datamodel", pairs=128)
    told = plan(chosen, inputs)
    start = time.perf_counter()
    chosen.estimate(inputs.model, inputs.corpus, inputs.queries)
    took = time.perf_counter() - start
    return Result(
        name="planning",
        what=(
            f"`yesand reliance --plan` for the default estimator ({told.units:,} {told.unit}): "
            f"foreseen {told.seconds:.0f} s and {told.bytes / 2**20:.0f} MiB after "
            f"{told.spent:.0f} s; it took {took:.0f} s and {peak() / 2**20:.0f} MiB."
        ),
        value=told.seconds,
        unit="s",
        peer="the report itself",
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
