"""What rooms offer one another without knowing of each other, by the name of a module.

A room joins by having the module; nothing else lists it:

=============  =================================================================================
``menu``       ``MENU``: links of the frame, each for some roles (`yesand.people.frame`)
``urls``       ``urlpatterns``: the room's pages
``api``        ``router``: the room's part of the API (django-ninja)
``waiting``    ``waiting(request)`` yields what waits for a person (`yesand.people.frame`)
``home``       ``panels(request)`` yields what the room shows on a person's own page (`Panel`)
``held``       ``held(user)``: everything the room holds about a person (below)
``passages``   ``passages(request)``: what the assistant may answer from
``hearing``    ``suspended(place)``: a suspension of agreements has just begun or ended; called in
               its transaction (`yesand.agreements.suspending`)
``knowing``    ``known(place, sha256, label)``: the log entry (or ``None``) of what the room itself
               made, by its hash or by its credential's name (`yesand.takes.checking`)
=============  =================================================================================

A room's module ``held`` serves those who take their data home, and those who leave. It has

``held(user)``
    a mapping of plain values (text, numbers, moments, lists, mappings), by name: all that the room
    holds about the person. It becomes ``<room>.json`` in what they take home.

and, where they fit, any of

``files(place, user)``
    yields (name, path) of the person's own files, such as recordings.
``hindrances(place, user)``
    yields, in sentences, what must be done before the person can be erased.
``forgone(place, user)``
    yields, in sentences, what the person gives up by being erased now.
``goes(place, user)``
    yields, in sentences, what will be erased.
``stays(place, user)``
    yields, in sentences, what is kept after it, and by which rule.
``erase(place, user)``
    erases or blanks the rest. Called within one transaction, upper rooms first; files that go are
    deleted in ``transaction.on_commit``. Again changes nothing.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from yesand.people.frame import Link


@cache
def links() -> tuple[Link, ...]:
    """Return all links of the frame, in the order of their places."""
    found = (link for room in offered("menu") for link in room.MENU)
    return tuple(sorted(found, key=lambda link: link.place))


@cache
def offered(name: str) -> tuple[ModuleType, ...]:
    """Return that module of every room that has one, in the order of ``ROOMS``."""
    return tuple(
        import_module(f"{config.name}.{name}")
        for config in apps.get_app_configs()
        if config.name.startswith("yesand.")
        and config.module is not None
        and module_has_submodule(config.module, name)
    )
