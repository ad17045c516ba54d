"""What a reliance report was foreseen to take, beside what it then took.

Twenty-four performers in six folds, features made by code; three estimators, of which one trains
whole networks, a fixed number of seeds. The plan does a fifth of the work; the report is then made
in full. CPU time, which others on the machine move less; the figures are the sums of the three.
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


#: The bound is one that no seeds reach: both the plan and the report are for the most seeds.
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("aumann-shapley", {}),
    ("datamodel", {"pairs": 64}),
    ("aumann-shapley", {"network": "mlp:64", "bound": 1.1}),
]


def run() -> Result:
    """Plan each, then do it."""
    inputs = _inputs()
    told, took, said = 0.0, 0.0, list[str]()
    for name, settings in ASKED:
        chosen = estimator(name, **settings)
        foreseen = plan(chosen, inputs, clock=time.process_time)
        start = time.process_time()
        chosen.estimate(inputs.model, inputs.corpus, inputs.queries)
        seconds = time.process_time() - start
        told, took = told + foreseen.seconds, took + seconds
        kind = settings.get("network", "of the head")
        said.append(
            f"{name} {kind} ({foreseen.units:,} {foreseen.unit}): {foreseen.seconds:.0f} s and "
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
