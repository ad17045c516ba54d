"""Read-outs as a model's folder keeps them: numbers and no code, in a file of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from yesand.affect.evaluating.recall import Floats
from yesand.affect.rating.given import AXES
from yesand.kernel.errors import BadInput

#: What is read out: a take's value, and what it is at a moment of it.
TAKE, MOMENT = "take", "moment"
_PARTS = ("slope", "bias", "within", "penalty")


@dataclass(frozen=True, eq=False)
class ReadOut:
    """Linear read-outs of some axes.

    Attributes
    ----------
    axes : their names, in the order of ``AXES``. slope : (axes, d). bias, penalty : (axes,).
    within : (axes,), how far from what raters said nine of ten values lay, of performers whom
        the read-out never met.
    """

    axes: tuple[str, ...]
    slope: Floats
    bias: Floats
    within: Floats
    penalty: Floats

    def __call__(self, seen: Floats) -> Floats:
        """Return values, (n, axes), for (n, d) embeddings; never beyond the scale's ends."""
        told: Floats = np.clip(seen @ self.slope.T + self.bias, -1.0, 1.0)
        return told


@dataclass(frozen=True, eq=False)
class ReadOuts:
    """What a model reads out: by take, and by moment; none where it learned none."""

    take: ReadOut | None = None
    moment: ReadOut | None = None


def written(found: ReadOuts) -> bytes:
    """Return them as safetensors: ``take.valence.slope`` and so on, in double precision."""
    tensors = dict[str, Floats]()
    for what, one in ((TAKE, found.take), (MOMENT, found.moment)):
        for n, axis in enumerate(one.axes if one else ()):
            rows = [np.atleast_1d(getattr(one, part)[n]) for part in _PARTS]
            tensors |= {f"{what}.{axis}.{p}": row for p, row in zip(_PARTS, rows, strict=True)}
    return save({name: np.ascontiguousarray(value) for name, value in tensors.items()})


def read(data: bytes, width: int, where: str = "") -> ReadOuts:
    """Read them back.

    Parameters
    ----------
    width : of the embeddings that they are to be read from.

    Raises
    ------
    BadInput : not such a file, of another width, or a number that is none.
    """
    try:
        tensors = load(data)
    except SafetensorError as fault:
        raise BadInput(f"Not read-outs: {fault}", where=where) from fault
    if any(not np.isfinite(value).all() for value in tensors.values()):
        raise BadInput("A read-out holds a number that is none", where=where)
    made = {what: _one(tensors, what, width, where) for what in (TAKE, MOMENT)}
    known = {f"{w}.{a}.{p}" for w, one in made.items() if one for a in one.axes for p in _PARTS}
    if set(tensors) != known:
        raise BadInput("Read-outs of what this Yes-And does not know", where=where)
    return ReadOuts(made[TAKE], made[MOMENT])


def _one(tensors: Mapping[str, Floats], what: str, width: int, where: str) -> ReadOut | None:
    axes = tuple(axis for axis in AXES if f"{what}.{axis}.slope" in tensors)
    if not axes:
        return None
    rows = dict[str, list[Floats]]()
    for part in _PARTS:
        size = width if part == "slope" else 1
        rows[part] = [tensors.get(f"{what}.{axis}.{part}", np.zeros(0)) for axis in axes]
        if any(row.shape != (size,) for row in rows[part]):
            raise BadInput(f"The {part} of a read-out does not fit the model", where=where)
    single = [np.concatenate(rows[part]).astype(np.float64) for part in _PARTS[1:]]
    return ReadOut(axes, np.stack(rows["slope"]).astype(np.float64), *single)
