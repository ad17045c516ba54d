"""The room's place in Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
