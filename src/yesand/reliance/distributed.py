"""Several processes as one: sums over all of them, and work shared out among them.

Started by ``torchrun``, which sets RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT; without these
there is one process, and the same code runs alone. Two ways to share:

- a data-parallel training, each process with its part of every batch: ``InRun(…, across=world)``
  adds up what takes brought wherever they were trained on;
- jobs of one kind (seeds, nodes of a path, subsets): ``world.each(jobs, work)`` gives every process
  each job's result, in the order of the jobs, as one process alone would.

Sums are made in double precision and in the order of ranks, so that all processes hold the same
bytes, and so do two runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch import Tensor
from torch import distributed as group

from yesand.kernel.errors import BadInput, CheckFailed

Job = TypeVar("Job")

_SET = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
BACKENDS = ("gloo", "nccl")


class Unreachable(CheckFailed):
    """Another process of the run cannot be reached, or has failed."""


@dataclass(frozen=True)
class World:
    """One process among ``size``, numbered by ``rank`` from 0; ``card`` is its graphics card."""

    rank: int = 0
    size: int = 1
    card: int | None = None

    def sum(self, values: Tensor) -> Tensor:
        """Return the sum over all processes, double precision on the CPU, the same in each."""
        return torch.stack(self._all(values.detach().to("cpu", torch.float64))).sum(0)

    def each(self, jobs: Sequence[Job], work: Callable[[Job], Tensor]) -> list[Tensor]:
        """Do every so many-th job here, and return the results of all jobs, in their order.

        Parameters
        ----------
        work : must give results of one shape and type.

        Raises
        ------
        Unreachable : a process has failed. BadInput : results that differ in shape.
        """
        # Who has no job of their own does the first one over, so that all give one shape.
        own = jobs[self.rank :: self.size] or jobs[:1]
        mine = [work(job).detach().cpu() for job in own]
        if len({(one.shape, one.dtype) for one in mine}) > 1:
            raise BadInput("Jobs of one kind give results of one shape", where="each")
        rounds = -(-len(jobs) // self.size)
        return [result for done in range(rounds) for result in self._all(self._result(mine, done))][
            : len(jobs)
        ]

    def _result(self, mine: list[Tensor], done: int) -> Tensor:
        # The last round may have no job for this process; its place is cut off again.
        return mine[done] if done < len(mine) else torch.zeros_like(mine[-1])

    def _all(self, values: Tensor) -> list[Tensor]:
        if self.size == 1:
            return [values]
        where = "cpu" if self.card is None else f"cuda:{self.card}"
        here = values.contiguous().to(where)
        found = [torch.empty_like(here) for _ in range(self.size)]
        try:
            group.all_gather(found, here)
        except RuntimeError as fault:
            raise Unreachable(
                "Another process of this run does not answer",
                where=f"rank {self.rank} of {self.size}",
                remedy="Look at what the other processes say, and start them all again.",
            ) from fault
        return [one.cpu() for one in found]


@contextmanager
def joined(backend: str = "gloo", patience: float = 1_800.0) -> Iterator[World]:
    """Join the other processes of this run; alone, where ``torchrun`` has started none.

    Parameters
    ----------
    backend : "gloo" for processors, "nccl" for one graphics card a process.
    patience : seconds after which a process that does not answer is given up.

    Raises
    ------
    BadInput : half of what ``torchrun`` sets is missing, or no such backend here.
    Unreachable : the others cannot be reached.
    """
    given = [name for name in _SET if name in os.environ]
    if not given:
        yield World()
        return
    card = _card(backend)
    if group.is_initialized():  # somebody around this has joined them, and will leave them
        yield World(group.get_rank(), group.get_world_size(), card)
        return
    _check(given)
    try:
        group.init_process_group(backend, timeout=timedelta(seconds=patience))
    except (RuntimeError, ValueError) as fault:
        raise Unreachable(
            f"The processes did not find each other: {str(fault).splitlines()[0]}",
            where=f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}",
        ) from fault
    try:
        yield World(group.get_rank(), group.get_world_size(), card)
    finally:
        group.destroy_process_group()


def _card(backend: str) -> int | None:
    if backend not in BACKENDS:
        raise BadInput(f"No backend {backend!r}", where="backend", remedy="gloo or nccl.")
    if backend == "gloo":
        return None
    if not torch.cuda.is_available():
        raise BadInput("NCCL needs a graphics card", where="backend", remedy="Take gloo.")
    card = int(os.environ.get("LOCAL_RANK", "0"))
    if card >= torch.cuda.device_count():
        raise BadInput(
            f"Process {card} here has no graphics card of its own",
            where=f"{torch.cuda.device_count()} graphics cards",
            remedy="Start no more processes than there are cards, or take gloo.",
        )
    torch.cuda.set_device(card)  # "cuda" means this card from now on
    return card


def _check(given: list[str]) -> None:
    missing = sorted(set(_SET) - set(given))
    if missing:
        raise BadInput(
            f"{missing[0]} is not set",
            where="the environment",
            remedy="Start with `torchrun --nproc-per-node N script.py`.",
        )
    if not all(os.environ[name].isdigit() for name in ("RANK", "WORLD_SIZE", "MASTER_PORT")):
        raise BadInput("RANK, WORLD_SIZE and MASTER_PORT are numbers", where="the environment")
