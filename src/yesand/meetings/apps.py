"""The room's place in Django."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.meetings"
    label = "meetings"
    default_auto_field = "django.db.models.BigAutoField"
