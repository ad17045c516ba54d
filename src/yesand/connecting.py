"""Joining Django to one house's database; another house may follow in the same process."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

import django
from dj_database_url import ParseError, UnknownSchemeError
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from yesand.kernel.durable import CannotWrite
from yesand.kernel.errors import BadInput, NotFound, Refused, YesAndError
from yesand.kernel.place import Place


def connect(place: Place) -> None:
    """Point Django at the house's registry."""
    os.environ["YESAND_HOUSE"] = str(place.root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yesand.site.settings")
    with _told():
        if not apps.ready:
            django.setup()
        _point(place)


def _point(place: Place) -> None:
    from django.db import connections
    from django.db.utils import load_backend

    from yesand.site.settings import database

    connections.close_all()
    connections.settings["default"].update(
        connections.configure_settings({"default": database(place.root)})["default"]
    )
    # Forget the connection to the house that was open before; the next query makes a new one.
    with suppress(AttributeError):
        del connections["default"]
    load_backend(connections.settings["default"]["ENGINE"])


@contextmanager
def _told() -> Iterator[None]:
    """Say in a sentence that ``DATABASE_URL`` is of no use."""
    try:
        yield
    except (ImproperlyConfigured, ParseError, UnknownSchemeError) as fault:
        if "DATABASE_URL" not in os.environ:
            raise
        first_sentence = re.split(r"\.(?:\s|$)", str(fault))[0]
        raise BadInput(
            f"DATABASE_URL cannot be used: {first_sentence}",
            remedy="Write postgresql://user@host/name and install yesand[postgres], "
            "or leave it out for SQLite.",
        ) from fault


def lay_out(place: Place) -> None:
    """Make the registry's tables, and what and whom every house has."""
    _migrate()
    _furnish(place)


def _migrate() -> None:
    with _new_models_alone():
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def _new_models_alone() -> Iterator[None]:
    """Render a model that a migration makes, and no other for it: half the time of a new house.

    Django renders every model again that is related to a new one, which in a registry where all
    rests on the log is every model, each time. Nothing points to a model before it is made, so none
    of them has changed; whatever alters one later still renders all that it touches.
    """
    from django.db.migrations.state import ProjectState

    made: Any = ProjectState
    whole = made.add_model
    made.add_model = _alone
    try:
        yield
    finally:
        made.add_model = whole


def _alone(state: Any, model: Any) -> None:
    key = model.app_label, model.name_lower
    state.models[key] = model
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:  # asked for by its name it would be made
        state.apps.render_multiple([model])


def _furnish(place: Place) -> None:
    from yesand.people.services import furnish
    from yesand.provenance.credentials.identity import ensure

    ensure(place)
    try:
        furnish(place)
    except NotFound as fault:
        raise Refused(
            "The registry is another house's",
            where=str(place.root),
            remedy="Let DATABASE_URL name a database of this house's own.",
        ) from fault


def bring_up_to_date(place: Place) -> None:
    """Migrate the registry of an older house.

    Raises
    ------
    BadInput : the registry was written by a newer Yes-And; nothing is touched.
    """
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    applied, known = set(MigrationRecorder(connection).applied_migrations()), _migrations()
    if any(app in apps.app_configs for app, _ in applied - known):
        raise BadInput(
            "The registry of this house is newer than this Yes-And",
            where=str(place.root),
            remedy="Upgrade Yes-And, then open it again.",
        )
    if known - applied:
        _migrate()
    # A house whose making was cut short has its tables, and may lack who lives in it.
    _furnish(place)


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Name every migration of ours and of the apps we rest on.

    Django's own way to learn whether one is due imports them all and draws their graph, which
    takes longer than all else in the opening of a house; that they have names is enough here.
    """
    from django.db.migrations.loader import MigrationLoader

    found = set()
    for label in apps.app_configs:
        module, _ = MigrationLoader.migrations_module(label)
        spec = find_spec(module) if module else None
        for one in iter_modules(spec.submodule_search_locations if spec else []):
            if not one.ispkg and one.name[0] not in "_~":
                found.add((label, one.name))
    return frozenset(found)


def disconnect() -> None:
    """Let go of the database."""
    from django.db import connections

    connections.close_all()


def explained(fault: Exception) -> YesAndError | None:
    """Return what a database's own trouble means to a user; nothing if the fault is another.

    A full disk or a lost server is an OperationalError: "related to the database's operation and
    not necessarily under the control of the programmer" (PEP 249).
    """
    from django.db.utils import OperationalError

    if not isinstance(fault, OperationalError):
        return None
    return CannotWrite(
        f"The registry cannot be used: {str(fault).rstrip('.')}",
        remedy="See to the disk or the database server, and run the same command again.",
    )
