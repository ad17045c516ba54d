"""Copies of takes that carry a credential: made when one is first wanted, and again when what
it would say has changed. A take's own bytes, by which it is named, are never touched.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.db import transaction

import yesand
from yesand.agreements import mining
from yesand.agreements.models import Agreement
from yesand.agreements.naming import uri
from yesand.agreements.services import standing_of
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Modality
from yesand.kernel.errors import CheckFailed, Refused
from yesand.kernel.ids import digest, digest_file, digest_of
from yesand.kernel.place import Place
from yesand.provenance import services as log
from yesand.provenance.credentials.claim import Claim, Ground, Source
from yesand.provenance.credentials.identity import Identity, anchors, identity
from yesand.provenance.credentials.reading import Credentials, read
from yesand.provenance.credentials.signing import INSIDE, sign
from yesand.provenance.kinds import Kind
from yesand.takes.crediting.naming import pseudonym
from yesand.takes.media import MediaStore
from yesand.takes.models import Credential, Take


def can_carry(take: Take) -> bool:
    """Tell whether a credential can lie inside a take's kind of file."""
    return take.media_type in INSIDE and take.state != Take.State.DISPUTED


def claim_of(place: Place, take: Take) -> Claim:
    """Return what a take's credential says now.

    Raises
    ------
    Refused : two performers give the take, so nobody can say whose it is.
    """
    if take.state == Take.State.DISPUTED:
        raise Refused("Whose this recording is, is disputed", where=take.sha256[:12])
    standing = standing_of(take.session.agreement).about(take.sha256)
    agreement = Agreement.objects.get(pk=standing.agreement)
    today = place.clock.now().date()
    return Claim(
        title=f"take {take.sha256[:12]}",
        who=_who(place, take, standing.terms),
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
        mining=mining.mining(standing, Modality(take.modality), today),
        generator=yesand.__version__,
    )


def _who(place: Place, take: Take, terms: Terms) -> str:
    performer = take.performer
    if performer.credited and terms.credit and performer.credit_name:
        return performer.credit_name
    return pseudonym(place.signer, performer.public_key)


def standing_copy(place: Place, take: Take) -> tuple[Credential, Path] | None:
    """Return the copy that says what holds now, if there is one."""
    newest = take.credentials.first()
    if newest is None or newest.says != _says(claim_of(place, take), take, identity(place)):
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
    found = standing_copy(place, take)
    if found is not None:
        return found
    claim, signer, source = claim_of(place, take), identity(place), _source(place, take)
    partial_path = place.credentialed / f".{token_hex(8)}{source.suffix}"
    try:
        said = sign(
            source, partial_path, take.media_type, claim, signer, parent=_parent(place, source)
        )
        made = _recorded(place, take, claim, said, digest_file(partial_path), signer)
        path = path_of(place, made)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial_path.replace(path)
    finally:
        partial_path.unlink(missing_ok=True)
    return made, path


def path_of(place: Place, made: Credential) -> Path:
    """Return where a copy lies, if it is kept."""
    suffix = MediaStore(place.media).extension(made.take.media_type)
    return place.credentialed / made.sha256[:2] / f"{made.sha256}.{suffix}"


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
    place: Place, take: Take, claim: Claim, said: Credentials, sha256: str, signer: Identity
) -> Credential:
    older = [path_of(place, c) for c in take.credentials.all()]
    with transaction.atomic():
        made = Credential(
            take=take,
            sha256=sha256,
            label=said.label,
            says=_says(claim, take, signer),
            agreement_id=claim.ground.agreement,
            mining=claim.mining.as_json()["entries"],
            made_at=place.clock.now(),
        )
        made.entry = log.record(place, Kind.CREDENTIAL_MADE, digest_of(payload(made)))
        made.save()
        # What they say no longer holds; their rows stay, so that they are known again.
        transaction.on_commit(partial(_remove, older))
    return made


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
