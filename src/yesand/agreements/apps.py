"""The room's place in Django."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.agreements"
    label = "agreements"
    default_auto_field = "django.db.models.BigAutoField"
