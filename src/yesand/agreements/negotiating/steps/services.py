"""Signing a step, entering it in the log, and checking that it is what was signed."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex
from typing import Any

from yesand.agreements.comparing.clauses import Worded
from yesand.agreements.comparing.difference import Difference, compare
from yesand.agreements.drafts import Draft
from yesand.agreements.models import Agreement, Offer, Step
from yesand.agreements.negotiating import step as words
from yesand.agreements.negotiating.tasks import close_unanswered
from yesand.agreements.signing.hand import Hand
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest_of
from yesand.kernel.keys import key_id
from yesand.kernel.place import Place
from yesand.people.models import Organisation, Performer, User
from yesand.people.seats import PRODUCER
from yesand.people.services import organisation, signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind

_ENTRIES = {
    Step.Kind.OFFERED: Kind.AGREEMENT_OFFERED,
    Step.Kind.COUNTERED: Kind.AGREEMENT_COUNTERED,
    Step.Kind.ACCEPTED: Kind.AGREEMENT_ACCEPTED,
    Step.Kind.DECLINED: Kind.AGREEMENT_DECLINED,
    Step.Kind.TAKEN_BACK: Kind.AGREEMENT_TAKEN_BACK,
    Step.Kind.LAPSED: Kind.AGREEMENT_LAPSED,
}


#: How long an offer, or a counter-offer, waits for an answer.
OPEN_FOR = timedelta(days=30)
#: How long a note to the other side may be.
LONGEST_NOTE = 2_000
_A_MOMENT = timedelta(seconds=1)  # a word may still be answered at the very end of its time


def producer() -> Organisation:
    """Return the party across from every performer."""
    return organisation(PRODUCER)


def add(
    place: Place,
    offer: Offer,
    kind: Step.Kind,
    hand: Hand,
    by: User,
    *,
    draft: Draft | None = None,
    note: str = "",
    agreement: Agreement | None = None,
) -> Step:
    """Sign the next step with the key of the party that says it, and enter it in the log.

    Raises
    ------
    BadInput : words that nobody can sign, such as those with a variable that is not set, or a
        note that is too long.
    """
    if len(note) > LONGEST_NOTE:
        raise BadInput(
            f"A note has at most {LONGEST_NOTE:,} signs, this one {len(note):,}",
            where="note",
            remedy="Shorten it: what is signed is what was sent.",
        )
    if draft is not None:
        draft.check()
    before = last(offer)
    told: dict[str, Any] = {
        "kind": kind.value,
        "thread": before.thread if before else token_hex(16),
        "number": before.number + 1 if before else 0,
        "hand": hand.as_json(),
        "draft": words.draft_as_json(draft) if draft else None,
        "note": note,
    }
    at, agreed = place.clock.now(), agreement.digest if agreement else None
    until = at + OPEN_FOR if draft else None
    earlier = before.digest if before else None
    payload = words.payload(
        **told,
        at=stamp(at),
        answer_by=stamp(until) if until else None,
        before=earlier,
        parties=_keys(offer.performer),
        supersedes=offer.supersedes_id,
        agreement=agreed,
    )
    digest = digest_of(payload)
    party = offer.performer if hand.party == Step.Party.PERFORMER else producer()
    if until is not None:
        close_unanswered.using(run_after=until + _A_MOMENT).enqueue()
    return Step.objects.create(
        **told,
        digest=digest,
        offer=offer,
        before=before,
        party=hand.party,
        by=by,
        agreement=agreement,
        at=at,
        answer_by=until,
        envelope=dsse.seal(payload, [signer_of(place, party)], words.PAYLOAD_TYPE),
        entry=log.record(place, _ENTRIES[kind], digest),
    )


def last(offer: Offer) -> Step | None:
    """Return the last word; none: an offer from before steps were kept."""
    return Step.objects.filter(offer=offer).order_by("-number").first()


def latest(offer: Offer) -> tuple[Difference, ...]:
    """Return how the newest terms differ from those before them: nothing, of a first offer."""
    drafts = [s.draft for s in offer.steps.order_by("number") if s.draft is not None]
    versions = [Worded(draft["terms"], draft["text"]) for draft in drafts]
    if offer.supersedes is not None:
        versions.insert(0, Worded(offer.supersedes.terms, offer.supersedes.text))
    return compare(*versions[-2:]).different if len(versions) > 1 else ()


def check_step(step: Step) -> dict[str, Any]:
    """Return what was said if its party signed exactly what the registry shows.

    Raises
    ------
    CheckFailed : another key signed it, or a field differs from what was signed.
    """
    parties = _keys(step.offer.performer)
    key = bytes.fromhex(parties[step.party])
    told: dict[str, Any] = dsse.opened(step.envelope, {key_id(key): key}, words.PAYLOAD_TYPE)
    shown = words.payload(
        kind=step.kind,
        thread=step.thread,
        number=step.number,
        before=step.before_id,
        at=stamp(step.at),
        parties=parties,
        hand=step.hand,
        draft=step.draft,
        note=step.note,
        answer_by=stamp(step.answer_by) if step.answer_by else None,
        supersedes=step.offer.supersedes_id,
        agreement=step.agreement_id,
    )
    wrong = [name for name in shown if told.get(name) != shown[name]]
    if wrong or digest_of(told) != step.digest or told["hand"]["party"] != step.party:
        raise CheckFailed(
            f"The registry shows other than what was signed: {', '.join(wrong) or 'its name'}",
            where=f"step {step.digest[:12]}",
        )
    return told


def _keys(performer: Performer) -> dict[str, str]:
    return {"performer": performer.public_key, "producer": producer().public_key}
