"""The report of a removal: signed for machines, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yesand.provenance import dsse
from yesand.provenance.statements import Predicate


def statement(
    old: Mapping[str, str], new: Mapping[str, str], manifest: str, audit: Mapping[str, Any], at: str
) -> dict[str, Any]:
    """Return the statement that a model was made from another without some of its takes.

    Parameters
    ----------
    old, new : each model's name → digest. manifest : what the new one was made from.
    """
    told = {"from": dict(old), "manifest": manifest, "at": at, **audit}
    return dsse.attest(Predicate.UNLEARNING, new, told)


def markdown(payload: Mapping[str, Any]) -> str:
    """Return a report for people to read."""
    told = payload["predicate"]
    (new,) = ((s["name"], s["digest"]["sha256"]) for s in payload["subject"])
    ((old, digest),) = told["from"].items()
    parts = [
        f"# Removal of takes: {told['verdict']}",
        f"> **{told['says']}**",
        f"`{new[0]}` ({new[1][:16]}) came from `{old}` ({digest[:16]}) without "
        f"{told['takes_removed']} takes (performers concerned: {told['performers']}), on "
        f"{told['at']}, by "
        f"{_HOW[told['how']]}. Its manifest is `{told['manifest'][:16]}`.",
        "## Beside a model that was trained without them",
        _distance(told),
        "## Does it still know them?",
        _membership(told["membership"]),
    ]
    return "\n\n".join(parts) + "\n"


_HOW = {
    "optimum": "finding the optimum of a convex head without them",
    "shards": "training those parts anew that had met them",
    "retrained": "training without them from the start",
    "influence": "one Newton step on the last layer of a network (approximate)",
}


def _distance(told: Mapping[str, Any]) -> str:
    apart = told["distance"]
    if apart is None:
        return "No such model was trained."
    rows = [
        ("Largest difference of a weight", f"{apart['weights']:.2g}"),
        ("Largest difference of a probability", f"{apart['probability']:.2g}"),
        ("Mean total variation of answers", f"{apart['variation']:.2g}"),
        ("Takes asked", f"{apart['takes']:,}"),
        ("Tolerance for “unlearned”", f"{told['tolerance']:.0e}"),
    ]
    if before := told["old_distance"]:
        rows.append(("The old model’s mean total variation", f"{before['variation']:.2g}"))
    if told["seconds"] is not None and told["retraining_seconds"] is not None:
        rows.append(("Removal took", f"{told['seconds']:.3g} s"))
        rows.append(("Training without them took", f"{told['retraining_seconds']:.3g} s"))
    return "| | |\n|---|--:|\n" + "\n".join(f"| {name} | {figure} |" for name, figure in rows)


def _membership(told: Mapping[str, Any]) -> str:
    if told["before"] is None:
        return (
            "Not asked: it was left out, or the takes' sound, or models that never met other "
            "voices to compare with, are not at hand."
        )
    names = {
        "before": "The old model",
        "after": "The new one",
        "retrained": "One trained without them",
    }
    rows = "\n".join(
        f"| {name} | {a['auc']:.3f} | {a['low']:.3f} to {a['high']:.3f} |"
        for n, name in names.items()
        if (a := told[n]) is not None
    )
    return (
        "An attack by loss ranks the takes that went against takes of voices that the asked models "
        "never met. AUC .5 is guessing; what counts is that the new model does not differ from one "
        "that never met them. 95 % intervals are over takes.\n\n"
        f"| model | AUC | 95 % |\n|---|--:|---|\n{rows}"
    )
