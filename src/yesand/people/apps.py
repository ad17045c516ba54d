"""The room's place in Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the room's records, and listens to who signs in."""

    name = "yesand.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen."""
        from yesand.people.security.receivers import listen

        listen()
