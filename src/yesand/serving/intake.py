"""What a predictor is given, as sounds: many by groups, and what is none with its reason."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yesand.kernel.errors import BadInput, TooLarge, YesAndError
from yesand.serving.sight import Eyes, check_hears, seen
from yesand.serving.sound import MOST, Sound, of_array, of_bytes, of_file
from yesand.serving.voice import BATCH


@dataclass(frozen=True)
class Bad:
    """A recording of a batch that could not be answered, and why."""

    fault: YesAndError


def groups(
    recordings: Sequence[Any], rate: int | None, eyes: Eyes | None = None
) -> Iterator[list[Sound | Bad]]:
    """Yield recordings as sounds, in groups that are heard at once and that memory should hold.

    Parameters
    ----------
    eyes : the model, if it looks: it is given videos as such.
    """
    group, size = list[Sound | Bad](), 0
    for recording in recordings:
        one = _sound(recording, rate, eyes)
        group.append(one)
        size += len(one.signal) if isinstance(one, Sound) else 0
        if len(group) == BATCH or size >= MOST // 4:
            yield group
            group, size = [], 0
    if group:
        yield group


def _sound(recording: Any, rate: int | None, eyes: Eyes | None) -> Sound | Bad:
    try:
        if eyes is not None:
            if isinstance(recording, bytes | str | os.PathLike):
                given = recording if isinstance(recording, bytes) else Path(recording)
                return seen(given, eyes)
            check_hears(eyes)
        if isinstance(recording, bytes):
            return of_bytes(recording)
        if isinstance(recording, str | os.PathLike):
            return of_file(Path(recording))
        if rate is None:
            raise BadInput("Samples without a rate", where="rate", remedy="Give it in Hz.")
        return of_array(recording, rate)
    except YesAndError as fault:
        return Bad(fault)
    except MemoryError:
        return Bad(TooLarge("It is more than the memory here holds", remedy="Send it as a stream."))
