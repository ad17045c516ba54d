"""The form of a person's hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yesand.meetings.calendars.services import Wishes
from yesand.meetings.hours import DAY, Special, Weekly
from yesand.meetings.kinds import KINDS, LENGTHS
from yesand.meetings.models import Availability, Meeting
from yesand.meetings.wall import zones
from yesand.people.models import User

#: Spans that one day of the week may have.
SPANS = 2
#: Empty rows for days that differ, besides those there are.
_SPARE = 2


class HoursForm(forms.Form):
    """When one can be met: the week, the days that differ, and what one asks for."""

    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=lambda: [(z, z) for z in zones()]
    )
    before = forms.IntegerField(
        label=gettext_lazy("Minutes free before"), min_value=0, max_value=240, step_size=5
    )
    after = forms.IntegerField(
        label=gettext_lazy("Minutes free after"), min_value=0, max_value=240, step_size=5
    )
    notice = forms.IntegerField(
        label=gettext_lazy("Hours of notice to book me"), min_value=0, max_value=1440
    )
    cancel_notice = forms.IntegerField(
        label=gettext_lazy("Hours of notice to cancel or move"), min_value=0, max_value=1440
    )
    horizon_days = forms.IntegerField(
        label=gettext_lazy("Days ahead I can be booked"), min_value=1, max_value=730
    )

    def __init__(self, user: User, data: Any = None) -> None:
        special = list(user.special_days.all())
        super().__init__(data, initial=_initial(user))
        self.rows = len(special) + _SPARE
        for name in self._times():
            self.fields[name] = forms.TimeField(required=False, widget=_clock())
        for i in range(self.rows):
            self.fields[f"s{i}_day"] = forms.DateField(required=False, widget=_date())
            self.fields[f"s{i}_off"] = forms.ChoiceField(
                required=False, choices=[("off", _("closed")), ("extra", _("open besides"))]
            )
        for kind in KINDS:
            self.fields[f"length_{kind}"] = forms.RegexField(
                r"^\s*(\d+\s*(,\s*\d+\s*)*)?$",
                required=False,
                label=str(Meeting.Kind(kind).label),
                error_messages={"invalid": _("Write minutes with commas between, as 30, 60.")},
            )

    def _times(self) -> Iterator[str]:
        for row in [f"w{d}{i}" for d in range(7) for i in range(SPANS)] + [
            f"s{i}" for i in range(self.rows)
        ]:
            yield from (f"{row}_from", f"{row}_until")

    def clean(self) -> dict[str, Any]:
        """Check that every span begins before it ends."""
        cleaned: dict[str, Any] = super().clean() or {}
        for row in {name.partition("_")[0] for name in self._times()}:
            start, end = self._span(cleaned, row)
            if (start is None) != (end is None) and not (row[0] == "s" and start is not None):
                self.add_error(f"{row}_from", _("Say both, from and until."))
            elif start is not None and end is not None and start >= end:
                self.add_error(f"{row}_from", _("It ends before it begins."))
        return cleaned

    def _span(self, cleaned: dict[str, Any], row: str) -> tuple[int | None, int | None]:
        start, end = cleaned.get(f"{row}_from"), cleaned.get(f"{row}_until")
        until = None if end is None else _minutes(end) or DAY  # 00:00 is the midnight after
        return None if start is None else _minutes(start), until

    @property
    def week(self) -> list[tuple[str, list[tuple[forms.BoundField, forms.BoundField]]]]:
        """The fields of each day of the week, for the page."""
        return [
            (
                str(WEEKDAYS[d]),
                [(self[f"w{d}{i}_from"], self[f"w{d}{i}_until"]) for i in range(SPANS)],
            )
            for d in range(7)
        ]

    @property
    def days(self) -> list[tuple[forms.BoundField, ...]]:
        """The fields of each day that differs, for the page."""
        names = ("day", "off", "from", "until")
        return [tuple(self[f"s{i}_{name}"] for name in names) for i in range(self.rows)]

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of what one asks for."""
        names = ("before", "after", "notice", "cancel_notice", "horizon_days")
        return [self[name] for name in names]

    @property
    def lasting(self) -> list[forms.BoundField]:
        """The fields of how long meetings may last."""
        return [self[f"length_{kind}"] for kind in KINDS]

    def weekly(self) -> list[Weekly]:
        """Return the hours of the week."""
        found = []
        for d in range(7):
            for i in range(SPANS):
                start, end = self._span(self.cleaned_data, f"w{d}{i}")
                if start is not None and end is not None:
                    found.append(Weekly(d, start, end))
        return found

    def special(self) -> list[Special]:
        """Return the days that differ; without times, the whole day."""
        found = []
        for i in range(self.rows):
            day = self.cleaned_data.get(f"s{i}_day")
            if day:
                start, end = self._span(self.cleaned_data, f"s{i}")
                off = self.cleaned_data[f"s{i}_off"] != "extra"
                found.append(Special(day, off, start or 0, end or DAY))
        return found

    def wishes(self) -> Wishes:
        """Return what one asks for."""
        told = self.cleaned_data
        return Wishes(
            before=told["before"],
            after=told["after"],
            notice=60 * told["notice"],
            cancel_notice=60 * told["cancel_notice"],
            horizon_days=told["horizon_days"],
        )

    def lengths(self) -> dict[str, list[int]]:
        """Return how long meetings may last, of the kinds for which it is not the usual."""
        found = {}
        for kind in KINDS:
            told = self.cleaned_data.get(f"length_{kind}") or ""
            minutes = sorted({int(m) for m in told.split(",") if m.strip()})
            if minutes and minutes != list(LENGTHS[kind]):
                found[kind] = minutes
        return found


def _initial(user: User) -> dict[str, Any]:
    asked = Availability.objects.filter(user=user).first() or Availability(user=user)
    found: dict[str, Any] = {
        "zone": user.zone,
        "before": asked.before,
        "after": asked.after,
        "notice": asked.notice // 60,
        "cancel_notice": asked.cancel_notice // 60,
        "horizon_days": asked.horizon_days,
    }
    taken = [0] * 7
    for rule in user.weekly_hours.all():
        row = f"w{rule.weekday}{taken[rule.weekday]}"
        taken[rule.weekday] += 1
        found |= {f"{row}_from": _time(rule.start), f"{row}_until": _time(rule.end)}
    for i, one in enumerate(user.special_days.all()):
        found |= {f"s{i}_day": one.day, f"s{i}_off": "off" if one.off else "extra"}
        if (one.start, one.end) != (0, DAY):
            found |= {f"s{i}_from": _time(one.start), f"s{i}_until": _time(one.end)}
    for kind in KINDS:
        minutes = asked.lengths.get(kind) or LENGTHS[kind]
        found[f"length_{kind}"] = ", ".join(map(str, minutes))
    return found


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minutes: int) -> time:
    return time(minutes % DAY // 60, minutes % 60)


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
