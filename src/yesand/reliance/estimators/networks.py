"""What estimators of whole trainings share: the course, the question, seeds until they agree."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from math import ceil
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor

from yesand.affect.head.curvature import one_thread
from yesand.kernel.errors import BadInput
from yesand.kernel.progress import Progress, silent
from yesand.reliance import head, utilities
from yesand.reliance.estimators.retraining import concluded, gather, to_check
from yesand.reliance.estimators.settling import Seeds, Settled
from yesand.reliance.faithfulness import Faithfulness, faithfulness, half_subsets
from yesand.reliance.game import Game, games
from yesand.reliance.inputs import Corpus, Floats, FrozenModel, Inputs, Queries
from yesand.reliance.report import Quality, RelianceReport
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.network import Mlp, Precision
from yesand.reliance.trajectory.path import Values
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.training import answered, check_repeatable, train

#: Seeds of one report's setting lie this far from the next one's, those of its checks half as far.
_APART = 10_000
APART_SEEDS = 2


@dataclass(frozen=True)
class Settings:
    """Settings of every estimator of whole trainings.

    Attributes
    ----------
    network : "mlp:64" for one hidden layer, "mlp:64,32" for two, "linear" for none.
    epochs, batch, rate, decay : of the course; see ``Course``.
    seeds : trained a round. max_seeds : where it stops, settled or not.
    bound : halves of the seeds that agree so well (Spearman) have settled,
    tolerance : if no share moved by more than this since the round before.
    checks : half-subsets retrained a fold, to tell how faithful the report is.
    resamples : how often the bootstrap draws again. seed : decides every draw.
    utility : by which answers are judged; see ``utilities``.
    device : "cpu", or "cuda" for a graphics card. passes : "single" or "bf16"; see ``Course``.
    """

    network: str = "mlp:64"
    epochs: int = 10
    batch: int = 64
    rate: float = 0.02
    decay: float = 0.03
    seeds: int = 4
    max_seeds: int = 12
    bound: float = 0.95
    tolerance: float = 0.01
    checks: int = 16
    resamples: int = 200
    seed: int = 0
    utility: str = utilities.LABEL
    device: Literal["cpu", "cuda"] = "cpu"
    passes: Precision = "single"

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the outcome."""
        return asdict(self)

    def course(self, game: Game) -> Course:
        """Return the course of a game.

        Raises
        ------
        BadInput : no such network.
        """
        widths = (game.trained.features.shape[1], *hidden(self.network), game.trained.classes)
        return Course(
            Mlp(widths, blank=True),
            epochs=self.epochs,
            batch=self.batch,
            rate=self.rate,
            decay=self.decay,
            passes=self.passes,
        )

    def takes(self, game: Game) -> head.Takes:
        """Return what a game trains on, where networks are trained."""
        return placed(single(game.trained), self.device)

    def question(self, game: Game) -> Question:
        """Return a game's queries, one utility for everybody asked, where networks are trained."""
        return Question(
            placed(single(game.queried), self.device), rates(game).float().to(self.device)
        )

    def retrained(self, game: Game, members: Floats, seeds: Tensor) -> Floats:
        """Return the utility of subsets for everybody asked, averaged over seeds, (subsets, Q)."""
        course, takes = self.course(game), self.takes(game)
        weights = torch.from_numpy(members).float()[:, game.trained.owner].repeat(len(seeds), 1)
        parameters = train(course, takes, weights, seeds.repeat_interleave(len(members)))
        found = self.question(game).utilities(course, parameters)
        mean: Floats = found.view(len(seeds), len(members), -1).mean(0).double().cpu().numpy()
        return mean

    def asked_by_networks(self, played: Sequence[Game], done: Callable[[int], None]) -> list[Game]:
        """Return the games with their queries asked by the utility; see ``utilities``.

        Raises
        ------
        BadInput : scores that no temperature can be put into: those of a network.
        """
        if self.utility == utilities.CALIBRATED:
            raise BadInput(
                "A network's answers are not calibrated here",
                where="utility=calibrated",
                remedy="Take network=head, or utility=label.",
            )

        def scores(game: Game) -> Tensor:
            course, takes = self.course(game), self.takes(game)
            # Seeds of its own, as a judge of others should have.
            seeds = torch.arange(APART_SEEDS) + self.seed * _APART + _APART // 4
            parameters = train(
                course, takes, takes.features.new_ones(len(seeds), len(takes.label)), seeds
            )
            done(len(seeds))
            chance = answered(course, parameters, self.question(game).takes).softmax(-1).mean(0)
            return chance.double().log().cpu()

        return utilities.by(self.utility, played, scores)

    def held(
        self, found: Settled, rng: np.random.Generator, done: Callable[[int], None]
    ) -> Faithfulness:
        """Retrain half-subsets with seeds of their own, and compare."""
        seeds = torch.arange(APART_SEEDS) + self.seed * _APART + _APART // 2
        folds = []
        for game, fold in zip(found.played, found.folds, strict=True):
            if not self.checks or game.size < 3:
                continue
            members = half_subsets(game.size, self.checks, rng)
            utility = self.retrained(game, members, seeds).mean(1)
            folds.append((members, fold.effect.mean((0, 1)), utility))
            done(len(members) * len(seeds))
        return faithfulness(folds)


def hidden(network: str) -> tuple[int, ...]:
    """Return the widths of a network's hidden layers.

    Raises
    ------
    BadInput : no such network.
    """
    kind, _, widths = network.partition(":")
    numbers = widths.split(",") if widths else []
    if network == "linear":
        return ()
    if kind != "mlp" or not numbers or not all(n.isdigit() and int(n) for n in numbers):
        raise BadInput(f"No such network: {network!r}", where="network", remedy="Such as mlp:64.")
    return tuple(int(n) for n in numbers)


def single(takes: head.Takes) -> head.Takes:
    """Return takes in single precision, in which networks are trained."""
    return replace(takes, features=takes.features.float())


def rates(game: Game) -> Tensor:
    """Return how much each query counts for everybody asked, (queries, Q)."""
    whose = np.eye(len(game.asked))[game.queried.owner.numpy()] * game.weight[:, None]
    return torch.from_numpy(whose)


def placed(takes: head.Takes, device: str) -> head.Takes:
    """Return takes on a device.

    Raises
    ------
    BadInput : no such device here.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise BadInput("There is no graphics card here", where="device", remedy="Take cpu.")
    names = ("features", "label", "owner", *(["heard"] if takes.heard is not None else []))
    return replace(takes, **{name: getattr(takes, name).to(device) for name in names})


@dataclass(frozen=True)
class Seeded(Settings, ABC):
    """An estimator that measures seed by seed until the seeds agree."""

    name: ClassVar[str]
    version: ClassVar[str]

    @abstractmethod
    def values(self, course: Course, game: Game, seeds: Tensor) -> Values:
        """Return what every take adds, for every seed."""

    @property
    def places(self) -> int:
        """How many places along a path are looked at: none, unless the estimator has a path."""
        return 0

    @property
    def group(self) -> int:
        """How many seeds count as one: they share the work of one."""
        return 1

    @property
    def opening(self) -> int:
        """How many trainings a round takes in each fold, however many seeds it has."""
        return 0

    @property
    @abstractmethod
    def cost(self) -> int:
        """How many trainings a seed takes; a run back through one counts as two."""

    def estimate(
        self, model: FrozenModel, corpus: Corpus, queries: Queries, progress: Progress = silent
    ) -> RelianceReport:
        """Return the report."""
        inputs = Inputs(model, corpus, queries)
        with one_thread():
            return self._estimated(inputs, games(inputs), progress)

    def _estimated(self, inputs: Inputs, played: list[Game], progress: Progress) -> RelianceReport:
        if played:
            check_repeatable(self.course(played[0]), self.takes(played[0]))
        rng = np.random.default_rng(self.seed)
        done = self._counting(played, progress)
        played = self.asked_by_networks(played, done)
        found, halves = self._settled(inputs, played, done)
        panel = found.panel(self.resamples, rng) if played else gather([], [], 1)
        held = self.held(found, rng, done)
        progress(1, 1, "trainings")
        quality = Quality(
            trainings=len(played) * (self._trainings(found.count) + self._judges)
            + held.subsets * APART_SEEDS,
            seeds=found.count * self.group,
            nodes=self.places,
            faithfulness=held,
        )
        return concluded(
            self, inputs, panel, self.settings(), halves, rng, drawn="seeds", quality=quality
        )

    def _trainings(self, count: int) -> int:
        """Return how many trainings so many seeds take, group by group."""
        rounds = ceil(count / max(1, self.seeds // self.group))
        return count * self.group * self.cost + rounds * self.opening

    @property
    def _judges(self) -> int:
        """How many trainings a fold takes before it can be asked."""
        return APART_SEEDS if utilities.trains(self.utility) else 0

    def _counting(self, played: list[Game], progress: Progress) -> Callable[[int], None]:
        """Return what takes note of so many trainings more, of as many as there may be."""
        most = len(played) * (self._trainings(max(1, self.max_seeds // self.group)) + self._judges)
        checks = to_check(played, self.checks) * APART_SEEDS
        total, done = most + checks, 0

        def note(trainings: int) -> None:
            nonlocal done
            done += trainings
            progress(done, total, "trainings")

        return note

    def _settled(
        self, inputs: Inputs, played: list[Game], done: Callable[[int], None]
    ) -> tuple[Settled, float | None]:
        """Train round after round until the seeds agree."""
        performers = len(inputs.corpus.performers)
        amount = np.bincount(inputs.corpus.owner, minlength=performers).astype(np.float64)
        found = Settled(played, (), performers, amount)
        halves: float | None = None
        group = self.group
        most = max(1, self.max_seeds // group)
        while played and found.count < most:
            before = found.count
            after = min(before + max(1, self.seeds // group), most)
            numbers = torch.arange(before * group, after * group)
            folds = []
            for game in played:
                values = self.values(self.course(game), game, numbers + self.seed * _APART)
                folds.append(Seeds.of(game, values))
                done(len(numbers) * self.cost + self.opening)
            found = found.joined(folds)
            halves = found.halves(np.random.default_rng([self.seed, found.count]))
            moved = found.moved(before or found.count // 2) if found.count > 1 else 1.0
            if (halves or 0) >= self.bound and moved <= self.tolerance:
                break
        return found, halves
