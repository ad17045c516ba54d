"""A compact voice-emotion model: what the spectrum shows and what prosody tells, heard apart.

A small convolutional net with statistics pooling hears windows of the spectrum; beside it two small
nets hear the whole take's prosody, one by its principal components, one (an adapter) by all of its
numbers. Each learns to answer alone, and what is answered is the mean of all in logarithms, each
weighted by how far it is to be trusted (``calibration``): trained as one, they lean on each other
and do worse on new voices. Two more hear prosody less what is usual for the performer, and join in
where some of a new performer's takes are at hand: *enrolment*. Nobody says what was acted in them.
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

from yesand.affect.adapter import Adapter, Form
from yesand.affect.features import BANDS
from yesand.affect.frames import Pack, Shown
from yesand.affect.prosody.rows import NAMES
from yesand.affect.prosody_net import ProsodyNet
from yesand.kernel.errors import BadInput

_ONE_AT_A_TIME = threading.Lock()
#: What hears a take's prosody: by its principal components, or by all of its numbers.
Net = ProsodyNet | Adapter


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
    adapter : width of the narrow layer of what hears all of prosody; 0: nothing does.
    """

    channels: tuple[int, ...] = (24, 48, 64)
    stem: tuple[int, int] = (2, 2)
    joint: int = 96
    embedding: int = 64
    prosody: int = 64
    adapter: int = 64

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
            # Models of old hear less of prosody, or nothing.
            hears = (int(value.get("prosody", 0)), int(value.get("adapter", 0)))
            widths = (int(value["joint"]), int(value["embedding"]))
            return cls(channels, (time, bands), *widths, *hears)
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
        self.prosody, self.enrolled = (_prosody_net(classes, shape) for _ in range(2))
        self.adapted, self.enrolled_adapted = (_adapter(classes, shape) for _ in range(2))
        #: How far each part is trusted, without and with enrolment: ``calibration.trust``.
        self.register_buffer("trust", untold(len(self.plain)))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def plain(self) -> list[Net]:
        """What hears the prosody of whoever it is."""
        return [net for net in (self.prosody, self.adapted) if net is not None]

    @property
    def moved(self) -> list[Net]:
        """What hears prosody less what is usual for a performer who is enrolled."""
        return [net for net in (self.enrolled, self.enrolled_adapted) if net is not None]

    @property
    def enrols(self) -> bool:
        """Whether it answers otherwise about somebody who is enrolled."""
        return bool((self.trust[1, 1 + len(self.plain) :] > 0).any())

    def meet(self, pack: Pack, takes: Tensor) -> None:
        """Take over from the takes to be trained on how their prosody lies."""
        for nets, prosody in ((self.plain, pack.prosody), (self.moved, pack.moved)):
            for net in nets:
                net.meet(prosody[takes])

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
        heard = self.embedded(self.pooled(shown.windows))
        return self.logits(torch.cat([heard, *(net(shown.prosody) for net in self.plain)], dim=1))

    def said(self, embedding: Tensor) -> Tensor:
        """Return what each head says alone, (parts, takes, classes): as many as are embedded."""
        heads = [net.head for net in (self, *self.plain, *self.moved)]
        parts = torch.split(embedding, self.shape.embedding, dim=1)
        return torch.stack([head(part) for head, part in zip(heads, parts, strict=False)])

    def logits(self, embedding: Tensor) -> Tensor:
        """Return what the heads say together, (takes, classes): linear in the embedding."""
        said = self.said(embedding)
        trust = self.trust[int(len(said) > 1 + len(self.plain)), : len(said)]
        return torch.einsum("p,ptc->tc", trust, said)

    @torch.inference_mode()
    def last_layer(self) -> Tensor:
        """Return the weights of ``logits`` on an embedding, the bias last, (classes, d + 1)."""
        heads = [net.head for net in (self, *self.plain)]
        slopes = [trust * head.weight for trust, head in zip(self.trust[0], heads, strict=False)]
        bias = torch.stack([t * h.bias for t, h in zip(self.trust[0], heads, strict=False)]).sum(0)
        return torch.cat([*slopes, bias[:, None]], dim=1)

    @torch.no_grad()
    def put_last_layer(self, layer: Tensor) -> None:
        """Put such weights in their place. Enrolment then adds nothing: it was not part of them."""
        parts = torch.split(layer[:, :-1], self.shape.embedding, dim=1)
        heads = [net.head for net in (self, *self.plain)]
        for head, slopes in zip(heads, parts, strict=True):
            head.weight.copy_(slopes)
            head.bias.zero_()
        self.head.bias.copy_(layer[:, -1])
        self.trust.zero_()
        self.trust[:, : len(heads)] = 1.0

    @torch.inference_mode()
    def embed(
        self,
        pack: Pack,
        takes: Sequence[int] | None = None,
        batch: int = 128,
        enrolled: bool = False,
    ) -> Tensor:
        """Return the embedding of each take, shape (takes, d) for each part that hears it.

        These are the spectrum, what is ``plain``, and ``moved`` if they are ``enrolled``. Of
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
        told = [net(pack.prosody)[wanted] for net in self.plain]
        told += [net(pack.moved)[wanted] for net in self.moved] if enrolled else []
        return torch.cat([seen, *told], dim=1)

    @property
    def width(self) -> int:
        """How many numbers an embedding has, where nobody is enrolled."""
        return self.shape.embedding * (1 + len(self.plain))

    @torch.inference_mode()
    def probability(self, embedding: Tensor) -> Tensor:
        """Return the calibrated probability of each emotion, (takes, classes), for embeddings."""
        return self.logits(embedding).softmax(dim=1)


def untold(plain: int) -> Tensor:
    """Return the trust in each part before any is known: (without, with enrolment) × parts.

    Parameters
    ----------
    plain : how many parts hear prosody; as many more hear it of who is enrolled.
    """
    if not plain:
        return torch.tensor([[1.0, 0.0, 0.0]] * 2)  # as it always was in files
    without = [1 / (1 + plain)] * (1 + plain) + [0.0] * plain
    return torch.tensor([without, [1 / (1 + 2 * plain)] * (1 + 2 * plain)])


def _prosody_net(classes: int, shape: Shape) -> ProsodyNet | None:
    return ProsodyNet(classes, shape.prosody, shape.embedding) if shape.prosody else None


def _adapter(classes: int, shape: Shape) -> Adapter | None:
    if not (shape.prosody and shape.adapter):
        return None
    return Adapter(len(NAMES), classes, Form(shape.adapter, shape.embedding))


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
