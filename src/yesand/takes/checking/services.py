"""Answering what a file is: by its hash, by its credential, and by the log."""

from __future__ import annotations

from pathlib import Path

from django.db.models import QuerySet

from yesand.agreements.mining import in_term, mining, open_purposes, open_uses
from yesand.agreements.models import Agreement
from yesand.agreements.services import standing_of
from yesand.agreements.standing import Standing
from yesand.agreements.vocabulary import Modality, Purpose
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_file, digest_of
from yesand.kernel.place import Place
from yesand.people.rooms import offered
from yesand.provenance.commitment import commit
from yesand.provenance.credentials.identity import anchors
from yesand.provenance.credentials.reading import Credentials, State, read
from yesand.takes.checking.answer import Answer, Force, Known, Licence
from yesand.takes.models import Credential, Take
from yesand.takes.records.services import payload_as_logged


def check_file(place: Place, path: Path) -> Answer:
    """Tell what a file is, from its bytes and its credential.

    Raises
    ------
    BadInput : no such file, or it cannot be read.
    """
    try:
        sha256 = digest_file(path)
        found = read(path, anchors(place))
    except OSError as fault:
        raise BadInput(f"Cannot be read: {fault.strerror}", where=str(path)) from fault
    return answer(place, sha256, found)


def answer(place: Place, sha256: str, found: Credentials | None = None) -> Answer:
    """Tell what a file of that hash is; with its credential, if somebody has read it."""
    takes = list(_of_content(sha256))
    if takes:
        return _about(place, sha256, Known.RECORDING, takes, found)
    copy = Credential.objects.filter(sha256=sha256).select_related("take").first()
    if copy is not None:
        return _about(place, sha256, Known.COPY, list(_of_content(copy.take.sha256)), found)
    return _made_here(place, sha256, found) or _by_what_it_says(place, sha256, found)


def _by_what_it_says(place: Place, sha256: str, found: Credentials | None) -> Answer:
    if found is None:
        return Answer(sha256, Known.NOT_OURS)
    known, content = _by_credential(place, found)
    if known == Known.CHANGED:
        return Answer(sha256, known, credentials=found.bare())
    if content:
        return _about(place, sha256, known, list(_of_content(content)), found)
    return Answer(sha256, known, credentials=found)


def _made_here(place: Place, sha256: str, found: Credentials | None) -> Answer | None:
    """Tell of what another room of this house made, and nobody performed."""
    for room in offered("knowing"):
        entry = room.known(place, sha256, "")
        if entry is not None:
            return Answer(sha256, Known.SYNTHETIC, entry=entry, synthetic=True, credentials=found)
        entry = room.known(place, sha256, found.label) if found is not None else None
        if entry is not None and found is not None:
            return _by_its_label(sha256, entry, found)
    return None


def _by_its_label(sha256: str, entry: int, found: Credentials) -> Answer:
    if found.state == State.INVALID:
        return Answer(sha256, Known.CHANGED, credentials=found.bare())
    if found.state == State.TRUSTED:
        return Answer(sha256, Known.SYNTHETIC, entry=entry, synthetic=True, credentials=found)
    return Answer(sha256, Known.CLAIMED, credentials=found)


def _by_credential(place: Place, found: Credentials) -> tuple[Known, str]:
    """Return how a credential makes a file known, and the content of the take it is about."""
    own = _made(found.label)
    if own is not None:
        if found.state == State.TRUSTED:
            return Known.CREDENTIAL, own.take.sha256
        if found.state == State.INVALID:
            return Known.CHANGED, ""
        return Known.CLAIMED, ""
    before = next(filter(None, map(_made, found.before)), None)
    if before is not None:
        return (Known.MADE_FROM, before.take.sha256) if found.holds else (Known.CLAIMED, "")
    content = _names_ours(place, found)
    if content and found.state == State.TRUSTED:
        return Known.CREDENTIAL, content
    return (Known.CLAIMED if content else Known.NOT_OURS), ""


def _made(label: str) -> Credential | None:
    return Credential.objects.filter(label=label).select_related("take").first() if label else None


def _names_ours(place: Place, found: Credentials) -> str:
    """Return the content of the take of this house that a credential says it is about."""
    log, take = ((found.agreement or {}).get(part) for part in ("log", "take"))
    if not isinstance(log, dict) or not isinstance(take, dict):
        return ""
    content = str(take.get("sha256", ""))
    return content if log.get("origin") == place.origin and _of_content(content).exists() else ""


def _of_content(sha256: str) -> QuerySet[Take]:
    rows = Take.objects.filter(sha256=sha256).order_by("pk")
    return rows.select_related("entry", "performer", "scene", "session__agreement")


def _about(
    place: Place, sha256: str, known: Known, takes: list[Take], found: Credentials | None
) -> Answer:
    take = takes[0]
    return Answer(
        sha256,
        known,
        licence=_licence(place, take, disputed=len(takes) > 1),
        entry=take.entry_id,
        logged=_logged(take),
        synthetic=take.synthetic,
        credentials=found,
    )


def _logged(take: Take) -> bool:
    """Tell whether the log's entry commits to exactly this take; erased, nobody can tell."""
    entry, record = take.entry, payload_as_logged(take)
    if record is None or not entry.salt:
        return False
    return commit(bytes.fromhex(entry.salt), digest_of(record)) == entry.commitment


def _licence(place: Place, take: Take, *, disputed: bool) -> Licence:
    standing = standing_of(take.session.agreement).about(take.sha256)
    agreement = Agreement.objects.get(pk=standing.agreement)
    terms, modality = standing.terms, Modality(take.modality)
    today = place.clock.now().date()
    begun, uses = in_term(terms, today), open_uses(standing, modality)
    unusable = disputed or take.state != Take.State.ACCEPTED
    force = (
        Force.DISPUTED if disputed else _force(standing, modality, begun=begun, today=str(today))
    )
    left = frozenset[Purpose]().union(*(open_purposes(standing, u, modality) for u in uses))
    on = begun and not unusable
    return Licence(
        agreement=agreement.digest,
        template=agreement.template,
        kind=agreement.kind,
        force=force,
        uses=tuple(sorted(uses)) if on else (),
        purposes=tuple(sorted(left)) if on else (),
        territories=tuple(sorted(terms.territories)) if on else (),
        materials=tuple(sorted(terms.materials)) if on else (),
        commercial=terms.commercial and on,
        until=str(terms.valid_until or ""),
        mining=mining(standing, modality, today).as_json()["entries"] if not unusable else {},
    )


def _force(standing: Standing, modality: Modality, *, begun: bool, today: str) -> Force:
    terms = standing.terms
    if not begun:
        return Force.NOT_BEGUN if today < str(terms.valid_from) else Force.OVER
    uses = open_uses(standing, modality)
    if not uses:
        return Force.WITHDRAWN if standing.withdrawals else Force.UNLICENSED
    return Force.IN_PART if standing.withdrawals else Force.IN_FORCE
