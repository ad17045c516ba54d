"""The takes whose next rating tells most, for one rater or for whoever comes, as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path

import numpy as np

from yesand.affect.golden.services import gold
from yesand.affect.rating.files import format_of
from yesand.affect.rating.given import modal, shares
from yesand.affect.reliability.alpha import Floats
from yesand.affect.reliability.report import once
from yesand.affect.reliability.routing import gain, order, prior_of
from yesand.affect.reliability.services import said_in
from yesand.affect.spaces import Categories, categories
from yesand.kernel.durable import write
from yesand.kernel.errors import BadInput
from yesand.takes.models import Take


@dataclass(frozen=True)
class Asked:
    """A take to be rated; ``bits``: what the next rating is expected to tell of it."""

    take: str
    ratings: int
    bits: float


def next_takes(
    space: str,
    modality: str,
    *,
    rater: str = "",
    most: int = 20,
    enough: int = 5,
    gold_every: int = 0,
    among: Collection[str] | None = None,
) -> list[Asked]:
    """Return accepted takes, the most telling first; nothing in them says what was acted.

    Parameters
    ----------
    rater : leave out what they have rated; ties come in an order of their own.
    enough : takes with so many raters are done.
    gold_every : every so many-th is a gold take, where one is left; 0: none.
    among : only these takes, by hash; none: all that are accepted.

    Raises
    ------
    BadInput : a number that makes no sense, or no such modality. NotFound : no such space.
    """
    modal(modality)
    if most < 1 or enough < 1 or gold_every < 0:
        raise BadInput("How many takes, and raters a take, must be 1 or more")
    known = categories(space)
    takes, counts, seen = _counts(known, modality, rater)
    if among is not None:
        seen |= set(takes) - set(among)
    told = gain(counts, prior_of(counts))
    seed = int.from_bytes(sha256(rater.encode()).digest()[:8])
    ranked = [k for k in order(counts, seed=seed, most=enough) if takes[k] not in seen]
    gilt = gold(space)
    golden = [k for k in order(counts, seed=seed) if takes[k] in gilt and takes[k] not in seen]
    chosen = list(_mixed(ranked, golden, gold_every))[:most]
    return [Asked(takes[k], round(float(counts[k].sum())), float(told[k])) for k in chosen]


def ask(path: Path, asked: list[Asked], space: str, modality: str, how: str = "") -> None:
    """Write takes to be rated: as CSV, or as tasks for Label Studio. Takes go by hash alone."""
    if (how or format_of(path)) == "csv":
        text = io.StringIO(newline="")
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["take", "modality", "space"])
        table.writerows([one.take, modality, categories(space).id] for one in asked)
        write(path, text.getvalue().encode())
        return
    about = {"modality": modality, "space": categories(space).id}
    tasks = [{"data": {"take": one.take, "audio": one.take, **about}} for one in asked]
    write(path, (json.dumps(tasks, indent=1) + "\n").encode())


def _counts(known: Categories, modality: str, rater: str) -> tuple[list[str], Floats, set[str]]:
    """Return all accepted takes, their raters' answers so far, and what the rater has rated."""
    rows = Take.objects.filter(state=Take.State.ACCEPTED).order_by("entry_id")
    takes = list(dict.fromkeys(rows.values_list("sha256", flat=True)))
    index = {name: k for k, name in enumerate(takes)}
    counts = np.zeros((len(takes), len(known.labels)))
    seen = set()
    for one in once(said_in(known.id, modality)):
        if one.rater == rater:
            seen.add(one.take)
        if one.take in index and one.emotions:
            for label, part in shares(one.emotions).items():
                counts[index[one.take], known.labels.index(label)] += part
    return takes, counts, seen


def _mixed(ranked: list[int], golden: list[int], every: int) -> Iterator[int]:
    """Yield takes with a gold one at every so many-th place; gold is kept for those places."""
    left = iter(golden if every else ())
    kept = set(golden if every else ())
    plain = iter([k for k in ranked if k not in kept])
    for place in count(1):
        turn = (left, plain) if every and place % every == 0 else (plain,)
        found = next((k for some in turn for k in some), None)
        if found is None:
            return
        yield found
