"""Emotion spaces and the mappings between them, kept as data beside this module.

**To add a space**: one JSON file in ``kept/`` with ``name``, ``version``, ``title``, ``source``,
``note`` and either ``labels`` or ``axes``, ``low``, ``high``, ``step``. A new version is another
file beside the old one, which stays: what was rated in it is in it. **To add a mapping**: one entry
in ``mappings.json``, of versions, that says what becomes of every label; its loss is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    "read",
    "space",
    "space_of_corpus",
    "spaces",
]


@cache
def spaces() -> dict[str, Space]:
    """Return every version of every space by its id, in the order of names and versions."""
    kept = files(__package__).joinpath("kept").iterdir()
    return read(parse(file.read_bytes(), where=file.name) for file in kept if _is_data(file.name))


def read(told: Iterable[Mapping[str, Any]]) -> dict[str, Space]:
    """Return spaces by id, in the order of names and versions.

    Raises
    ------
    BadInput : two of one id.
    """
    found: dict[str, Space] = {}
    for one in sorted(map(_space, told), key=lambda one: (one.name, one.version)):
        if one.id in found:
            raise BadInput(f"Two spaces are called {one.id}", remedy="Give one another version.")
        found[one.id] = one
    return found


def _is_data(name: str) -> bool:
    return name.endswith(".json")


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


def space(name: str, kept: Mapping[str, Space] | None = None) -> Space:
    """Return a space by its id, or the latest version by its name alone.

    Parameters
    ----------
    kept : the spaces there are, as `read` returns them; none: those of this package.

    Raises
    ------
    NotFound : there is none, or not in that version.
    """
    there, told = spaces() if kept is None else kept, name.strip()
    named = [one for one in there.values() if told in {one.id, one.name}]
    if not named:
        raise NotFound(
            f"No emotion space called {name[:60]!r}", remedy=f"Use one of {', '.join(there)}."
        )
    return named[-1]


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
    try:
        return categories(corpus)
    except BadInput:
        return None


def _space(told: Mapping[str, Any]) -> Space:
    common: dict[str, Any] = {k: told[k] for k in ("name", "version", "title", "source", "note")}
    if "labels" in told:
        return Categories(**common, labels=tuple(told["labels"]))
    low, high, step = (float(told[key]) for key in ("low", "high", "step"))
    return Dimensions(**common, axes=tuple(told["axes"]), low=low, high=high, step=step)
