"""The room's place in Django."""

from django.apps import AppConfig


class TakesConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.takes"
    label = "takes"
    default_auto_field = "django.db.models.BigAutoField"
