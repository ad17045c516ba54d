"""Static files under an address that changes with their content, and so may be kept for a year."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware

from yesand.kernel.ids import digest, digest_of

#: What a browser is told of an address with a version in it (RFC 8246).
KEPT = "public, max-age=31536000, immutable"


class Versioned(StaticFilesStorage):
    """``{% static %}`` gives ``/static/site.css?v=1a2b3c4d``: no `collectstatic`, no manifest.

    A script may import others by a relative path, which takes no query along. So scripts carry
    one version of all of them in their path, ``/static/=1a2b3c4d/takes/recorder.js``, and what
    they import carries it too: when one changes, every one is asked for anew.
    """

    def url(self, name: str | None) -> str:
        """Return a file's address with the beginning of its hash."""
        if name and name.endswith(".js") and finders.find(name):
            whole = super().url(name).removeprefix(settings.STATIC_URL)
            return f"{settings.STATIC_URL}={scripts_version()}/{whole}"
        version = _version(name) if name else ""
        return f"{super().url(name)}?v={version}" if version else super().url(name)


@cache
def _version(name: str) -> str:
    found = finders.find(name)
    return digest(Path(found).read_bytes())[:8] if isinstance(found, str) else ""


@cache
def scripts_version() -> str:
    """Return what changes with any script: the beginning of a hash over all of them."""
    found: dict[str, str] = {}
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            if name.endswith(".js") and name not in found:  # the first found is the one served
                found[name] = digest(Path(storage.path(name)).read_bytes())
    return digest_of(found)[:8]


class Found(WhiteNoiseMiddleware):  # type: ignore[misc]  # WhiteNoise has no types
    """WhiteNoise, which looks once a process for the files that it serves."""

    def add_files_from_finders(self) -> None:
        """Take what was found."""
        self.files = _found()


@cache
def _found() -> dict[str, Any]:
    return cast(dict[str, Any], WhiteNoiseMiddleware().files)


def plain(path: str) -> tuple[str, str]:
    """Return a path without the version in it, and that version; none: empty.

    >>> plain("/static/=1a2b3c4d/takes/recorder.js")
    ('/static/takes/recorder.js', '1a2b3c4d')
    """
    marked = re.match(re.escape(settings.STATIC_URL) + r"=([0-9a-f]{8})/", path)
    return (settings.STATIC_URL + path[marked.end() :], marked[1]) if marked else (path, "")
