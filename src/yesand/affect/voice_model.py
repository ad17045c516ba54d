"""A compact voice-emotion model: what the spectrum shows and what prosody tells, heard apart.

A small convolutional net with statistics pooling hears windows of the spectrum; beside it a small
net hears the whole take's prosody. Each learns to answer alone, and what is answered is the mean of
both in logarithms, each weighted by how far it is to be trusted (``calibration``): trained as one,
the two lean on each other and do worse on new voices. A third hears prosody less what is usual for
the performer, and joins in where some of a new performer's takes are at hand: *enrolment*. Nobody
says what was acted in them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from yesand.affect.features import BANDS
from yesand.affect.frames import Pack, Shown
from yesand.affect.prosody.rows import NAMES
from yesand.kernel.errors import BadInput

_ONE_AT_A_TIME = threading.Lock()
#: Further than so many standard deviations from what is usual counts as so many.
_FAR = 4.0


@dataclass(frozen=True)
class Shape:
    """The architecture's numbers.

    Attributes
    ----------
    channels : of the convolution blocks; each but the last halves time and frequency.
    stem : stride of the first convolution (5 × 5) in time and in frequency.
    joint : channels after frequency is folded in.
    embedding : length d of what each head sees.
    prosody : principal components of prosody that are heard; 0 for models of the spectrum alone.
    """

    channels: tuple[int, ...] = (24, 48, 64)
    stem: tuple[int, int] = (2, 2)
    joint: int = 96
    embedding: int = 64
    prosody: int = 64

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
            widths = (int(value["joint"]), int(value["embedding"]), int(value.get("prosody", 0)))
            return cls(channels, (time, bands), *widths)
        except (AttributeError, KeyError, TypeError, ValueError) as fault:
            raise BadInput(f"Not an architecture of this kind: {fault}") from fault


class VoiceModel(nn.Module):
    """Takes in, an embedding and logits out; the labels are whatever the data holds."""

    trust: Tensor

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
        tells = shape.prosody > 0
        self.prosody = ProsodyNet(classes, shape) if tells else None
        self.enrolled = ProsodyNet(classes, shape) if tells else None
        #: How far each part is trusted, without and with enrolment: ``calibration.trust``.
        self.register_buffer("trust", untold(tells))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def enrols(self) -> bool:
        """Whether it answers otherwise about somebody who is enrolled."""
        return self.enrolled is not None and bool(self.trust[1, 2] > 0)

    def meet(self, pack: Pack, takes: Tensor) -> None:
        """Take over from the takes to be trained on how their prosody lies."""
        if self.prosody and self.enrolled:
            self.prosody.meet(pack.prosody[takes])
            self.enrolled.meet(pack.moved[takes])

    def pooled(self, windows: Tensor) -> Tensor:
        """Return mean and standard deviation over time, (batch, 2 · joint), of (batch, 1, T, 64).

        Statistics pooling: Snyder et al. 2018, X-vectors, §2.
        """
        seen = self.body(windows.contiguous(memory_format=torch.channels_last)).squeeze(3)
        spread = (seen.var(dim=2, unbiased=False) + 1e-5).sqrt()
        return torch.cat([seen.mean(dim=2), spread], dim=1)

    def embedded(self, pooled: Tensor) -> Tensor:
        """Return the penultimate layer of the spectrum's net, shape (batch, embedding)."""
        return relu(self.level(self.project(pooled)))

    def forward(self, shown: Shown) -> Tensor:
        """Return logits of takes whose performers are not enrolled, shape (batch, classes)."""
        parts = [self.embedded(self.pooled(shown.windows))]
        if self.prosody:
            parts.append(self.prosody(shown.prosody))
        return self.logits(torch.cat(parts, dim=1))

    def said(self, embedding: Tensor) -> Tensor:
        """Return what each head says alone, (parts, takes, classes): as many as are embedded."""
        heads = [net.head for net in (self, self.prosody, self.enrolled) if net is not None]
        parts = torch.split(embedding, self.shape.embedding, dim=1)
        return torch.stack([head(part) for head, part in zip(heads, parts, strict=False)])

    def logits(self, embedding: Tensor) -> Tensor:
        """Return what the heads say together, (takes, classes): linear in the embedding."""
        said = self.said(embedding)
        trust = self.trust[int(len(said) == 3), : len(said)]
        return torch.einsum("p,ptc->tc", trust, said)

    @torch.inference_mode()
    def last_layer(self) -> Tensor:
        """Return the weights of ``logits`` on an embedding, the bias last, (classes, d + 1)."""
        heads = [net.head for net in (self, self.prosody) if net is not None]
        slopes = [trust * head.weight for trust, head in zip(self.trust[0], heads, strict=False)]
        bias = torch.stack([t * h.bias for t, h in zip(self.trust[0], heads, strict=False)]).sum(0)
        return torch.cat([*slopes, bias[:, None]], dim=1)

    @torch.no_grad()
    def put_last_layer(self, layer: Tensor) -> None:
        """Put such weights in their place. Enrolment then adds nothing: it was not part of them."""
        parts = torch.split(layer[:, :-1], self.shape.embedding, dim=1)
        heads = [net.head for net in (self, self.prosody) if net is not None]
        for head, slopes in zip(heads, parts, strict=True):
            head.weight.copy_(slopes)
            head.bias.zero_()
        self.head.bias.copy_(layer[:, -1])
        self.trust.copy_(torch.tensor([1.0] * len(heads) + [0.0] * (3 - len(heads))))

    @torch.inference_mode()
    def embed(
        self,
        pack: Pack,
        takes: Sequence[int] | None = None,
        batch: int = 128,
        enrolled: bool = False,
    ) -> Tensor:
        """Return the embedding of each take, shape (takes, d) for each part that hears it.

        These are the spectrum, prosody if the model knows it, and then what ``enrolled`` adds. Of
        the spectrum's net it is the mean over the windows: its head is linear, so that its
        logits are the mean over the windows too.
        """
        wanted = torch.arange(len(pack)) if takes is None else torch.tensor(takes)
        owner, _, parts = self.windows(pack, wanted, batch)
        return self.gathered(pack, wanted, owner, parts, enrolled)

    @torch.inference_mode()
    def windows(self, pack: Pack, takes: Tensor, batch: int = 128) -> tuple[Tensor, Tensor, Tensor]:
        """Return takes window by window: whose each is, where it begins, and its embedding.

        That is the spectrum's alone, (windows, d); prosody is of whole takes.
        """
        self.eval()
        owner, begin = pack.every_window(takes)
        parts = [
            self.embedded(self.pooled(pack.windows(o, b)))
            for o, b in zip(torch.split(owner, batch), torch.split(begin, batch), strict=True)
        ]
        return owner, begin, torch.cat(parts)

    @torch.inference_mode()
    def gathered(
        self, pack: Pack, wanted: Tensor, owner: Tensor, windows: Tensor, enrolled: bool = False
    ) -> Tensor:
        """Return the embedding of each take, as ``embed`` does, from its windows' embeddings."""
        whole = torch.zeros(len(pack), self.shape.embedding).index_add_(0, owner, windows)
        count = torch.bincount(owner, minlength=len(pack))
        seen = (whole / count.clamp_min(1)[:, None])[wanted]
        if self.prosody is None or self.enrolled is None:
            return seen
        told = [self.prosody(pack.prosody)[wanted]]
        told += [self.enrolled(pack.moved)[wanted]] if enrolled else []
        return torch.cat([seen, *told], dim=1)

    @property
    def width(self) -> int:
        """How many numbers an embedding has, where nobody is enrolled."""
        return self.shape.embedding * (1 if self.prosody is None else 2)

    @torch.inference_mode()
    def probability(self, embedding: Tensor) -> Tensor:
        """Return the calibrated probability of each emotion, (takes, classes), for embeddings."""
        return self.logits(embedding).softmax(dim=1)


def untold(tells: bool) -> Tensor:
    """Return the trust in each part before any is known: (without, with enrolment) × parts."""
    return torch.tensor([[0.5, 0.5, 0.0], [1 / 3] * 3] if tells else [[1.0, 0.0, 0.0]] * 2)


class ProsodyNet(nn.Module):
    """A take's prosody in, an embedding and logits out.

    Prosody is standardised and turned into its principal components, so that its many numbers that
    say the same count once. Both are taken from the takes to be trained on, and no word of what was
    acted in them.
    """

    centre: Tensor
    scale: Tensor
    axes: Tensor

    def __init__(self, classes: int, shape: Shape) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(len(NAMES)))
        self.register_buffer("scale", torch.ones(len(NAMES)))
        self.register_buffer("axes", torch.zeros(len(NAMES), shape.prosody))
        self.project = nn.Linear(shape.prosody, shape.embedding, bias=False)
        self.level = nn.BatchNorm1d(shape.embedding)
        self.head = nn.Linear(shape.embedding, classes)

    def meet(self, prosody: Tensor) -> None:
        """Take over mean, spread and principal components of takes, (takes, numbers)."""
        told = prosody.double()
        spread = told.std(dim=0, unbiased=False)
        self.centre.copy_(told.mean(dim=0))
        # What is the same in all takes would leave every other take at the limit.
        self.scale.copy_(torch.where(spread > 1e-6 * (1 + self.centre.abs()), 1 / spread, 0))
        within = self._within(prosody).double()
        _, values, axes = torch.linalg.svd(within - within.mean(dim=0), full_matrices=False)
        # Few takes span few axes: what is below is rounding, and large on any other take.
        axes = axes[values > 1e-6 * values[0].clamp_min(1e-12)][: self.axes.shape[1]].T
        self.axes.zero_()
        if axes.shape[1]:
            spread = (within @ axes).std(dim=0, unbiased=False).mean().clamp_min(1e-6)
            self.axes[:, : axes.shape[1]] = axes / spread

    def shown(self, prosody: Tensor) -> Tensor:
        """Return the principal components, (takes, components), of about unit spread."""
        return self._within(prosody) @ self.axes

    def embedded(self, shown: Tensor) -> Tensor:
        """Return the penultimate layer, shape (takes, embedding)."""
        return relu(self.level(self.project(shown)))

    def forward(self, prosody: Tensor) -> Tensor:
        """Return the embedding of takes by their prosody, (takes, embedding)."""
        return self.embedded(self.shown(prosody))

    def _within(self, prosody: Tensor) -> Tensor:
        # One number far out, as of a take with hardly a voice in it, must not decide alone.
        return ((prosody - self.centre) * self.scale).clamp(-_FAR, _FAR)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw fresh weights by a seed, in whatever thread; the generator is then as it was."""
    # PyTorch fills weights from one generator that all threads share.
    with _ONE_AT_A_TIME, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def build(classes: int, shape: Shape, seed: int) -> VoiceModel:
    """Return a fresh model; the same seed gives the same weights."""
    with seeded(seed):
        return VoiceModel(classes, shape)
