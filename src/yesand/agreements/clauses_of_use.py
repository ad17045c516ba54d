"""What an agreement permits, where and when, a sentence for each field of the terms."""

from __future__ import annotations

from collections.abc import Callable

from yesand.agreements.terms import WORLD, Terms
from yesand.agreements.tongue import Tongue, gettext_noop
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass

_ = gettext_noop
Says = Callable[[Terms, Tongue], str]

USES = {
    UseClass.RECOGNITION: _("make systems that read emotion in other people"),
    UseClass.SYNTHESIS: _("make systems that speak or move with emotion, but like no real person"),
    UseClass.REPLICA: _("make a copy of this voice or face that people would recognise"),
    UseClass.EVALUATION: _("test how well systems work"),
}
AIMS = {
    Purpose.RESEARCH: _("research"),
    Purpose.EMOTION_RECOGNITION: _("products that recognise emotion"),
    Purpose.VOICE_ASSISTANT: _("voice assistants"),
    Purpose.ENTERTAINMENT: _("games, films and other entertainment"),
    Purpose.HEALTH: _("health"),
    Purpose.ACCESSIBILITY: _("helping people with disabilities"),
    Purpose.WORKPLACE: _("watching people at work"),
    Purpose.EDUCATION: _("watching people at school or university"),
    Purpose.ADVERTISING: _("advertising"),
    Purpose.POLITICAL: _("politics"),
    Purpose.ADULT: _("sexual content"),
}
CHANNELS = {Modality.VOICE: _("the voice"), Modality.FACE: _("the face and body")}
FORMS = {
    Material.RAW: _("the recordings themselves"),
    Material.FEATURES: _("measurements taken from the recordings (features)"),
}


def use_classes(t: Terms, say: Tongue) -> str:
    """Say what may be made."""
    _ = say.gettext
    if not t.use_classes:
        return _("The recordings may not be used for any kind of system.")
    uses = say.listed((_(USES[u]) for u in sorted(t.use_classes)), "or")
    return _("The recordings may be used to %(uses)s.") % {"uses": uses}


def purposes(t: Terms, say: Tongue) -> str:
    """Say what for."""
    if not t.purposes:
        return say.gettext("No purpose is allowed.")
    told = {"aims": say.named(AIMS, t.purposes)}
    return say.gettext("They may be used for these things only: %(aims)s.") % told


def banned_purposes(t: Terms, say: Tongue) -> str:
    """Say what for never."""
    _ = say.gettext
    if not t.banned_purposes:
        return _("No purpose is banned by name; what is not allowed above is still not allowed.")
    told = {"aims": say.named(AIMS, t.banned_purposes, "or")}
    return _("They may never be used for %(aims)s.") % told


def described_use(t: Terms, say: Tongue) -> str:
    """Say what exactly."""
    _ = say.gettext
    if not t.described_use:
        return _("No use is described further than by the lists above.")
    return _("This is what it is for, and nothing else: %(use)s") % {"use": t.described_use}


def approval_per_use(t: Terms, say: Tongue) -> str:
    """Say before which uses the performer is asked."""
    _ = say.gettext
    if not t.approval_per_use:
        return _("No further question has to be asked for the uses allowed above.")
    told = {"uses": say.named(USES, t.approval_per_use, "or")}
    return _(
        "The performer must be asked, and must agree, each time before anyone may %(uses)s."
    ) % (told)


def modalities(t: Terms, say: Tongue) -> str:
    """Say which part of the performance."""
    told = {"channels": say.named(CHANNELS, t.modalities)}
    return say.gettext("What may be used: %(channels)s.") % told


def materials(t: Terms, say: Tongue) -> str:
    """Say in which form."""
    told = {"forms": say.named(FORMS, t.materials, "or")}
    return say.gettext("It may be handed over as %(forms)s.") % told


def territories(t: Terms, say: Tongue) -> str:
    """Say where."""
    _ = say.gettext
    if WORLD in t.territories:
        return _("It may be used everywhere in the world.")
    told = {"places": say.listed(say.place(c) for c in sorted(t.territories))}
    return _("It may be used in: %(places)s.") % told


def zone(t: Terms, say: Tongue) -> str:
    """Say whose days are counted."""
    told = {"zone": t.zone}
    return say.gettext("Days begin and end at midnight in the time zone %(zone)s.") % told


def valid_from(t: Terms, say: Tongue) -> str:
    """Say from when."""
    return say.gettext("The agreement begins on %(day)s.") % {"day": say.day(t.valid_from)}


def valid_until(t: Terms, say: Tongue) -> str:
    """Say until when."""
    _ = say.gettext
    if t.valid_until is None:
        return _("The agreement has no last day; the performer can end it by withdrawing.")
    return _("It ends after %(day)s.") % {"day": say.day(t.valid_until)}


def train_until(t: Terms, say: Tongue) -> str:
    """Say until when systems may be trained."""
    _ = say.gettext
    if t.train_until is None:
        return _("There is no separate last day for training.")
    told = {"day": say.day(t.train_until)}
    return _("No system may be trained with the recordings after %(day)s.") % told
