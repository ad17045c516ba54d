"""What the file of a synthetic take says of itself (C2PA): made, by what, from which takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yesand.agreements.naming import uri
from yesand.kernel.clock import stamp
from yesand.provenance.credentials.claim import METADATA, Source
from yesand.provenance.credentials.mining import LABEL, Mining

#: Our own assertion, named as C2PA 2.2 §6.2 wants it.
SYNTHETIC = "org.yes-and.synthetic"
_CONTEXT = {"dc": "http://purl.org/dc/elements/1.1/"}
RIGHTS = "Synthetic. Licensed under the agreements of the takes it descends from; nothing else is."


@dataclass(frozen=True)
class Claim:
    """Everything that a synthetic take's credential says.

    Attributes
    ----------
    take : SHA-256 of the bare file. batch, manifest : digests. house : the log's origin.
    parents : SHA-256 of the takes it came from; none: all of the manifest's.
    generator : name, version, digest. mining : what its parents' agreements leave open.
    """

    take: str
    batch: str
    manifest: str
    house: str
    organisation: str
    source: Source
    generator: Mapping[str, str]
    seed: int
    parents: tuple[str, ...]
    at: datetime
    mining: Mining
    software: str = "0"

    def definition(self, media_type: str, *, parent: bool = False) -> dict[str, Any]:
        """Return it as C2PA's tools take it."""
        ingredients = self._ingredients()
        own = {
            METADATA: self._metadata(),
            LABEL: self.mining.as_json(),
            SYNTHETIC: self._about(),
        }
        return {
            "claim_generator_info": [{"name": "Yes-And", "version": self.software}],
            "title": f"synthetic take {self.take[:12]}",
            "format": media_type,
            "ingredients": ingredients,
            "assertions": [
                {"label": "c2pa.actions.v2", "data": {"actions": self._actions(ingredients)}},
                *({"label": label, "data": data} for label, data in own.items()),
            ],
        }

    def _actions(self, ingredients: list[dict[str, str]]) -> list[dict[str, Any]]:
        told = {"when": stamp(self.at), "digitalSourceType": self.source.iri}
        agent = {"name": self.generator["name"], "version": self.generator["version"]}
        names = [one["label"] for one in ingredients]
        if self.source != Source.ALTERED:
            used = {"parameters": {"ingredientIds": names}}
            return [{"action": "c2pa.created", "softwareAgent": agent, **told, **used}]
        # An edit begins with opening what it changes (C2PA 2.2 §18.15.4.2).
        opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": names[:1]}}
        edited = {"action": "c2pa.edited", "softwareAgent": agent, **told}
        lent = {"parameters": {"ingredientIds": names[1:]}} if names[1:] else {}
        return [opened, {**edited, **lent}]

    def _ingredients(self) -> list[dict[str, str]]:
        """Return what it was made from, by hash: takes, or the manifest that lists them."""
        if not self.parents:
            name = f"manifest {self.manifest[:12]}"
            return [_ingredient("corpus", name, self.manifest, "inputTo")]
        kinds = ["parentOf" if self.source == Source.ALTERED else "inputTo"]
        kinds += ["inputTo"] * (len(self.parents) - 1)
        return [
            _ingredient(f"take-{n}", f"take {sha256[:12]}", sha256, kind)
            for n, (sha256, kind) in enumerate(zip(self.parents, kinds, strict=True), start=1)
        ]

    def _about(self) -> dict[str, Any]:
        return {
            "batch": {"sha256": self.batch},
            "generator": dict(self.generator),
            "log": {"origin": self.house},
            "manifest": {"sha256": self.manifest},
            "parents": [{"sha256": sha256} for sha256 in self.parents],
            # JSON readers keep 53 bits of a number (RFC 8259 §6).
            "seed": str(self.seed),
            "take": {"sha256": self.take},
        }

    def _metadata(self) -> dict[str, Any]:
        return {
            "@context": _CONTEXT,
            "dc:creator": [self.organisation],
            "dc:date": [stamp(self.at)],
            "dc:rights": {"x-default": RIGHTS},
        }


def _ingredient(label: str, title: str, sha256: str, relationship: str) -> dict[str, str]:
    return {
        "instance_id": uri(sha256),
        "label": label,
        "relationship": relationship,
        "title": title,
    }
