"""Noting findings: signed by the house, in the log, about a record that exists."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Model
from django.urls import reverse

from yesand.agreements.models import Agreement
from yesand.corpus.models import Manifest
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.oversight.models import Finding
from yesand.people.models import Performer, Seat, User
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.reliance.models import Report
from yesand.royalties.models import Statement
from yesand.takes.models import Take
from yesand.training.models import Deployment, TrainedModel

LONGEST = 4_000


@dataclass(frozen=True)
class About:
    """A kind of record that a finding can be about: where it lives and what names it."""

    model: type[Model]
    named_by: str


_ABOUT = {
    "performer": About(Performer, "handle"),
    "agreement": About(Agreement, "digest"),
    "take": About(Take, "sha256"),
    "manifest": About(Manifest, "digest"),
    "model": About(TrainedModel, "digest"),
    "deployment": About(Deployment, "name"),
    "report": About(Report, "digest"),
    "statement": About(Statement, "digest"),
    "entry": About(Entry, "index"),
}
#: A finding about all of it.
HOUSE = "house"


def abouts() -> tuple[str, ...]:
    """Return the kinds of record that a finding can be about."""
    return (HOUSE, *_ABOUT)


def address_of(about: str) -> str:
    """Return the page of what a finding is about; empty for the house as a whole."""
    kind, _, key = about.partition(":")
    return reverse(kind, args=[key]) if kind in _ABOUT else ""


def check_about(about: str) -> None:
    """Check that there is what a finding is about: ``house``, or e.g. ``take:<its sha256>``.

    Raises
    ------
    BadInput : no such kind. NotFound : no such record.
    """
    kind, _, key = about.partition(":")
    if about == HOUSE:
        return
    if kind not in _ABOUT or not key:
        raise BadInput(
            f"{about[:60]!r} names no record", remedy=f"Use one of {', '.join(abouts())}."
        )
    told = _ABOUT[kind]
    if told.named_by == "index" and not key.isdecimal():
        raise BadInput("An entry is named by its number", where=about[:60])
    if not told.model._default_manager.filter(**{told.named_by: key[:200]}).exists():
        raise NotFound("No such record in this house", where=about[:60])


def note(place: Place, user: User, about: str, severity: str, text: str) -> Finding:
    """Note a finding. The same words about the same record on the same day are one finding.

    Raises
    ------
    Refused : who notes it is no auditor. BadInput, NotFound : it is about nothing, or says nothing.
    """
    seat = Seat.objects.filter(user=user, role=Seat.Role.AUDITOR).first()
    if seat is None:
        raise Refused("Only an auditor notes findings", where=user.username)
    check_about(about)
    text, now = text.strip(), place.clock.now()
    if not text or len(text) > LONGEST or severity not in Finding.Severity.values:
        raise BadInput(f"A finding has a severity and up to {LONGEST} characters of text")
    payload = {"about": about, "day": stamp(now)[:10], "severity": severity, "text": text}
    digest = digest_of({**payload, "by": user.pk})
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        known = Finding.objects.filter(digest=digest).first()
        if known:
            return known
        return Finding.objects.create(
            digest=digest,
            about=about,
            severity=severity,
            text=text,
            by=user,
            organisation=seat.organisation,
            at=now,
            entry=log.record(place, Kind.FINDING_NOTED, digest),
        )
