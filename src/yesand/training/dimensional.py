"""Read-outs of valence, arousal and dominance in a training run: learned, scored, and kept.

They lie in files of their own beside the network, which they leave as it is: with and without
them it answers the same emotions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.affect.dimensions import readouts
from yesand.affect.dimensions.learning import WITHIN, Cells, Learned, kept, learn
from yesand.affect.dimensions.moments import FRAME_MS, Moments, seen
from yesand.affect.dimensions.readouts import ReadOuts
from yesand.affect.dimensions.said import Said, of_moments, of_takes
from yesand.affect.features import Features
from yesand.affect.frames import Pack
from yesand.affect.rating.given import AXES
from yesand.affect.voice_model import VoiceModel
from yesand.kernel.errors import BadInput
from yesand.training.dimensional_record import NAME, reads

#: The read-outs, and what they were learned from, so that anybody can learn them again.
FILE, RATED = "dimensions.safetensors", "rated.npz"
#: So many predicted values are drawn, and so many takes' curves.
_DRAWN, _CURVES = 400, 1

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Heard:
    """What a run has heard, by the models of its folds and by the one that is kept.

    Attributes
    ----------
    models : one a fold, and then the one that is kept. embedding : of every take by each,
        (models, takes, d).
    """

    models: Sequence[VoiceModel]
    embedding: torch.Tensor
    pack: Pack
    mels: Sequence[Features]
    takes: Sequence[str]
    performers: Sequence[str]
    fold: Ints


@dataclass(frozen=True, eq=False)
class Reading:
    """What could be learned, axis by axis; in words why not.

    Attributes
    ----------
    names : of all takes of the run, by content.
    moments, heard : of traced takes, their windows and what the kept model hears in them,
        (windows, d); none where nobody traced.
    """

    names: Sequence[str]
    takes: Mapping[str, Learned | str]
    traces: Mapping[str, Learned | str]
    moments: Moments | None = None
    heard: Floats | None = None

    @property
    def outs(self) -> ReadOuts:
        """What the model keeps."""
        return ReadOuts(kept([*self.takes.values()]), kept([*self.traces.values()]))

    def as_json(self) -> dict[str, Any]:
        """Return the record: scores by axis, or ``none`` with the reason."""
        return {
            "scale": "vad, from -1 to 1",
            "within": WITHIN,
            "by_take": {axis: _told(one) for axis, one in self.takes.items()},
            "over_time": {axis: _told(one) for axis, one in self.traces.items()},
        }

    def drawn(self) -> dict[str, Any]:
        """Return some points and curves of performers whom the read-outs never met, to be drawn."""
        points = {
            axis: _points(one) for axis, one in self.takes.items() if isinstance(one, Learned)
        }
        curves = {
            axis: self._curves(one) for axis, one in self.traces.items() if isinstance(one, Learned)
        }
        return {"points": points, "curves": curves}

    def _curves(self, one: Learned) -> list[list[list[float]]]:
        """Return takes that tell the most moments apart, as (ms, given, predicted)."""
        assert self.moments is not None
        owner, at = self.moments.owner[one.agreed.cell], self.moments.at[one.agreed.cell]
        moved = {n: float(np.ptp(one.agreed.value[owner == n])) for n in np.unique(owner).tolist()}
        most = sorted(moved, key=lambda n: (-moved[n], n))[:_CURVES]
        rows = np.stack([at, one.agreed.value, one.told], axis=1)
        return [np.round(rows[owner == n], 3).tolist() for n in most]

    def write(self, where: Path) -> None:
        """Write the read-outs, if there are any, and what they were learned from."""
        outs = self.outs
        if outs.take is None and outs.moment is None:
            return
        (where / FILE).write_bytes(readouts.written(outs))
        with (where / RATED).open("wb") as file:
            np.savez(file, allow_pickle=False, **self._arrays())

    def _arrays(self) -> dict[str, NDArray[Any]]:
        """Return what was learned from: cell, value, weight, raters, and what unmet voices get.

        Of takes a cell is its place in ``take`` and in ``frozen.npz``, whose embedding it is. Of
        traces a cell is a window, with its take's place, its middle in ms, and its embedding.
        """
        arrays: dict[str, NDArray[Any]] = {"take": np.array(self.names)}
        for what, found in ((readouts.TAKE, self.takes), (readouts.MOMENT, self.traces)):
            for axis, one in found.items():
                if isinstance(one, Learned):
                    for name in ("cell", "value", "weight", "raters"):
                        arrays[f"{what}.{axis}.{name}"] = getattr(one.agreed, name)
                    arrays[f"{what}.{axis}.unmet"] = one.told
        if self.moments is not None and self.heard is not None:
            arrays["window.row"], arrays["window.ms"] = self.moments.owner, self.moments.at
            arrays["window.embedding"] = self.heard.astype(np.float32)
        return arrays


def learned(said: Sequence[Said] | None, heard: Heard) -> Reading | None:
    """Return what could be learned from what raters said of a run's takes; none: nobody asks.

    Ratings of other takes, as of those that were withdrawn, are not looked at.
    """
    if said is None:
        return None
    here = set(heard.takes)
    said = [one for one in said if one.take in here]
    whole = heard.embedding[:, :, : heard.models[0].width].double().numpy()
    rows = np.arange(len(heard.takes))
    cells = Cells(rows, heard.performers, heard.fold, whole[:-1], whole[-1])
    by_take = {a: learn(cells, of_takes(said, heard.takes, a), a) for a in AXES}
    lines = {one.take for one in said if one.trace}
    traced = [n for n, take in enumerate(heard.takes) if take in lines]
    if not traced:
        none = {axis: f"No take is traced on {axis}" for axis in AXES}
        return Reading(heard.takes, by_take, none)
    return _with_traces(by_take, said, heard, traced)


def _with_traces(
    by_take: Mapping[str, Learned | str], said: Sequence[Said], heard: Heard, traced: Sequence[int]
) -> Reading:
    takes = torch.tensor(traced)
    found = [model.windows(heard.pack, takes) for model in heard.models]
    owner, begin, _ = found[0]
    moments = Moments.of(heard.pack, heard.mels, owner, begin)
    each = zip(heard.models, heard.embedding, found, strict=True)
    sights = np.stack([seen(m, whole, owner, windows) for m, whole, (_, _, windows) in each])
    whose = [heard.performers[n] for n in moments.owner.tolist()]
    cells = Cells(moments.owner, whose, heard.fold[moments.owner], sights[:-1], sights[-1])
    ends = np.array([FRAME_MS * len(mel) for mel in heard.mels])
    over = {
        axis: learn(
            cells,
            of_moments(said, heard.takes, moments.owner, moments.at, ends, axis),
            axis,
            "traced",
        )
        for axis in AXES
    }
    return Reading(heard.takes, by_take, over, moments, sights[-1])


def _told(one: Learned | str) -> dict[str, Any]:
    if isinstance(one, str):
        return {"none": one}
    return {
        **one.score.as_json(),
        "within": round(one.within, 4),
        "penalty": one.ridge.penalty,
        "raters_a_take": round(float(one.agreed.raters.mean()), 2),
    }


def _points(one: Learned) -> list[list[float]]:
    """Return (given, predicted) of takes, evenly some of them if they are many."""
    rows = np.stack([one.agreed.value, one.told], axis=1)
    some = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _DRAWN)).astype(int))
    return np.round(rows[some], 3).tolist()  # type: ignore[no-any-return]


def load(where: Path, about: Mapping[str, Any], width: int) -> ReadOuts:
    """Return a model's read-outs; none of models that have none, as those of before.

    Raises
    ------
    BadInput : they do not fit, or are missing where the model says that it has some.
    """
    file = where / FILE
    if file.is_file():
        return readouts.read(file.read_bytes(), width, str(file))
    if reads(about.get(NAME)):
        raise BadInput("The model's read-outs are missing", where=str(file))
    return ReadOuts()
