"""Writing a credential into a copy of a file. What one hears or sees of it stays what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from yesand.kernel import durable
from yesand.provenance.credentials.claim import parent_ingredient
from yesand.provenance.credentials.errors import CannotSign, NotHeld
from yesand.provenance.credentials.identity import Identity
from yesand.provenance.credentials.reading import Credentials, State, offline, read

#: Where a credential can lie inside (C2PA 2.2 appendix A); Ogg is not among them.
INSIDE = frozenset(
    {"audio/wav", "audio/flac", "audio/mpeg", "video/mp4", "audio/mp4", "image/jpeg"}
)


class Claim(Protocol):
    """What a credential says, whatever it is about."""

    def definition(self, media_type: str, *, parent: bool = False) -> dict[str, Any]:
        """Return it as C2PA's tools take it; ``parent``: what it was made from goes along."""
        ...


def sign(
    source: Path,
    target: Path,
    media_type: str,
    claim: Claim,
    identity: Identity,
    *,
    parent: Path | None = None,
) -> Credentials:
    """Write ``target``: the source with a credential inside; return it as any reader sees it.

    Parameters
    ----------
    parent : the file that this one was made from, whose own credential goes along.

    Raises
    ------
    CannotSign : a kind of file that holds no credential, or no certificate for one.
    """
    if media_type not in INSIDE:
        raise CannotSign(
            f"No credential can lie inside {media_type}",
            where=source.name,
            remedy="Convert it to FLAC: the sound stays as it is.",
        )
    with durable.replacing(target) as partial:
        with _built(claim, media_type, parent) as builder, partial.open("w+b") as out:
            _signed(builder, identity, media_type, source, out)
        found = read(partial, root_of(identity))
        return _holds(found, source)


def root_of(identity: Identity) -> str:
    """Return the last certificate of a chain, which readers of its credentials trust."""
    mark = "-----BEGIN CERTIFICATE-----"
    return mark + identity.chain.rpartition(mark)[2]


@contextmanager
def _built(claim: Claim, media_type: str, parent: Path | None) -> Iterator[Any]:
    import c2pa

    definition = claim.definition(media_type, parent=parent is not None)
    with offline() as context, c2pa.Builder(definition, context) as builder:
        if parent is not None:
            with parent.open("rb") as file:
                _add(builder, media_type, parent.name, file)
        yield builder


def _add(builder: Any, media_type: str, name: str, file: IO[bytes]) -> None:
    import c2pa

    try:
        builder.add_ingredient(json.dumps(parent_ingredient(name)), media_type, file)
    except c2pa.C2paError as fault:
        raise CannotSign(f"What it was made from cannot be read: {_why(fault)}") from fault


def _signed(
    builder: Any, identity: Identity, media_type: str, source: Path, out: IO[bytes]
) -> bytes:
    import c2pa

    algorithm = c2pa.C2paSigningAlg[identity.algorithm.upper()]
    told = c2pa.C2paSignerInfo(
        algorithm, identity.chain.encode(), identity.key, identity.stamps.encode() or None
    )
    try:
        with c2pa.Signer.from_info(told) as signer, source.open("rb") as file:
            made: bytes = builder.sign(signer, media_type, file, out)
    except c2pa.C2paError as fault:
        raise CannotSign(f"It cannot be signed: {_why(fault)}", where=source.name) from fault
    return made


def _holds(found: Credentials | None, source: Path) -> Credentials:
    if found is None or found.state not in (State.TRUSTED, State.VALID):
        why = "; ".join(found.faults) if found else "none was found"
        raise NotHeld(f"The credential does not read back: {why}", where=source.name)
    return found


def _why(fault: Exception) -> str:
    return str(fault).replace("\n", " ")[:200].rstrip(".")
