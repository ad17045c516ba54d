"""A training run of an adapter on frozen features: the same folds, record and card as a head's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.affect import calibration
from yesand.affect.adapter import Adapter, Form
from yesand.affect.adapting import fit
from yesand.affect.evaluating import Known, evaluate
from yesand.affect.learning import Recipe
from yesand.corpus.errors import Overtaken
from yesand.kernel.errors import BadInput, Refused
from yesand.training import adapter_folder, card, folder
from yesand.training.around import ALONE, Around
from yesand.training.examples import VOICE, Example, leave_out
from yesand.training.following import CHECKPOINTS
from yesand.training.grounds import Grounds
from yesand.training.heads import HeadSettings, Table, apart_unseen, heard
from yesand.training.runs import RunRecord, check_finite, steady
from yesand.training.seeing import seen_card, unseen_arrays
from yesand.training.telling import tell


@dataclass(frozen=True)
class AdapterSettings(HeadSettings):
    """How an adapter is trained; the penalty is a head's and unused.

    Attributes
    ----------
    recipe : as of a network; what shifts and masks sound does nothing to rows.
    form : of the adapter.
    """

    recipe: Recipe = field(default_factory=lambda: Recipe(learning_rate=1e-3))
    form: Form = field(default_factory=Form)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        told = {"recipe": self.recipe.as_json(), "form": self.form.as_json()}
        return {"kind": "adapter", **told, **self.described.as_json()}

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> AdapterSettings:
        """Read them back.

        Raises
        ------
        BadInput : not an adapter's settings.
        """
        try:
            recipe, form = Recipe(**told["recipe"]), Form.parse(told["form"])
            features = HeadSettings.parse({"penalty": 0, **told}).described
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput(f"Not the settings of an adapter: {fault}") from fault
        return cls(described=features, recipe=recipe, form=form)


@dataclass(frozen=True)
class AdapterRecord(RunRecord):
    """The same of an adapter: how sure it may be, and which takes were left out without a face."""

    settings: Any
    trust: float = 1.0
    unseen: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; equal runs give equal records."""
        own: dict[str, Any] = {"features": self.settings.features, "trust": self.trust}
        if self.settings.senses != VOICE:
            own["senses"] = sorted(self.settings.senses)
            own["left_out_without_a_face"] = list(self.unseen)
        return {**super().as_json(), **own}


def train(
    examples: Sequence[Example],
    grounds: Grounds,
    settings: AdapterSettings,
    out: Path,
    around: Around = ALONE,
) -> AdapterRecord:
    """Train and score an adapter and write its folder, whole or not at all, as ``runs.train`` does.

    Raises
    ------
    BadInput : examples that no model can be scored on, or recordings that cannot be read.
    Refused : something lies in ``out`` already, or a recorder is given.
    CheckFailed : the training diverged. Overtaken : a take may no longer be used.
    """
    if around.recorder:
        raise Refused("An adapter is not recorded", where="--record", remedy="Leave it out.")
    examples, aside = leave_out(examples, around.copies)
    folder.refuse_full(out)
    examples, unseen = apart_unseen(examples, settings, around)
    table, voices, labels = heard(examples, settings, around)
    try:
        *held, final = _adapters(table, settings, around)
    except Overtaken as fault:
        folder.leave(out, grounds.manifest, settings.as_json(), str(fault))
        raise
    with steady():
        said = table.unmet(held)
        arrays = _arrays(held, final, examples, aside, grounds, table, labels)
    shares, trust = calibration.cooled(said, table.label, table.fold)
    performers, named = [e.performer for e in examples], [e.sha256 for e in examples]
    beside = (around.known or Known()).of(named, labels, [*map(str, table.fold)])
    scores = evaluate(shares, table.label, performers, labels, beside)
    handles = {p: int(k) for p, k in zip(performers, table.fold, strict=True)}
    told = card.card(examples, grounds, scores, len(aside))
    record = AdapterRecord(
        settings, labels, dict(sorted(handles.items())), scores, None,
        seen_card(told, settings, unseen, grounds), tuple(around.copies), voices,
        trust=trust, unseen=tuple(e.sha256 for e in unseen),
    )  # fmt: skip
    if settings.senses != VOICE:
        arrays |= unseen_arrays(unseen, grounds)
    with folder.whole(out) as partial:
        adapter_folder.write(partial / folder.WEIGHTS, final)
        folder.write_arrays(partial / folder.FROZEN, arrays)
        tell(partial, record, grounds, adapter_folder.FORMAT)
        around.ready(partial, record)
    return record


def _adapters(table: Table, settings: AdapterSettings, around: Around) -> list[Adapter]:
    """Train one adapter without each fold's performers, and one with everybody."""
    parts = [np.flatnonzero(table.fold != k) for k in range(int(table.fold.max()) + 1)]
    parts.append(np.arange(len(table.fold)))
    follow = _following(sum(settings.recipe.steps(len(part)) for part in parts), around)
    rows, label = torch.from_numpy(table.rows.astype(np.float32)), torch.from_numpy(table.label)
    given, made = (table.classes, settings.recipe, settings.form), list[Adapter]()
    with steady():
        for part in parts:
            made.append(fit(rows, torch.from_numpy(part), label, *given, follow))
    around.still_holds()
    check_finite(made)
    return made


def _following(whole: int, around: Around) -> Callable[[], None]:
    """Return what is told after every step, and asks now and then whether it may go on."""
    done, due = 0, 0

    def follow() -> None:
        nonlocal done, due
        if done >= due:
            due += max(1, whole // CHECKPOINTS)
            around.progress(done, whole, "training")
            around.still_holds()
        done += 1

    return follow


def _arrays(
    held: Sequence[Adapter],
    final: Adapter,
    examples: Sequence[Example],
    aside: Sequence[Example],
    grounds: Grounds,
    table: Table,
    labels: Sequence[str],
) -> dict[str, NDArray[Any]]:
    masks = grounds.masks
    return {
        "take": np.array([e.sha256 for e in examples]),
        "performer": np.array([masks.get(e.performer, e.performer) for e in examples]),
        "label": table.label,
        "labels": np.array(labels),
        "duration_ms": np.array([e.duration_ms for e in examples], dtype=np.int64),
        "fold": table.fold,
        "embedding": np.stack([model.embed(table.rows).numpy() for model in held]),
        "final_embedding": final.embed(table.rows).numpy(),
        "copy": np.array([e.sha256 for e in aside], dtype="U64"),
        "copier": np.array([masks.get(e.performer, e.performer) for e in aside], dtype=str),
    }
