"""Making a model anew without takes that were withdrawn, and registering it in the old one's place.

What is registered says in its signed run from which model it came, how, and whether it was held
against one that was trained without the takes. That the old model is out of service it never says:
that is a decommission, signed by whoever runs it.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from yesand.affect.listening import Kept
from yesand.corpus import services as corpus
from yesand.corpus.manifest import SignedManifest
from yesand.kernel import durable
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.provenance import dsse
from yesand.takes.copies.finding import Copy, Kind
from yesand.training import adapter_folder, adapters, fused_folder, head_folder, runs
from yesand.training.adapters import AdapterSettings
from yesand.training.around import Around
from yesand.training.digest import model_digest
from yesand.training.examples import Settings
from yesand.training.folder import FORMAT, SHARDED, about, refuse_full
from yesand.training.fused import FusedSettings
from yesand.training.heads import HeadSettings
from yesand.training.kinds import AnySettings
from yesand.training.models import TrainedModel
from yesand.training.registry.services import checked, grounds
from yesand.training.resuming.shelf import Say, unheard
from yesand.training.services import Course, examples_of, noted, registered, train
from yesand.training.shards.training import ShardSettings
from yesand.training.unlearning import influence, report
from yesand.training.unlearning.exact import HeadCourse, Removed, read_frozen
from yesand.training.unlearning.fusing import FusedCourse
from yesand.training.unlearning.retraining import RetrainCourse
from yesand.training.unlearning.sharding import ShardCourse
from yesand.training.unlearning.verification import Audit, Verdict

#: What lies beside the new folder: the signed report, and the same in words.
SIGNED, WORDS = ".unlearning.json", ".unlearning.md"


@dataclass(frozen=True)
class Unlearned:
    """What came of it: the model, what is said of its removal, and where the report lies."""

    model: TrainedModel
    told: dict[str, Any]
    report: Path

    @property
    def verdict(self) -> Verdict:
        """What may be said."""
        return Verdict(self.told["verdict"])


@dataclass(frozen=True)
class Weakened:
    """What is said of an approximate removal, and where the report lies."""

    told: dict[str, Any]
    report: Path


def anew(place: Place, where: Path, without: str) -> SignedManifest:
    """Ask the gate again for what a model was trained on, now that a performer has withdrawn.

    Raises
    ------
    NotFound : the model was trained on nothing of theirs. NothingPermitted : the gate permits
        nothing any more. Refused : it still permits takes of theirs.
    """
    old = registered(place, where)
    before = corpus.find(place, old.manifest_id)
    if not any(take.performer == without for take in before.takes):
        raise NotFound(f"No take of {without} is among those of the model", where=old.name)
    found = corpus.gate(place, replace(before.asked(), at=place.clock.now())).manifest
    if any(take.performer == without for take in found.takes):
        raise Refused(
            f"{without} has not withdrawn what this model was trained for",
            where=old.name,
            remedy="Take it back first (yesand withdraw), or give the manifest to go by.",
        )
    return found


def unlearn(
    place: Place,
    where: Path,
    manifest: SignedManifest,
    out: Path,
    *,
    name: str | None = None,
    verify: bool = True,
    ask: bool = True,
    progress: Progress = silent,
    say: Say = unheard,
) -> Unlearned:
    """Make a model anew on those of its takes that a new manifest still permits, and register it.

    The same again changes nothing; broken off anywhere it can be done again.

    Parameters
    ----------
    where : the old model's folder, every file as it was registered. ``out`` : the new one's.
    verify : hold it against a training without them from nothing. ask : attack it, too.
    say : told in lines where it goes on, if it was broken off.

    Raises
    ------
    Refused : nothing goes, or takes come that it was not trained on; something else lies in
        ``out``. Overtaken : the manifest no longer holds. CheckFailed : a file was changed.
    """
    old, manifest = registered(place, where), checked(place, manifest)
    told = about(Path(where))
    removed = _removed(place, Path(where), old, manifest)
    settings, course = _course(told, removed, verify=verify, ask=ask)
    model = train(
        place,
        manifest,
        out,
        name=name,
        settings=settings,
        progress=progress,
        course=course,
        copies=removed.copies,
        say=say,
    )
    return Unlearned(model, *_reported(place, old, model, Path(out)))


def _course(
    told: dict[str, Any], removed: Removed, *, verify: bool, ask: bool
) -> tuple[AnySettings, Course]:
    """Return how the new model is made: by the kind of the old one."""
    if told["format"] == head_folder.FORMAT:
        return HeadSettings.parse(told["settings"]), HeadCourse(removed, verify, ask)
    if told["format"] == adapter_folder.FORMAT:
        settings = AdapterSettings.parse(told["settings"])
        return settings, RetrainCourse(removed, adapters.train)
    if told["format"] == fused_folder.FORMAT:
        return FusedSettings.parse(told["settings"]), FusedCourse(removed, verify)
    if told["format"] == SHARDED:
        return ShardSettings.parse(told["settings"]), ShardCourse(removed, verify)
    return Settings.parse(told["settings"]), RetrainCourse(removed)


def weaken(
    place: Place,
    where: Path,
    manifest: SignedManifest,
    out: Path,
    *,
    verify: bool = True,
    progress: Progress = silent,
) -> Weakened:
    """Reduce, APPROXIMATELY, what takes that were withdrawn have left in a network's last layer.

    What comes out is registered nowhere: its encoder has met the takes, so that the old manifest,
    and all that is owed by it, holds for it too. It ends no duty.

    Parameters
    ----------
    verify : train a network without the takes, too, and say how far this is from it.

    Raises
    ------
    Refused, CheckFailed : as for ``unlearn``. BadInput : no network, or one of old.
    """
    old, manifest = registered(place, where), checked(place, manifest)
    corpus.check_current(place, manifest)
    told = about(Path(where))
    removed, out = _removed(place, Path(where), old, manifest), Path(out)
    if told["format"] != FORMAT:
        raise BadInput(
            "Influence is reduced in the last layer of a network in one piece, and this is a model "
            "of another kind",
            where=old.name,
            remedy="Leave out --approximate: takes are undone in it otherwise.",
        )
    went = digest_of(sorted(take.sha256 for take in removed.takes))
    if found := _weakened_before(place, out, old, went, verify=verify):
        return _weakly_reported(place, old, out, found)
    refuse_full(out)
    settings = Settings.parse(told["settings"])

    def ready(partial: Path, audit: Audit) -> None:
        # Noted before the folder is in place, so that a run killed after that can be reported on.
        at = stamp(place.clock.now())
        found = {"from": old.digest, "went": went, "at": at, "audit": audit.as_json()}
        durable.write(_note(place, partial), canonical(found))

    def anew(scratch: Path) -> None:
        holds = partial(corpus.check_current, place, manifest)
        runs.train(
            examples_of(place, manifest.takes),
            grounds(place, manifest),
            settings,
            scratch,
            Around(
                cache=Kept(place.cache),
                progress=progress,
                still_holds=holds,
                copies=removed.copies,
            ),
        )

    with TemporaryDirectory(prefix="yesand-") as scratch:
        compared = anew if verify else None
        influence.remove(removed, out, compared, Path(scratch) / "anew", ready)
    return _weakly_reported(place, old, out, parse(_note(place, out).read_bytes()))


def _note(place: Place, weakened: Path) -> Path:
    return place.models / f"{model_digest(weakened)}.weakened.json"


def _weakened_before(
    place: Place, out: Path, old: TrainedModel, went: str, *, verify: bool
) -> dict[str, Any] | None:
    """Return what was found of a whole folder that the same removal left in ``out``."""
    if not out.is_dir() or not any(out.iterdir()) or not (note := _note(place, out)).is_file():
        return None
    found: dict[str, Any] = parse(note.read_bytes(), where=str(note))
    same = (found["from"], found["went"]) == (old.digest, went)
    enough = found["audit"]["distance"] is not None or not verify
    return found if same and enough else None


def _weakly_reported(place: Place, old: TrainedModel, out: Path, found: dict[str, Any]) -> Weakened:
    payload = report.statement(
        {old.name: old.digest},
        {f"{old.name}-weakened": model_digest(out)},
        old.manifest_id,
        found["audit"],
        found["at"],
    )
    _save(place, out, dsse.seal(payload, [place.signer]))
    return Weakened(payload["predicate"], out.with_name(out.name + SIGNED))


def removal(place: Place, model: TrainedModel, old: TrainedModel) -> dict[str, Any]:
    """Return what is known of the removal by which a model came from another.

    Raises
    ------
    Refused : it did not.
    """
    told: dict[str, Any] = noted(place, model).get("unlearning") or {}
    if told.get("from") != old.digest:
        raise Refused(
            f"{model.name} was trained, and not made from {old.name} by removing takes",
            where=model.name,
            remedy="Unlearn into another folder.",
        )
    return told


def report_of(place: Place, model: TrainedModel, old: TrainedModel) -> dict[str, Any]:
    """Return the signed report of a removal, as often as one likes.

    Raises
    ------
    Refused : the model did not come from the old one by a removal.
    """
    told = removal(place, model, old)
    said = {name: value for name, value in told.items() if name not in {"from", "from_name"}}
    payload = report.statement(
        {old.name: old.digest},
        {model.name: model.digest},
        model.manifest_id,
        said,
        stamp(model.at),
    )
    return dsse.seal(payload, [place.signer])


def _reported(
    place: Place, old: TrainedModel, model: TrainedModel, out: Path
) -> tuple[dict[str, Any], Path]:
    payload = _save(place, out, report_of(place, model, old))
    return payload["predicate"], out.with_name(out.name + SIGNED)


def _save(place: Place, out: Path, envelope: dict[str, Any]) -> dict[str, Any]:
    """Write a report beside the new folder, for machines and for people."""
    payload: dict[str, Any] = dsse.opened(envelope, {place.signer.id: place.signer.public})
    durable.write(out.with_name(out.name + SIGNED), canonical(envelope))
    durable.write(out.with_name(out.name + WORDS), report.markdown(payload).encode())
    return payload


def _removed(place: Place, where: Path, old: TrainedModel, manifest: SignedManifest) -> Removed:
    """Return what goes; what stays must be what the model was trained on."""
    if old.run.get("synthetic"):
        raise Refused(
            "The model was taught synthetic takes, too, which may hold what goes",
            where=old.name,
            remedy="Train a new one with those that are left: yesand train --synthetic.",
        )
    before = corpus.find(place, old.manifest_id)
    asked = manifest.asked()
    if replace(before.asked(), at=asked.at) != asked:
        raise Refused(
            "The new manifest answers another request than the one the model was trained by",
            where=old.name,
            remedy="Ask the gate the same again: yesand unlearn --without NAME does.",
        )
    still = {take.sha256 for take in manifest.takes}
    had = {take.sha256 for take in before.takes}
    if new := len(still - had):
        raise Refused(
            f"{new} takes of the new manifest are not among those the model was trained on",
            where=old.name,
            remedy="Train a new model on it: yesand train.",
        )
    gone = [take for take in before.takes if take.sha256 not in still]
    if not gone:
        raise Refused(
            "Every take of the model is still permitted: nothing is to be undone", where=old.name
        )
    people = len({take.performer for take in gone})
    takes = tuple(examples_of(place, gone))
    copies = _left_out(place, where, old, still)
    return Removed(where, takes, people, old.name, old.digest, copies)


def _left_out(place: Place, where: Path, old: TrainedModel, still: Set[str]) -> tuple[Copy, ...]:
    """Return those takes that stay and that the model did not learn from, as they were copies.

    The first of them may go: its copy is then the only one, and holds what was withdrawn.
    """
    frozen = read_frozen(where)
    # What showed no face to it shows none now.
    aside = still - {*frozen["take"].tolist(), *frozen.get("unseen", np.array([])).tolist()}
    told = [
        Copy(one["take"], one["of"], Kind(one["kind"]), one["likeness"])
        for one in noted(place, old).get("left_out_as_copies", [])
    ]
    copies = tuple(copy for copy in told if copy.take in aside)
    if unknown := len(aside - {copy.take for copy in copies}):
        raise Refused(
            f"{unknown} takes of the new manifest were left out when the model was trained",
            where=old.name,
            remedy="Train a new model on it: yesand train.",
        )
    return copies


def check_verified(made: Unlearned) -> None:
    """Check that it may be called unlearned.

    Raises
    ------
    CheckFailed : it was not compared with a training without the takes, or it differs.
    """
    check_verdict(made.verdict, made.model.name, made.report)


def check_verdict(verdict: str, where: str, signed: Path) -> None:
    """Check that a verdict is that it may be called unlearned.

    Raises
    ------
    CheckFailed : it is another.
    """
    if verdict != Verdict.UNLEARNED:
        raise CheckFailed(
            f"Not verified as unlearned, but {verdict}",
            where=where,
            remedy=f"See {signed.name}; the model must not be called unlearned.",
        )
