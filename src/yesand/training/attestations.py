"""What is signed about models: that one was registered, put in service, taken out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yesand.provenance import dsse
from yesand.provenance.statements import Predicate
from yesand.training import digest


def model(
    name: str, manifest: str, files: Mapping[str, str], run: Mapping[str, Any], marks: list[str]
) -> dict[str, Any]:
    """Return the statement that a model came from a manifest.

    It holds what OpenSSF model signing would sign (``serialization`` and ``resources``), so that
    the folder can be checked from it alone.
    """
    layout = digest.statement(name, files)["predicate"]
    told = {**layout, "manifest": manifest, "run": dict(run), "marks": marks}
    return dsse.attest(Predicate.MODEL, {name: digest.root(files)}, told)


def deployment(name: str, model: str, licensee: str, since: str) -> dict[str, Any]:
    """Return the statement that a licensee has a model in service from a moment on."""
    told = {"deployment": name, "licensee": licensee, "since": since}
    return dsse.attest(Predicate.DEPLOYMENT, {name: model}, told)


def decommission(name: str, model: str, licensee: str, until: str) -> dict[str, Any]:
    """Return the statement that a deployment ended."""
    told = {"deployment": name, "licensee": licensee, "until": until}
    return dsse.attest(Predicate.DECOMMISSION, {name: model}, told)


def descent(
    name: str, model: str, how: str, parents: Mapping[str, int], declared: int | None
) -> dict[str, Any]:
    """Return the statement that a model was made from others (digest → its part in 10⁹)."""
    told = {"how": how, "parents": dict(parents), "declared_ppb": declared}
    return dsse.attest(Predicate.DESCENT, {name: model}, told)


def overtaken(manifest: str, left: str, why: str, at: str) -> dict[str, Any]:
    """Return the statement that a run was stopped, and which files were left of it."""
    told = {"manifest": manifest, "why": why, "at": at}
    return dsse.attest(Predicate.OVERTAKEN, {"checkpoint": left}, told)
