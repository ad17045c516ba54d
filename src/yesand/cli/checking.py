"""What ``yesand check FILE`` tells: whose class of agreement, licensed for what, still in force."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yesand
from yesand.agreements.clauses_of_use import FORMS
from yesand.agreements.vocabulary import Material
from yesand.cli.output import Line, complain, styled, tell
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_file
from yesand.provenance.credentials.reading import Credentials, State, read

if TYPE_CHECKING:
    from yesand.takes.checking.answer import Answer, Licence

_KNOWN = {
    "recording": "one of ours: a recording as it was sent",
    "copy": "one of ours: a copy with its credential",
    "synthetic": "one of ours, made from takes that persons performed; nobody performed this",
    "credential": "one of ours by its credential, which is whole; its bytes lie elsewhere",
    "changed": "bears our credential and was changed since: nothing that it says counts",
    "made from": "made from one of ours, as its maker says",
    "claimed": "names one of ours, and this house did not sign that",
    "not ours": "not one of ours",
}
_STATES = {
    State.TRUSTED: "whole, by a signer whom this house trusts",
    State.VALID: "whole, by a signer whom nobody here knows",
    State.INVALID: "does not hold",
    State.UNREADABLE: "cannot be read",
}


def check_files(files: list[Path], house: Path | None, *, as_json: bool) -> int:
    """Tell of each file what it is; without a house, what it says of itself and no more.

    Returns 2 where a file cannot be read, which keeps nothing of the others back; 1 where a
    credential does not hold.
    """
    opened = _opened(house)
    answers = [_asked_or_fault(file, opened) for file in files]
    lines = [line for file, told in zip(files, answers, strict=True) for line in _lines(file, told)]
    found = [_as_json(told) for told in answers]
    named = [{"file": str(f), **told} for f, told in zip(files, found, strict=True)]
    tell({"files": named}, *lines, as_json=as_json)
    for fault in (told for told in answers if isinstance(told, BadInput)):
        complain(fault, as_json=False)
    if any(isinstance(told, BadInput) for told in answers):
        return 2
    return int(
        any((t["credentials"] or {}).get("state") in ("invalid", "unreadable") for t in found)
    )


def _asked_or_fault(file: Path, house: yesand.House | None) -> Answer | dict[str, Any] | BadInput:
    try:
        return _asked(file, house)
    except BadInput as fault:
        return fault


def _as_json(told: Answer | dict[str, Any] | BadInput) -> dict[str, Any]:
    if isinstance(told, BadInput):
        return told.as_dict()
    return told if isinstance(told, dict) else told.as_json()


def _opened(house: Path | None) -> yesand.House | None:
    return yesand.open(house) if house is not None else None


def _asked(file: Path, house: yesand.House | None) -> Answer | dict[str, Any]:
    if house is not None:
        from yesand.takes.checking.services import check_file

        return check_file(house.place, file)
    try:
        sha256, found = digest_file(file), read(file, anchors="")
    except OSError as fault:
        raise BadInput(f"Cannot be read: {fault.strerror}", where=str(file)) from fault
    return {"sha256": sha256, "ours": None, "credentials": found.as_json() if found else None}


def _lines(file: Path, told: Answer | dict[str, Any] | BadInput) -> Iterator[Line]:
    if isinstance(told, BadInput):
        return  # said aside, after what could be read
    if isinstance(told, dict):
        yield styled("[bold]{}[/]: no house was named, so whether it is one of ours is open", file)
        plain = told["credentials"]
        yield from _credentials(Credentials.from_json(plain) if plain else None)
        return
    mark = "[green]✓[/] " if told.known.ours else ""
    yield styled(f"{mark}[bold]{{}}[/]: {{}}", file, _KNOWN[told.known.value])
    if told.licence is not None:
        yield from _licence(told.licence)
        logged = "commits to it" if told.logged else "does not commit to it as it stands"
        yield f"  log: entry {told.entry} {logged}"
    yield from _credentials(told.credentials)


def _licence(licence: Licence) -> Iterator[Line]:
    yield f"  agreement: {licence.template} ({licence.kind}), {licence.force.value}"
    if licence.uses:
        money = "also to make money" if licence.commercial else "not to make money"
        yield f"  licensed for: {', '.join(licence.uses)}, {money}"
        forms = ", ".join(FORMS[Material(each)] for each in licence.materials)
        yield f"  in which form: {forms or 'none'}"
        yield f"  purposes: {', '.join(licence.purposes)}"
        places = "everywhere" if "*" in licence.territories else ", ".join(licence.territories)
        yield f"  where: {places}; until: {licence.until or 'no end is set'}"
    else:
        yield "  licensed for: nothing"


def _credentials(found: Credentials | None) -> Iterator[Line]:
    if found is None:
        yield "  credential: none inside"
        return
    yield f"  credential: {_STATES[found.state]}"
    for fault in found.faults:
        yield f"    {fault}"
    by = " · ".join(filter(None, (found.signer, found.generator, found.at)))
    rows = (("signed by", by), ("who", ", ".join(found.who)), ("source", found.source))
    told = (*rows, ("done", ", ".join(found.actions)), ("made from", ", ".join(found.made_from)))
    for name, value in told:
        if value:
            yield f"    {name}: {value}"
    for aim, said in found.mining.items():
        yield f"    {aim.value}: {said.use.value}{f' ({said.info})' if said.info else ''}"
