"""Takes, as other pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yesand.agreements.clauses_of_use import FORMS
from yesand.agreements.models import Agreement
from yesand.agreements.vocabulary import Material
from yesand.kernel.errors import YesAndError
from yesand.kernel.place import Place
from yesand.people.models import Performer
from yesand.people.sight import visible
from yesand.provenance.credentials.mining import Aim, Said, Use
from yesand.provenance.credentials.reading import Credentials, State
from yesand.takes.checking.answer import Answer, Force, Known, Licence
from yesand.takes.crediting import services as crediting
from yesand.takes.crediting.views import may_make
from yesand.takes.media import MediaStore
from yesand.takes.models import Override, Review, Take
from yesand.takes.recording.services import record_address
from yesand.takes.waveform import drawn

register = template.Library()
#: Slices of a picture in a list.
_FEW = 80
#: Finding → what it means, and what a performer does about it.
_WORDS: dict[str, tuple[Promise, Promise]] = {
    "too-short": (_("It is shorter than any utterance."), _("Play the whole scene.")),
    "too-long": (_("It is longer than one take may be."), _("Stop after each scene.")),
    "sample-rate": (
        _("It is sampled too coarsely for speech."),
        _("Set your program to 44,100 or 48,000 samples a second."),
    ),
    "silence": (
        _("Almost nothing is heard."),
        _("Check that the right microphone is on, and watch the level."),
    ),
    "no-voice": (
        _("No voice is heard in it, by a program’s ear."),
        _("Listen to it: a scream or a sob may be what you meant."),
    ),
    "clipping": (
        _("It is too loud for the microphone, and so distorted."),
        _("Move back from the microphone, or turn it down."),
    ),
    "dc-offset": (
        _("A constant voltage lies under it."),
        _("Try another cable, microphone or socket."),
    ),
    "quiet": (_("It is much quieter than usual."), _("Come closer to the microphone.")),
    "loud": (_("It is much louder than usual."), _("Move back a little.")),
    "noise": (
        _("The voice hardly rises above the background."),
        _("Close the window, and come closer to the microphone."),
    ),
    "small-picture": (
        _("The picture is so small that a face is hard to read."),
        _("Set the camera to 720 lines or more, and come closer."),
    ),
    "few-frames": (
        _("The picture has so few frames a second that expressions are missed."),
        _("Set the camera to 25 or 30 frames a second; more light helps."),
    ),
    "sync": (
        _("Sound and picture begin at different times."),
        _("Let one program record both."),
    ),
    "copy": (
        _("It is a copy of an earlier take, and adds nothing to a corpus."),
        _("Play the scene anew."),
    ),
    "claim": (
        _("It is a copy of a take that another performer gave earlier."),
        _("Whose it is must be settled: reject the one that is not the performer’s own."),
    ),
}
#: Findings whose figure is a likeness, of which more is worse.
_LIKE = {"copy", "claim"}

_DISPUTED = _("Whose this recording is, is disputed; nothing is said in anybody’s name.")
_NO_ROOM = _("No program reads credentials in this kind of file. As FLAC it can carry one.")
_KINDS = {"individual": _("individual"), "licence": _("licence"), "trial": _("trial")}
#: How a file is known → headline, what that means, tone.
_KNOWN: dict[Known, tuple[Promise, Promise, str]] = {
    Known.RECORDING: (
        _("This is one of ours"),
        _("Its bytes are those of a recording here, as it was sent."),
        "good",
    ),
    Known.COPY: (
        _("This is one of ours"),
        _("Its bytes are those of a copy that this house gave out."),
        "good",
    ),
    Known.SYNTHETIC: (
        _("This is one of ours, and nobody performed it"),
        _("This house made it from takes whose terms allow that; it names them below."),
        "good",
    ),
    Known.CREDENTIAL: (
        _("This is one of ours"),
        _("Its credential is whole, and signed by this house."),
        "good",
    ),
    Known.CHANGED: (
        _("This was one of ours, and was changed"),
        _("It bears our credential, which no longer fits: nothing that it says counts."),
        "warn",
    ),
    Known.MADE_FROM: (
        _("This was made from one of ours"),
        _("Its maker says so, and the credential is whole. Below is what stands for the original."),
        "warn",
    ),
    Known.CLAIMED: (
        _("This only says that it is ours"),
        _("It names this house or one like it, and this house did not sign that."),
        "warn",
    ),
    Known.NOT_OURS: (
        _("This is not one of ours"),
        _("No recording here has these bytes. Converted or cut, a file has others."),
        "",
    ),
}
_FORCES: dict[Force, Promise] = {
    Force.IN_FORCE: _("in force"),
    Force.IN_PART: _("in force, withdrawn in part"),
    Force.WITHDRAWN: _("withdrawn"),
    Force.OVER: _("over"),
    Force.NOT_BEGUN: _("not begun yet"),
    Force.DISPUTED: _("disputed: licensed to nobody"),
    Force.UNLICENSED: _("permits nothing"),
}
_STATES: dict[State, tuple[Promise, str]] = {
    State.TRUSTED: (_("whole, signer trusted"), "good"),
    State.VALID: (_("whole, signer unknown"), ""),
    State.INVALID: (_("does not hold"), "warn"),
    State.UNREADABLE: (_("cannot be read"), "warn"),
}
_SOURCES: dict[str, Promise] = {
    "digitalCapture": _("a person, recorded"),
    "algorithmicMedia": _("code that learnt from nobody"),
    "trainedAlgorithmicMedia": _("a model"),
}
_AIMS: dict[Aim, Promise] = {
    Aim.DATA_MINING: _("Look for patterns in it (data mining)"),
    Aim.AI_INFERENCE: _("Feed it to a model"),
    Aim.AI_TRAINING: _("Train models that recognise"),
    Aim.AI_GENERATIVE_TRAINING: _("Train models that generate"),
}
_USES: dict[Use, Promise] = {
    Use.ALLOWED: _("allowed"),
    Use.NOT_ALLOWED: _("not allowed"),
    Use.CONSTRAINED: _("only as its agreement says"),
}


@dataclass(frozen=True)
class Reason:
    """Why a take stands as it does, in plain words."""

    what: str | Promise
    remedy: str | Promise = ""
    figure: str = ""
    #: SHA-256 of the earlier take that it is a copy of.
    of: str = ""


@register.simple_tag
def why(take: Take) -> list[Reason]:
    """Return why a take stands as it does: the latest verdict, or what was found.

    Of a rejected take only what rejects it is told.
    """
    last = take.reviews.last()
    if last is not None and last.verdict == take.state:
        return [Reason(last.reason)]
    if take.state == Take.State.DISPUTED:
        return [Reason(_("The same recording was given for another performer, too."))]
    rejected = take.state == Take.State.REJECTED
    return [_reason(f) for f in take.findings if f["rejects"] or not rejected]


def _reason(finding: dict[str, Any]) -> Reason:
    what, remedy = _WORDS.get(finding["finding"], (finding["reason"], ""))
    figure = f"{finding['value']:g} / {finding['limit']:g}"
    if finding["finding"] in _LIKE:
        alike = _("%(n)d %% of what it is known by is the same")
        figure = alike % {"n": round(100 * finding["value"])}
    return Reason(what, remedy, figure, finding.get("of", ""))


@register.simple_tag(takes_context=True)
def mini(context: dict[str, Any], take: Take) -> str:
    """Return the outline of a take for a small picture; nothing where it is not kept."""
    place: Place = context["request"].place
    try:
        return drawn(MediaStore(place.media), take.sha256, place.cache, _FEW)
    except (YesAndError, OSError):
        return ""


@register.simple_tag
def redo(take: Take) -> str:
    """Return where a rejected take may be recorded again; nothing where it may not."""
    address = record_address(take.scene, take) if take.state == Take.State.REJECTED else None
    return reverse("record", args=address) if address else ""


@register.inclusion_tag("takes/reviews.html", takes_context=True)
def reviews_of(context: dict[str, Any], take: Take) -> dict[str, Any]:
    """Show the verdicts on a take, and for a producer the form for another."""
    rows = visible(Review, context["request"].sight).filter(take=take).select_related("by")
    return {"reviews": rows, "take": take, "request": context["request"], **_token(context)}


def _token(context: dict[str, Any]) -> dict[str, Any]:
    return {"csrf_token": context.get("csrf_token", "")}


@register.inclusion_tag("takes/together.html", takes_context=True)
def together_with(context: dict[str, Any], take: Take) -> dict[str, Any]:
    """Show what was recorded of the same scene in the same meeting by others."""
    meeting = take.session.meeting
    if meeting is None:
        return {}
    rows = visible(Take, context["request"].sight).filter(
        session__meeting=meeting, scene=take.scene
    )
    rows = rows.exclude(performer=take.performer).select_related("performer")
    return {"meeting": meeting, "takes": rows.order_by("performer__handle", "pk")}


@register.inclusion_tag("takes/of_performer.html", takes_context=True)
def takes_of(context: dict[str, Any], performer: Performer) -> dict[str, Any]:
    """Show how much a performer has given, by emotion."""
    rows = visible(Take, context["request"].sight).filter(performer=performer)
    given = rows.filter(state=Take.State.ACCEPTED)
    return {
        "performer": performer,
        "emotions": given.values("emotion")
        .annotate(number=Count("id"), length=Sum("duration_ms"))
        .order_by("emotion"),
        "whole": given.aggregate(number=Count("id"), length=Sum("duration_ms")),
        "others": rows.exclude(state=Take.State.ACCEPTED).count(),
    }


@register.inclusion_tag("takes/under_agreement.html", takes_context=True)
def takes_under(context: dict[str, Any], agreement: Agreement) -> dict[str, Any]:
    """Show how much was recorded under an agreement."""
    rows = visible(Take, context["request"].sight).filter(session__agreement=agreement)
    return {"agreement": agreement, **rows.aggregate(number=Count("id"), length=Sum("duration_ms"))}


@register.inclusion_tag("takes/credential.html", takes_context=True)
def credential_of(context: dict[str, Any], take: Take) -> dict[str, Any]:
    """Show what a take's copies say of themselves, and offer one."""
    request = context["request"]
    told: dict[str, Any] = {
        "take": take,
        "override": Override.objects.filter(take=take).exclude(reason="").first(),
        **_token(context),
    }
    if not crediting.can_carry(take):
        disputed = take.state == Take.State.DISPUTED
        return {**told, "why_not": _DISPUTED if disputed else _NO_ROOM}
    try:
        claim = crediting.claim_of(request.place, take)
        found = crediting.standing_copy(request.place, take)
    except YesAndError as fault:  # the keeper's certificate cannot be read: the take still can
        return {**told, "why_not": fault.sentence()}
    return {
        **told,
        "claim": claim,
        "source": _SOURCES.get(claim.source.value, claim.source.value),
        "copy": found[0] if found else None,
        "may_make": may_make(request.sight, take),
    }


@register.simple_tag
def said_of(answer: Answer) -> dict[str, Any]:
    """Put an answer about a file into words."""
    headline, meaning, tone = _KNOWN[answer.known]
    licence = answer.licence
    if licence is None:
        return {"headline": headline, "meaning": meaning, "tone": tone}
    if answer.known.ours and licence.force not in {Force.IN_FORCE, Force.IN_PART}:
        tone = "warn"
    everywhere = "*" in licence.territories
    return {
        "headline": headline,
        "meaning": meaning,
        "tone": tone,
        "force": _FORCES[licence.force],
        "template": _class_of(licence),
        "form": ", ".join(gettext(FORMS[Material(each)]) for each in licence.materials),
        "places": gettext("everywhere") if everywhere else ", ".join(licence.territories),
    }


def _class_of(licence: Licence) -> str:
    kind = _KINDS.get(licence.kind, licence.kind)
    return f"{licence.template} ({kind})"


@register.simple_tag
def state_of(credentials: Credentials) -> dict[str, Any]:
    """Put into words how a credential stands."""
    word, tone = _STATES[credentials.state]
    return {"word": word, "tone": tone}


@register.filter
def source_of(credentials: Credentials) -> str | Promise:
    """Put into words where a file says that it comes from."""
    return _SOURCES.get(credentials.source, credentials.source)


@register.filter
def aim_words(aim: Aim) -> Promise:
    """Put into words what a machine might do."""
    return _AIMS[aim]


@register.filter
def use_words(said: Said) -> Promise:
    """Put into words whether it may."""
    return _USES[Use.NOT_ALLOWED if said.forbids else said.use]
