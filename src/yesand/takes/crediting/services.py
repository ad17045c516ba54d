"""Copies of takes that carry a credential: made when one is first wanted, and again when what
it would say has changed. A take's own bytes, by which it is named, are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.db import transaction

import yesand
from yesand.agreements import mining
from yesand.agreements.models import Agreement
from yesand.agreements.naming import uri
from yesand.agreements.services import standing_of
from yesand.agreements.standing import Standing
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Modality
from yesand.kernel.errors import CheckFailed, Refused
from yesand.kernel.ids import digest, digest_file, digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.provenance import services as log
from yesand.provenance.credentials.claim import Claim, Ground, Source
from yesand.provenance.credentials.identity import Identity, anchors, identity
from yesand.provenance.credentials.reading import Credentials, read
from yesand.provenance.credentials.signing import INSIDE, sign
from yesand.provenance.kinds import Kind
from yesand.takes.crediting.naming import pseudonym
from yesand.takes.media import MediaStore
from yesand.takes.models import Credential, Take

#: How many copies are signed before they are entered in the log together.
_TOGETHER = 256
#: C2PA's toolkit works outside of Python's lock, and flushing waits for the disk.
_THREADS = 4
Stands = Callable[[Agreement], tuple[Standing, Agreement]]


def can_carry(take: Take) -> bool:
    """Tell whether a credential can lie inside a take's kind of file."""
    return take.media_type in INSIDE and take.state != Take.State.DISPUTED


def claim_of(place: Place, take: Take) -> Claim:
    """Return what a take's credential says now.

    Raises
    ------
    Refused : two performers give the take, so nobody can say whose it is.
    """
    return _claim(place, take, _stands)


def _stands(agreement: Agreement) -> tuple[Standing, Agreement]:
    """Return what stands for an agreement, and the head of its chain."""
    standing = standing_of(agreement)
    return standing, Agreement.objects.get(pk=standing.agreement)


def _claim(place: Place, take: Take, stands_for: Stands) -> Claim:
    if take.state == Take.State.DISPUTED:
        raise Refused("Whose this recording is, is disputed", where=take.sha256[:12])
    stands, agreement = stands_for(take.session.agreement)
    today = place.clock.now().date()
    return Claim(
        title=f"take {take.sha256[:12]}",
        who=_who(place, take, stands.terms),
        at=take.recorded_at,
        source=Source.CODE if take.synthetic else Source.HUMAN,
        ground=Ground(
            agreement=agreement.digest,
            name=uri(agreement.digest),
            template=agreement.template,
            kind=agreement.kind,
            take=take.sha256,
            log=place.origin,
            entry=take.entry_id,
        ),
        mining=mining.mining(stands.about(take.sha256), Modality(take.modality), today),
        generator=yesand.__version__,
    )


def _who(place: Place, take: Take, terms: Terms) -> str:
    performer = take.performer
    if performer.credited and terms.credit and performer.credit_name:
        return performer.credit_name
    return pseudonym(place.signer, performer.public_key)


def standing_copy(place: Place, take: Take) -> tuple[Credential, Path] | None:
    """Return the copy that says what holds now, if there is one."""
    return _standing(place, take, claim_of(place, take), identity(place))


def _standing(
    place: Place, take: Take, claim: Claim, signer: Identity
) -> tuple[Credential, Path] | None:
    newest = take.credentials.first()
    if newest is None or newest.says != _says(claim, take, signer):
        return None
    path = path_of(place, newest)
    return (newest, path) if path.exists() else None


def credentialed(place: Place, take: Take) -> tuple[Credential, Path]:
    """Return a take's copy with its credential inside, made now if there is none that holds.

    Raises
    ------
    CannotSign : the kind of file holds none. Refused : whose it is, is disputed.
    NotFound : the recording is not kept here. CheckFailed : its bytes are no longer its own.
    """
    return credentialed_many(place, [take])[0]


def credentialed_many(
    place: Place, takes: Sequence[Take], progress: Progress = silent
) -> list[tuple[Credential, Path]]:
    """Return the copies of takes, in order; those that are missing are entered in the log at once.

    Killed in between, it goes on from the copies that are made. Raises as ``credentialed``.
    """
    signer, found = identity(place), list[tuple[Credential, Path]]()
    claim = partial(_claim, place, stands_for=cache(_stands))
    for at in range(0, len(takes), _TOGETHER):
        progress(at, len(takes), "credentials")
        some = [(take, claim(take)) for take in takes[at : at + _TOGETHER]]
        standing = {take.pk: _standing(place, take, said, signer) for take, said in some}
        missing = [(take, said) for take, said in some if standing[take.pk] is None]
        standing |= dict(_made(place, missing, signer)) if missing else {}
        found += [kept for take, _ in some if (kept := standing[take.pk]) is not None]
    progress(len(takes), len(takes), "credentials")
    return found


def _made(
    place: Place, some: list[tuple[Take, Claim]], signer: Identity
) -> Iterator[tuple[int, tuple[Credential, Path]]]:
    """Sign copies, enter them all in the log, and only then put them in place."""
    partials = [place.credentialed / f".{token_hex(8)}.{_suffix(take)}" for take, _ in some]

    def signed_one(made: tuple[tuple[Take, Claim], Path]) -> tuple[Take, Claim, Credentials, str]:
        (take, claim), copy = made
        source = _source(place, take)
        parent = _parent(place, source)
        said = sign(source, copy, take.media_type, claim, signer, parent=parent)
        return take, claim, said, digest_file(copy)

    try:
        with ThreadPoolExecutor(_THREADS) as pool:
            signed = list(pool.map(signed_one, zip(some, partials, strict=True)))
        rows = _recorded(place, signed, signer)
        for made, copy in zip(rows, partials, strict=True):
            path = path_of(place, made)
            path.parent.mkdir(parents=True, exist_ok=True)
            copy.replace(path)
            yield made.take_id, (made, path)
    finally:
        for copy in partials:
            copy.unlink(missing_ok=True)


def path_of(place: Place, made: Credential) -> Path:
    """Return where a copy lies, if it is kept."""
    return place.credentialed / made.sha256[:2] / f"{made.sha256}.{_suffix(made.take)}"


def _suffix(take: Take) -> str:
    return MediaStore.extension(take.media_type)


def payload(made: Credential) -> dict[str, Any]:
    """Return what the log commits to."""
    return {
        "agreement": made.agreement_id,
        "copy": made.sha256,
        "label": made.label,
        "mining": made.mining,
        "says": made.says,
        "take": made.take.entry.record,
    }


def _recorded(
    place: Place, signed: list[tuple[Take, Claim, Credentials, str]], signer: Identity
) -> list[Credential]:
    older = [path_of(place, c) for take, *_ in signed for c in take.credentials.all()]
    with transaction.atomic():
        rows = [
            Credential(
                take=take,
                sha256=sha256,
                label=said.label,
                says=_says(claim, take, signer),
                agreement_id=claim.ground.agreement,
                mining=claim.mining.as_json()["entries"],
                made_at=place.clock.now(),
            )
            for take, claim, said, sha256 in signed
        ]
        entries = log.record_many(
            place, Kind.CREDENTIAL_MADE, [digest_of(payload(made)) for made in rows]
        )
        for made, entry in zip(rows, entries, strict=True):
            made.entry = entry
        Credential.objects.bulk_create(rows)
        # What they say no longer holds; their rows stay, so that they are known again.
        transaction.on_commit(partial(_remove, older))
    return rows


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _says(claim: Claim, take: Take, signer: Identity) -> str:
    chain = digest(signer.chain.encode())
    return digest_of({"claim": claim.definition(take.media_type), "signed_with": chain})


def _source(place: Place, take: Take) -> Path:
    path = MediaStore(place.media).path_of(take.sha256)
    if digest_file(path) != take.sha256:
        raise CheckFailed("A recording's bytes do not match its name", where=path.name)
    return path


def _parent(place: Place, source: Path) -> Path | None:
    """Return the recording if it came with a credential of its own, which then goes along."""
    found = read(source, anchors(place))
    return source if found is not None and found.holds else None


def forget(place: Place, takes: list[Take]) -> list[Path]:
    """Return the copies of takes, to be deleted with them."""
    rows = Credential.objects.filter(take__in=takes).select_related("take")
    return [path_of(place, made) for made in rows]
