"""Reports on descendants: what a parent's report says goes on in what was made from it.

How much of a descendant comes from its parents is measured where its training was ours
(``measuring``), bounded by agreement of its answers where it was not (``dilution``), or, until
then, what its licensee declared. A measurement prevails over a bound, and a bound over a word.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from yesand.corpus import services as corpus
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.reliance.descendants.answers import aligned, read
from yesand.reliance.dilution import Dilution, bounded
from yesand.reliance.keeping.services import keep
from yesand.reliance.models import Report
from yesand.reliance.passing import Source, passed_on
from yesand.reliance.report import Agreement, RelianceReport, Utility, signed
from yesand.reliance.rows import Row
from yesand.reliance.shares import BILLION, apportion
from yesand.reliance.watching.services import standing
from yesand.training.models import Descent, Parentage, TrainedModel

BOUNDED, DECLARED = "inherited-bounded", "inherited-declared"
INHERITED = (BOUNDED, DECLARED)
VERSION = "1"


def bound(answers: Path, parent: Path, others: list[Path]) -> tuple[Dilution, dict[str, Any]]:
    """Bound how much of a descendant comes from its parent, from files of answers.

    Returns
    -------
    The bounds, and the digests of the files for the report.

    Raises
    ------
    NotFound, BadInput : as for the files and the bounds.
    """
    first, second, *rest = read(parent), read(answers), *(read(one) for one in others)
    own, *theirs = aligned(first, second, *rest)
    files = {"parent": first.digest, "descendant": second.digest}
    if not rest:
        raise BadInput("Agreement means nothing without unrelated models", where="--unrelated")
    import numpy as np

    found = bounded(theirs[0], own, np.stack(theirs[1:]), first.weight)
    return found, {**files, "unrelated": [one.digest for one in rest]}


def inherit(
    place: Place,
    model: TrainedModel,
    found: Dilution | None = None,
    files: dict[str, Any] | None = None,
) -> Report:
    """Sign a report that passes its parents' shares on to a descendant; the same again is one.

    Parameters
    ----------
    found : what was bounded; else what its descent declares, else all of it.

    Raises
    ------
    BadInput : it is registered as nobody's descendant.
    Refused : a report measured it already, or a parent has no report that sets shares.
    """
    descent = descent_of(model)
    known = standing(model)
    if known is not None and known.method not in INHERITED:
        raise Refused("It was measured, which prevails", where=model.name)
    parents = {row.model: row.weight_ppb for row in descent.parents.select_related("model")}
    reports = {parent.digest: _standing(parent) for parent in parents}
    own = _own(place, model, list(parents))
    dilution = found or _declared(place, descent, own, list(parents))
    shares = passed_on(_sources(dilution, parents, reports, own))
    outside = set(shares) - set(
        model.manifest.performers.values_list("performer__handle", flat=True)
    )
    told = {
        "how": descent.how,
        "descent": descent.entry.record,
        **asdict(dilution),
        "own_ppb": BILLION - dilution.part_ppb if own else 0,
        "parents": [
            {"model": p.digest, "weight_ppb": w, "report": reports[p.digest].digest}
            for p, w in sorted(parents.items(), key=lambda pair: pair[0].digest)
        ],
        "answers": files or {},
    }
    made = RelianceReport(
        model=model.digest,
        queries=digest_of(told),
        method=BOUNDED if found else DECLARED,
        version=VERSION,
        settings={},
        utility=Utility(0, 0, 0, 0),
        agreement=Agreement(None, None, None, None, 0),
        sets_shares=True,
        reason="",
        rows=tuple(Row(who, *parts, 0, 0, 0, 0) for who, parts in shares.items()),
    )
    # A report that reached beyond the manifest once set no shares: asked again, it is another.
    beyond = {"beyond": len(outside)} if outside else {}
    asked = digest_of({"model": model.digest, "method": made.method, "descent": told, **beyond})
    return keep(place, model, asked, made, descent=told, mix=_mix(reports))


def followed(place: Place, report: Report) -> list[Report]:
    """Pass a new report on to all descendants whose own shares were inherited; return theirs.

    What was bounded of them stays: it is about answers, and not about who taught the parent.
    """
    made: list[Report] = []
    if not report.sets_shares:
        return made
    for row in Parentage.objects.filter(model=report.model).select_related("descent__model"):
        child = row.descent.model
        last = standing(child) or Report.objects.filter(model=child).order_by("-entry_id").first()
        if last is None or last.method not in INHERITED:
            continue
        kept = signed(last.envelope)["descent"]
        found = Dilution(**{f.name: kept[f.name] for f in fields(Dilution)})
        bounds = (found, kept["answers"]) if last.method == BOUNDED else (None, None)
        made.append(inherit(place, child, *bounds))
        made += followed(place, made[-1])
    return made


def descent_of(model: TrainedModel) -> Descent:
    """Return from which models a model was made.

    Raises
    ------
    BadInput : from none, as far as the registry knows.
    """
    found = Descent.objects.filter(model=model).select_related("entry").first()
    if found is None:
        raise BadInput(
            "It is nobody's descendant as far as the registry knows",
            where=model.name,
            remedy="Register from what it was made: yesand descent.",
        )
    return found


def _standing(parent: TrainedModel) -> Report:
    found = standing(parent)
    if found is None:
        raise Refused(
            "The parent has no report that sets shares, so there is nothing to pass on",
            where=parent.name,
            remedy="Measure it first: yesand reliance.",
        )
    return found


def _own(place: Place, model: TrainedModel, parents: list[TrainedModel]) -> dict[str, int]:
    """Return the milliseconds of the takes that no parent learned from: handle → how many."""
    if model.manifest_id in {parent.manifest_id for parent in parents}:
        return {}
    theirs = {take.sha256 for one in parents for take in corpus.find(place, one.manifest_id).takes}
    found = Counter[str]()
    for take in corpus.find(place, model.manifest_id).takes:
        if take.sha256 not in theirs:
            found[take.performer] += max(1, take.duration_ms)
    return dict(sorted(found.items()))


def _declared(
    place: Place, descent: Descent, own: dict[str, int], parents: list[TrainedModel]
) -> Dilution:
    """Return what its licensee said, or what the minutes say; either is nobody's measurement."""
    if descent.declared_ppb is not None:
        return Dilution(descent.declared_ppb, 0, BILLION)
    if not own:
        return Dilution(BILLION, 0, BILLION)
    theirs = sum(row.duration_ms for one in parents for row in one.manifest.performers.all())
    part, _ = apportion([float(theirs), float(sum(own.values()))])
    return Dilution(part, 0, BILLION)


def _sources(
    found: Dilution,
    parents: dict[TrainedModel, int],
    reports: dict[str, Report],
    own: dict[str, int],
) -> list[Source]:
    """Return where the descendant's shares come from; without takes of its own, from its parents.

    What comes from neither is then nobody's, and takes nothing from anybody's share.
    """
    part, low, high = (found.part_ppb, found.low_ppb, found.high_ppb) if own else (BILLION,) * 3
    weights = [float(weight) * part for weight in parents.values()]
    parts = apportion([*weights, float(BILLION - part) * BILLION])
    made = [
        Source(
            cut, weight * low // BILLION, -(-weight * high // BILLION), _shares(reports[p.digest])
        )
        for cut, (p, weight) in zip(parts, parents.items(), strict=False)
    ]
    if own:
        minutes = dict(zip(own, apportion([float(ms) for ms in own.values()]), strict=True))
        shares = {who: (cut, cut, cut) for who, cut in minutes.items()}
        made.append(Source(parts[-1], BILLION - high, BILLION - low, shares))
    return made


def _shares(report: Report) -> dict[str, tuple[int, int, int]]:
    return {
        who: (one["share_ppb"], one["low_ppb"], one["high_ppb"])
        for who, one in report.shares.items()
    }


def _mix(reports: dict[str, Report]) -> dict[str, int]:
    """Return the mix that the parents were asked, if they were all asked the same."""
    mixes = [signed(report.envelope).get("mix", {}) for report in reports.values()]
    return mixes[0] if all(mix == mixes[0] for mix in mixes) else {}
