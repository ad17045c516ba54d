"""Static files under an address that changes with their content, and so may be kept for a year."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage

from yesand.kernel.ids import digest

#: What a browser is told of an address with a version in it (RFC 8246).
KEPT = "public, max-age=31536000, immutable"


class Versioned(StaticFilesStorage):
    """``{% static %}`` gives ``/static/site.css?v=1a2b3c4d``: no `collectstatic`, no manifest."""

    def url(self, name: str | None) -> str:
        """Return a file's address with the beginning of its hash."""
        version = _version(name) if name else ""
        return f"{super().url(name)}?v={version}" if version else super().url(name)


@cache
def _version(name: str) -> str:
    found = finders.find(name)
    return digest(Path(found).read_bytes())[:8] if isinstance(found, str) else ""
