"""The actions of ODRL 2.2 and which of them lie within which (``odrl:includedIn``)."""

from __future__ import annotations

from collections.abc import Iterator

ODRL = "http://www.w3.org/ns/odrl/2/"
#: Our profile's name, and the namespace of its words (``profile.ttl``).
PROFILE = "https://yes-and.org/odrl/v1"
YA = PROFILE + "#"

# ODRL Vocabulary & Expression 2.2 §4.1–4.2: everything lies in `use`, or else in `transfer`.
_WITHIN = {"display": "play", "extract": "reproduce", "give": "transfer", "sell": "transfer"}
_IN_USE = """
    acceptTracking aggregate annotate anonymize archive attribute compensate concurrentUse delete
    derive digitize distribute ensureExclusivity execute grantUse include index inform install
    modify move nextPolicy obtainConsent play present print read reproduce reviewPolicy stream
    synchronize textToSpeech transform translate uninstall watermark write
""".split()
# The actions of our profile: what is done with a take, and what may never be made of one.
_OURS = "train evaluate export synthesise degrade".split()
INCLUDED_IN = {
    **{ODRL + a: ODRL + b for a, b in {**dict.fromkeys(_IN_USE, "use"), **_WITHIN}.items()},
    **{YA + action: ODRL + "use" for action in _OURS},
}


def wider(action: str) -> Iterator[str]:
    """Yield an action and every wider one that it lies within."""
    step: str | None = action
    while step is not None:
        yield step
        step = INCLUDED_IN.get(step)
