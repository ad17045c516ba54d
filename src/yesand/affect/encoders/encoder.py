"""One interface to any self-supervised encoder of sound (wav2vec 2.0, HuBERT, WavLM …).

The encoder is the user's: a folder on this machine, its weights as safetensors, run through
``transformers`` without any code from the folder. It is frozen; its rows feed a head of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import gcd
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import resample_poly

from yesand.affect.encoders.folder import described, listening, version_of
from yesand.affect.encoders.gathering import gathered
from yesand.affect.encoders.loading import load, receptive
from yesand.affect.encoders.pooling import Pool, Pooling, Row
from yesand.affect.kept import Kept
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.kernel.ids import digest_file
from yesand.kernel.progress import Progress, silent
from yesand.takes.sound import read

#: Seconds. Attention costs the square of the length; models were trained on less than this.
WINDOW_S = 30.0
#: Windows at once. Eight of 30 s through a large model need about 4 GiB.
BATCH = 8
#: How torch, CUDA, and oneDNN below them, say that there is no memory.
_NO_MEMORY = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "bad_alloc",
    "could not create a primitive",
)


@dataclass(eq=False)
class Encoder:
    """A frozen encoder.

    Attributes
    ----------
    version : names its rows; a digest of the folder's files, layer, pooling and kind of device.
    width : numbers in a row.
    batch : windows at once; halved where memory does not do, and ``notes`` says so.
    """

    #: Its folder of the cache.
    kind: ClassVar[str] = "embeddings"

    folder: Path
    version: str
    width: int
    layer: int
    pooling: Pooling
    rate: int
    levelled: bool
    model: Any = field(repr=False)
    batch: int = BATCH
    device: str = "cpu"
    notes: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        folder: Path,
        layer: int = -1,
        pooling: Pooling = Pooling.MEAN,
        *,
        batch: int = BATCH,
        device: str = "cpu",
    ) -> Encoder:
        """Open an encoder.

        Parameters
        ----------
        folder : as ``save_pretrained`` writes it; never a name to be fetched.
        layer : whose frames are pooled; 0 is what the convolutions give, -1 the last.

        Raises
        ------
        NotFound, BadInput : no folder, no whole encoder of sound, or no such layer.
        """
        described(folder)
        if device != "cpu" and not torch.cuda.is_available():
            raise BadInput(f"No device {device!r} here", remedy="Leave it out: cpu.")
        rate, levelled = listening(folder)
        model = load(folder, device)
        layers = int(model.config.num_hidden_layers)
        if not -layers - 1 <= layer <= layers:
            raise BadInput(
                f"No layer {layer}: this encoder has {layers}",
                where=str(folder),
                remedy=f"Name one from 0 to {layers}, or -1 for the last.",
            )
        layer %= layers + 1
        width = int(model.config.hidden_size) * pooling.columns
        version = version_of(folder, layer, pooling, device)
        told = (folder, version, width, layer, pooling, rate, levelled, model)
        return cls(*told, batch=max(1, batch), device=device)

    def embed(
        self, paths: Sequence[Path], progress: Progress = silent, cache: Path | None = None
    ) -> NDArray[np.float32]:
        """Return a row for each recording, shape (len(paths), width); channels are averaged.

        Parameters
        ----------
        cache : a folder where rows are kept by content, and taken from.

        Raises
        ------
        BadInput : some cannot be used; every one of them is named.
        """
        return gathered((self.one(path, cache) for path in paths), paths, self.width, progress)

    def one(self, path: Path, cache: Path | None = None) -> Row | str:
        """Return a recording's row, or what is wrong with it."""
        try:
            kept = Kept(cache, self.kind, self.version, self.width) if cache else None
            sha256 = digest_file(path) if kept and path.is_file() else ""
            if kept and sha256 and (known := kept.get(sha256)) is not None:
                return known
            sound = read(path)
            made = self.row(sound.mono, sound.rate)
            if kept and sha256:
                kept.put(sha256, made)
        except (BadInput, CheckFailed, Refused) as fault:
            return fault.sentence()
        return made

    def row(self, signal: NDArray[np.float32], rate: int) -> Row:
        """Return the row of one channel, shape (width,), all finite.

        Parameters
        ----------
        signal : shape (samples,), full scale ±1. rate : its sampling rate in Hz.

        Raises
        ------
        CheckFailed : the encoder answers with what is no number. Refused : no memory for it.
        """
        pool = Pool(self.width // self.pooling.columns)
        try:
            with _one_thread(self.device):
                for frames in self._frames(_windows(self._heard(signal, rate), self.rate)):
                    pool.add(frames)
        except MemoryError as fault:
            raise self._no_memory() from fault
        made = pool.row(self.pooling)
        if not np.isfinite(made).all():
            raise CheckFailed(
                "The encoder answers with numbers that are none",
                where=str(self.folder),
                remedy="Its weights are damaged, or too large for single precision.",
            )
        return made

    def fits(self, version: str, width: int) -> None:
        """Make sure that rows or a model were made with this encoder.

        Raises
        ------
        CheckFailed : they were made with another.
        """
        if (version, width) != (self.version, self.width):
            raise CheckFailed(
                f"Made with another encoder: {width} numbers a row of {version}, "
                f"where this one gives {self.width} of {self.version}",
                where=str(self.folder),
                remedy="Open the same folder, layer, pooling and device, or embed the takes again.",
            )

    def _heard(self, signal: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
        """Return the take at the encoder's rate and level, as long as one frame needs at least."""
        common = gcd(rate, self.rate)
        made = signal.astype(np.float64)
        if rate != self.rate:
            made = resample_poly(made, self.rate // common, rate // common)
        if self.levelled:  # Wav2Vec2FeatureExtractor: mean 0, variance 1, 1e-7 below the root
            made = (made - made.mean()) / np.sqrt(made.var() + 1e-7)
        short = max(0, receptive(self.model.config) - len(made))
        return np.pad(made, (0, short)).astype(np.float32)

    def _frames(self, windows: list[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
        """Yield each window's frames; of windows of one length as many at once as memory takes.

        Only one take's windows share a batch: what else is embedded, and by how many processes,
        moves no bit of a row. How many share one may move the last bits of a take of several.
        """
        start = 0
        while start < len(windows):
            length = len(windows[start])
            alike = [w for w in windows[start : start + self.batch] if len(w) == length]
            try:
                made = self._run(np.stack(alike))
            except (RuntimeError, MemoryError) as fault:
                self._smaller(fault, len(alike))
                continue
            yield from made
            start += len(alike)

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the layer's frames, shape (windows, frames, units)."""
        with torch.inference_mode():
            given = torch.from_numpy(batch).to(self.device)
            states = self.model(given, output_hidden_states=True).hidden_states
            made: NDArray[np.float32] = states[self.layer].float().cpu().numpy()
        return made

    def _smaller(self, fault: RuntimeError | MemoryError, tried: int) -> None:
        if not (isinstance(fault, MemoryError) or any(w in str(fault) for w in _NO_MEMORY)):
            raise fault
        if tried == 1:
            raise self._no_memory() from fault
        self.batch = max(1, tried // 2)
        self.notes.append(f"Out of memory with {tried} windows at once: going on with {self.batch}")
        if self.device != "cpu":
            torch.cuda.empty_cache()

    def _no_memory(self) -> Refused:
        return Refused(
            f"Out of memory with one window of {WINDOW_S:.0f} s",
            where=str(self.folder),
            remedy="Free some memory, embed with fewer processes, or take a smaller encoder.",
        )


def _windows(signal: NDArray[np.float32], rate: int) -> list[NDArray[np.float32]]:
    """Return a take in windows of 30 s at most, all of one length to a sample."""
    number = -(-len(signal) // int(WINDOW_S * rate))
    return np.array_split(signal, max(1, number))


@contextmanager
def _one_thread(device: str) -> Iterator[None]:
    """Add up in one order whatever machine this is; many takes go to many processes instead."""
    before = torch.get_num_threads()
    try:
        if device == "cpu":
            torch.set_num_threads(1)
        yield
    finally:
        torch.set_num_threads(before)
