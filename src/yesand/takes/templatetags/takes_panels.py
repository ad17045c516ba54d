"""Takes, as other pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yesand.agreements.models import Agreement
from yesand.kernel.errors import YesAndError
from yesand.kernel.place import Place
from yesand.people.models import Performer
from yesand.people.sight import visible
from yesand.takes.media import MediaStore
from yesand.takes.models import Review, Take
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
}


@dataclass(frozen=True)
class Reason:
    """Why a take stands as it does, in plain words."""

    what: str | Promise
    remedy: str | Promise = ""
    figure: str = ""


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
    return Reason(what, remedy, f"{finding['value']:g} / {finding['limit']:g}")


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
