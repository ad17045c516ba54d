"""What this house says in a credential: who, when, under which agreement, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from yesand.kernel.clock import stamp
from yesand.provenance.credentials.mining import LABEL, Mining

#: Our own assertion, named as C2PA 2.2 §6.2 wants it.
AGREEMENT = "org.yes-and.agreement"
METADATA = "cawg.metadata"
_ACTIONS = "c2pa.actions.v2"
_PARENT = "parent"
_CONTEXT = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
}


class Source(Enum):
    """Where a performance comes from (IPTC digitalSourceType)."""

    HUMAN = "digitalCapture"  # a person, recorded
    CODE = "algorithmicMedia"  # made by code that learnt from nobody
    MODEL = "trainedAlgorithmicMedia"  # made by a model
    ALTERED = "algorithmicallyEnhanced"  # a person, recorded, and altered by code

    @property
    def iri(self) -> str:
        """The term's name."""
        return f"http://cv.iptc.org/newscodes/digitalsourcetype/{self.value}"


class Edit(Enum):
    """What was done to a file that was here before (C2PA 2.2 §18.15)."""

    TRIMMED = "c2pa.trimmed"
    CONVERTED = "c2pa.transcoded"
    MIXED = "c2pa.filtered"
    EDITED = "c2pa.edited"


@dataclass(frozen=True)
class Ground:
    """Under which agreement a file stands.

    Attributes
    ----------
    agreement : SHA-256 of what was signed. name : its URI. entry : where the log has the take.
    take : SHA-256 of the recording as it was sent, without a credential.
    """

    agreement: str
    name: str
    template: str
    kind: str
    take: str
    log: str
    entry: int

    def as_json(self) -> dict[str, Any]:
        """Return our own assertion's data."""
        return {
            "agreement": {"sha256": self.agreement, "uri": self.name},
            "kind": self.kind,
            "log": {"origin": self.log, "entry": self.entry},
            "take": {"sha256": self.take},
            "template": self.template,
        }


@dataclass(frozen=True)
class Claim:
    """Everything that a credential says.

    Attributes
    ----------
    title : what readers show; never a person's name that was not wished for.
    who : a credit name, or a name that tells nobody who it is.
    at : when it was performed, or edited.
    edits : what was done to ``parent``; without any it was made, not changed.
    """

    title: str
    who: str
    at: datetime
    source: Source
    ground: Ground
    mining: Mining
    edits: tuple[Edit, ...] = ()
    generator: str = "0"
    rights: str = field(default="Licensed under the agreement named here; nothing else is.")

    def definition(self, media_type: str, *, parent: bool = False) -> dict[str, Any]:
        """Return it as C2PA's tools take it.

        Parameters
        ----------
        parent : the file has a credential of before, which goes along as an ingredient.
        """
        own = {
            METADATA: self._metadata(),
            LABEL: self.mining.as_json(),
            AGREEMENT: self.ground.as_json(),
        }
        return {
            "claim_generator_info": [{"name": "Yes-And", "version": self.generator}],
            "title": self.title,
            "format": media_type,
            "assertions": [
                {"label": _ACTIONS, "data": {"actions": self._actions(parent=parent)}},
                *({"label": label, "data": data} for label, data in own.items()),
            ],
        }

    def _actions(self, *, parent: bool) -> list[dict[str, Any]]:
        when = stamp(self.at)
        if not parent:
            made = {"action": "c2pa.created", "when": when, "digitalSourceType": self.source.iri}
            return [made]
        # An edit begins with opening what it changes (C2PA 2.2 §18.15.4.2).
        opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [_PARENT]}}
        return [opened, *({"action": edit.value, "when": when} for edit in self.edits)]

    def _metadata(self) -> dict[str, Any]:
        return {
            "@context": _CONTEXT,
            "dc:creator": [self.who],
            "dc:date": [stamp(self.at)],
            "dc:rights": {"x-default": self.rights},
            "xmpRights:WebStatement": self.ground.name,
        }


def parent_ingredient(title: str) -> dict[str, str]:
    """Return how the file of before is named among the ingredients."""
    return {"title": title, "relationship": "parentOf", "label": _PARENT}
