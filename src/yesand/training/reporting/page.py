"""The whole report: one file that needs nothing else, the same bytes for the same card."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from yesand.training.dimensional_record import NAME
from yesand.training.reporting import beside, course, sections
from yesand.training.reporting.dimensions import dimensions
from yesand.training.reporting.markup import Markup, joined, tag
from yesand.training.reporting.words import many

#: What it is called in a model's folder.
FILE = "report.html"
#: The report's only style; a page that serves it names its hash in the content security policy.
STYLE = files(__package__).joinpath("report.css").read_text("utf-8")


def can_report(card: Mapping[str, Any]) -> bool:
    """Tell whether a card has the figures that a report needs; those of old runs have not."""
    return "performers" in (card.get("scores") or {}) and "bins" in card["scores"]


def report(card: Mapping[str, Any], title: str = "How well it reads emotion") -> str:
    """Return the report.

    Parameters
    ----------
    card : a model card as data (``training.card``), or as much of one: ``scores`` as
        ``Evaluation.as_json`` returns them, ``scored_how``, ``marks``. If there are:
        ``enrolled``, scores with enrolment and ``enrolled_by``, the fewest and the most takes of a
        performer; ``by_modality``, scores of the takes that show a face by what was gone by; in
        ``scores["axes"]`` what ``dimensional.Agreement.as_json`` returns, by axis; ``curves``, how
        the training went.
    """
    scores = card["scores"]
    lead = (
        f"{many(scores['takes'], 'take')} by {many(len(scores['performers']), 'performer')}, "
        f"{many(len(scores['labels']), 'emotion')}. {card['scored_how'].capitalize()}."
    )
    marks = [tag("p", mark, class_="mark") for mark in card.get("marks", ())]
    head = joined([
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<link rel="icon" href="data:,">'),
        tag("title", title),
        tag("style", Markup(STYLE)),
    ])  # fmt: skip
    main = tag("main", tag("h1", title), *marks, tag("p", lead, class_="lead"), _body(card))
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{main}</body></html>\n'


def _body(card: Mapping[str, Any]) -> Markup:
    scores = card["scores"]
    return joined([
        sections.headline(scores),
        sections.care(scores),
        sections.people(scores),
        sections.emotions(scores),
        *sections.groups(scores),
        sections.folds(scores),
        beside.corpora(card.get("abroad", ())),
        sections.confidence(scores),
        sections.silence(scores),
        beside.axes(scores.get("axes", {})),
        dimensions(card.get(NAME)),
        beside.raters(scores, card.get("targets")),
        beside.modalities(card.get("by_modality") or {}),
        beside.enrolled(card.get("enrolled")),
        course.training(card.get("curves")),
        sections.method(scores, card["scored_how"]),
    ])  # fmt: skip
