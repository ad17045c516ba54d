"""The room's place in Django."""

from django.apps import AppConfig


class RelianceConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.reliance"
    label = "reliance"
    default_auto_field = "django.db.models.BigAutoField"
