"""APPROXIMATE removal from a network: one Newton step on its last layer, embeddings as they are.

Guo et al. 2020, Certified Data Removal from Machine Learning Models (ICML), eq. 2: with H the
curvature over the takes that stay, W⁻ = W + H⁻¹ Σ_gone ∇ℓ. Their certificate needs a convex loss at
its optimum and noise in training; a network's last layer, trained by AdamW with dropout over an
encoder that has met the takes, has neither. So nothing is certified here: how far it is from a
network that was trained without the takes is measured, or not known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.affect.head.curvature import hessian, one_thread
from yesand.affect.head.scaling import balanced
from yesand.affect.voice_model import VoiceModel
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput
from yesand.training import folder
from yesand.training.card import markdown
from yesand.training.dimensional_record import NAME, reads
from yesand.training.folder import Loaded
from yesand.training.unlearning.exact import Removed, read_frozen
from yesand.training.unlearning.membership import Attack, Round, attack, losses
from yesand.training.unlearning.verification import Audit, Distance, How

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Added to the curvature, a take: so that what hardly any take decides moves hardly at all.
DAMPING = 1e-2
UNSCORED = "not scored: it is not the model that was scored"
#: What is known of the old network alone.
_OLD_SCORES = frozenset(
    {"scores", "enrolled", "held_out", "sound_alike", "abstain_below", "curves", NAME}
)
_UNREAD = (
    "It reads out no valence, arousal or dominance: what the old model read them by had learned "
    "from the takes that went."
)
_ELSEWHERE = "Not scored here: the model was trained elsewhere."


def step(seen: Floats, label: Ints, gone: Bools, weights: Floats, smoothing: float) -> Floats:
    """Return the last layer's weights (classes, d + 1) after one Newton step away from takes.

    Parameters
    ----------
    seen : (N, d) embeddings. label : (N,). gone : (N,) true for the takes that go.
    weights : (classes, d + 1), the bias last. smoothing : of labels, as in training.
    """
    classes = len(weights)
    features = torch.from_numpy(np.column_stack([seen, np.ones(len(seen))]))
    target = np.eye(classes)[label] * (1 - smoothing) + smoothing / classes
    weight = torch.from_numpy(balanced(target))
    stays = torch.from_numpy(~gone)
    with one_thread():
        chance = (features @ torch.from_numpy(weights.T.copy())).softmax(1)
        error = weight[:, None] * (chance - torch.from_numpy(target))
        pull = features[~stays].T @ error[~stays]
        damping = DAMPING * float(stays.sum())
        whole = hessian(features[stays], chance[stays], weight[stays], damping)
        moved = torch.cholesky_solve(pull.reshape(-1, 1), torch.linalg.cholesky(whole))
    made: Floats = weights + moved.view_as(pull).T.numpy()
    return made


def remove(
    removed: Removed,
    out: Path,
    anew: Callable[[Path], None] | None,
    scratch: Path,
    ready: Callable[[Path, Audit], None] = lambda folder, audit: None,
) -> Audit:
    """Write a network whose last layer has taken the step, and what it is worth.

    The folder says by itself that it is approximate, and keeps the old manifest: its encoder has
    met the takes.

    Parameters
    ----------
    anew : trains without the takes into a folder, for the comparison; none: nothing is compared.
    ready : told of the finished folder before it is put in place.

    Raises
    ------
    BadInput : the model's folder is no network's, or of a time before last layers were kept; or
        an emotion goes with the takes.
    """
    loaded = folder.load(removed.old)
    frozen = read_frozen(removed.old)
    if (
        not isinstance(loaded, Loaded)
        or not isinstance(loaded.model, VoiceModel)
        or "head" not in frozen
    ):
        raise BadInput(
            "Influence is removed from a network's last layer, and none is kept here",
            where=str(removed.old),
            remedy="Train the network again with this Yes-And; a convex head is undone exactly.",
        )
    if "target" in frozen:
        raise BadInput(
            "Influence is removed of what was acted; this network was taught what was heard",
            where=str(removed.old),
            remedy="Leave out --approximate: the model is then trained anew on what is left.",
        )
    smoothing = float(loaded.about["settings"]["recipe"]["smoothing"])
    gone = np.isin(frozen["take"], [take.sha256 for take in removed.takes])
    _check_emotions(loaded.labels, frozen, gone)
    label, seen = frozen["label"], frozen["final_embedding"].astype(np.float64)
    before = loaded.model.last_layer().double().numpy()
    after = step(seen, label, gone, before, smoothing)
    audit = Audit(How.INFLUENCE, int(gone.sum()), removed.performers)
    olds, news = _attacks(frozen, gone, smoothing)
    audit = replace(audit, before=olds, after=news)
    if anew is not None:
        anew(scratch)
        near, far = _distances(loaded, frozen, gone, after, scratch)
        audit = replace(audit, distance=near, old_distance=far)
    _write(removed, out, loaded, after, audit, ready)
    return audit


def _check_emotions(labels: Sequence[str], frozen: dict[str, NDArray[Any]], gone: Bools) -> None:
    """Check that every emotion stays: a last layer cannot unlearn that there is one."""
    left = set(frozen["label"][~gone].tolist())
    if lost := [name for n, name in enumerate(labels) if n not in left]:
        raise BadInput(
            f"Without the takes nobody acts {', '.join(lost)} any more, and the network's last "
            "layer still answers it",
            where="--approximate",
            remedy="Leave out --approximate: the model is then trained anew on what is left.",
        )


def _attacks(
    frozen: dict[str, NDArray[Any]], gone: Bools, smoothing: float
) -> tuple[Attack | None, Attack | None]:
    """Ask each fold's network whether it knows the takes, before and after the same step."""
    label, fold = frozen["label"], frozen["fold"]
    olds, news = list[Round](), list[Round]()
    for k, seen in enumerate(frozen["embedding"].astype(np.float64)):
        trains, weights = fold != k, frozen["head"][k].astype(np.float64)
        moved = step(seen[trains], label[trains], gone[trains], weights, smoothing)
        for rounds, layer in ((olds, weights), (news, moved)):
            loss = losses(_answers(seen, layer), label)
            rounds.append(Round.of(loss, gone & trains, ~gone & ~trains))
    return attack(olds), attack(news)


def _answers(seen: Floats, weights: Floats) -> Floats:
    scores = seen @ weights[:, :-1].T + weights[:, -1]
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
    return chances


def _distances(
    loaded: Loaded, frozen: dict[str, NDArray[Any]], gone: Bools, after: Floats, anew: Path
) -> tuple[Distance, Distance]:
    """Return how far the new and the old network are from the one trained without the takes."""
    other, theirs = folder.load(anew), read_frozen(anew)
    assert isinstance(other, Loaded)
    where = {take: n for n, take in enumerate(theirs["take"].tolist())}
    stays = np.flatnonzero(~gone)
    rows = [where[take] for take in frozen["take"][stays].tolist()]
    told = _answers(
        theirs["final_embedding"][rows].astype(np.float64),
        other.model.last_layer().double().numpy(),
    )
    seen = frozen["final_embedding"][stays].astype(np.float64)
    before = loaded.model.last_layer().double().numpy()
    apart = [_apart(loaded, other, layer) for layer in (after, before)]
    return (
        Distance.between(apart[0], _answers(seen, after), told),
        Distance.between(apart[1], _answers(seen, before), told),
    )


def _apart(ours: Loaded, theirs: Loaded, layer: Floats) -> float:
    """Return the largest difference of any weight, with that last layer in place of ours."""
    mine, yours = ours.model.state_dict(), theirs.model.state_dict()
    inner = [
        n
        for n, value in mine.items()
        # Counters of batches are no weights.
        if n != "trust" and ".head." not in f".{n}" and value.is_floating_point()
    ]
    last = float(np.abs(layer - theirs.model.last_layer().double().numpy()).max())
    return max(last, *(float((mine[n].double() - yours[n].double()).abs().max()) for n in inner))


def _write(
    removed: Removed,
    out: Path,
    loaded: Loaded,
    after: Floats,
    audit: Audit,
    ready: Callable[[Path, Audit], None],
) -> None:
    assert isinstance(loaded.model, VoiceModel)
    loaded.model.put_last_layer(torch.from_numpy(after).float())
    told = removed.as_json(audit)
    card = parse((removed.old / folder.CARD_DATA).read_bytes(), where=folder.CARD_DATA)
    facts = {name: fact for name, fact in card.items() if name not in _OLD_SCORES}
    marks = [*facts["marks"], told["says"], *([_UNREAD] if reads(card.get(NAME)) else [])]
    facts = {**facts, "marks": marks, "scores": None, "enrolled": None, "scored_how": UNSCORED}
    about = {name: fact for name, fact in loaded.about.items() if name not in _OLD_SCORES}
    with folder.whole(out) as partial:
        folder.write_weights(partial / folder.WEIGHTS, loaded.model)
        folder.write_json(partial / folder.ABOUT, {**about, "unlearning": told})
        folder.write_json(partial / folder.CARD_DATA, facts)
        (partial / folder.CARD).write_text(_card(facts), "utf-8")
        ready(partial, audit)


def _card(facts: dict[str, Any]) -> str:
    """Return the card for people to read; it was trained here, and yet has no scores."""
    return markdown(facts).replace(_ELSEWHERE, f"{UNSCORED[0].upper()}{UNSCORED[1:]}.")
