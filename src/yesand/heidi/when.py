"""Days, times, months and amounts in plain English, told from a moment in the person's zone.

>>> from datetime import datetime
>>> when("next Tuesday at 3", datetime(2026, 11, 25, 9, 0)).day.isoformat()
'2026-12-01'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from yesand.kernel.clock import Period

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january february march april may june july august september october november december"
).split()
NUMBERS = dict(
    zip("one two three four five six seven eight nine ten".split(), range(1, 11), strict=True)
)
_MONTH = "|".join(f"{m}|{m[:3]}" for m in MONTHS)
_WEEKDAY = re.compile(rf"\b(next |this |on )?({'|'.join(DAYS)})\b")
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b\.?(?: (\d{{4}}))?")
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (\d{{4}}))?")
_IN = re.compile(rf"\bin (\d+|an?|{'|'.join(NUMBERS)}) (day|week)s?\b")
_CLOCK = re.compile(
    r"\b(?:at |by |to )?(\d{1,2})(?:[:.](\d\d))? ?(am|pm|a\.m\.|p\.m\.|o'clock|h)(?!\w)"
)
_COLON = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\b")
_BARE = re.compile(rf"\b(?:at|to|by) (\d{{1,2}})\b(?![-/.\d])(?! (?:{_MONTH}))")
_AMOUNT = re.compile(r"(?:€|\beur |\beuros? )?\b(\d+(?:[.,]\d{1,6})?)(?: ?(?:€|eur\b|euros?\b))?")
_NEAR = (
    ("day after tomorrow", 2), ("tomorrow", 1), ("today", 0), ("tonight", 0),
    ("day before yesterday", -2), ("yesterday", -1),
)  # fmt: skip
_PARTS = {"morning": 10, "noon": 12, "midday": 12, "afternoon": 14, "evening": 18}


@dataclass(frozen=True)
class When:
    """A day and a time of it, as far as they were told."""

    day: date | None = None
    time: time | None = None

    def __bool__(self) -> bool:
        """Tell whether anything was told."""
        return self.day is not None or self.time is not None

    def moment(self, now: datetime) -> datetime | None:
        """Return day and time as a local moment; a time alone is its next coming."""
        if self.time is None:
            return None
        day = self.day or (now.date() if self.time > now.time() else now.date() + timedelta(1))
        return datetime.combine(day, self.time)


def when(text: str, now: datetime) -> When:
    """Return the day and the time that a sentence names (the last of each)."""
    plain = text[:400].lower()
    return When(_day(plain, now.date()), _time(plain))


def _day(text: str, today: date) -> date | None:
    for word, later in _NEAR:
        if word in text:
            return today + timedelta(later)
    if found := _ISO.search(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_MONTH.search(text):
        return _of_month(int(found[1]), found[2], found[3], today)
    if found := _MONTH_DAY.search(text):
        return _of_month(int(found[2]), found[1], found[3], today)
    if found := _IN.search(text):
        number = NUMBERS.get(found[1]) or (int(found[1]) if found[1].isdigit() else 1)
        return _later(today, number * (7 if found[2] == "week" else 1))
    days = list(_WEEKDAY.finditer(text))
    return _weekday(days[-1], today, "next week" in text) if days else None


def _weekday(found: re.Match[str], today: date, in_next_week: bool) -> date:
    """Return the day meant: "next Tuesday" on a Monday is not tomorrow but a week on."""
    ahead = (DAYS.index(found[2]) - today.weekday()) % 7 or 7
    if in_next_week or (found[1] or "").strip() == "next":
        monday = today + timedelta(7 - today.weekday())
        return monday + timedelta(DAYS.index(found[2]))
    return today + timedelta(ahead)


def _of_month(day: int, month: str, year: str | None, today: date) -> date | None:
    number = next(n for n, name in enumerate(MONTHS, 1) if name[:3] == month[:3])
    found = _date(int(year) if year else today.year, number, day)
    if found and not year and found < today:
        return _date(today.year + 1, number, day)
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _later(today: date, days: int) -> date | None:
    return today + timedelta(days) if days <= 3660 else None


def _time(text: str) -> time | None:
    if found := _last(_CLOCK, text):
        hour, half = int(found[1]), found[3][0]
        if half == "p" and hour < 12:
            hour += 12
        elif half == "a" and hour == 12:
            hour = 0
        return _clock(hour, int(found[2] or 0))
    if found := _last(_COLON, text):
        return _clock(int(found[1]), int(found[2]))
    if found := _last(_BARE, text):
        hour = int(found[1])
        # Nobody meets at three at night: a bare small hour is in the afternoon.
        return _clock(hour + 12 if 1 <= hour <= 7 else hour, 0)
    words = set(re.findall(r"[a-z]+", text))
    return next((time(hour) for word, hour in _PARTS.items() if word in words), None)


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return found[-1] if found else None


def _clock(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None


def month(text: str, now: datetime) -> Period | None:
    """Return the month that a sentence names: "last month", "October", "2026-10"."""
    plain, this = text[:400].lower(), Period(now.year, now.month)
    if found := re.search(r"\b(\d{4})-(\d\d)\b", plain):
        return Period(int(found[1]), int(found[2])) if 1 <= int(found[2]) <= 12 else None
    if re.search(r"\b(last|previous|past) month\b", plain):
        return this.previous()
    if "this month" in plain:
        return this
    named = re.search(
        rf"\b({'|'.join(m for m in MONTHS if m != 'may')}|in may|of may|for may)\b", plain
    )
    if named is None:
        return None
    number = MONTHS.index(named[1].split()[-1]) + 1
    told = re.search(r"\b(20\d\d)\b", plain)
    year = int(told[1]) if told else this.year - (number > this.month)
    return Period(year, number)


def amount(text: str) -> Decimal | None:
    """Return the amount of money that a sentence names, if it names one as such."""
    for found in _AMOUNT.finditer(text[:400].lower()):
        if re.search(r"€|eur", found[0]) or "." in found[0]:
            return Decimal(found[1].replace(",", "."))
    return None
