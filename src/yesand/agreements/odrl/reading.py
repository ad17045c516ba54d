"""An ODRL Agreement of our profile read back into terms, or refused.

Strict by construction: the terms that a document seems to state are written out again, and what
comes out must be the document, part by part. So nothing in it is passed over, nothing that it says
twice may differ, and no word of another vocabulary gets in. It is read as it is written, in the
compact form of JSON-LD that ``document`` writes; the order of its lists means nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from yesand.agreements.approval import Approved
from yesand.agreements.days import day_of, zones
from yesand.agreements.decision import Withdrawn
from yesand.agreements.odrl.actions import PROFILE
from yesand.agreements.odrl.document import document
from yesand.agreements.odrl.names import NOTHING, sha256, slug, suspended_by, territory, word
from yesand.agreements.odrl.parts import Frame
from yesand.agreements.odrl.promises import promises
from yesand.agreements.odrl.rules import Rule, Rules
from yesand.agreements.suspending.suspension import Cause, Suspended
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass
from yesand.kernel.clock import instant
from yesand.kernel.errors import BadInput

T = TypeVar("T")


@dataclass(frozen=True)
class Read:
    """What a document states."""

    terms: Terms
    frame: Frame
    withdrawals: tuple[Withdrawn, ...] = ()
    approvals: tuple[Approved, ...] = ()
    suspensions: tuple[Suspended, ...] = ()

    def written(self) -> dict[str, Any]:
        """Return the document that states it."""
        return document(self.terms, self.frame, self.withdrawals, self.approvals, self.suspensions)


def read(told: Any) -> Read:
    """Read an ODRL Agreement that ``document`` wrote, here or elsewhere.

    Raises
    ------
    BadInput : foreign, incomplete, ambiguous or changed; it names the part.
    """
    _check_kind(told)
    rules = Rules.of(told)
    frame = Frame(rules.uid, *(rules.party(p) for p in ("assigner", "assignee", "target")))
    zone = _zone(told)
    permission = _permission(rules, zone)
    fields = {**permission, **_prohibition(rules), **promises(rules), **_standing(told)}
    terms = Terms.parse(fields, where="ODRL agreement")
    besides = _withdrawals(rules), _approvals(rules, zone), _suspensions(rules)
    found = Read(terms, frame, *besides)
    _check_same(told, found.written())
    return found


def _check_kind(told: Any) -> None:
    if not isinstance(told, dict):
        raise BadInput("An ODRL agreement is a JSON object", where="ODRL")
    if told.get("@type") != "Agreement":
        raise BadInput(f"Not an ODRL Agreement but {told.get('@type')!r}", where="@type")
    if told.get("profile") != PROFILE:
        raise BadInput(
            f"Another ODRL profile: {told.get('profile')!r}",
            where="profile",
            remedy=f"Only agreements of {PROFILE} can be read without loss.",
        )


def _zone(told: Mapping[str, Any]) -> str:
    zone = told.get("ya:timeZone", "UTC")
    if zone not in zones():
        raise BadInput(f"{zone!r} is no time zone", where="ya:timeZone")
    return str(zone)


def _permission(rules: Rules, zone: str) -> dict[str, Any]:
    # Evaluating fits every use class, training has every limit of time.
    whole, training = rules.rule("evaluate"), rules.rule("train")
    return {
        "use_classes": _words(UseClass, whole.names("ya:use", "isAnyOf")),
        "purposes": _words(Purpose, whole.names("purpose", "isAnyOf")),
        "modalities": _words(Modality, whole.names("ya:channel", "isAnyOf")),
        "materials": _words(Material, whole.names("ya:form", "isAnyOf")),
        "territories": _listed(territory, whole.names("spatial", "isPartOf")),
        "approval_per_use": _words(UseClass, whole.names("ya:use", "isNoneOf") or [NOTHING]),
        "commercial": not whole.values("ya:commercial", "eq"),
        "valid_from": _day(whole.one("dateTime", "gteq"), "dateTime gteq", zone),
        **_ends(whole.values("dateTime", "lteq"), training.values("dateTime", "lteq"), zone),
        "onward_licensing": rules.has("permission", "pass-on"),
    }


def _ends(always: list[Any], training: list[Any], zone: str) -> dict[str, date | None]:
    for value in always:
        if value not in training:
            raise BadInput("Training has another end than the rest", where="permission train")
        training.remove(value)
    if len(always) > 1 or len(training) > 1:
        raise BadInput("More than one last day", where="dateTime lteq")
    days = [_day(v[0], "dateTime lteq", zone) if v else None for v in (always, training)]
    return dict(zip(("valid_until", "train_until"), days, strict=True))


def _prohibition(rules: Rules) -> dict[str, Any]:
    banned = rules.maybe("prohibition", "banned")
    names = banned.names("purpose", "isAnyOf") if banned else []
    return {
        "banned_purposes": _words(Purpose, names or [NOTHING]),
        "suspended_in_strike": rules.has("prohibition", "strike"),
        "no_derogatory_use": rules.has("prohibition", "respect"),
        "trial": rules.has("prohibition", "trial"),
    }


def _standing(told: Mapping[str, Any]) -> dict[str, Any]:
    helper = told.get("ya:representedBy")
    name = str(helper.get("@id", "")) if isinstance(helper, dict) else ""
    return {
        "version": told.get("ya:version"),
        "minor": told.get("ya:minor"),
        "represented_by": name.removeprefix("ya:helper-"),
        "corpus": told.get("ya:corpus", ""),
        "corpus_licence": told.get("ya:corpusLicence", ""),
        **{
            field: told[name]["@value"] if isinstance(told[name], dict) else told[name]
            for name, field in _SINCE_TWO.items()
            if told.get(name) and told[name] != {}
        },
    }


_SINCE_TWO = {
    "ya:timeZone": "zone",
    "ya:moralRightsWaived": "moral_rights_waived",
    "ya:basedOn": "based_on",
    "ya:describedUse": "described_use",
    "ya:majorityOn": "majority_on",
}


def _approvals(rules: Rules, zone: str) -> tuple[Approved, ...]:
    """Return leave for single uses; how it is written is checked by writing it again."""
    found = []
    for rule in rules.parts("evaluate", "and"):
        of = Rule("leave", {"constraint": rule["and"]})
        recipient, purpose, use = (
            _names(of.one(n, "eq")) for n in ("recipient", "purpose", "ya:use")
        )
        until = _day(of.one("dateTime", "lteq"), "dateTime lteq", zone)
        at = _moment(rule.get("dct:issued"), "dct:issued")
        found.append(
            Approved(slug(recipient), word(Purpose, purpose), word(UseClass, use), until, at)
        )
    return tuple(sorted(found))


def _names(value: Any) -> str:
    return str(value.get("@id")) if isinstance(value, dict) else ""


_NARROWING = ("purpose", "ya:use", "ya:channel", "recipient", "ya:take")


def _withdrawals(rules: Rules) -> tuple[Withdrawn, ...]:
    found: list[Withdrawn] = []
    while rule := rules.maybe("prohibition", f"withdrawal-{len(found) + 1}"):
        purposes, uses, channels, recipients, takes = (
            rule.names(left, "isAnyOf") for left in _NARROWING
        )
        at = _moment(rule.told.get("dct:issued"), "dct:issued")
        found.append(
            Withdrawn(
                at,
                _listed(lambda name: word(Purpose, name), purposes),
                _listed(lambda name: word(UseClass, name), uses),
                _listed(lambda name: word(Modality, name), channels),
                _listed(slug, recipients),
                _listed(sha256, takes),
            )
        )
    return tuple(found)


def _suspensions(rules: Rules) -> tuple[Suspended, ...]:
    found: list[Suspended] = []
    while rule := rules.maybe("prohibition", f"suspension-{len(found) + 1}"):
        name = suspended_by(_names(rule.told.get("dct:source")))
        cause = _names(rule.told.get("ya:cause")).removeprefix("ya:cause-")
        if cause not in set(Cause):
            raise BadInput(f"{cause!r} suspends nothing", where=f"rule {rule.name}")
        found.append(
            Suspended(
                name,
                Cause(cause),
                _moment(rule.told.get("dct:issued"), "dct:issued"),
                _listed(lambda name: word(UseClass, name), rule.names("ya:use", "isAnyOf")),
                _listed(lambda name: word(Purpose, name), rule.names("purpose", "isAnyOf")),
                _listed(slug, rule.names("recipient", "isAnyOf")),
            )
        )
    return tuple(found)


def _words(kind: Any, names: list[str]) -> frozenset[Any]:
    return _listed(lambda name: word(kind, name), names)


def _listed(reader: Callable[[str], T], names: list[str]) -> frozenset[T]:
    return frozenset(map(reader, names)) if names != [NOTHING] else frozenset()


def _day(value: Any, where: str, zone: str) -> date:
    return day_of(_moment(value, where), zone)


def _moment(value: Any, where: str) -> datetime:
    try:
        return instant(value["@value"])
    except (KeyError, TypeError, ValueError, BadInput) as fault:
        raise BadInput(f"{value!r} is no moment", where=where) from fault


def _check_same(told: Any, meant: Any) -> None:
    other = difference(told, meant)
    if other:
        raise BadInput(
            f"The document says more than its terms, or says it twice: {other}", where="ODRL"
        )


def difference(told: Any, meant: Any, at: str = "") -> str:
    """Return where two documents differ, in words; nothing, if they say the same."""
    if isinstance(told, dict) and isinstance(meant, dict):
        for key in sorted({*told, *meant}, key=str):
            if key not in told or key not in meant:
                return f"{at}{key} is {'missing' if key in meant else 'not expected'}"
            if found := difference(told[key], meant[key], f"{at}{key} "):
                return found
        return ""
    if isinstance(told, list) and isinstance(meant, list):
        return _other_list(told, meant, at)
    return "" if _plain(told) == _plain(meant) else f"{at}is {_short(told)}, not {_short(meant)}"


def _other_list(told: list[Any], meant: list[Any], at: str) -> str:
    ours, theirs = sorted(meant, key=_plain), sorted(told, key=_plain)
    only_ours = [part for part in ours if part not in theirs]
    only_theirs = [part for part in theirs if part not in ours]
    if len(only_ours) == len(only_theirs) == 1:
        return difference(only_theirs[0], only_ours[0], f"{at}{_name(only_theirs[0])} ")
    for part in only_theirs:
        return f"{at}{_name(part)} is not expected"
    for part in only_ours:
        return f"{at}{_name(part)} is missing"
    if len(told) != len(meant):
        return f"{at}has a part twice"
    return "" if list(map(_plain, ours)) == list(map(_plain, theirs)) else f"{at}differs in a type"


def _name(part: Any) -> str:
    if not isinstance(part, dict):
        return _short(part)
    found = next((part[k] for k in ("uid", "leftOperand", "@id", "@value") if k in part), part)
    return str(found).rpartition("#")[2] if isinstance(found, str) else _short(found)


def _short(part: Any) -> str:
    text = _plain(part)
    return text if len(text) <= 60 else text[:57] + "…"


def _plain(part: Any) -> str:
    return json.dumps(part, sort_keys=True, default=repr, ensure_ascii=False)
