"""What each payer brings in, divided among the deployments that this payer used. Pure.

A user-centric pool, as the music trade discusses it beside the pro-rata one (Centre national de la
musique, *Étude relative à l'impact du passage à l'UCPS*, 2021; Deezer's model). The table that it
is computed from has a row a payer and no name: who they are is forgotten with the settlement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import BadInput, CheckFailed


@dataclass(frozen=True)
class Paid:
    """What one payer brought in, in micro-units, and how much they used of each deployment."""

    micro: int
    used: Mapping[str, int]

    def row(self) -> bytes:
        """Return their row of the table."""
        used = {name: count for name, count in sorted(self.used.items()) if count}
        return canonical({"micro": self.micro, "used": used})


@dataclass
class Part:
    """What falls to a deployment, in micro-units, and from how many payers."""

    micro: int = 0
    payers: int = 0


@dataclass(frozen=True)
class Pooled:
    """What all payers of a licensee brought in, and what of it falls to which deployment.

    What those brought in who used nothing falls to none.
    """

    payers: int
    micro: int
    parts: Mapping[str, Part]


def shared(whole: int, counts: Mapping[str, int]) -> dict[str, int]:
    """Divide an amount by counts, by the largest remainder (Hamilton); ties go by name.

    The parts add up to the whole, and each is within one of its exact share.

    >>> shared(100, {"b": 1, "a": 1, "c": 1})
    {'a': 34, 'b': 33, 'c': 33}
    """
    total = sum(counts.values())
    if not total:
        return {}
    cut = {name: divmod(whole * counts[name], total) for name in sorted(counts) if counts[name]}
    left = whole - sum(floor for floor, _ in cut.values())
    ahead = sorted(cut, key=lambda name: (-cut[name][1], name))[:left]
    return {name: floor + (name in ahead) for name, (floor, _) in cut.items()}


def pooled(payers: Iterable[Paid]) -> Pooled:
    """Divide each payer's amount by their own use, and add that up."""
    count = micro = 0
    parts: dict[str, Part] = {}
    for one in payers:
        count, micro = count + 1, micro + one.micro
        for name, share in shared(one.micro, one.used).items():
            part = parts.setdefault(name, Part())
            part.micro += share
            part.payers += 1
    return Pooled(count, micro, dict(sorted(parts.items())))


def table_of(payers: Iterable[Paid]) -> bytes:
    """Return the table: a row a payer, in an order that tells nothing of who they are."""
    return b"".join(row + b"\n" for row in sorted(one.row() for one in payers))


def digest_of_table(table: bytes) -> str:
    """Return what names a table: its SHA-256."""
    return sha256(table).hexdigest()


def read_table(table: bytes, where: str) -> Iterator[Paid]:
    """Read a table back.

    Raises
    ------
    CheckFailed : a row that is none.
    """
    for number, line in enumerate(table.splitlines(), 1):
        try:
            yield _paid(parse(line))
        except (BadInput, KeyError, TypeError, ValueError) as fault:
            raise CheckFailed("Not a payer's row", where=f"{where}, line {number}") from fault


def _paid(row: Any) -> Paid:
    made = Paid(row["micro"], dict(row["used"]))
    if not all(type(n) is int and n >= 0 for n in (made.micro, *made.used.values())):
        raise ValueError("not a count")
    return made
