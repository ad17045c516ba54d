"""Everything held about a person in one archive; and erasing it, with what stays said before."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from django.db import transaction

from yesand.kernel.clock import stamp
from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.people.rooms import offered

_README = """\
Everything that {house} holds about {name}, as of {at}.

Each file <room>.json is one part of the house; your recordings and other files lie in the folder
of their room, byte for byte as they are kept. Signed documents are whole: with the house's public
key anybody can check them (`yesand verify`).
"""


@dataclass(frozen=True)
class Preview:
    """What leaving will do.

    Parameters
    ----------
    hindrances : what has to be done first; empty: nothing.
    forgone : what the person gives up, and has to say so; empty: nothing.
    goes : what is erased. stays : what is kept, and why.
    """

    hindrances: tuple[str, ...]
    forgone: tuple[str, ...]
    goes: tuple[str, ...]
    stays: tuple[str, ...]


def take_home(place: Place, user: User, out: IO[bytes]) -> list[str]:
    """Write everything held about a person as a zip; return the names in it."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        told = _README.format(house=place.name, name=user.username, at=stamp(place.clock.now()))
        archive.writestr("README.txt", told)
        for room in offered("held"):
            name = _name(room)
            body = json.dumps(room.held(user), default=_plain, indent=2, ensure_ascii=False)
            archive.writestr(f"{name}.json", body + "\n")
            for file, path in _files(place, room, user):
                archive.write(path, f"{name}/{file}", compress_type=zipfile.ZIP_STORED)
        return archive.namelist()


def _name(room: ModuleType) -> str:
    return room.__name__.split(".")[-2]


def _files(place: Place, room: ModuleType, user: User) -> Iterator[tuple[str, Path]]:
    if hasattr(room, "files"):
        yield from ((name, path) for name, path in room.files(place, user) if path.is_file())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date | Path):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return sorted(value, key=str)
    if hasattr(value, "as_json"):
        return value.as_json()
    return str(value)


def preview(place: Place, user: User) -> Preview:
    """Say what leaving will do, before it is done."""
    return Preview(
        tuple(_asked("hindrances", place, user)),
        tuple(_asked("forgone", place, user)),
        tuple(_asked("goes", place, user)),
        tuple(_asked("stays", place, user)),
    )


def _asked(question: str, place: Place, user: User) -> Iterator[str]:
    for room in offered("held"):
        if hasattr(room, question):
            yield from getattr(room, question)(place, user)


def erase(place: Place, user: User, *, forgoing: bool = False) -> None:
    """Erase a person: what is about them goes, what law keeps stays under their handle alone.

    Parameters
    ----------
    forgoing : whether they have said that they give up what they lose by it.

    Raises
    ------
    Refused : something must be done or said first, and what. Nothing is touched.
    """
    with transaction.atomic():
        # Whoever else would erase the same person waits here.
        User.objects.select_for_update().get(pk=user.pk)
        first = list(_asked("hindrances", place, user))
        first += [] if forgoing else _asked("forgone", place, user)
        if first:
            raise Refused("You cannot be erased yet", remedy=" ".join(first))
        for room in reversed(list(offered("held"))):
            if hasattr(room, "erase"):
                room.erase(place, user)
