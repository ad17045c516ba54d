"""The names of our profile of ODRL, and how terms and requests are written in them.

Actions, left operands, purposes, uses, channels, forms and places are IRIs: our own where no
standard has the word (each tied to the Data Privacy Vocabulary in ``profile.ttl``), ODRL's and
DPV's where one has. In documents they are short (``ya:train``), in policies whole.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from yesand.agreements.odrl.actions import ODRL, YA
from yesand.agreements.terms import TERRITORIES, WORLD
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import checked

XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = {
    "odrl": ODRL,
    "ya": YA,
    "loc": "https://w3id.org/dpv/loc#",
    "cc": "http://creativecommons.org/ns#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": XSD,
}
_WORDS = ("action", "leftOperand", "operator")
_NAMES = ("assigner", "assignee", "target", "profile", "duty", "unit")
#: Whole and inline: reading a document never asks another machine for its meaning.
CONTEXT: dict[str, Any] = {
    "@vocab": ODRL,
    **PREFIXES,
    "uid": "@id",
    **{name: {"@type": "@vocab"} for name in _WORDS},
    **{name: {"@type": "@id"} for name in _NAMES},
}

#: In place of a list of which nothing is named: an empty list would say nothing at all.
NOTHING = "ya:nothing"
EVERYWHERE = "ya:world"
INSIDE, OUTSIDE = "ya:insideTheHouse", "ya:outsideTheHouse"
#: Codes that CLDR knows and ISO 3166-1 does not assign; DPV has no name for them.
_UNASSIGNED = frozenset("AC CP CQ DG EA EZ IC QO TA UN XA XB XK".split())
_PREFIX: dict[type, str] = {
    Action: "ya:",
    UseClass: "ya:use-",
    Purpose: "ya:purpose-",
    Modality: "ya:channel-",
    Material: "ya:form-",
}
_LICENSEE = "urn:yes-and:licensee:"
_TAKE = "urn:yes-and:take:"
_SUSPENSION = "urn:yes-and:suspension:"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")

W = TypeVar("W", Action, UseClass, Purpose, Modality, Material)


def whole(name: str) -> str:
    """Return a name's IRI: ``ya:train`` and ``use`` (of ODRL) are short for longer ones."""
    prefix, colon, rest = name.partition(":")
    if not colon:
        return ODRL + name
    return PREFIXES[prefix] + rest if prefix in PREFIXES else name


def named(word: Action | UseClass | Purpose | Modality | Material) -> str:
    """Return the name of a word of our vocabulary."""
    return f"{_PREFIX[type(word)]}{word.value}"


def word(kind: type[W], name: str) -> W:
    """Return the word of a vocabulary that a name stands for.

    Raises
    ------
    BadInput : it stands for none.
    """
    for each in kind:
        if named(each) == name:
            return each
    raise BadInput(f"{name!r} is not of the profile", where=kind.__name__)


def place(code: str) -> str:
    """Return the name of a territory: DPV's, if it has one."""
    if code == WORLD:
        return EVERYWHERE
    return f"ya:place-{code}" if code in _UNASSIGNED or code not in TERRITORIES else f"loc:{code}"


def territory(name: str) -> str:
    """Return the territory that a name stands for.

    Raises
    ------
    BadInput : it stands for none.
    """
    if name == EVERYWHERE:
        return WORLD
    code = name.rpartition("-" if name.startswith("ya:place-") else ":")[2]
    if code not in TERRITORIES or place(code) != name:
        raise BadInput(f"{name!r} is no territory of the profile")
    return code


def licensee(slug: str) -> str:
    """Return the name of a licensee."""
    return _LICENSEE + quote(slug, safe="")


def slug(name: str) -> str:
    """Return the licensee that a name stands for.

    Raises
    ------
    BadInput : it stands for none.
    """
    found = unquote(name.removeprefix(_LICENSEE))
    if licensee(found) != name:
        raise BadInput(f"{name!r} is no licensee")
    return found


def take(sha256: str) -> str:
    """Return the name of a take: of its recording's SHA-256."""
    return _TAKE + sha256


def sha256(name: str) -> str:
    """Return the SHA-256 of the take that a name stands for.

    Raises
    ------
    BadInput : it stands for none.
    """
    return _digest(name, _TAKE, "take")


def suspension(digest: str) -> str:
    """Return the name of a suspension: of what was signed when it began."""
    return _SUSPENSION + digest


def suspended_by(name: str) -> str:
    """Return the digest of the suspension that a name stands for.

    Raises
    ------
    BadInput : it stands for none.
    """
    return _digest(name, _SUSPENSION, "suspension")


def _digest(name: str, prefix: str, what: str) -> str:
    if not name.startswith(prefix):
        raise BadInput(f"{name!r} is no {what}")
    return checked(name.removeprefix(prefix), where=what)


def iri(name: Any, what: str) -> str:
    """Return a name if it is an IRI.

    Raises
    ------
    BadInput : it is none.
    """
    if not isinstance(name, str) or not _IRI.fullmatch(name):
        raise BadInput(f"{what} must be an IRI, not {name!r}", where="ODRL")
    return name
