"""The site's place in Django."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Brings the site's templates and static files."""

    name = "yesand.site"
    label = "yesand_site"
