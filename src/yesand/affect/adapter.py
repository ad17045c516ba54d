"""A small network on frozen features: a residual bottleneck, and a head on what it makes of them.

After Houlsby et al. 2019, Parameter-Efficient Transfer Learning for NLP (ICML), §2.1: what a frozen
encoder says is led through a narrow layer and added to itself; at first nothing is added, so that
training begins at the encoder. Theirs sits in every layer of the encoder; ours on the pooled
frames of one, so that each take is embedded once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import gelu, relu

from yesand.affect.scaled import Scaled
from yesand.kernel.errors import BadInput

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Form:
    """The numbers of an adapter.

    Attributes
    ----------
    bottleneck : of the narrow layer. embedding : length of what the head sees.
    """

    bottleneck: int = 64
    embedding: int = 64

    def as_json(self) -> dict[str, int]:
        """Return plain JSON."""
        return asdict(self)

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> Form:
        """Read it back.

        Raises
        ------
        BadInput : not the numbers of an adapter.
        """
        try:
            return cls(int(told["bottleneck"]), int(told["embedding"]))
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput(f"Not the numbers of an adapter: {fault}") from fault


class Adapter(Scaled):
    """Rows of frozen features in, (takes, width); an embedding and logits out."""

    def __init__(self, width: int, classes: int, form: Form) -> None:
        super().__init__(width)
        self.down = nn.Linear(width, form.bottleneck)
        self.up = nn.Linear(form.bottleneck, width)
        self.project = nn.Linear(width, form.embedding, bias=False)
        self.level = nn.BatchNorm1d(form.embedding)
        self.head = nn.Linear(form.embedding, classes)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def shown(self, rows: Tensor) -> Tensor:
        """Return features on one scale, with what the bottleneck adds to them."""
        within = self.within(rows)
        added: Tensor = self.up(gelu(self.down(within)))
        return within + added

    def embedded(self, shown: Tensor) -> Tensor:
        """Return the penultimate layer, (takes, embedding)."""
        return relu(self.level(self.project(shown)))

    def forward(self, rows: Tensor) -> Tensor:
        """Return the embedding of takes, (takes, embedding)."""
        return self.embedded(self.shown(rows))

    @torch.inference_mode()
    def embed(self, rows: Floats) -> Tensor:
        """Return the same of takes' features, (takes, width)."""
        made: Tensor = self(torch.from_numpy(rows.astype(np.float32)))
        return made

    @torch.inference_mode()
    def logits(self, rows: Floats) -> Floats:
        """Return the score of each class, (takes, classes)."""
        made: Floats = self.head(self.embed(rows)).double().numpy()
        return made

    def probability(self, rows: Floats, trust: float = 1.0) -> Floats:
        """Return the probability of each class, (takes, classes); see ``head.Head``."""
        made: Floats = (trust * torch.from_numpy(self.logits(rows))).softmax(1).numpy()
        return made
