"""Copies of synthetic takes that carry a credential, signed with the house's own certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import yesand
from yesand.agreements import mining
from yesand.agreements import services as agreements
from yesand.agreements.naming import uri
from yesand.agreements.standing import Standing
from yesand.agreements.vocabulary import Modality
from yesand.corpus.manifest import ManifestTake, SignedManifest
from yesand.kernel.ids import digest_file
from yesand.kernel.place import Place
from yesand.provenance.credentials.identity import identity
from yesand.provenance.credentials.mining import Mining, Said, Use, strictest
from yesand.provenance.credentials.signing import sign
from yesand.synthetic.credential import Claim
from yesand.synthetic.making.checks import MEDIA_TYPE
from yesand.synthetic.making.generator import Generator

#: C2PA's toolkit works outside of Python's lock, and flushing waits for the disk.
_THREADS = 4


class Bare(Protocol):
    """A take that has no credential yet."""

    @property
    def parents(self) -> tuple[str, ...]:
        """SHA-256 of the takes it came from; none: all of the manifest's."""
        ...

    @property
    def seed(self) -> int:
        """Its own seed."""
        ...

    @property
    def path(self) -> Path:
        """Where its file lies."""
        ...

    @property
    def sha256(self) -> str:
        """The file's hash."""
        ...


@dataclass(frozen=True)
class Credited:
    """A copy that carries its credential."""

    path: Path
    sha256: str
    label: str


def credit(
    place: Place, manifest: SignedManifest, generator: Generator, batch: str, takes: Sequence[Bare]
) -> list[Credited]:
    """Write a copy with a credential beside each take; return the copies in order.

    Raises
    ------
    CannotSign : the house's certificate cannot be used.
    """
    signer, stands = identity(place), agreements.standings()
    by_content = {take.sha256: take for take in manifest.takes}
    modality = manifest.asked().modality
    of_all = _allowed(place, list(manifest.takes), stands, modality, manifest.digest)
    about = {"digest": generator.digest, "name": generator.name, "version": generator.version}

    def credited(take: Bare) -> Credited:
        mine = [by_content[sha] for sha in take.parents]
        allowed = _allowed(place, mine, stands, modality, manifest.digest) if mine else of_all
        claim = Claim(
            take=take.sha256,
            batch=batch,
            manifest=manifest.digest,
            house=place.origin,
            organisation=place.name,
            source=generator.source,
            generator=about,
            seed=take.seed,
            parents=take.parents,
            at=place.clock.now(),
            mining=_nothing(allowed) if generator.unlicensed else allowed,
            software=yesand.__version__,
        )
        copy = take.path.with_name(f"{take.path.stem}.credentialed.flac")
        said = sign(take.path, copy, MEDIA_TYPE, claim, signer)
        return Credited(copy, digest_file(copy), said.label)

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(credited, takes))


def _allowed(
    place: Place,
    parents: Sequence[ManifestTake],
    stands: Mapping[str, Standing],
    modality: Modality,
    manifest: str,
) -> Mining:
    """Return what every parent's agreement leaves open: of two, the stricter counts.

    Where agreements differ in their conditions, the condition is the manifest that names them all.
    """
    today = place.clock.now().date()
    told = {
        (t.agreement, t.sha256 if stands[t.agreement].withdrawals else ""): mining.mining(
            stands[t.agreement].about(t.sha256), modality, today
        )
        for t in parents
    }
    found = strictest(list(told.values()))
    conditions = {c for one in told.values() for c in one.conditions()}
    if len(conditions) < 2:
        return found
    several = Said(Use.CONSTRAINED, uri(manifest))
    return Mining(
        {aim: several if said.use == Use.CONSTRAINED else said for aim, said in found.items()}
    )


def _nothing(allowed: Mining) -> Mining:
    """Forbid all of it: nobody knows what else it was made from."""
    return Mining({aim: Said(Use.NOT_ALLOWED) for aim, _ in allowed.items()})
