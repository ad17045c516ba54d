"""How a training went: its loss over the steps, and how the takes that it never met fared.

Nothing is chosen by a curve: how many steps are made, and which weights are kept, stand before the
first of them. Held-out takes are looked at, and change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from yesand.affect.evaluating.recall import uar
from yesand.affect.frames import Pack
from yesand.affect.voice_model import VoiceModel, build

#: The loss is told as the mean over each of so many parts of the run.
POINTS = 20
#: Held-out takes are asked at so many points at most, and at fewer where that would cost more
#: than this part of the training.
_ASKED, _COST = 8, 0.06
#: A step forward and back costs about as much as so many forward (Griewank & Walther 2008, §3.3).
_THERE_AND_BACK = 3
#: What a model's parts are called, by how many it has.
PARTS = {
    1: ("spectrum",),
    3: ("spectrum", "prosody", "enrolled"),
    5: ("spectrum", "prosody", "adapter", "enrolled", "enrolled adapter"),
}


class Curve:
    """The course of one model's training.

    Parameters
    ----------
    asked : takes of the pack that it never meets, (n,); none: it meets all.
    label : int64, of every take of the pack: what was acted.
    """

    def __init__(
        self, steps: int, batch: int, pack: Pack | None = None, asked: Tensor | None = None,
        label: Tensor | None = None,
    ) -> None:  # fmt: skip
        self.steps = steps
        self.summed = torch.zeros(POINTS, max(PARTS), dtype=torch.float64)
        self.count = torch.zeros(POINTS, dtype=torch.float64)
        self.pack, self.asked, self.label = pack, asked, label
        many = 0 if asked is None else len(asked)
        afford = int(_COST * _THERE_AND_BACK * steps * batch / many) if many else 0
        points = min(_ASKED, max(1, afford), steps) if many else 0
        self.at = [round(steps * (n + 1) / points) for n in range(points)]
        self.heldout = torch.full((points, 2), float("nan"), dtype=torch.float64)
        self._twin: VoiceModel | None = None

    def note(self, step: int, losses: Tensor) -> None:
        """Take the mean loss of each part in a step, (parts,)."""
        here = step * POINTS // self.steps
        self.summed[here, : len(losses)] += losses.detach().double()
        self.count[here] += 1

    def due(self, done: int) -> bool:
        """Tell whether held-out takes are to be asked after so many steps."""
        return done in self.at

    @torch.inference_mode()
    def ask(self, done: int, model: VoiceModel, average: Sequence[Tensor]) -> None:
        """Ask the moving average, as it is then, about the middle of every held-out take."""
        assert self.pack is not None and self.asked is not None and self.label is not None
        twin = self._twin or build(model.head.out_features, model.shape, 0)
        self._twin = twin.eval()
        twin.load_state_dict(model.state_dict())
        kept = [v for v in twin.state_dict().values() if v.is_floating_point()]
        for value, mean in zip(kept, average, strict=True):
            value.copy_(mean)
        places = range(0, len(self.asked), 64)
        said = torch.cat([twin(self.pack.middle(self.asked[k : k + 64])) for k in places])
        label = self.label[self.asked]
        found = float(cross_entropy(said, label)), uar(label.numpy(), said.argmax(1).numpy())
        self.heldout[self.at.index(done)] = torch.tensor(found, dtype=torch.float64)

    @property
    def latest(self) -> float | None:
        """The loss of all parts together lately, nats a take."""
        known = np.flatnonzero(self.count.numpy())
        if not len(known):
            return None
        return float(self.summed[known[-1]].sum() / self.count[known[-1]])

    def state(self) -> dict[str, Tensor]:
        """Return what is known so far."""
        return {
            "curve.summed": self.summed,
            "curve.count": self.count,
            "curve.heldout": self.heldout,
        }

    def restore(self, state: dict[str, Tensor]) -> None:
        """Take it up again."""
        self.summed.copy_(state["curve.summed"])
        self.count.copy_(state["curve.count"])
        self.heldout.copy_(state["curve.heldout"])

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON: loss by part (nats a take) at steps, and held-out takes' at others."""
        some = self.count > 0
        means = (self.summed[some] / self.count[some, None]).T.tolist()
        done = self.count.cumsum(0)[some].tolist()
        learned = max((n for n, line in enumerate(means, 1) if any(line)), default=1)
        names = PARTS[min(many for many in PARTS if many >= learned)]
        told = {
            name: [round(value, 4) for value in line]
            for name, line in zip(names, means, strict=False)
        }
        asked = [
            {"step": step, "loss": round(loss, 4), "uar": round(rate, 4)}
            for step, (loss, rate) in zip(self.at, self.heldout.tolist(), strict=True)
            if np.isfinite(loss)
        ]
        return {"steps": [int(n) for n in done], "training": told, "held_out": asked}
