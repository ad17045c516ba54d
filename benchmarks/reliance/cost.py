"""What an estimate costs: CPU time in units of one ordinary training, and the memory it adds."""

from __future__ import annotations

import os
import pickle
import resource
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

from benchmarks.reliance.loop import train
from benchmarks.reliance.scene import Scene

T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """CPU seconds, and bytes beyond what the process held before."""

    seconds: float
    bytes: int


def measured(work: Callable[[], T]) -> tuple[T, Cost]:
    """Return what work gives and what it costs, in a process of its own.

    Raises
    ------
    RuntimeError : it failed there; the message is its traceback.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _tell(writing, work)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    good, told, cost = pickle.loads(data)
    if not good:
        raise RuntimeError(told)
    return told, cost


def _tell(writing: int, work: Callable[[], Any]) -> None:
    torch.set_num_threads(1)
    held, start = _held(), time.process_time()
    try:
        told, good = work(), True
    except Exception:  # told by the parent: this process has nobody to tell
        told, good = traceback.format_exc(), False
    spent = time.process_time() - start
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with os.fdopen(writing, "wb") as pipe:
        pickle.dump((good, told, Cost(spent, max(0, most - held))), pipe)
    os._exit(0)


def _held() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def one_training(scene: Scene, repeat: int = 3) -> float:
    """Return the CPU seconds of one training as anybody would write it: the least of a few."""
    train(scene.small())  # what is loaded at first use is no part of a training
    return min(measured(lambda: train(scene))[1].seconds for _ in range(repeat))
