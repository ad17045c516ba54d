"""What raters heard in a house's takes, as targets of a model's own emotions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from yesand.affect.reliability.report import Said, soft
from yesand.affect.reliability.services import rated, said_in
from yesand.affect.spaces import Categories, Relabelling, mapping, mappings, space
from yesand.training.examples import Example
from yesand.training.targeting.heard import Perceived

MODALITY = "voice"


def attach(examples: Sequence[Example]) -> list[Example]:
    """Return examples with what raters heard in them, by their voice alone.

    Ratings of these takes decide, and of no others: what was withdrawn has no part in it, not even
    in how far a rater is trusted. Of several spaces it is the one with most ratings that has all
    the takes' emotions, or a mapping into one that has; of two such the one that loses less.
    """
    labels, takes = {e.emotion for e in examples}, {e.sha256 for e in examples}
    best: tuple[list[Said], Relabelling] | None = None
    for way in _ways(labels):
        said = [one for one in said_in(way.source.id, MODALITY) if one.take in takes]
        worth = len(said), -way.loss().bits
        if said and (best is None or worth > (len(best[0]), -best[1].loss().bits)):
            best = said, way
    if best is None:
        return list(examples)
    found = _perceived(*best, labels)
    return [replace(one, heard=found.get(one.sha256)) for one in examples]


def _ways(labels: set[str]) -> Iterator[Relabelling]:
    """Yield how each rated space is carried over, those that need no carrying first."""
    known = [space(name) for name, how in rated() if how == MODALITY]
    spaces = [one for one in known if isinstance(one, Categories)]
    for one in spaces:
        if labels <= set(one.labels):
            yield mapping(one.id, one.id)
    for way in mappings():
        if way.source in spaces and labels <= set(way.target.labels):
            yield way


def _perceived(said: list[Said], way: Relabelling, labels: set[str]) -> Mapping[str, Perceived]:
    takes, found = soft(said, way.source.labels)
    lost = way.loss().bits
    made = dict[str, Perceived]()
    for take, row, raters in zip(takes, found.distribution, found.raters, strict=True):
        told = dict(zip(way.source.labels, map(float, row), strict=True))
        carried, outside = way.carry(told)
        inside = {name: part for name, part in carried.items() if name in labels}
        kept = sum(inside.values())
        missing = outside + (1 - outside) * (1 - kept)
        shares = {name: part / kept for name, part in inside.items()} if kept > 0 else {}
        ends = (way.source.id, way.target.id, lost)
        made[take] = Perceived(shares, missing if kept else 1.0, float(raters), *ends)
    return made
