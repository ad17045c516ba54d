"""An evidence bundle: one file that anybody can check, offline and without the house.

A zip of signed envelopes, the public keys that must have signed them, and for each part its log
entry's salt and proof under one checkpoint. The same contents give the same bytes (members
sorted, stored uncompressed, no times), and a file that is not exactly those bytes is refused: so
nothing can hide in it, and it cannot swell when it is opened.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yesand.kernel import durable
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import BadInput, YesAndError
from yesand.kernel.ids import digest
from yesand.provenance import dsse
from yesand.provenance.errors import BundleBroken

FORMAT = 1
INDEX = "bundle.json"
#: A bundle holds a few dozen small documents; anything larger is not one.
LARGEST = 64 << 20
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,100}\Z")
# zipfile has no one error: each of these is a way in which a file is not a whole zip.
_NOT_A_ZIP = (zipfile.BadZipFile, EOFError, RuntimeError, ValueError, OSError, struct.error)
_BEGINNING = (1980, 1, 1, 0, 0, 0)

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,100}$")]


class _Schema(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Logged(_Schema):
    """What, with the signed record, makes the entry of the log: kind, time and salt."""

    kind: str
    at: str
    salt: Sha256


class _Listed(_Schema):
    role: str
    name: Name
    sha256: Sha256
    payload_type: str
    signers: tuple[str, ...]
    entry: Logged


class _Opening(_Schema):
    name: Name
    sha256: Sha256


class _Index(_Schema):
    format: Literal[1]
    kind: str
    origin: str
    keys: dict[str, Sha256]
    parts: tuple[_Listed, ...]
    openings: tuple[_Opening, ...]


@dataclass(frozen=True)
class Part:
    """One signed record and its place in the log.

    Attributes
    ----------
    role : what it is to the reader, e.g. ``statement``; several parts may have one role.
    name : its file's name in the bundle, without the ending; unique.
    signers : the names of the keys that must all have signed it.
    proof : the tlog-proof of its entry.
    """

    role: str
    name: str
    envelope: Mapping[str, Any]
    entry: Logged
    proof: bytes
    signers: tuple[str, ...] = ("house",)
    payload_type: str = dsse.IN_TOTO

    @cached_property
    def record(self) -> str:
        """SHA-256 of the signed bytes: the record that the log's entry commits to."""
        return digest(dsse.payload_of(self.envelope))


@dataclass(frozen=True)
class Bundle:
    """Everything that bears out one thing, e.g. one statement.

    Attributes
    ----------
    keys : name → 32 raw public bytes in hex; ``house`` signs the log's checkpoints.
    openings : name → JSON that shows the performer's own part of what a part signs only a hash of.
    """

    kind: str
    origin: str
    keys: Mapping[str, str]
    parts: tuple[Part, ...]
    openings: Mapping[str, Any] = field(default_factory=dict)

    def roled(self, role: str) -> list[Part]:
        """Return the parts of a role, in the bundle's order."""
        return [part for part in self.parts if part.role == role]

    def __bytes__(self) -> bytes:
        """Return the file."""
        return _zip(_files(self))


def write(bundle: Bundle, path: Path) -> None:
    """Write a bundle durably; the same bundle is always the same bytes."""
    durable.write(path, bytes(bundle))


def read(path: Path) -> Bundle:
    """Read a bundle and check its digests. Nothing in it is trusted yet: see ``evidence.check``.

    Raises
    ------
    BadInput : no such file, or not a zip. BundleBroken : a file is missing, added or changed.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput("Too large for an evidence bundle", where=str(path))
        data = path.read_bytes()
    except OSError as fault:
        raise BadInput(f"Cannot read: {fault.strerror}", where=str(path)) from fault
    files = _unzip(data, str(path))
    bundle = _assembled(files)
    if bytes(bundle) != data:
        raise BundleBroken("The file holds more than the evidence, or in another order")
    return bundle


def _files(bundle: Bundle) -> dict[str, bytes]:
    envelopes = {p.name: canonical(p.envelope) for p in bundle.parts}
    openings = {name: canonical(value) for name, value in sorted(bundle.openings.items())}
    if len(envelopes) != len(bundle.parts) or not all(map(_NAME.match, [*envelopes, *openings])):
        raise BadInput("A part's name is used twice, or cannot be a file's", where="bundle")
    index = {
        "format": FORMAT,
        "kind": bundle.kind,
        "origin": bundle.origin,
        "keys": dict(bundle.keys),
        "parts": [
            {
                "role": part.role,
                "name": part.name,
                "sha256": digest(envelopes[part.name]),
                "payload_type": part.payload_type,
                "signers": list(part.signers),
                "entry": part.entry.model_dump(),
            }
            for part in bundle.parts
        ],
        "openings": [{"name": n, "sha256": digest(d)} for n, d in openings.items()],
    }
    return {
        INDEX: canonical(index),
        **{f"parts/{name}.json": data for name, data in envelopes.items()},
        **{f"proofs/{part.name}.tlog-proof": part.proof for part in bundle.parts},
        **{f"openings/{name}.json": data for name, data in openings.items()},
    }


def _assembled(files: Mapping[str, bytes]) -> Bundle:
    index = _index(_of(files, INDEX))
    parts = tuple(
        Part(
            listed.role,
            listed.name,
            _json(files, f"parts/{listed.name}.json", listed.sha256),
            listed.entry,
            _of(files, f"proofs/{listed.name}.tlog-proof"),
            listed.signers,
            listed.payload_type,
        )
        for listed in index.parts
    )
    openings = {o.name: _json(files, f"openings/{o.name}.json", o.sha256) for o in index.openings}
    expected = {INDEX, *(f"openings/{name}.json" for name in openings)}
    for part in parts:
        expected |= {f"parts/{part.name}.json", f"proofs/{part.name}.tlog-proof"}
    extra = sorted(set(files) - expected)
    if extra:
        raise BundleBroken("The bundle holds a file that it does not list", where=extra[0])
    return Bundle(index.kind, index.origin, index.keys, parts, openings)


def _index(data: bytes) -> _Index:
    try:
        told = parse(data, where=INDEX)
    except BadInput as fault:
        raise BundleBroken(fault.what, where=INDEX) from fault
    version = told.get("format") if isinstance(told, dict) else None
    if isinstance(version, int) and version > FORMAT:
        raise BadInput(
            f"This bundle is of format {version}", where=INDEX, remedy="Upgrade Yes-And."
        )
    try:
        return _Index.model_validate_json(data)
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise BundleBroken(f"{name}: {first['msg']}", where=INDEX) from fault


def _of(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise BundleBroken("A file is missing from the bundle", where=name)
    return files[name]


def _json(files: Mapping[str, bytes], name: str, sha256: str) -> Any:
    data = _of(files, name)
    if digest(data) != sha256:
        raise BundleBroken("A file is not what the bundle lists", where=name)
    try:
        return parse(data, where=name)
    except YesAndError as fault:
        raise BundleBroken(fault.what, where=name) from fault


def _zip(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, _BEGINNING)
            member.create_system, member.external_attr = 3, 0o644 << 16
            archive.writestr(member, files[name])
    return made.getvalue()


def _unzip(data: bytes, where: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            for member in members:
                _check_member(member, len(data))
            files = {member.filename: archive.read(member) for member in members}
    # zipfile has no one error: each of these is a way in which a file is not a whole zip.
    except (
        zipfile.BadZipFile,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ) as e:
        raise BadInput(f"Not a whole zip file: {e}", where=where) from e
    if len(files) != len(members):
        raise BundleBroken("A file is in the bundle twice", where=where)
    return files


def _check_member(member: zipfile.ZipInfo, limit: int) -> None:
    parts = member.filename.split("/")
    if not all(_NAME.match(part) for part in parts) or len(parts) > 2:
        raise BundleBroken("A path that no bundle has", where=member.filename[:100])
    # Stored members cannot be larger than the file that holds them.
    if member.compress_type != zipfile.ZIP_STORED or member.file_size > limit:
        raise BundleBroken("A compressed file, which no bundle has", where=member.filename)
