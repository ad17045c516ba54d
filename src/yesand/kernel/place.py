"""The folder of a house: where its registry, media, log, usage and keys lie."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yesand.kernel import durable
from yesand.kernel.clock import Clock, stamp
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest
from yesand.kernel.keys import KeyStore, Signer
from yesand.kernel.vault import passphrase

FORMAT = 1


@dataclass(frozen=True)
class Place:
    """A house's folder with its settings and its clock."""

    root: Path
    settings: dict[str, Any]
    clock: Clock = field(default_factory=Clock)

    @classmethod
    def create(cls, root: Path, name: str, clock: Clock | None = None, **more: Any) -> Place:
        """Lay out a new house; its log's origin is named after its first key.

        ``more`` settings are kept beside its own.

        Raises
        ------
        Refused : something else is already there.
        """
        root, clock = root.resolve(), clock or Clock()
        if (root / "house.json").exists():
            raise Refused(
                "A house stands here already", where=str(root), remedy="Open it, or choose another."
            )
        if root.exists() and any(root.iterdir()):
            raise Refused("The folder is not empty", where=str(root), remedy="Choose another.")
        signer = KeyStore(root / "keys", passphrase()).create()
        settings = {
            "format": FORMAT,
            "name": name,
            "origin": f"yes-and/{digest(signer.public)[:16]}",
            "key": signer.id,
            "created": stamp(clock.now()),
            **more,
        }
        place = cls(root, settings, clock)
        for folder in (place.media, place.log, place.usage, place.models, place.cache):
            folder.mkdir(parents=True, exist_ok=True)
        durable.write(root / "house.json", json.dumps(settings, indent=2).encode() + b"\n")
        return place

    @classmethod
    def open(cls, root: Path, clock: Clock | None = None) -> Place:
        """Open a house that exists.

        Raises
        ------
        NotFound : no house there. BadInput : its settings cannot be read, or are of a newer format.
        """
        root = root.resolve()
        path = root / "house.json"
        if not path.exists():
            raise NotFound("No house here", where=str(root), remedy="Make one with `yesand init`.")
        try:
            settings = json.loads(path.read_text("utf-8"))
            version = int(settings["format"])
        except (ValueError, KeyError, TypeError) as fault:
            raise BadInput("The house's settings cannot be read", where=str(path)) from fault
        if version > FORMAT:
            raise BadInput(
                f"This house has format {version}; this Yes-And knows up to {FORMAT}",
                where=str(path),
                remedy="Upgrade Yes-And, then open it again.",
            )
        return cls(root, settings, clock or Clock())

    @property
    def media(self) -> Path:
        """Media files, each named by its SHA-256."""
        return self.root / "media"

    @property
    def uploads(self) -> Path:
        """Parts of recordings that are on their way in, until each is a take."""
        return self.root / "uploads"

    @property
    def credentialed(self) -> Path:
        """Copies of recordings with a credential inside, each named by its own SHA-256."""
        return self.root / "credentialed"

    @property
    def synthetic(self) -> Path:
        """Synthetic takes, never among those that somebody performed."""
        return self.root / "synthetic"

    @property
    def log(self) -> Path:
        """The transparency log's tiles and checkpoint."""
        return self.root / "log"

    @property
    def usage(self) -> Path:
        """Usage events in Parquet, and the quarantine."""
        return self.root / "usage"

    @property
    def manifests(self) -> Path:
        """The gate's manifests, each named by its digest."""
        return self.root / "manifests"

    @property
    def models(self) -> Path:
        """Copies of what the registry needs to know of trained models (never required weights)."""
        return self.root / "models"

    @property
    def cache(self) -> Path:
        """Features and other things that can be computed again."""
        return self.root / "cache"

    @property
    def keys(self) -> KeyStore:
        """The private keys held here, sealed with the vault's passphrase if there is one."""
        return KeyStore(self.root / "keys", passphrase())

    @property
    def signer(self) -> Signer:
        """The house's own key: signs checkpoints, manifests, reports and statements."""
        return self.keys.get(self.settings["key"])

    @property
    def origin(self) -> str:
        """The log's name (C2SP tlog-checkpoint origin line)."""
        return str(self.settings["origin"])

    @property
    def name(self) -> str:
        """The house's name, for people."""
        return str(self.settings["name"])
