"""The room's place in Django."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.oversight"
    label = "oversight"
    default_auto_field = "django.db.models.BigAutoField"
