"""A network of parts, each of which has met only some of the performers.

After Bourtoule et al. 2021, Machine Unlearning (IEEE S&P; SISA, §IV): whoever withdraws is in one
part, and one part is trained anew. Their parts vote; ours answer by the mean of their logits. That
is one linear layer on all embeddings side by side, so that attribution sees a network like any
other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from yesand.affect.frames import Pack
from yesand.affect.voice_model import VoiceModel


class Sharded:
    """Parts that answer together, as ``VoiceModel`` does alone."""

    def __init__(self, parts: Sequence[VoiceModel]) -> None:
        self.parts = tuple(parts)

    def embed(self, pack: Pack, batch: int = 128) -> Tensor:
        """Return the embeddings of each take side by side, shape (takes, parts · d).

        Nobody is enrolled: each part knows what is usual for some performers alone.
        """
        return torch.cat([part.embed(pack, batch=batch) for part in self.parts], dim=1)

    @torch.inference_mode()
    def probability(self, embedding: Tensor) -> Tensor:
        """Return the probability of each emotion, (takes, classes), for such embeddings."""
        seen = embedding.chunk(len(self.parts), dim=1)
        logits = [part.logits(one) for part, one in zip(self.parts, seen, strict=True)]
        shares: Tensor = torch.stack(logits).mean(0).softmax(dim=1)
        return shares

    @torch.inference_mode()
    def last_layer(self) -> Tensor:
        """Return the weights on those embeddings, the bias last, (classes, parts · d + 1)."""
        layers = [part.last_layer() / len(self.parts) for part in self.parts]
        slopes, bias = [one[:, :-1] for one in layers], [one[:, -1:] for one in layers]
        return torch.cat([*slopes, torch.stack(bias).sum(0)], dim=1)

    def state_dict(self) -> dict[str, Tensor]:
        """Return all weights: ``<part>.<name>``."""
        return {
            f"{n}.{name}": value
            for n, part in enumerate(self.parts)
            for name, value in part.state_dict().items()
        }

    def load_state_dict(self, weights: Mapping[str, Tensor]) -> None:
        """Take all weights.

        Raises
        ------
        RuntimeError : they do not fit.
        """
        for n, part in enumerate(self.parts):
            own = {k: v for k, v in weights.items() if k.startswith(f"{n}.")}
            part.load_state_dict({name.partition(".")[2]: value for name, value in own.items()})

    def eval(self) -> Sharded:
        """Answer, and learn no more."""
        for part in self.parts:
            part.eval()
        return self
