"""A signed report computed again from the model's folder, by whoever trusts nobody.

It needs the saved report and the folder, and neither house nor network. On the same kind of machine
what comes out is what was signed, to the byte; elsewhere sums may differ in their last bits, and
then every share must lie within the interval that was signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from yesand.kernel.canonical import canonical
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.progress import Progress, silent
from yesand.reliance import estimators, inputs
from yesand.reliance.caveats import caveats
from yesand.reliance.inputs import Inputs
from yesand.reliance.pooling import beside_unasked
from yesand.reliance.report import RelianceReport, open_rows
from yesand.reliance.shares import BILLION
from yesand.training.digest import model_digest

#: What a report found, apart from what finding it took.
_FOUND = ("utility", "agreement", "sets_shares", "reason", "caveats", "copies_left_out", "rows")
#: A share may lie so far outside its interval: that of a method without one is a point.
_ROUNDING = BILLION // 1_000_000


@dataclass(frozen=True)
class Again:
    """What came of computing a report again.

    Attributes
    ----------
    same : whether it is what was signed, to the byte.
    apart_ppb : by how much a share differs at most.
    """

    same: bool
    apart_ppb: int


def completed(found: RelianceReport, given: Inputs) -> RelianceReport:
    """Return what an estimator found with what the inputs themselves say beside it."""
    whole = replace(found.beside_copies(given.copies, given.copiers), caveats=caveats(given))
    return beside_unasked(whole, given.corpus.through)


def again(
    signed: Mapping[str, Any],
    openings: Sequence[Mapping[str, Any]],
    folder: Path,
    progress: Progress = silent,
) -> Again:
    """Compute a report again, and hold it against what was signed.

    Parameters
    ----------
    signed : its predicate. openings : rows, salts and pseudonyms, as they were saved.

    Raises
    ------
    BadInput : it was not measured from a folder, or by another version of the method.
    CheckFailed : the folder is not the model's, other queries were asked, or a share comes out
        outside its interval.
    """
    chosen = _estimator(signed)
    given = _inputs(signed, openings, folder)
    salts = {one["row"]["performer"]: bytes.fromhex(one["salt"]) for one in openings}
    found = completed(chosen.estimate(given.model, given.corpus, given.queries, progress), given)
    told = found.predicate(salts)
    same = all(canonical(told[name]) == canonical(signed[name]) for name in _FOUND)
    return Again(same, _apart(signed, openings, found))


def _estimator(signed: Mapping[str, Any]) -> estimators.Estimator:
    method, version = signed["method"], signed["method_version"]
    if method not in estimators.names():
        raise BadInput(
            f"A report by {method} is not computed from one model's folder alone",
            where="report",
            remedy="Compute its parents' reports again.",
        )
    usual = estimators.estimator(method)
    if usual.version != version:
        raise BadInput(
            f"The report is by version {version} of {method}, this is {usual.version}",
            where="report",
            remedy="Take the Yes-And that signed it.",
        )
    known = {name: told for name, told in signed["settings"].items() if name in vars(usual)}
    if known.get("device") == "cuda" and not torch.cuda.is_available():
        known["device"] = "cpu"  # another kind of machine: shares within their intervals
    return estimators.estimator(method, **known)


def _inputs(
    signed: Mapping[str, Any], openings: Sequence[Mapping[str, Any]], folder: Path
) -> Inputs:
    """Read the folder as the report's own."""
    digest = model_digest(folder)
    if digest != signed["model"]:
        raise CheckFailed(
            f"The folder's digest is {digest[:16]}, the report's model is {signed['model'][:16]}",
            where=str(folder),
        )
    names = {one.get("pseudonym", ""): one["row"]["performer"] for one in openings}
    given = inputs.read(folder, digest, signed.get("usage"), names)
    if {*given.corpus.people, *given.copiers} != {*names.values()}:
        raise BadInput(
            "The report does not say who is who in the folder",
            where=str(folder),
            remedy="Have it saved anew: yesand reliance MODEL --out FILE.",
        )
    if given.queries.digest(given.corpus) != signed["queries"]:
        raise CheckFailed("The report was asked otherwise than it says", where="queries")
    return given


def _apart(
    signed: Mapping[str, Any], openings: Sequence[Mapping[str, Any]], found: RelianceReport
) -> int:
    """Return by how much a share differs at most; each must lie within its interval."""
    rows = {str(n): one["row"] for n, one in enumerate(openings)}
    opened = open_rows(signed, rows, {str(n): one["salt"] for n, one in enumerate(openings)})
    shares = {row.performer: row.share_ppb for row in found.rows}
    for row in opened:
        low, high = row.low_ppb - _ROUNDING, row.high_ppb + _ROUNDING
        if not low <= shares[row.performer] <= high:
            raise CheckFailed(
                f"Computed again the share is {shares[row.performer] / 10_000_000:.2f} %, outside "
                f"{row.low_ppb / 10_000_000:.2f} to {row.high_ppb / 10_000_000:.2f} %",
                where=row.performer,
            )
    return max(abs(shares[row.performer] - row.share_ppb) for row in opened)
