"""A compact voice-emotion model: a small convolutional net with statistics pooling."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from yesand.affect.features import BANDS
from yesand.affect.frames import Pack
from yesand.kernel.errors import BadInput

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Shape:
    """The architecture's numbers.

    Attributes
    ----------
    channels : of the convolution blocks; each but the last halves time and frequency.
    stem : stride of the first convolution (5 × 5) in time and in frequency.
    joint : channels after frequency is folded in.
    embedding : length d of what the head sees.
    """

    channels: tuple[int, ...] = (24, 48, 64)
    stem: tuple[int, int] = (2, 2)
    joint: int = 96
    embedding: int = 64

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {**asdict(self), "channels": list(self.channels), "stem": list(self.stem)}

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Shape:
        """Read it back.

        Raises
        ------
        BadInput : not an architecture of this kind.
        """
        try:
            time, bands = map(int, value["stem"])
            channels = tuple(map(int, value["channels"]))
            return cls(channels, (time, bands), int(value["joint"]), int(value["embedding"]))
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput(f"Not an architecture of this kind: {fault}") from fault


class VoiceModel(nn.Module):
    """Log-mel windows in, an embedding and logits out; the labels are whatever the data holds."""

    def __init__(self, classes: int, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        blocks, width = list[nn.Module](), 1
        for channels in shape.channels:
            first = width == 1
            blocks += [] if first else [nn.MaxPool2d(2)]
            size, stride = (5, shape.stem) if first else (3, (1, 1))
            blocks += [
                nn.Conv2d(width, channels, size, stride, padding=size // 2, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(inplace=True),
            ]
            width = channels
        bands = BANDS // shape.stem[1] // 2 ** (len(shape.channels) - 1)
        # Where in the spectrum something happens matters, so frequency is folded in, not averaged.
        blocks += [
            nn.Conv2d(width, shape.joint, (1, bands), bias=False),
            nn.BatchNorm2d(shape.joint),
            nn.ReLU(inplace=True),
        ]
        self.body = nn.Sequential(*blocks)
        self.project = nn.Linear(2 * shape.joint, shape.embedding, bias=False)
        self.level = nn.BatchNorm1d(shape.embedding)
        self.head = nn.Linear(shape.embedding, classes)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def pooled(self, windows: Tensor) -> Tensor:
        """Return mean and standard deviation over time, (batch, 2 · joint), of (batch, 1, T, 64).

        Statistics pooling: Snyder et al. 2018, X-vectors, §2.
        """
        seen = self.body(windows.contiguous(memory_format=torch.channels_last)).squeeze(3)
        spread = (seen.var(dim=2, unbiased=False) + 1e-5).sqrt()
        return torch.cat([seen.mean(dim=2), spread], dim=1)

    def embedded(self, pooled: Tensor) -> Tensor:
        """Return the penultimate layer, shape (batch, embedding)."""
        return relu(self.level(self.project(pooled)))

    def forward(self, windows: Tensor) -> Tensor:
        """Return logits, shape (batch, classes)."""
        logits: Tensor = self.head(self.embedded(self.pooled(windows)))
        return logits

    @torch.inference_mode()
    def embed(self, pack: Pack, takes: Sequence[int] | None = None, batch: int = 128) -> Tensor:
        """Return the embedding of each take, shape (takes, d): the mean over its windows.

        The head is linear, so its logits are the mean over the windows too.
        """
        self.eval()
        wanted = torch.arange(len(pack)) if takes is None else torch.tensor(takes)
        owner, begin = pack.every_window(wanted)
        parts = [
            self.embedded(self.pooled(pack.windows(o, b)))
            for o, b in zip(torch.split(owner, batch), torch.split(begin, batch), strict=True)
        ]
        whole = torch.zeros(len(pack), self.shape.embedding).index_add_(0, owner, torch.cat(parts))
        count = torch.bincount(owner, minlength=len(pack))
        return (whole / count.clamp_min(1)[:, None])[wanted]

    @torch.inference_mode()
    def last_layer(self) -> Tensor:
        """Return the head's weights on an embedding, the bias last, (classes, d + 1)."""
        return torch.cat([self.head.weight, self.head.bias[:, None]], dim=1)

    @torch.inference_mode()
    def probability(self, embedding: Tensor) -> Tensor:
        """Return the probability of each emotion, (takes, classes), for embeddings (takes, d)."""
        shares: Tensor = self.head(embedding).softmax(dim=1)
        return shares


def build(classes: int, shape: Shape, seed: int) -> VoiceModel:
    """Return a fresh model; the same seed gives the same weights, in whatever thread."""
    # PyTorch fills weights from one generator that all threads share.
    with _ONE_AT_A_TIME, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return VoiceModel(classes, shape)
