"""The room's place in Django."""

from django.apps import AppConfig


class ProvenanceConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.provenance"
    label = "provenance"
    default_auto_field = "django.db.models.BigAutoField"
