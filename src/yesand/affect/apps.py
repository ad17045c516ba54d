"""The room's place in Django."""

from django.apps import AppConfig


class AffectConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.affect"
    label = "affect"
    default_auto_field = "django.db.models.BigAutoField"
