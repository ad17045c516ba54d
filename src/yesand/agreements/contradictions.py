"""Terms that contradict themselves: what no agreement can mean, said so that it can be mended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from yesand.agreements.vocabulary import UseClass

if TYPE_CHECKING:
    from yesand.agreements.terms import Terms


#: A field of the terms, and what contradicts what, with what to change.
Contradiction = tuple[str, str]


def contradictions(terms: Terms) -> list[Contradiction]:
    """Return every contradiction, each with the field that it is best mended in."""
    found = [*_always(terms)]
    found += _of_form_one(terms) if terms.version == 1 else _since_two(terms)
    return found


def _always(terms: Terms) -> Iterator[Contradiction]:
    both = terms.purposes & terms.banned_purposes
    if both:
        yield "banned_purposes", f"permitted and banned at once: {', '.join(sorted(both))}"
    for name in ("valid_until", "train_until"):
        end = getattr(terms, name)
        if end is not None and end < terms.valid_from:
            yield name, f"{name} ({end}) lies before valid_from ({terms.valid_from})"
    if terms.minor and terms.represented_by != "guardian":
        yield "represented_by", "a minor signs with a guardian: set represented_by to guardian"


def _of_form_one(terms: Terms) -> Iterator[Contradiction]:
    """What came with form 2 cannot be said in form 1."""
    later = type(terms).model_fields
    for name in (
        "based_on described_use zone majority_on moral_rights_waived breach_notice_hours"
    ).split():
        if getattr(terms, name) != later[name].default:
            yield name, f"{name} is no part of terms of form 1: use version 2"
    for name in ("delete_replica_days", "confirm_deletion"):
        part, field = type(terms.withdrawing).model_fields[name], f"withdrawing.{name}"
        if getattr(terms.withdrawing, name) != part.default:
            yield field, f"{field} is no part of terms of form 1: use version 2"


def _since_two(terms: Terms) -> Iterator[Contradiction]:
    if terms.valid_until and terms.train_until and terms.train_until > terms.valid_until:
        said = f"train_until ({terms.train_until}) lies after valid_until ({terms.valid_until})"
        yield "train_until", said
    yield from _of_replicas(terms)
    if terms.minor and terms.majority_on is None:
        said = "a minor's terms end when they come of age: set majority_on to that day"
        yield "majority_on", said
    elif not terms.minor and terms.majority_on is not None:
        said = "majority_on is the day on which a minor comes of age: leave it out, or set minor"
        yield "majority_on", said
    elif terms.majority_on is not None and terms.majority_on <= terms.valid_from:
        said = f"majority_on ({terms.majority_on}) is past: the performer signs alone"
        yield "majority_on", said
    after = terms.withdrawing
    if not after.delete_replica and after.delete_replica_days:
        field = "withdrawing.delete_replica_days"
        yield field, f"{field} names days for a replica that is kept: set it to 0"


def _of_replicas(terms: Terms) -> Iterator[Contradiction]:
    if UseClass.REPLICA not in terms.use_classes:
        return
    if not terms.replica_alone:
        others = ", ".join(sorted(terms.use_classes - {UseClass.REPLICA}))
        yield (
            "use_classes",
            "a replica is licensed alone, by an agreement and a signature of its own: take "
            f"{others} out of use_classes, or replica",
        )
    if not terms.described_use.strip():
        yield "described_use", "described_use must say what a replica is for"
