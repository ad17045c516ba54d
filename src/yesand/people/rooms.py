"""What rooms offer one another without knowing of each other, by the name of a module.

A room joins by having the module; nothing else lists it:

=============  =================================================================================
``menu``       ``MENU``: links of the frame, each for some roles (`yesand.people.frame`)
``urls``       ``urlpatterns``: the room's pages
``api``        ``router``: the room's part of the API (django-ninja)
``waiting``    ``waiting(request)`` yields what waits for a person (`yesand.people.frame`)
``held``       ``held(user)``: everything the room holds about a person, and ``erase(place, user)``
``passages``   ``passages(request)``: what the assistant may answer from
=============  =================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule


def offered(name: str) -> Iterator[ModuleType]:
    """Yield that module of every room that has one, in the order of ``ROOMS``."""
    for config in apps.get_app_configs():
        if not config.name.startswith("yesand.") or config.module is None:
            continue
        if module_has_submodule(config.module, name):
            yield import_module(f"{config.name}.{name}")
