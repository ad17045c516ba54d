"""What is signed about synthetic takes: that a batch was made, was stopped, handed out, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yesand.kernel.ids import digest_of
from yesand.provenance import dsse
from yesand.provenance.statements import Predicate


def asked(manifest: str, generator: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request: whatever is made of it is the same, whenever it is made."""
    return {"generator": dict(generator), "manifest": manifest, "wanted": dict(wanted)}


def named(
    request: Mapping[str, Any], takes: Sequence[Mapping[str, Any]], refused: Sequence[Any]
) -> str:
    """Return a batch's digest."""
    return digest_of({"refused": list(refused), "request": dict(request), "takes": list(takes)})


def synthesis(
    batch: str,
    request: Mapping[str, Any],
    takes: Sequence[Mapping[str, Any]],
    refused: Sequence[Any],
    told: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the statement that a batch was made.

    Parameters
    ----------
    takes : each take's content, place, seed, parents and credentialed copy.
    told : when, by which house, with which libraries, whether in quarantine.
    """
    predicate = {**told, "refused": list(refused), "request": dict(request), "takes": list(takes)}
    return dsse.attest(Predicate.SYNTHESIS, {"synthetic-takes": batch}, predicate)


def stopped(request: str, manifest: str, why: str, deleted: int, at: str) -> dict[str, Any]:
    """Return the statement that a run was stopped, and how many takes were deleted with it."""
    told = {"at": at, "deleted": deleted, "manifest": manifest, "why": why}
    return dsse.attest(Predicate.OVERTAKEN, {"request": request}, told)


def deleted(batch: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the statement that takes of a batch were deleted: which, for which withdrawals.

    It says not when, as the log does: the same again is the same statement.
    """
    predicate = {**told, "batch": batch}
    return dsse.attest(Predicate.SYNTHETIC_DELETION, {"batch": batch}, predicate)


def exported(batch: str, root: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the statement that takes of a batch were handed out."""
    subjects = {"SHA256SUMS": root, "batch": batch}
    return dsse.attest(Predicate.SYNTHETIC_EXPORT, subjects, told)
