"""What a descent may say: how many parents, and what part of it each has."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from yesand.kernel.errors import BadInput

BILLION = 1_000_000_000
FINE_TUNE, STUDENT, MERGE = "fine-tune", "student", "merge"
#: How → the fewest and the most parents that it has.
PARENTS = {FINE_TUNE: (1, 1), STUDENT: (1, 20), MERGE: (2, 20)}


def weights_of(how: str, told: Mapping[str, float | Fraction | None]) -> dict[str, int]:
    """Return each parent's part in 10⁹ of what comes from parents; without weights all alike.

    Parameters
    ----------
    told : parent → its weight, in any unit, or None for every one.

    Raises
    ------
    BadInput : no such way, too few parents or too many, a weight that is none.

    >>> weights_of("merge", {"a": 3, "b": 1})
    {'a': 750000000, 'b': 250000000}
    >>> weights_of("merge", {"a": None, "b": None, "c": None})["a"]
    333333334
    """
    if how not in PARENTS:
        raise BadInput(f"No such descent: {how!r}", where="how", remedy=f"Of {', '.join(PARENTS)}.")
    fewest, most = PARENTS[how]
    if not fewest <= len(told) <= most:
        many = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        raise BadInput(f"A {how} has {many} parents, not {len(told)}", where="parents")
    given = [value for value in told.values() if value is not None]
    if given and len(given) < len(told):
        raise BadInput("Give every parent its weight, or none", where="weights")
    return _parts({parent: _weight(value) for parent, value in told.items()})


def _weight(value: float | Fraction | None) -> Fraction:
    try:
        weight = Fraction(1) if value is None else Fraction(value)
    except (ValueError, OverflowError, TypeError) as fault:
        raise BadInput("A parent's weight is a number above 0", where=str(value)) from fault
    if weight <= 0:
        raise BadInput("A parent's weight is a number above 0", where=str(value))
    return weight


def _parts(weights: Mapping[str, Fraction]) -> dict[str, int]:
    """Cut 10⁹ by largest remainders; of equal ones the first by name gets the odd part."""
    whole = sum(weights.values())
    exact = {name: weight * BILLION / whole for name, weight in weights.items()}
    parts = {name: int(value) for name, value in exact.items()}
    order = sorted(exact, key=lambda name: (parts[name] - exact[name], name))
    for name in order[: BILLION - sum(parts.values())]:
        parts[name] += 1
    return parts
