"""The time zone that a sentence names, if it names one: "15:00 UTC", "9am New York time".

>>> zone_named("on Friday at 3pm New York time")
'America/New_York'
>>> zone_named("on Friday at 3pm")
''
"""

from __future__ import annotations

import re
from functools import cache

from yesand.meetings.wall import zones

#: What people write; of abbreviations that mean several zones, the one most people live in.
_SHORT = {
    "Europe/Lisbon": "WET WEST",
    "Europe/London": "BST",
    "Europe/Berlin": "CET CEST",
    "Europe/Athens": "EET EEST",
    "America/New_York": "EST EDT",
    "America/Chicago": "CST CDT",
    "America/Denver": "MST MDT",
    "America/Los_Angeles": "PST PDT",
    "Asia/Tokyo": "JST",
    "Australia/Sydney": "AEST AEDT",
    "UTC": "UTC GMT",
}
_BY_SHORT = {short: zone for zone, names in _SHORT.items() for short in names.split()}
_ABBREVIATED = re.compile(rf"\b({'|'.join(_BY_SHORT)})\b")
_WHOLE = re.compile(r"\b[A-Za-z]+(?:/[A-Za-z_+-]+)+\b")
_CITY = re.compile(r"\b((?:[a-z.]+ )?[a-z.]+) time\b", re.IGNORECASE)


def zone_named(text: str) -> str:
    """Return the IANA name of the zone that a sentence names, or nothing."""
    if found := _ABBREVIATED.search(text[:400]):
        return _BY_SHORT[found[1]]
    for whole in _WHOLE.findall(text[:400]):
        if whole.lower() in _names():
            return _names()[whole.lower()]
    for city in _CITY.findall(text[:400]):
        for name in (city.lower(), city.lower().split()[-1]):
            if name in _cities():
                return _cities()[name]
    return ""


@cache
def _names() -> dict[str, str]:
    return {zone.lower(): zone for zone in zones()}


@cache
def _cities() -> dict[str, str]:
    found: dict[str, str] = {}
    for zone in zones():
        found.setdefault(zone.rpartition("/")[2].replace("_", " ").lower(), zone)
    return found
