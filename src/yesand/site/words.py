"""Identifiers that pages show as words (the filter ``plain``), named here to be translated."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

WORDS = (
    # Roles
    _("performer"),
    _("producer"),
    _("licensee"),
    _("rater"),
    _("union"),
    _("auditor"),
    # States of takes, kinds of agreements
    _("accepted"),
    _("rejected"),
    _("disputed"),
    _("individual"),
    _("licence"),
    _("trial"),
    _("synthetic"),
    # What terms permit
    _("recognition"),
    _("synthesis"),
    _("replica"),
    _("evaluation"),
    _("research"),
    _("emotion recognition"),
    _("voice assistant"),
    _("entertainment"),
    _("health"),
    _("accessibility"),
    _("workplace"),
    _("education"),
    _("advertising"),
    _("political"),
    _("adult"),
    _("train"),
    _("evaluate"),
    _("export"),
    _("synthesise"),
    _("voice"),
    _("face"),
    _("raw"),
    _("features"),
    # What a withdrawal asks for (`yesand.oversight.duties`)
    _("stop training"),
    _("notify"),
    _("retrain or retire"),
    _("delete recordings"),
    _("go on paying"),
    # How a duty stands, and what it is about
    _("open"),
    _("overdue"),
    _("done"),
    _("manifest"),
    _("model"),
    _("deployment"),
    _("takes"),
    # Emotions, as the public corpora name them
    _("neutral"),
    _("calm"),
    _("joy"),
    _("happiness"),
    _("sadness"),
    _("anger"),
    _("fear"),
    _("disgust"),
    _("surprise"),
    _("boredom"),
    _("excitement"),
    _("frustration"),
)
