"""Reading a file's credentials, whoever wrote them: told in our words, and never a crash.

Nothing is fetched: a credential that lies elsewhere counts as none, and no address in a stranger's
file is ever asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from yesand.provenance.credentials import mining
from yesand.provenance.credentials.claim import AGREEMENT, METADATA
from yesand.provenance.credentials.mining import Mining

_UNTRUSTED = "signingCredential.untrusted"
#: What a foreign credential may tell at most, so that no page grows without end.
_MOST, _LONGEST = 20, 200


class State(StrEnum):
    """How a credential stands."""

    TRUSTED = "trusted"  # whole, by a signer whom this house trusts
    VALID = "valid"  # whole, by somebody unknown
    INVALID = "invalid"  # the file or its credential was changed, or the signer's time was over
    UNREADABLE = "unreadable"  # there is one, and nobody can read it


@dataclass(frozen=True)
class Credentials:
    """What a file says of itself.

    Attributes
    ----------
    signer, authority : as the certificate names them; claims, unless it is trusted.
    label : the credential's own name. before : those of what it was made from.
    source : IPTC's digitalSourceType, its last part.
    actions : what was done, in order. made_from : titles of what it was made from.
    agreement : our own assertion, where there is one. faults : why it does not hold.
    """

    state: State
    title: str = ""
    signer: str = ""
    generator: str = ""
    label: str = ""
    before: tuple[str, ...] = ()
    at: str = ""
    who: tuple[str, ...] = ()
    source: str = ""
    actions: tuple[str, ...] = ()
    made_from: tuple[str, ...] = ()
    mining: Mining = field(default_factory=Mining)
    agreement: Mapping[str, Any] | None = None
    faults: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """It is whole: nothing was changed since it was signed."""
        return self.state in (State.TRUSTED, State.VALID)

    def bare(self) -> Credentials:
        """Return how it stands and why, and nothing of what it says."""
        return Credentials(self.state, faults=self.faults)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        told = {aim.value: said.as_json() for aim, said in self.mining.items()}
        return {**plain, "state": self.state.value, "mining": told}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Credentials:
        """Read what ``as_json`` wrote."""
        entries = {f"cawg.{aim}": said for aim, said in plain["mining"].items()}
        told: dict[str, Any] = {
            **{k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()},
            "state": State(plain["state"]),
            "mining": mining.parse({"entries": entries}),
        }
        return cls(**told)


def read(path: Path, anchors: str) -> Credentials | None:
    """Return the credentials inside a file; nothing where it carries none.

    Parameters
    ----------
    anchors : the roots that are trusted, in PEM.
    """
    with path.open("rb") as file:
        return read_from(file, anchors)


def read_from(file: IO[bytes], anchors: str) -> Credentials | None:
    """Return the credentials inside an open file; nothing where it carries none."""
    import c2pa

    try:
        with offline(anchors) as context:
            reader = c2pa.Reader.try_create(None, file, None, context)
            if reader is None:
                return None
            with reader:
                told = json.loads(reader.json())
    except c2pa.C2paError.NotSupported:
        return None  # a kind of file that holds no credentials
    except c2pa.C2paError.RemoteManifest:
        return None  # it lies elsewhere, and we do not go there
    except (c2pa.C2paError, ValueError) as fault:
        return Credentials(State.UNREADABLE, faults=(_short(fault),))
    return _told(told)


@contextmanager
def offline(anchors: str = "") -> Iterator[Any]:
    """Give C2PA's tools settings that never reach for the network."""
    import c2pa

    settings: dict[str, Any] = {
        "verify": {
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
            "verify_after_sign": False,
        },
        "builder": {"thumbnail": {"enabled": False}},
    }
    if anchors:
        settings["trust"] = {"trust_anchors": anchors}
    with c2pa.Context.from_dict(settings) as context:
        yield context


def _told(store: Mapping[str, Any]) -> Credentials:
    active_name = store.get("active_manifest")
    active = store.get("manifests", {}).get(active_name, {})
    assertions = [a for a in active.get("assertions", []) if isinstance(a, Mapping)]
    signature = active.get("signature_info") or {}
    named = {str(a.get("label", "")).partition("__")[0]: a.get("data") for a in assertions}
    steps = _steps(assertions)
    agreement = named.get(AGREEMENT)
    return Credentials(
        state=_state(store),
        title=_short(active.get("title") or ""),
        signer=_short(signature.get("issuer") or signature.get("common_name") or ""),
        generator=_generator(active),
        label=_short(active.get("label") or ""),
        before=tuple(_short(name) for name in store.get("manifests", {}) if name != active_name)[
            :_MOST
        ],
        at=_short(signature.get("time") or ""),
        who=_who(named.get(METADATA)),
        source=_source(steps),
        actions=tuple(_short(s.get("action", "")).removeprefix("c2pa.") for s in steps)[:_MOST],
        made_from=_titles(active.get("ingredients")),
        mining=mining.strictest(_minings(assertions)),
        agreement=agreement if isinstance(agreement, Mapping) else None,
        faults=tuple(_faults(store))[:_MOST],
    )


def _state(store: Mapping[str, Any]) -> State:
    told = str(store.get("validation_state", "")).lower()
    if told == State.VALID and any(_faults(store)):
        return State.INVALID
    return State(told) if told in set(State) else State.INVALID


def _faults(store: Mapping[str, Any]) -> Iterator[str]:
    for found in store.get("validation_status") or []:
        if isinstance(found, Mapping) and found.get("code") != _UNTRUSTED:
            yield _short(found.get("explanation") or found.get("code") or "unknown")


def _minings(assertions: list[Mapping[str, Any]]) -> list[Mining]:
    return [
        mining.parse(a.get("data")) for a in assertions if mining.is_mining(str(a.get("label", "")))
    ]


def _steps(assertions: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for assertion in assertions:
        data = assertion.get("data")
        if str(assertion.get("label", "")).startswith("c2pa.actions") and isinstance(data, Mapping):
            found += [step for step in data.get("actions") or [] if isinstance(step, Mapping)]
    return found


def _source(steps: list[Mapping[str, Any]]) -> str:
    told = (str(step.get("digitalSourceType") or "") for step in steps)
    return _short(next(filter(None, told), "").rpartition("/")[2])


def _titles(ingredients: Any) -> tuple[str, ...]:
    found = ingredients if isinstance(ingredients, list) else []
    named = (i.get("title") or "" for i in found if isinstance(i, Mapping))
    return tuple(_short(title) for title in named)[:_MOST]


def _who(metadata: Any) -> tuple[str, ...]:
    told = metadata.get("dc:creator") if isinstance(metadata, Mapping) else None
    names = told if isinstance(told, list) else [told] if told else []
    return tuple(_short(name) for name in names)[:_MOST]


def _generator(active: Mapping[str, Any]) -> str:
    told = active.get("claim_generator_info") or []
    first = told[0] if isinstance(told, list) and told and isinstance(told[0], Mapping) else {}
    name = f"{first.get('name') or ''} {first.get('version') or ''}".strip()
    return _short(name or active.get("claim_generator") or "")


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
