"""The model itself: the one module here that knows PyTorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.kernel.canonical import parse
from yesand.kernel.errors import TooLarge
from yesand.serving.sound import Sound
from yesand.training import digest, folder
from yesand.training.folder import Loaded
from yesand.training.head_folder import LoadedHead

#: So many recordings go through the model at once, as long as memory lasts.
BATCH = 16
#: What the card calls the probability below which it is better to abstain.
ABSTAIN = "abstain_below"


@dataclass(frozen=True, eq=False)
class Voice:
    """A loaded model with the digest that it is registered by."""

    loaded: Loaded | LoadedHead
    digest: str
    card: Mapping[str, Any]

    @classmethod
    def open(cls, where: Path) -> Voice:
        """Load a model from its folder, every file of it counted into its digest.

        Raises
        ------
        NotFound, BadInput : no model that this Yes-And can run.
        """
        named = digest.model_digest(where)
        card = where / folder.CARD_DATA
        told = parse(card.read_bytes(), where=str(card)) if card.is_file() else {}
        return cls(folder.load(where), named, told)

    @property
    def manifest(self) -> str:
        """The manifest that it says it came from."""
        return str(self.loaded.about.get("manifest", ""))

    @property
    def threshold(self) -> float:
        """Below which probability its card has it abstain; 0 if the card says nothing."""
        return float(self.card.get(ABSTAIN, 0.0))

    def hear(self, sounds: Sequence[Sound]) -> tuple[NDArray[np.float64], str]:
        """Return the distribution for each sound, (sounds, labels), and what memory did to it.

        Raises
        ------
        TooLarge : one sound alone is more than this machine's memory holds.
        """
        rows, size, begin = list[NDArray[np.float64]](), min(BATCH, len(sounds)), 0
        while begin < len(sounds):
            try:
                rows.append(self._together(sounds[begin : begin + size]))
            except (MemoryError, torch.OutOfMemoryError, RuntimeError) as fault:
                if not _exhausted(fault):
                    raise
                if size == 1:
                    raise TooLarge(
                        "One recording alone is more than the memory here holds",
                        where=f"{sounds[begin].seconds:.0f} s",
                        remedy="Send it as a stream.",
                    ) from fault
                size //= 2
                continue
            begin += size
        note = f"Memory ran out: heard {size} at a time." if size < min(BATCH, len(sounds)) else ""
        return np.concatenate(rows), note

    def _together(self, sounds: Sequence[Sound]) -> NDArray[np.float64]:
        return self.loaded.sounding([(sound.signal, sound.rate) for sound in sounds])


#: What PyTorch's allocator on a CPU and oneDNN say when memory lacks: in words alone.
_LACKS = ("allocate memory", "not enough memory", "could not create a primitive", "bad_alloc")


def _exhausted(fault: BaseException) -> bool:
    """Tell whether memory is what lacked."""
    named = isinstance(fault, MemoryError | torch.OutOfMemoryError)
    return named or any(words in str(fault) for words in _LACKS)
