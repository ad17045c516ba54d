"""Watching a training run: who moved the model towards what it is used for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from yesand.kernel.errors import BadInput
from yesand.reliance.inputs import Ints
from yesand.reliance.inrun.asking import Utility, kept, log_likelihood
from yesand.reliance.inrun.compass import Compass
from yesand.reliance.inrun.errors import (
    BatchMismatch,
    LossNotFinite,
    NoQueries,
    NotDeterministic,
    NothingRecorded,
)
from yesand.reliance.inrun.owners import Owners
from yesand.reliance.inrun.reading import (
    Batch,
    Direction,
    Ghosts,
    along_again,
    along_layers,
    along_losses,
    inner,
)
from yesand.reliance.inrun.record import Record, Shares
from yesand.reliance.inrun.tally import Across, Alone, Reading, Tally

#: Steps are measured where the multiples of the golden ratio fall: evenly, and in step with no
#: epoch, so that no take of an unshuffled loader is passed over every time (Weyl 1916).
_GOLDEN = 0.6180339887498949


class InRun:
    """Sums, by performer, how far each take moves the utility on its way through the training.

    Made just before the loop, told of each batch between forward and backward, asked at the end.

    Parameters
    ----------
    model : the module itself, not its data-parallel wrapping.
    optimiser : SGD, Adam or AdamW; see ``reach`` for what is approximated.
    owners : take → performer, as a sequence by number or a mapping by name.
    queries : batches that stand for what the model is used for; each is asked in turn.
    utility : (model, batch) → scalar, the higher the better; by default the mean log-likelihood of
        a classifier for batches (inputs, labels).
    rate : part of the steps that is measured, evenly spread; 1 measures all.
    every : after at least so many steps the next batch of queries is asked.
    order : 2 asks from where the weights will be half-way to the next asking, so that the effects
        add up to the gain to second order; costs two copies of the weights.
    average : ask at the moving average of the weights over so many steps, and not where they are:
        a run with large steps swings across the valley that its average follows.
    reading : "layers" reads layers by ghost dot products, the rest from the losses; "losses" reads
        everything from the losses: slower, and exact under batch normalisation.
    strict : refuse kernels that give another gradient the second time; else the record says so.
    across : the processes of a data-parallel run (``yesand.reliance.distributed``).

    Raises
    ------
    UnknownOwner, NoQueries, UnknownOptimiser, NotDeterministic, LossNotFinite : see ``errors``.
    """

    def __init__(
        self,
        model: nn.Module,
        optimiser: Optimizer,
        *,
        owners: Mapping[Any, Any] | Sequence[Any],
        queries: Sequence[Any],
        utility: Utility = log_likelihood,
        rate: float = 0.15,
        every: int = 16,
        order: Literal[1, 2] = 1,
        average: int = 0,
        reading: Literal["layers", "losses"] = "layers",
        strict: bool = False,
        across: Across | None = None,
    ) -> None:
        _check(queries, rate, every)
        self.owners, self.rate, self.every = Owners(owners), rate, every
        self.order, self.average, self.reading = order, average, reading
        self._model, self._optimiser = model, optimiser
        self._again_checked = False
        self._compass = Compass(model, optimiser, queries, utility, order, average)
        self._compass.ask()
        self._steady = _steady(self._compass, strict)
        self._ghosts = Ghosts(model, self._compass.weights if reading == "layers" else [])
        self._tally = Tally(len(queries), self.owners, across or Alone())
        self._steps = self._measured = self._unnamed = self._since = 0
        self._batches, self._named = list[Batch](), list[Ints]()
        self._hooks = [
            optimiser.register_step_pre_hook(self._stepping),
            optimiser.register_step_post_hook(self._stepped),
        ]
        self._listen()

    def step(self, losses: Tensor, takes: Any, again: Callable[[], Tensor] | None = None) -> None:
        """Name the takes of a batch whose forward pass is done; then call ``backward``.

        Parameters
        ----------
        losses : (takes,) each one's loss, as it will be averaged or summed.
        takes : (takes,) as in ``owners``.
        again : computes the same losses once more, with the same dropout; makes reading from the
            losses several times cheaper.

        Raises
        ------
        UnknownOwner, BatchMismatch, LossNotFinite : nothing of this batch is counted.

        The optimiser's first step raises NotDeterministic where ``again`` gives other losses.
        """
        numbers = self.owners.numbers(takes)
        if losses.shape != (len(numbers),):
            raise BatchMismatch(
                f"{len(numbers)} takes, and losses of shape {tuple(losses.shape)}",
                where="step",
                remedy="Give one loss a take: reduction='none'.",
            )
        if self._ghosts.listening:
            _check_finite(losses, takes, self._steps)
            read = None if again else self._from_losses(losses)
            batch = Batch(numbers, losses.detach(), again, read)
            self._ghosts.expect(batch)
            self._batches.append(batch)
        self._named.append(numbers)

    def shares(self) -> Shares:
        """Return performer → ``share_ppb``, ``low_ppb``, ``high_ppb``; shares add up to 10⁹.

        Raises
        ------
        NothingRecorded : no step was measured yet.
        """
        return self.record().shares()

    def record(self) -> Record:
        """Return what was found so far.

        Raises
        ------
        NothingRecorded : no step was measured yet. LossNotFinite : what was found is not a number.
        """
        if not self._measured:
            raise NothingRecorded(
                "No step was measured",
                where=f"{self._steps} steps, {self._unnamed} of them without takes",
                remedy="Call step(losses, takes) before each backward, and train on.",
            )
        moved = self._tally.moved()
        if not np.isfinite(moved).all():
            raise LossNotFinite("The training left the numbers", where=f"{self._steps} steps")
        return Record(
            performers=self.owners.performers,
            moved=moved,
            takes=self.owners.counts(),
            steps=self._steps,
            measured=self._measured,
            asked=self._compass.asked,
            settings=self._settings(),
            notes=tuple(self._notes()),
        )

    def close(self) -> None:
        """Take every hook off the model and its optimiser."""
        self._ghosts.close()
        for hook in self._hooks:
            hook.remove()

    def _from_losses(self, losses: Tensor) -> tuple[Tensor, Direction] | None:
        uncovered = self._weights(covered=False)
        if not uncovered:
            return None
        self._ghosts.listening = False
        try:
            return along_losses(losses, uncovered, self._compass.aim)
        finally:
            self._ghosts.listening = True

    def _weights(self, *, covered: bool) -> list[Tensor]:
        return [w for w in self._compass.weights if (w in self._ghosts.covered) == covered]

    def _stepping(self, *_: Any) -> None:
        """Just before the optimiser steps: all gradients are there, and no weight has moved."""
        batches, self._batches = self._batches, []
        named, self._named = self._named, []
        self._unnamed += not named
        measured = bool(batches) and self._ghosts.listening
        for numbers in named:
            self._tally.see(numbers, measured=measured)
        if measured:
            self._ghosts.drop_what_was_missed(batches)
            # Whatever is computed before the next forward pass is not the training's.
            self._ghosts.listening = False
            for reading in self._readings(batches):
                self._tally.add(reading)
            self._measured += 1

    def _readings(self, batches: Sequence[Batch]) -> Iterator[Reading]:
        takes, row = np.concatenate([b.takes for b in batches]), self._compass.row
        aim = self._aim(covered=True)
        if aim:
            parts = torch.cat([along_layers(b, aim) for b in batches])
            yield Reading("layers", row, takes, parts, inner(aim))
        read = [b.read for b in batches if b.read]
        if read:
            parts = torch.cat([told for told, _ in read])
            yield Reading("losses", row, takes, parts, inner(read[-1][1]))
        aim = self._aim(covered=False)
        if aim and all(b.again for b in batches):
            self._check_same(batches[-1])
            parts = torch.cat([along_again(self._model, b, aim) for b in batches])
            yield Reading("losses", row, takes, parts, inner(aim))

    def _check_same(self, batch: Batch) -> None:
        """Check once that the losses can be had a second time."""
        if self._again_checked or not batch.again:
            return
        with torch.no_grad(), kept(self._model):
            same = torch.allclose(batch.again(), batch.losses, rtol=1e-4, atol=1e-6)
        self._again_checked = True
        if not same:
            raise NotDeterministic(
                "`again` gives other losses than the forward pass",
                where="step",
                remedy="Have it draw the same dropout: set the generator back first.",
            )

    def _aim(self, *, covered: bool) -> Direction:
        gradients = {w: w.grad for w in self._weights(covered=covered)}
        return self._compass.aim({w: g for w, g in gradients.items() if g is not None})

    def _stepped(self, *_: Any) -> None:
        self._steps, self._since = self._steps + 1, self._since + 1
        self._compass.follow()
        self._listen()

    def _listen(self) -> None:
        """Measure the next step or not; ask anew where the last answer is old."""
        self._ghosts.listening = False
        if self._steps * _GOLDEN % 1.0 >= self.rate:
            return
        if self._since >= self.every:
            self._tally.settle()
            self._compass.ask()
            self._since = 0
        self._ghosts.begin()

    def _settings(self) -> dict[str, Any]:
        return {
            "method": "in-run",
            "optimiser": type(self._optimiser).__name__,
            "rate": self.rate,
            "every": self.every,
            "order": self.order,
            "average": self.average,
            "reading": self.reading,
        }

    def _notes(self) -> Iterator[str]:
        if not self._steady:
            yield "Some kernels here are not deterministic: another run gives other last digits."
        if self._unnamed:
            yield f"{self._unnamed} steps named no takes and are in nobody's sum."
        alone = self.owners.alone()
        if alone:
            yield f"With a single take, so mostly luck: {', '.join(alone)}."


def _check(queries: Sequence[Any], rate: float, every: int) -> None:
    if not len(queries):
        raise NoQueries(
            "Nothing to ask the model",
            where="queries",
            remedy="Give batches that stand for what it is used for.",
        )
    if not 0 < rate <= 1 or every < 1:
        raise BadInput("A rate lies in 0 … 1, and `every` is at least 1", where="InRun")


def _check_finite(losses: Tensor, takes: Any, step: int) -> None:
    bad = (~losses.detach().isfinite()).nonzero()
    if len(bad):
        raise LossNotFinite(
            "A loss is not a number",
            where=f"step {step}, take {takes[int(bad[0])]}",
            remedy="Look at this take, or at a learning rate that is too high.",
        )


def _steady(compass: Compass, strict: bool) -> bool:
    steady = compass.steady()
    if strict and not steady:
        raise NotDeterministic(
            "The same gradient came out differently the second time",
            where="the utility's gradient",
            remedy="Call torch.use_deterministic_algorithms(True), or take strict=False.",
        )
    return steady
