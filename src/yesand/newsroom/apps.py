"""The room's place in Django."""

from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.newsroom"
    label = "newsroom"
    default_auto_field = "django.db.models.BigAutoField"
