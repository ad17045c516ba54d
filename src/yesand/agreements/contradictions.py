"""Terms that contradict themselves: what no agreement can mean, said so that it can be mended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from yesand.agreements.vocabulary import UseClass

if TYPE_CHECKING:
    from yesand.agreements.terms import Terms


def contradictions(terms: Terms) -> list[str]:
    """Return every contradiction, each with what to change."""
    found = [*_always(terms)]
    found += _of_form_one(terms) if terms.version == 1 else _since_two(terms)
    return found


def _always(terms: Terms) -> Iterator[str]:
    both = terms.purposes & terms.banned_purposes
    if both:
        yield f"permitted and banned at once: {', '.join(sorted(both))}"
    for name in ("valid_until", "train_until"):
        end = getattr(terms, name)
        if end is not None and end < terms.valid_from:
            yield f"{name} ({end}) lies before valid_from ({terms.valid_from})"
    if terms.minor and terms.represented_by != "guardian":
        yield "a minor signs with a guardian: set represented_by to guardian"


def _of_form_one(terms: Terms) -> Iterator[str]:
    """What came with form 2 cannot be said in form 1."""
    later = type(terms).model_fields
    for name in (
        "based_on described_use zone majority_on moral_rights_waived breach_notice_hours"
    ).split():
        if getattr(terms, name) != later[name].default:
            yield f"{name} is no part of terms of form 1: use version 2"
    for name in ("delete_replica_days", "confirm_deletion"):
        part = type(terms.withdrawing).model_fields[name]
        if getattr(terms.withdrawing, name) != part.default:
            yield f"withdrawing.{name} is no part of terms of form 1: use version 2"


def _since_two(terms: Terms) -> Iterator[str]:
    if terms.valid_until and terms.train_until and terms.train_until > terms.valid_until:
        yield f"train_until ({terms.train_until}) lies after valid_until ({terms.valid_until})"
    yield from _of_replicas(terms)
    if terms.minor and terms.majority_on is None:
        yield "a minor's terms end when they come of age: set majority_on to that day"
    elif not terms.minor and terms.majority_on is not None:
        yield "majority_on is the day on which a minor comes of age: leave it out, or set minor"
    elif terms.majority_on is not None and terms.majority_on <= terms.valid_from:
        yield f"majority_on ({terms.majority_on}) is past: the performer signs alone"
    after = terms.withdrawing
    if not after.delete_replica and after.delete_replica_days:
        yield "withdrawing.delete_replica_days names days for a replica that is kept: set it to 0"


def _of_replicas(terms: Terms) -> Iterator[str]:
    if UseClass.REPLICA not in terms.use_classes:
        return
    if not terms.replica_alone:
        others = ", ".join(sorted(terms.use_classes - {UseClass.REPLICA}))
        yield (
            "a replica is licensed alone, by an agreement and a signature of its own: take "
            f"{others} out of use_classes, or replica"
        )
    if not terms.described_use.strip():
        yield "described_use must say what a replica is for"
