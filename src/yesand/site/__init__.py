"""Floor 9: the web site: settings, addresses, the start page, errors, and the look of it all."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # Loaded when first used: the settings live in this package and must not wait for Django.
    if name == "serve":
        from yesand.site.serving import serve

        return serve
    raise AttributeError(f"module 'yesand.site' has no attribute {name!r}")
