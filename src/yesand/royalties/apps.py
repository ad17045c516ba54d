"""The room's place in Django."""

from django.apps import AppConfig


class RoyaltiesConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.royalties"
    label = "royalties"
    default_auto_field = "django.db.models.BigAutoField"
