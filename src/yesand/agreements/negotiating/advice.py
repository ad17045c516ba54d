"""What is wrong with terms that a person filled in, said at the field and in their words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from yesand.agreements.comparing.values import Voice
from yesand.agreements.faults import own, parts
from yesand.agreements.negotiating.units import BASIS, shown


def _(words: str) -> str:
    """Mark words that are looked up later."""
    return words


#: What contradicts itself, by the field that it is best mended in.
_CONTRADICTED: Mapping[str, str] = {
    "banned_purposes": _("Something ticked here is allowed above: untick it in one of the two."),
    "valid_until": _("The last day lies before the first."),
    "train_until": _("This day must lie between the first day and the last."),
    "represented_by": _("For a minor a parent or guardian signs."),
    "majority_on": _("The performer is of age on the first day: they sign for themselves."),
    "withdrawing.delete_replica_days": _("A replica that is kept has no such days: set this to 0."),
    "use_classes": _(
        "A copy of a voice or face is allowed by an agreement of its own: untick it, or all else."
    ),
    "described_use": _("Say exactly what the copy is for."),
}
_LIMITS: Mapping[str, tuple[str, str]] = {
    "less_than_equal": ("le", _("At most %(limit)s.")),
    "less_than": ("lt", _("Less than %(limit)s.")),
    "greater_than_equal": ("ge", _("At least %(limit)s.")),
    "greater_than": ("gt", _("More than %(limit)s.")),
}
#: Fields whose own rule is broken by what was filled in.
_RULES: Mapping[str, str] = {
    "territories": _("“%(told)s” is not a country’s code of two letters, such as DE."),
    "zone": _("“%(told)s” is not a time zone, such as Europe/Berlin."),
    "described_use": _("Write it in one line, without line breaks."),
    "pay.basis": _("These three parts must add up to 100 %%."),
}


def advice(fault: ValidationError, voice: Voice) -> Iterator[tuple[str, str]]:
    """Yield every fault with the field that it is in, as a form shows it."""
    for each in own(fault):
        for name, said in parts(each):
            contradicted = each["type"] == "contradicted"
            words = _CONTRADICTED.get(name) if contradicted else None
            yield _filled_in(name), voice.say(words) if words else _wrong(name, said, each, voice)


def _filled_in(name: str) -> str:
    return f"{BASIS}reliance" if name == BASIS[:-1] else name


def _wrong(name: str, said: str, each: Any, voice: Voice) -> str:
    kind = each["type"]
    if kind in _LIMITS:
        limit, words = _LIMITS[kind]
        return voice.say(words) % {"limit": shown(name, each["ctx"][limit])}
    rule = next((field for field in _RULES if f"{name}.".startswith(f"{field}.")), "")
    if kind == "value_error" and rule:
        return voice.say(_RULES[rule]) % {"told": each["input"]}
    return said
