"""Emotion spaces and the mappings between them, kept as data beside this module.

**To add a space**: one JSON file in ``kept/`` with ``name``, ``version``, ``title``, ``source``,
``note`` and either ``labels`` or ``axes``, ``low``, ``high``, ``step``. **To add a mapping**: one
entry in ``mappings.json`` that says what becomes of every label; what it loses is computed.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from yesand.affect.spaces.mapping import Loss, Relabelling, Rescaling
from yesand.affect.spaces.space import Categories, Dimensions, Space
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, NotFound

__all__ = [
    "Categories",
    "Dimensions",
    "Loss",
    "Relabelling",
    "Rescaling",
    "Space",
    "categories",
    "dimensions",
    "mapping",
    "mappings",
    "space",
    "space_of_corpus",
    "spaces",
]


@cache
def spaces() -> dict[str, Space]:
    """Return every space by name, in the order of the names."""
    kept = sorted(files(__package__).joinpath("kept").iterdir(), key=lambda file: file.name)
    found = [_space(parse(f.read_bytes(), where=f.name)) for f in kept if f.name.endswith(".json")]
    return {one.name: one for one in found}


@cache
def mappings() -> tuple[Relabelling, ...]:
    """Return every mapping between categories."""
    told = parse(files(__package__).joinpath("mappings.json").read_bytes(), where="mappings.json")
    return tuple(
        Relabelling(
            source=categories(one["source_space"]),
            target=categories(one["target_space"]),
            basis=one["source"],
            to=one["to"],
        )
        for one in told
    )


def space(name: str) -> Space:
    """Return a space by its name, with or without ``@version``.

    Raises
    ------
    NotFound : there is none, or not in that version.
    """
    bare, _, version = name.strip().partition("@")
    found = spaces().get(bare)
    if found is None or version not in {"", str(found.version)}:
        raise NotFound(
            f"No emotion space called {name[:60]!r}",
            remedy=f"Use one of {', '.join(one.id for one in spaces().values())}.",
        )
    return found


def categories(name: str) -> Categories:
    """Return a space of labels.

    Raises
    ------
    NotFound : no such space. BadInput : it has axes.
    """
    found = space(name)
    if not isinstance(found, Categories):
        raise BadInput(f"{found.id} has axes and no labels", remedy="Name a space of categories.")
    return found


def dimensions(name: str) -> Dimensions:
    """Return a space of axes.

    Raises
    ------
    NotFound : no such space. BadInput : it has labels.
    """
    found = space(name)
    if not isinstance(found, Dimensions):
        raise BadInput(f"{found.id} has labels and no axes", remedy="Use sam@1 or vad@1.")
    return found


def mapping(source: str, target: str) -> Relabelling:
    """Return the mapping of one space of labels into another.

    Raises
    ------
    NotFound : nobody has written one.
    """
    one, other = categories(source), categories(target)
    if one == other:
        return Relabelling(one, other, "The same space", {label: label for label in one.labels})
    for found in mappings():
        if (found.source, found.target) == (one, other):
            return found
    raise NotFound(
        f"No mapping from {one.id} to {other.id}",
        remedy="`yesand affect spaces` lists those there are.",
    )


def space_of_corpus(corpus: str) -> Categories | None:
    """Return the space that a public corpus labels its takes in; none: it is not known here."""
    found = spaces().get(corpus)
    return found if isinstance(found, Categories) else None


def _space(told: dict[str, Any]) -> Space:
    common: dict[str, Any] = {k: told[k] for k in ("name", "version", "title", "source", "note")}
    if "labels" in told:
        return Categories(**common, labels=tuple(told["labels"]))
    low, high, step = (float(told[key]) for key in ("low", "high", "step"))
    return Dimensions(**common, axes=tuple(told["axes"]), low=low, high=high, step=step)
