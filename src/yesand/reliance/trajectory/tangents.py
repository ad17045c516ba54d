"""How the trained parameters lean on every performer, kept for questions to come.

∂θ/∂w_g is carried forward through the training for each performer g, at each node of the path.
Afterwards a question costs a dot product with its gradient: φ_g = Σ_k ω_k ⟨∇U(θ_k), ∂θ_k/∂w_g⟩,
the very value that the reverse run gives. So reliance follows the usage without any retraining.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from yesand.kernel import durable
from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.flat import Rows
from yesand.reliance.trajectory.gradients import bend
from yesand.reliance.trajectory.network import Parameters
from yesand.reliance.trajectory.optimisers import State, carried
from yesand.reliance.trajectory.path import NODES, nodes
from yesand.reliance.trajectory.places import fixed
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.training import TOGETHER, Training, split, train

_TOGETHER = 16  # trainings side by side, each with the tangents of all performers


@dataclass(frozen=True)
class Tangents:
    """Of S seeds, K nodes and G performers.

    Attributes
    ----------
    parameters : (S, K, …) where the path's nodes end. tangent : (S, K, G, …).
    weight : (K,) of the nodes. whole, none : (S, …) parameters of all takes and of none.
    """

    parameters: Parameters
    tangent: Parameters
    weight: Tensor
    whole: Parameters
    none: Parameters

    def effects(self, course: Course, question: Question) -> Tensor:
        """Return each performer's value for each utility of a question, (S, Q, G)."""
        networks = Rows(course.network, course.passes)
        here, lean = map(networks.layout.join, (self.parameters, self.tangent))
        rise = torch.unflatten(question.slopes(networks, here.flatten(0, 1)), 0, here.shape[:2])
        return torch.einsum("k,skqp,skgp->sqg", self.weight, rise, lean)

    def gain(self, course: Course, question: Question) -> Tensor:
        """Return U(all) − U(none), (S, Q)."""
        return question.utilities(course, self.whole) - question.utilities(course, self.none)

    def save(self, path: Path, about: Mapping[str, str]) -> None:
        """Write them with what they are about: digests of the model, its manifest, the course."""
        from safetensors.torch import save

        flat = {f"{part}/{k}": v for part in _PARTS for k, v in getattr(self, part).items()}
        whole = {k: v.contiguous() for k, v in {**flat, "weight": self.weight}.items()}
        durable.write(path, save(whole, dict(about)))

    @classmethod
    def load(cls, path: Path, about: Mapping[str, str]) -> Tangents:
        """Read them back.

        Raises
        ------
        NotFound : none are kept. CheckFailed : they are of something else, as after a manifest
        was changed. BadInput : they cannot be read.
        """
        found, told = _read(path)
        for name, value in about.items():
            if told.get(name) != value:
                raise CheckFailed(
                    f"The {name} has changed since these were kept",
                    where=str(path),
                    remedy="Train and measure again.",
                )
        _check_whole(found, path)
        parts: dict[str, Parameters] = {
            part: {
                k.removeprefix(f"{part}/"): v for k, v in found.items() if k.startswith(f"{part}/")
            }
            for part in _PARTS
        }
        return cls(weight=found["weight"], **parts)


_PARTS = ("parameters", "tangent", "whole", "none")


def tangents(
    course: Course,
    takes: Takes,
    seeds: Tensor,
    people: int,
    *,
    count: int = NODES,
    question: Question | None = None,
) -> Tangents:
    """Train every seed at every node, and carry every performer's tangent along.

    Parameters
    ----------
    question : such as will be asked: the nodes are laid for it; without it they lie fixed.

    Raises
    ------
    CheckFailed : a training diverged. BadInput : the shapes do not fit.
    """
    found = fixed(count)
    if question:
        found = nodes(course, takes, seeds[:1], question, count)
    place, weight = (x.to(takes.features) for x in found)
    weights = place.repeat(len(seeds))[:, None].expand(-1, len(takes.label))
    lots = split(course, takes, weights, seeds.repeat_interleave(count), _TOGETHER)
    ends = [_carried(lot, people) for lot in lots]
    here, lean = (
        {k: _by_seed(torch.cat([end[i][k] for end in ends]), count) for k in ends[0][i]}
        for i in range(2)
    )
    one = takes.features.new_ones(len(seeds), len(takes.label))
    whole, none = (train(course, takes, w, seeds, together=TOGETHER) for w in (one, 0 * one))
    return Tangents(here, lean, weight, whole, none)


def _by_seed(values: Tensor, count: int) -> Tensor:
    return values.reshape(-1, count, *values.shape[1:])


def _carried(training: Training, people: int) -> tuple[Parameters, Parameters]:
    state = training.start()
    lean: State = tuple(part.new_zeros(len(part) * people, part.shape[1]) for part in state)
    who = torch.nn.functional.one_hot(training.takes.owner, people).to(training.weights)
    for step in range(len(training.rates)):
        lean = _leaned(training, state, step, lean, who[training.order[:, step]])
        state = training.advance(state, step)
    training.check(state)
    leaning = torch.unflatten(lean[0], 0, (-1, people))
    return training.parameters(state), training.networks.layout.cut(leaning)


def _leaned(training: Training, state: State, step: int, lean: State, who: Tensor) -> State:
    """Carry tangents (M · G, P) over a step, for the (M, batch, G) whose takes it sees."""
    course, batch, people = training.course, training.batch(step), who.shape[2]
    mine = who.mT.flatten(0, 1) / course.batch
    here = state[0].repeat_interleave(people, 0)
    bent = bend(training.networks, here, lean[0], batch.repeated(people), mine)[1]
    slope = training.slope(state, batch)
    return carried(course, state, slope, lean, bent, training.rates[step], step)


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise NotFound(
            "No kept tangents here", where=str(path), remedy="Measure by aumann-shapley first."
        )
    try:
        with safe_open(path, "pt") as file:
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            told = dict(file.metadata() or {})
    except (OSError, SafetensorError, ValueError) as fault:
        raise _broken(str(fault), path) from fault
    return found, told


def _check_whole(found: Mapping[str, Tensor], path: Path) -> None:
    """Check that every part of a trajectory is there, and of one size.

    Raises
    ------
    BadInput : a part is missing, or does not fit the others.
    """
    if "weight" not in found:
        raise _broken("no weight", path)
    layers = {name.partition("/")[2] for name in found if "/" in name}
    lacking = [f"{p}/{k}" for p in _PARTS for k in sorted(layers) if f"{p}/{k}" not in found]
    if lacking or not layers:
        raise _broken(f"no {lacking[0] if lacking else 'parameters'}", path)
    nodes = found["weight"].shape
    for name in layers:
        here, lean = found[f"parameters/{name}"], found[f"tangent/{name}"]
        size = here.shape[2:]
        ends = {found[f"{part}/{name}"].shape for part in ("whole", "none")}
        if (
            here.shape[1:2] != nodes
            or (lean.shape[:2], lean.shape[3:]) != (here.shape[:2], size)
            or ends != {(here.shape[0], *size)}
        ):
            raise _broken(f"{name} is of another size than the rest", path)


def _broken(what: str, path: Path) -> BadInput:
    return BadInput(
        f"Not kept tangents: {what}",
        where=str(path),
        remedy="Delete the file, and have them made again: yesand watch --keep FOLDER.",
    )
