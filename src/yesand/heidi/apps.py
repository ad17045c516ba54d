"""The room's place in Django."""

from django.apps import AppConfig


class HeidiConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.heidi"
    label = "heidi"
    default_auto_field = "django.db.models.BigAutoField"
