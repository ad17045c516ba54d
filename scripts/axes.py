"""Measure on simulated voices how well values on axes are read out, by raters and rated takes.

Writes the measured part of docs/affect.md on axes. No corpus with ratings on axes is at hand whose
licence lets everybody measure again, so voices are made whose valence, arousal and dominance are
known: pitch, tilt, pace, breath and formants follow them, differently in every voice. Two minutes
on two cores; `python scripts/axes.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.affect import listening
from yesand.affect.dimensions.learning import Learned
from yesand.affect.dimensions.said import Said
from yesand.affect.evaluating.dimensional import concordance
from yesand.affect.folds import folds
from yesand.affect.frames import Pack
from yesand.affect.learning import Recipe, fit
from yesand.affect.rating.given import AXES
from yesand.affect.voice_model import Shape
from yesand.training.dimensional import Heard, Reading, learned
from yesand.training.runs import cores, steady

PAGE = Path(__file__).parents[1] / "docs" / "affect.md"
BEGIN = "<!-- axes: what follows is written by `scripts/axes.py` -->"
END = "<!-- axes: until here -->"
RATE = 16_000
PEOPLE, EACH = 16, 24
#: How many raters there are to choose from, how far each is off always, and each time.
CROWD, BIAS, NOISE = 12, 0.15, (0.2, 0.45)
MOVES = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Corpus:
    """Made takes and what is true of them.

    Attributes
    ----------
    truth : valence, arousal, dominance, (takes, 3). slope : by how much arousal moves from a
        take's start to its end, (takes,). seconds : (takes,).
    """

    heard: list[listening.Heard]
    performers: list[str]
    label: NDArray[np.int64]
    truth: Floats
    slope: Floats
    seconds: Floats

    @property
    def takes(self) -> list[str]:
        """What each take is called."""
        return [f"{n:064x}" for n in range(len(self.performers))]


def main() -> int:
    """Make, train, measure and write."""
    corpus = made()
    heard = trained(corpus)
    told = "\n".join([*by_raters(corpus, heard), "", *by_takes(corpus, heard)])
    text = PAGE.read_text("utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{told}\n\n{END}{after}", "utf-8")
    print(told)
    return 0


def made() -> Corpus:
    """Return sixteen voices with two dozen takes each, of 2.2 to 5 s."""
    luck = np.random.default_rng(0)
    number = PEOPLE * EACH
    truth = luck.uniform(-0.9, 0.9, (number, 3))
    slope = luck.uniform(-MOVES, MOVES, number)
    truth[:, 1] *= 0.7  # so that what moves stays on the scale
    seconds = luck.uniform(2.2, 5.0, number)
    voices = [Voice.of(luck) for _ in range(PEOPLE)]
    heard = [
        listening.hear(voices[n // EACH].says(truth[n], slope[n], seconds[n], luck), RATE)
        for n in range(number)
    ]
    # What is acted is a word for the quarter of valence and arousal, now and then another.
    word = 2 * (truth[:, 0] > 0) + (truth[:, 1] > 0)
    other = luck.random(number) < 0.15
    label = np.where(other, luck.integers(0, 4, number), word).astype(np.int64)
    return Corpus(heard, [f"p{n // EACH:02d}" for n in range(number)], label, truth, slope, seconds)


@dataclass(frozen=True)
class Voice:
    """What is one's own: pitch in Hz, how far it follows arousal, formants, pace, breath."""

    pitch: float
    follows: float
    tract: float
    pace: float
    breath: float

    @classmethod
    def of(cls, luck: np.random.Generator) -> Voice:
        """Draw one."""
        pitch = float(luck.choice([115.0, 200.0]) * luck.uniform(0.8, 1.25))
        follows, tract, pace, breath = luck.uniform((0.4, 0.85, 2.8, 0.01), (1.2, 1.2, 4.2, 0.04))
        return cls(pitch, float(follows), float(tract), float(pace), float(breath))

    def says(
        self,
        meant: Floats,
        slope: float,
        seconds: float,
        luck: np.random.Generator,
    ) -> NDArray[np.float32]:
        """Return a take.

        Parameters
        ----------
        meant : valence, arousal and dominance, (3,).
        """
        valence, arousal, dominance = meant.tolist()
        time = np.arange(int(seconds * RATE)) / RATE
        moved = arousal + slope * (time / seconds - 0.5)
        tune = 0.12 * (1 + valence) * np.sin(2 * np.pi * luck.uniform(0.3, 0.6) * time)
        drift = 0.03 * np.interp(time, time[::1600], luck.standard_normal(len(time[::1600])))
        pitch = self.pitch * 2 ** (0.5 * self.follows * moved + tune + drift)
        turn = 2 * np.pi * np.cumsum(pitch) / RATE
        smile = self.tract * (1 + 0.07 * valence)
        wave = np.zeros(len(time))
        for k in range(1, 25):
            at = k * pitch
            near = sum(np.exp(-(((at - f * smile) / 160) ** 2)) for f in (550, 1500, 2500))
            wave += (0.08 + near) * k ** -(1.3 - 0.6 * moved) * np.sin(k * turn) * (at < 7_000)
        beat = np.sin(np.pi * np.cumsum(self.pace * (1 + 0.35 * moved)) / RATE)
        breath = self.breath * (1 - 0.8 * dominance) * luck.standard_normal(len(time))
        loud = np.abs(beat) ** (0.7 - 0.3 * dominance)
        whole = loud * (wave / np.abs(wave).max() + breath) * luck.uniform(0.2, 0.6)
        made_: NDArray[np.float32] = (whole + 5e-4 * luck.standard_normal(len(time))).astype("f4")
        return made_


def trained(corpus: Corpus) -> Heard:
    """Train one network a fold and one of all takes, by the usual recipe, on the words alone."""
    fold = folds(corpus.performers)
    pack, label = Pack.of(corpus.heard, corpus.performers), torch.from_numpy(corpus.label)
    parts = [np.flatnonzero(fold != k) for k in range(int(fold.max()) + 1)]
    parts.append(np.arange(len(fold)))

    def job(rows: NDArray[np.int64]) -> tuple[object, torch.Tensor]:
        torch.set_num_threads(1)
        model = fit(pack, torch.from_numpy(rows), label, 4, Recipe(), Shape())
        return model, model.embed(pack)

    with steady(), ThreadPoolExecutor(cores()) as pool:
        models, seen = zip(*pool.map(job, parts), strict=True)
    mels = [one.mel for one in corpus.heard]
    return Heard(models, torch.stack(seen), pack, mels, corpus.takes, corpus.performers, fold)


def said(corpus: Corpus, raters: int, rated: Sequence[int] | None = None) -> list[Said]:
    """Return what so many raters, another few each time, say of takes and trace of arousal."""
    luck = np.random.default_rng(raters)
    bias = BIAS * luck.standard_normal((CROWD, 3))
    noise = luck.uniform(*NOISE, CROWD)
    rows = list[Said]()
    for n in range(len(corpus.takes)) if rated is None else rated:
        for j in luck.choice(CROWD, raters, replace=False).tolist():
            heard = corpus.truth[n] + bias[j] + noise[j] * luck.standard_normal(3)
            values = np.clip(heard, -1, 1).tolist()
            rows.append(Said(corpus.takes[n], f"r{j}", dict(zip(AXES, values, strict=True))))
            ends = corpus.truth[n, 1] + bias[j, 1] + corpus.slope[n] * np.array([-0.5, 0.5])
            ends = np.clip(ends + noise[j] * luck.standard_normal(2), -1, 1)
            line = [(0.0, float(ends[0])), (1000 * corpus.seconds[n], float(ends[1]))]
            rows.append(Said(corpus.takes[n], f"r{j}", trace={"arousal": line}))
    return rows


def read(rows: Sequence[Said], heard: Heard) -> Reading:
    """Return what is learned of them."""
    with steady():
        found = learned(rows, heard)
    assert found is not None
    return found


def by_raters(corpus: Corpus, heard: Heard) -> Iterator[str]:
    """Yield the table of how many raters a take has."""
    yield (
        f"| {PEOPLE} simulated voices, {len(corpus.takes)} takes, each rated by | axis "
        "| CCC with what is true | CCC with the raters (95 %, by performer) | worst performer "
        "| one rater with the others | raters' mean with what is true | true value within ± |"
    )
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for raters in (1, 2, 3, 5, 10):
        found = read(said(corpus, raters), heard)
        for k, axis in enumerate(AXES):
            one = found.takes[axis]
            assert isinstance(one, Learned)
            yield _row(f"{raters}", axis, one, corpus.truth[one.agreed.cell, k])
        over = found.traces["arousal"]
        assert isinstance(over, Learned) and found.moments is not None
        owner = found.moments.owner[over.agreed.cell]
        part = found.moments.at[over.agreed.cell] / (1000 * corpus.seconds[owner])
        true = corpus.truth[owner, 1] + corpus.slope[owner] * (part - 0.5)
        yield _row(
            f"{raters}", f"arousal over time (r within takes {over.score.within:.2f})", over, true
        )


def by_takes(corpus: Corpus, heard: Heard) -> Iterator[str]:
    """Yield the table of how many takes are rated, by three raters each."""
    yield "| rated takes, three raters each | valence | arousal | dominance |"
    yield "|--:|--:|--:|--:|"
    luck = np.random.default_rng(1)
    for number in (24, 48, 96, 192, len(corpus.takes)):
        rated = sorted(luck.permutation(len(corpus.takes))[:number].tolist())
        found = read([one for one in said(corpus, 3, rated) if one.axes], heard)
        cells = [_true(found.takes[axis], corpus.truth[:, k]) for k, axis in enumerate(AXES)]
        yield f"| {number} | {' | '.join(cells)} |"


def _true(one: Learned | str, truth: Floats) -> str:
    if isinstance(one, str):
        return "–"
    return f"{concordance(one.told, truth[one.agreed.cell]):.2f}"


def _row(raters: str, axis: str, one: Learned, true: Floats) -> str:
    score = one.score.as_json()
    low, high = score["intervals"]["ccc"]
    beside = score["raters"]
    rest = f"{beside['one_rater']:.2f}" if beside else "–"
    inside = float((np.abs(one.told - true) <= one.within).mean())
    return (
        f"| {raters} | {axis} | {concordance(one.told, true):.2f} "
        f"| {score['ccc']:.2f} ({low:.2f}–{high:.2f}) | {score['worst_performer']['ccc']:.2f} "
        f"| {rest} | {concordance(one.agreed.value, true):.2f} "
        f"| {100 * inside:.0f} % in ±{one.within:.2f} |"
    )


if __name__ == "__main__":
    sys.exit(main())
