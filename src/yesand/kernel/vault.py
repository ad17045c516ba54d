"""Secrets that the keeper's vault hands over: in the environment, or as files that it mounts."""

from __future__ import annotations

import os
from pathlib import Path

from yesand.kernel.errors import BadInput

#: The shortest passphrase for keys: a vault makes it, nobody types it.
SHORTEST = 32


def told(name: str) -> str:
    """Return a secret from the environment, or from the file that ``<name>_FILE`` names.

    The file is read at each call: what a vault renews is used from the next call on.

    Raises
    ------
    BadInput : the file cannot be read.
    """
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, ValueError) as fault:
        raise BadInput(
            "The secret cannot be read",
            where=f"{name}_FILE={path}",
            remedy="Let the vault mount it there, readable by the house's account.",
        ) from fault


def passphrase(name: str = "YESAND_KEY_PASSPHRASE") -> bytes | None:
    """Return what the house's private keys are sealed with, if the keeper set it.

    Raises
    ------
    BadInput : shorter than 32 characters. Keys are stretched little (RFC 8018's PBKDF2 with few
        rounds), so that the passphrase itself must be beyond guessing.
    """
    given = told(name)
    if given and len(given) < SHORTEST:
        raise BadInput(
            f"The passphrase of the keys has fewer than {SHORTEST} characters",
            where=name,
            remedy="Let the vault make a random one, e.g. `openssl rand -base64 48`.",
        )
    return given.encode() if given else None
