"""The authorisation matrix: what each kind of person gets at every address, room by room.

Every room keeps its rows in a module of its own, ``matrix_<room>.py`` beside this one, as ``ROWS``.
A page that has no row fails the tests, and so does an operation of the API.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from stage import Stage

#: nobody, the performer whose it is, a fellow in the same corpus, a performer with nothing here,
#: the licensee whose it is, another licensee, producer, auditor, rater.
WHO = ("nobody", "ada", "ben", "dora", "lab", "other", "producer", "auditor", "rater")
LOGIN, SEEN, GONE = 302, 200, 404

OPEN = (SEEN,) * 9
CLOSED = (LOGIN, *(SEEN,) * 8)
HERS_ALONE = (LOGIN, SEEN, GONE, GONE, GONE, GONE, SEEN, SEEN, GONE)
THEIRS = (LOGIN, SEEN, SEEN, GONE, SEEN, GONE, SEEN, SEEN, GONE)
LICENSEES = (LOGIN, GONE, GONE, GONE, SEEN, GONE, SEEN, SEEN, GONE)

#: The same of the API, which never leads elsewhere to sign in.
UNSIGNED = 401
API = (UNSIGNED, *CLOSED[1:])
API_HERS = (UNSIGNED, *HERS_ALONE[1:])
API_THEIRS = (UNSIGNED, *THEIRS[1:])
API_LICENSEES = (UNSIGNED, *LICENSEES[1:])
#: What only the licensee whose it is may do, and what any licensee may.
LAB = (LOGIN, GONE, GONE, GONE, SEEN, GONE, GONE, GONE, GONE)
LABS = (LOGIN, GONE, GONE, GONE, SEEN, SEEN, GONE, GONE, GONE)
API_LAB, API_LABS = (UNSIGNED, *LAB[1:]), (UNSIGNED, *LABS[1:])
#: Any performer, of their own.
PERFORMERS = (LOGIN, SEEN, SEEN, SEEN, *(GONE,) * 5)
API_PERFORMERS = (UNSIGNED, *PERFORMERS[1:])
#: Those who see everything.
WATCHED = (LOGIN, *(GONE,) * 5, SEEN, SEEN, GONE)


def none(stage: Stage) -> list[Any]:
    """No arguments."""
    return []


@dataclass(frozen=True)
class Row:
    """One address and what each of ``WHO`` gets.

    Parameters
    ----------
    address : name of a page; or ``api:<method> <path>`` as the OpenAPI document has them.
    expected : the status for each of ``WHO``, in their order.
    fill : the address's arguments; of an operation, the values of its path in their order.
    method : how a page is asked (an operation's method is in its address).
    data : gives the form, or the JSON of an operation.
    case : tells rows of one address apart.
    """

    address: str
    expected: tuple[int, ...] = ()
    fill: Callable[[Stage], list[Any]] = none
    method: str = "get"
    data: Callable[[Stage], dict[str, Any]] = field(default=lambda stage: {})
    case: str = ""

    @property
    def id(self) -> str:
        """Name it in a test's output."""
        return " ".join(filter(None, (self.address, self.case)))

    def send(self, client: Client, stage: Stage) -> HttpResponseBase:
        """Ask it as one person."""
        if self.address.startswith("api:"):
            return self._call(client, stage)
        address = reverse(self.address, args=self.fill(stage))
        if self.method == "get":
            return client.get(address)
        return client.post(address, self.data(stage))

    def _call(self, client: Client, stage: Stage) -> HttpResponseBase:
        method, path = self.address.removeprefix("api:").split(" ", 1)
        for value in self.fill(stage):
            before, _, rest = path.partition("{")
            path = f"{before}{value}{rest.partition('}')[2]}"
        if method == "get":
            return client.get(path)
        return client.generic(
            method.upper(), path, _json(self.data(stage)), content_type="application/json"
        )


def _json(data: dict[str, Any]) -> str:
    import json

    return json.dumps(data)


ROWS: list[Row] = [
    row
    for path in sorted(Path(__file__).parent.glob("matrix_*.py"))
    for row in import_module(path.stem).ROWS
]
