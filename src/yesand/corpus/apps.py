"""The room's place in Django."""

from django.apps import AppConfig


class CorpusConfig(AppConfig):
    """Registers the room's records."""

    name = "yesand.corpus"
    label = "corpus"
    default_auto_field = "django.db.models.BigAutoField"
