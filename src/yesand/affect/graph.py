"""The voice model as one graph, from samples to probabilities: what ``export-onnx`` writes.

The same sums as ``features``, ``frames`` and ``voice_model``, written in operations that a graph
has: the Fourier transform is a convolution with sines and cosines, and places are counted by
tensors, so that any length of sound goes through. Prosody is given beside the sound: following a
voice's pitch is no graph (``affect.prosody`` computes it).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d, pad

from yesand.affect import features, frames
from yesand.affect.dimensions.moments import FRAME_MS
from yesand.affect.dimensions.readouts import ReadOut, ReadOuts
from yesand.affect.voice_model import VoiceModel

#: What a graph puts out.
PROBABILITY, DIMENSIONS, TRACE, TRACE_MS = "probability", "dimensions", "trace", "trace_ms"


class Graph(nn.Module):
    """Samples in, shape (samples,), float32 of full scale ±1 at 16 kHz; (classes,) out.

    Beside them the take's prosody, float32, shape (1455,), if the model hears it.
    """

    basis: Tensor
    filters: Tensor

    def __init__(self, model: VoiceModel, outs: ReadOuts | None = None) -> None:
        super().__init__()
        self.model, outs = model.eval(), outs or ReadOuts()
        self.register_buffer("basis", _basis())
        self.register_buffer("filters", features._filters())
        self.take = None if outs.take is None else _Linear(outs.take)
        self.moment = None if outs.moment is None else _Linear(outs.moment)

    @property
    def outputs(self) -> list[str]:
        """What ``forward`` returns, in its order."""
        more = [DIMENSIONS] if self.take else []
        return [PROBABILITY, *more, *([TRACE, TRACE_MS] if self.moment else [])]

    def forward(self, signal: Tensor, prosody: Tensor | None = None) -> tuple[Tensor, ...]:
        """Return the probability of each emotion, as the model itself gives it.

        After it, if the model reads out axes, their values (axes,); and if it does so over time,
        values (windows, axes) and the windows' middles in ms (windows,).
        """
        steps, silent = _steps(self._logmel(signal))
        windows, begin = _windows(steps)
        heard = self.model.embedded(self.model.pooled(windows))
        parts = [heard.mean(dim=0, keepdim=True)]
        if prosody is not None:
            parts += [net(prosody[None]) for net in self.model.plain]
        embedding = torch.cat(parts, dim=1)
        found = [self.model.logits(embedding).softmax(dim=1)[0]]
        if self.take is not None:
            found.append(self.take(embedding)[0])
        if self.moment is not None:
            told = [one.expand(heard.shape[0], -1) for one in parts[1:]]
            long = _count(steps).clamp_max(frames.WINDOW)
            at = (silent + (2 * begin + long) * (frames.STEP / 2)) * FRAME_MS
            found += [self.moment(torch.cat([heard, *told], dim=1)), at.float()]
        return tuple(found)

    def _logmel(self, signal: Tensor) -> Tensor:
        """Return log-mel energies, (frames, 64): ``features.logmel``, rounded as it rounds."""
        wave = pad(signal[None, None], (features.WINDOW // 2, features.WINDOW // 2))
        spectrum = conv1d(wave, self.basis, stride=features.HOP)[0].transpose(0, 1)
        energies = (spectrum.square() @ self.filters).clamp_min(float(np.exp(features.FLOOR)))
        return energies.log().half().float()


class _Linear(nn.Module):
    """A read-out of axes: ``ReadOut`` in single precision."""

    slope: Tensor
    bias: Tensor

    def __init__(self, read: ReadOut) -> None:
        super().__init__()
        self.register_buffer("slope", torch.from_numpy(read.slope.T.copy()).float())
        self.register_buffer("bias", torch.from_numpy(read.bias).float())

    def forward(self, seen: Tensor) -> Tensor:
        """Return values, (n, axes)."""
        return (seen @ self.slope + self.bias).clamp(-1.0, 1.0)


def _basis() -> Tensor:
    """Return sines and cosines under the window, (514, 1, 400), in the order of the filters."""
    turn = np.outer(np.arange(features._FFT // 2 + 1), np.arange(features.WINDOW))
    angle = 2 * np.pi * (turn % features._FFT) / features._FFT
    both = np.stack([np.cos(angle), -np.sin(angle)], axis=1).reshape(-1, 1, features.WINDOW)
    return torch.from_numpy(both * features._window().double().numpy()).float()


def _steps(logmel: Tensor) -> tuple[Tensor, Tensor]:
    """Return steps of 20 ms without the silence at either end, and where they begin.

    As ``frames.prepare`` and ``frames.heard_in``.
    """
    loud = logmel.amax(dim=1)
    heard = (loud > loud.max() - frames._QUIET).nonzero()[:, 0]
    first = (heard[0] - frames._MARGIN).clamp_min(0)
    last = torch.minimum(heard[-1] + frames._MARGIN, _count(logmel) - 1)
    here = _upto((last - first) // frames.STEP + 1) * frames.STEP + first
    steps = sum(logmel[torch.minimum(here + more, last)] for more in range(frames.STEP))
    assert isinstance(steps, Tensor)
    steps = steps / frames.STEP
    return (steps - steps.mean()) / frames._SCALE, first


def _windows(steps: Tensor) -> tuple[Tensor, Tensor]:
    """Return windows that cover the take, half overlapping, and where each begins.

    As ``Pack.every_window``.
    """
    count = _count(steps)
    last = (count - frames.WINDOW).clamp_min(0)
    before = (last + frames.WINDOW // 2 - 1) // (frames.WINDOW // 2)
    begin = torch.cat([_upto(before) * (frames.WINDOW // 2), last[None]])
    places = (begin[:, None] + torch.arange(frames.WINDOW)[None]) % count
    return steps[places][:, None], begin


def _count(rows: Tensor) -> Tensor:
    """Return how many rows there are, as a part of the graph."""
    return torch._shape_as_tensor(rows)[0]


def _upto(count: Tensor) -> Tensor:
    """Return 0 … count − 1, for a count that the graph knows only when it runs."""
    return torch.arange(count)  # type: ignore[call-overload,no-any-return]
