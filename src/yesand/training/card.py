"""The model card: what the model is, whose takes made it, how well it works, and for whom worst.

Sections after Mitchell et al. 2019, Model Cards for Model Reporting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from yesand.affect.evaluating import Evaluation
from yesand.training import dimensional_card
from yesand.training.dimensional_record import NAME
from yesand.training.grounds import Grounds
from yesand.training.reporting.beside import taught

if TYPE_CHECKING:
    from yesand.training.dimensional import Reading
    from yesand.training.scoring import Enrolled

#: Regulation (EU) 2024/1689 (AI Act); a requirement as we read it, not legal advice.
NOTICES = (
    "Inferring the emotions of a natural person at work or in education is prohibited in the EU "
    "(Regulation (EU) 2024/1689, Art. 5(1)(f)); nobody can consent to it.",
    "Whoever deploys an emotion recognition system must inform the people exposed to it "
    "(Regulation (EU) 2024/1689, Art. 50(3)).",
)
LIMITS = (
    "It knows acted emotion as it was intended, not what a person feels.",
    "It was scored on performers whom it never met, all of them of this corpus: other languages, "
    "microphones and everyday speech may score lower.",
    "It works far better for some voices than for others: see the worst performer.",
)
FACE_LIMITS = (
    "It was scored on takes that show one face; of others it says nothing.",
    "No face is known again by it: it is told how muscles move, and keeps no landmark.",
)
FUSED_LIMITS = ("Where not one face alone is seen, it answers by the voice.", FACE_LIMITS[1])
_TRIAL = (
    "TRIAL: some terms behind this model stand in for consent that nobody gave. "
    "It may not leave this house."
)


class Heard(Protocol):
    """As much of a take as a card tells."""

    @property
    def performer(self) -> str: ...
    @property
    def emotion(self) -> str: ...
    @property
    def duration_ms(self) -> int: ...


def card(
    examples: Sequence[Heard],
    grounds: Grounds,
    scores: Evaluation | None,
    copies: int | None = None,
    enrolled: Enrolled | None = None,
    read: Reading | None = None,
) -> dict[str, Any]:
    """Return the card as data.

    Parameters
    ----------
    examples : the takes that it learned from. copies : how many more were left out as
        copies of these; none where nobody looked.
    scores : speaker-independent ones; none for a model that was trained elsewhere.
    enrolled : those with enrolment, a track of its own.
    read : what it reads out on axes.
    """
    names = for_outsiders(sorted(scores.by_performer), grounds.names) if scores else {}
    return {
        "task": "emotion recognition from voice",
        "marks": marks(grounds, len(examples) + (copies or 0)),
        "bound_to": grounds.as_json(),
        "data": {
            "takes": len(examples),
            **({} if copies is None else {"copies_left_out": copies}),
            "performers": len({e.performer for e in examples}),
            "duration_ms": sum(e.duration_ms for e in examples),
            "emotions": dict(sorted(Counter(e.emotion for e in examples).items())),
        },
        "scores": renamed(scores.as_json(), names) if scores else None,
        "enrolled": renamed(enrolled.as_json(), names) if enrolled else None,
        **({} if read is None else {NAME: dimensional_card.told(read, names)}),
        "scored_how": "folds by performer: nobody is on both sides"
        if scores
        else "not scored here",
        "limits": list(LIMITS),
        "notices": list(NOTICES),
    }


def for_outsiders(handles: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    """Return a name for everybody that is not the one a house knows them by."""
    return {who: names.get(who) or f"performer {n}" for n, who in enumerate(handles, 1)}


def renamed(scores: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return scores with other names for their performers, where there are any."""
    by_performer, worst = scores["by_performer"], scores["worst_performer"]
    return {
        **scores,
        "by_performer": _named(by_performer, names),
        "performers": _named(scores.get("performers", {}), names),
        "worst_performer": {
            **worst,
            "performer": names.get(worst["performer"], worst["performer"]),
        },
    }


def _named(told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return dict(sorted((names.get(who, who), one) for who, one in told.items()))


def marks(grounds: Grounds, takes: int) -> list[str]:
    """Return what must be seen first: TRIAL and synthetic."""
    made = f"SYNTHETIC: {grounds.synthetic} of {takes} takes were made by code, not by a person."
    return [_TRIAL] * grounds.trial + [made] * bool(grounds.synthetic)


def markdown(facts: dict[str, Any]) -> str:
    """Return the card for people to read."""
    parts = ["# Model card", *(f"> **{mark}**" for mark in facts["marks"])]
    parts += [f"Task: {facts['task']}."]
    parts += ["## Data and permission", _data(facts["data"]), _taught(facts)]
    parts += [_permission(facts["bound_to"])]
    parts += ["## How well it works", _scores(facts), dimensional_card.markdown(facts)]
    parts += ["## Limits", _list(facts["limits"]), "## Notices", _list(facts["notices"])]
    return "\n\n".join(part for part in parts if part) + "\n"


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _data(data: dict[str, Any]) -> str:
    emotions = ", ".join(f"{name} {count}" for name, count in data["emotions"].items())
    minutes = data["duration_ms"] / 60_000
    people = f"{data['takes']} takes by {data['performers']} performers"
    left = data.get("copies_left_out", 0)
    aside = f" {left} more were copies of these, and were left out." if left else ""
    dark = data.get("without_a_face", 0)
    aside += f" {dark} show no face, and are answered by the voice alone." if dark else ""
    blind = data.get("left_out_without_a_face", 0)
    aside += f" {blind} more show no face, and were left out." if blind else ""
    told = f"{people}, {minutes:.1f} minutes: {emotions}.{aside}"
    return told + synthetic(data["synthetic"]) if "synthetic" in data else told


def synthetic(told: Mapping[str, Any]) -> str:
    """Return how much of a training nobody performed, made by what, from how many people's."""
    lines = [
        f"- {one['takes']} takes by {one['generator']} {one['version']}, from takes of "
        f"{one['performers']} performers (batch `{one['batch'][:12]}`); {one['in_folds']} of them "
        "were taught where it was scored"
        for one in told["batches"]
    ]
    return (
        f"\n\n**{told['share_ppm'] / 10_000:.1f} % of it is synthetic**: {told['takes']} takes, "
        f"{told['duration_ms'] / 60_000:.1f} minutes, that nobody performed. It was asked about "
        "none of these.\n\n" + "\n".join(lines)
    )


def _taught(facts: dict[str, Any]) -> str:
    """Return what a model was taught, if that is not what was acted."""
    return taught(facts["targets"]) if facts.get("targets") else ""


def _permission(bound: dict[str, Any]) -> str:
    request = bound["request"]
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(bound["agreements"].items()))
    lines = [
        f"manifest `{bound['manifest']}` of `{bound['house']}`, log size {bound['log_size']}",
        f"permitted: {request['purpose']}, {request['use_class']}, by {request['licensee']}, "
        f"territory {request['territory']}, "
        f"{'commercial' if request['commercial'] else 'non-commercial'}",
        f"agreements: {kinds}",
    ]
    lines += [
        f"source: {s['corpus']}, {s['licence']}. {s['attribution']}" for s in bound["sources"]
    ]
    return _list(lines)


def _scores(facts: dict[str, Any]) -> str:
    scores = facts["scores"]
    if scores is None:
        return "Not scored here: the model was trained elsewhere."
    worst = scores["worst_performer"]
    rows = [
        (
            "Worst performer",
            f"UAR {100 * worst['uar']:.1f} % ({worst['performer']}){_ends(scores, 'worst')}",
        ),
        ("All performers", f"UAR {100 * scores['uar']:.1f} %{_ends(scores, 'uar')}"),
        ("Best less worst", f"{100 * scores['spread']:.1f} points"),
        ("Accuracy", f"{100 * scores['accuracy']:.1f} %{_ends(scores, 'accuracy')}"),
        ("Macro-F1", f"{100 * scores['macro_f1']:.1f} %"),
        ("Chance", f"{100 / len(scores['labels']):.1f} %"),
        (
            "Calibration error",
            f"{scores['ece']:.3f} ({scores['ece_bins']} equal-width bins){_plain(scores, 'ece')}",
        ),
        ("Area under risk and coverage", f"{scores['abstention']['area']:.3f}"),
        *_beside_people(scores["heard"]),
    ]
    table = "\n".join(f"| {name} | {figure} |" for name, figure in rows)
    table += "".join(f"\n{row}" for row in _by_modality(facts.get("by_modality", {})))
    if enrolled := facts.get("enrolled"):
        table += "\n" + _enrolled(enrolled)
    told = (
        f"Speaker-independent ({facts['scored_how']}); in brackets 95 % intervals. "
        "Everything else, with plots, is in [report.html](report.html)."
    )
    return f"{told}\n\n| score | figure |\n|---|---|\n{table}\n\n![Confusion](confusion.svg)"


def _by_modality(parts: Mapping[str, Any]) -> list[str]:
    """Return the rows of takes that show a face, by what of them was gone by."""
    return [
        f"| Of {part['takes']:,} takes with a face, by {name} | UAR {100 * part['uar']:.1f} %"
        f"{_ends(part, 'uar')}, calibration error {part['ece']:.3f}{_one_rater(part)} |"
        for name, part in parts.items()
    ]


def _one_rater(part: Mapping[str, Any]) -> str:
    heard = part["heard"]
    if not heard or heard["model"] is None:
        return ""
    return (
        f"; says what most raters say in {100 * heard['model']:.1f} %, "
        f"one rater in {100 * heard['one_rater']:.1f} %"
    )


def _ends(scores: dict[str, Any], name: str) -> str:
    ends = scores["intervals"].get(name)
    return f" [{100 * ends[0]:.1f} to {100 * ends[1]:.1f} %]" if ends else ""


def _plain(scores: dict[str, Any], name: str) -> str:
    ends = scores["intervals"].get(name)
    return f" [{ends[0]:.3f} to {ends[1]:.3f}]" if ends else ""


def _beside_people(heard: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Return how it does beside one rater, where takes were rated at all."""
    if not heard or heard["model"] is None:
        return []
    rates = (
        f"{100 * heard['model']:.1f} % beside {100 * heard['one_rater']:.1f} % of one rater "
        f"and {100 * heard['constant']:.1f} % of always the same answer"
    )
    return [("Says what most other raters hear", rates)]


def _enrolled(scores: dict[str, Any]) -> str:
    """Return the rows of the other track, and by how much of a performer it was enrolled."""
    least, most = scores["enrolled_by"]
    many = f"{most}" if least == most else f"{least} to {most}"
    worst, how = scores["worst_performer"], f"enrolled by {many} takes"
    rows = [
        (f"Worst performer, {how}", f"UAR {100 * worst['uar']:.1f} % ({worst['performer']})"),
        (f"All performers, {how}", f"UAR {100 * scores['uar']:.1f} %"),
        (f"Calibration error, {how}", f"{scores['ece']:.3f}"),
    ]
    return "\n".join(f"| {name} | {figure} |" for name, figure in rows)
