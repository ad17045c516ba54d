"""The room's place in Django."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.training"
    label = "training"
    default_auto_field = "django.db.models.BigAutoField"
