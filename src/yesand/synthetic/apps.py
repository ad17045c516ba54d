"""The room's place in Django."""

from django.apps import AppConfig


class SyntheticConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.synthetic"
    label = "synthetic"
    default_auto_field = "django.db.models.BigAutoField"
