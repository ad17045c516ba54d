"""Measuring a registered model's reliance on its performers, signed and logged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from yesand.corpus import services as corpus
from yesand.kernel.errors import CheckFailed, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.reliance import estimators, inputs
from yesand.reliance.descendants.services import followed
from yesand.reliance.keeping.services import keep
from yesand.reliance.models import Report
from yesand.reliance.recomputing import completed
from yesand.reliance.utilities import LABEL
from yesand.reliance.watching.services import lean
from yesand.takes.crediting.masking.services import pseudonyms
from yesand.training.digest import model_digest
from yesand.training.models import TrainedModel


def estimate(
    place: Place,
    model: TrainedModel,
    folder: Path,
    *,
    estimator: str = estimators.DEFAULT,
    mix: Mapping[str, float] | None = None,
    progress: Progress = silent,
    **settings: Any,
) -> Report:
    """Measure, sign and log; asked the same again, return the report that there is.

    Parameters
    ----------
    folder : the model's, with the frozen features that its training left.
    mix : emotion → how much of the real usage it makes up.
    settings : the estimator's own.

    Raises
    ------
    NotFound : no such folder, no frozen features in it, or no such estimator.
    CheckFailed : the folder is not the model's, its features are of other performers, or its
        manifest has changed since training.
    """
    chosen = estimators.estimator(estimator, **settings)
    given = read(place, model, folder, mix)
    check_adds_up(chosen, given)
    asked = question(model, chosen, given)
    known = Report.objects.filter(asked=asked).first()
    if known:
        return known
    found = chosen.estimate(given.model, given.corpus, given.queries, progress)
    found = completed(found, given)
    # As it was asked for: where takes are lacking, the mix that came of it does not tell.
    usage = {"usage": dict(mix)} if mix is not None else {}
    made = keep(place, model, asked, found, mix=inputs.mix(given), **usage)
    lean(place, made, given)
    followed(place, made)
    return made


def read(
    place: Place, model: TrainedModel, folder: Path, mix: Mapping[str, float] | None
) -> inputs.Inputs:
    """Read what a model's folder holds for measuring; errors as ``estimate``."""
    check_folder(model, folder)
    given = inputs.read(folder, model.digest, mix, names_of(place, model))
    check_performers(model, (*given.corpus.people, *given.copiers))
    check_takes(place, model, given)
    return given


def check_adds_up(chosen: estimators.Estimator, given: inputs.Inputs) -> None:
    """Check that what synthetic takes bring can be passed on by a method.

    Raises
    ------
    Refused : its effects are not sums over takes, or it trains another kind of model.
    """
    exact = chosen.name == "aumann-shapley" and chosen.settings()["network"] == "head"
    if given.corpus.through is not None and not exact:
        raise Refused(
            "What a model learned from synthetic takes is passed on only where effects are sums "
            "over takes, as the head's are by aumann-shapley",
            where=f"estimator {chosen.name}",
            remedy="Measure it by aumann-shapley, on the head.",
        )


def question(model: TrainedModel, chosen: estimators.Estimator, given: inputs.Inputs) -> str:
    """Return the digest of what is asked: the same question has one report."""
    # What is not said asks as it was asked before there was a choice.
    asked = {k: v for k, v in chosen.settings().items() if (k, v) != ("utility", LABEL)}
    return digest_of(
        {
            "model": model.digest,
            "method": chosen.name,
            "version": chosen.version,
            "settings": asked,
            "queries": given.queries.digest(given.corpus),
        }
    )


def latest(model: TrainedModel, before: datetime | None = None) -> Report | None:
    """Return the model's newest report, or the newest signed before a moment."""
    rows = Report.objects.filter(model=model)
    if before is not None:
        rows = rows.filter(at__lt=before)
    return rows.order_by("-entry_id").first()


def check_folder(model: TrainedModel, folder: Path) -> None:
    """Check that a folder is a model's.

    Raises
    ------
    CheckFailed : it is not.
    """
    found = model_digest(folder)
    if found != model.digest:
        raise CheckFailed(
            f"The folder's digest is {found[:16]}, the model's {model.digest[:16]}",
            where=str(folder),
            remedy="Give the folder as its training wrote it.",
        )


def names_of(place: Place, model: TrainedModel) -> dict[str, str]:
    """Return pseudonym → handle of the model's performers: its folder names nobody."""
    handles = model.manifest.performers.values_list("performer__handle", flat=True)
    return {mask: handle for handle, mask in pseudonyms(place, handles).items()}


def check_takes(place: Place, model: TrainedModel, given: inputs.Inputs) -> None:
    """Check that a folder's takes are those of the manifest that its model was trained on.

    Raises
    ------
    CheckFailed : the manifest has changed since training: it lacks takes of the folder, or names
        others that training neither used nor left out. ManifestBroken : its file is damaged.
    """
    if not corpus.path_of(place, model.manifest_id).exists():
        _check_counts(model, given)
        return
    named = {take.sha256 for take in corpus.find(place, model.manifest_id).takes}
    acted = given.corpus.owner < len(given.corpus.people)  # no manifest names what was made
    trained = {take for take, who in zip(given.corpus.takes, acted.tolist(), strict=True) if who}
    more = trained - named
    less = named - trained - {*given.left_out} if given.left_out is not None else set()
    if more or less:
        raise _changed(
            model, f"{len(more)} takes that it does not name, {len(less)} that the folder lacks"
        )


def _check_counts(model: TrainedModel, given: inputs.Inputs) -> None:
    """Check by numbers, where the list of takes is not in the house any more."""
    rows = model.manifest.performers.values_list("performer__handle", "takes")
    counted = Counter[str]()
    for handle, takes in rows:
        counted[handle] += takes
    people = given.corpus.people
    trained = Counter(people[at] for at in given.corpus.owner.tolist() if at < len(people))
    beyond = {who: n - counted[who] for who, n in trained.items() if n > counted[who]}
    if beyond:
        raise _changed(model, f"{sum(beyond.values())} takes more than it permits")


def _changed(model: TrainedModel, how: str) -> CheckFailed:
    return CheckFailed(
        f"The manifest has changed since the model was trained: {how}",
        where=f"manifest {model.manifest_id[:16]}",
        remedy="Train again on the manifest as it is, and measure that model.",
    )


def check_performers(model: TrainedModel, performers: tuple[str, ...]) -> None:
    """Check that frozen features are of a model's performers.

    Raises
    ------
    CheckFailed : they are of others.
    """
    rows = model.manifest.performers.values_list("performer__handle", flat=True)
    strangers = sorted(set(performers) ^ set(rows))
    if strangers:
        raise CheckFailed(
            "The frozen features are not of this model's performers",
            where=strangers[0],
            remedy="Give the folder that its training wrote.",
        )
