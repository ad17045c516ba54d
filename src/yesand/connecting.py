"""Joining Django to one house's database; another house may follow in the same process."""

from __future__ import annotations

import os
from contextlib import suppress

import django
from django.apps import apps
from django.core.management import call_command

from yesand.kernel.durable import CannotWrite
from yesand.kernel.errors import BadInput, YesAndError
from yesand.kernel.place import Place


def connect(place: Place) -> None:
    """Point Django at the house's registry."""
    os.environ["YESAND_HOUSE"] = str(place.root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yesand.site.settings")
    if not apps.ready:
        django.setup()
    from django.db import connections

    from yesand.site.settings import database

    connections.close_all()
    connections.settings["default"].update(
        connections.configure_settings({"default": database(place.root)})["default"]
    )
    # Forget the connection to the house that was open before; the next query makes a new one.
    with suppress(AttributeError):
        del connections["default"]


def lay_out(place: Place) -> None:
    """Make the registry's tables and the organisations that every house has."""
    call_command("migrate", verbosity=0, interactive=False)
    _furnish(place)


def _furnish(place: Place) -> None:
    from yesand.people.services import furnish

    furnish(place)


def bring_up_to_date(place: Place) -> None:
    """Migrate the registry of an older house.

    Raises
    ------
    BadInput : the registry was written by a newer Yes-And; nothing is touched.
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.graph.nodes)
    if any(app in apps.app_configs for app, _ in unknown):
        raise BadInput(
            "The registry of this house is newer than this Yes-And",
            where=str(place.root),
            remedy="Upgrade Yes-And, then open it again.",
        )
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    # A house whose making was cut short has its tables, and may lack who lives in it.
    _furnish(place)


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
