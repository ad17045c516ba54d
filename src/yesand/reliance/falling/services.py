"""Telling a performer that a new report gives them less, with the reasons that the reports bear."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from yesand.agreements.models import Withdrawal
from yesand.kernel.place import Place
from yesand.people.mailing.services import tell
from yesand.people.models import Performer
from yesand.reliance.fallen import Told, fallen, reasons
from yesand.reliance.models import Fall, Report
from yesand.reliance.report import signed
from yesand.training.models import Parentage

_SUBJECT = gettext_lazy("%(model)s relies on you less than before")
_WORDS = gettext_lazy(
    "A new report was signed for %(model)s, and your share in it is lower than in the one before. "
    "Why, as far as the two reports say, is on the page."
)


def notice(place: Place, report: Report) -> list[Fall]:
    """Note whose share fell by a new report that sets shares, and write to them; once each."""
    before = preceding(report) if report.sets_shares else None
    if before is None:
        return []
    was, now = told(before), told(report)
    made = []
    for performer in Performer.objects.filter(handle__in=fallen(was, now)).order_by("handle"):
        why = reasons(was, now, performer.handle, _withdrew(performer, before, report))
        fall, new = Fall.objects.get_or_create(
            report=report,
            performer=performer,
            defaults={"before": before, "reasons": why, "at": place.clock.now()},
        )
        if new:
            _write(fall)
            made.append(fall)
    return made


def preceding(report: Report) -> Report | None:
    """Return the report that set shares before this one.

    Of the same model; else of the parent that it descends from, if it has one alone; else of the
    model that its licensee had for the same purpose and use class last.
    """
    rows = Report.objects.filter(sets_shares=True, entry_id__lt=report.entry_id)
    rows = rows.select_related("model__manifest").order_by("-entry_id")
    own = rows.filter(model=report.model).first()
    if own is not None:
        return own
    parents = Parentage.objects.filter(descent__model=report.model).values_list("model", flat=True)
    if parents:
        return rows.filter(model=parents[0]).first() if len(parents) == 1 else None
    licensee = report.model.manifest.licensee
    same = rows.filter(model__manifest__licensee=licensee, model__at__lt=report.model.at)
    use = _use(report)
    return next((row for row in same if use and _use(row) == use), None)


def told(report: Report) -> Told:
    """Return what a report says, as ``fallen`` reads it."""
    given = report.model.manifest.performers.values_list("performer__handle", "takes")
    takes: dict[str, int] = {}
    for handle, count in given:
        takes[handle] = takes.get(handle, 0) + count
    mix = signed(report.envelope).get("mix", {})
    return Told(report.model.name, report.method, report.shares, takes, mix)


def _use(report: Report) -> tuple[Any, ...] | None:
    request = report.model.manifest.request
    use = tuple(request.get(name) for name in ("purpose", "use_class", "modality"))
    return use if any(use) else None


def _withdrew(performer: Performer, before: Report, after: Report) -> bool:
    rows = Withdrawal.objects.filter(performer=performer)
    return rows.filter(entry__lt=after.entry_id, entry__gt=before.model.manifest.entry_id).exists()


def _write(fall: Fall) -> None:
    user = fall.performer.user
    if user is not None:
        model = {"model": fall.report.model.name}
        key = f"fell.{fall.report_id[:16]}"
        tell(user, key, _SUBJECT, _WORDS, model, "fall", fall.pk)
