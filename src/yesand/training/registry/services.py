"""The registry of models and of where they serve: digests and signatures, no weights."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from yesand.agreements.models import Agreement
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Action
from yesand.corpus import services as corpus
from yesand.corpus.crediting.services import credit_names
from yesand.corpus.manifest import SignedManifest
from yesand.corpus.models import Manifest
from yesand.kernel import ids
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.models import Organisation
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.crediting.masking.services import pseudonyms
from yesand.training import attestations, card, digest
from yesand.training.errors import AlreadyEnded, NameTaken
from yesand.training.grounds import Grounds
from yesand.training.models import Decommission, Deployment, TrainedModel


def register_files(
    place: Place,
    manifest: SignedManifest,
    files: Mapping[str, str],
    *,
    name: str | None = None,
    run: Mapping[str, Any] | None = None,
    card_text: str = "",
) -> TrainedModel:
    """Enter a model by the digests of its files alone: its weights stay where they are.

    The same files twice are the same model.

    Parameters
    ----------
    files : path → SHA-256, as OpenSSF model signing lists them (``digest.resources``).
    run : the licensee's own record of the training; kept as told, and signed.
    card_text : the licensee's own model card; shown beside what the manifest itself says.

    Raises
    ------
    Overtaken : the manifest no longer holds. BadInput : no files, or a record that has no form.
    Refused : the model is registered under another manifest, or its name is taken.
    """
    manifest = to_train(place, manifest)
    check_name(name)
    if not files:
        raise BadInput("A model has at least one file", where=name or "model")
    told: dict[str, Any] = {"trained": "elsewhere"}
    if run:
        told["record"] = dict(run)
    if card_text:
        told["card_sha256"] = ids.digest(card_text.encode())
    if "\x00" in card_text or rb"\u0000" in canonical(told):
        raise BadInput("A record holds a character that is none (NUL)", where=name or "model")
    shown = {**plain_card(place, manifest), **({"told": card_text} if card_text else {})}
    return entered(place, files, shown, manifest, name, told)


def files_of(model: TrainedModel) -> dict[str, str]:
    """Return a registered model's files with their SHA-256, as they were signed."""
    predicate = parse(dsse.payload_of(model.envelope))["predicate"]
    return {one["name"]: one["digest"] for one in predicate.get("resources", [])}


def deploy(
    place: Place,
    model: TrainedModel,
    licensee: Organisation,
    since: datetime,
    name: str | None = None,
) -> Deployment:
    """Put a model in service by a licensee from a moment on: signed and logged.

    The same deployment twice is one.

    Raises
    ------
    Refused : another licensee than the manifest's, and the terms allow no onward licensing.
    NameTaken : another deployment has the name.
    """
    name = name or f"{model.name}-{licensee.slug}"
    check_name(name, 160)
    check_licensee(model, licensee)
    payload = attestations.deployment(name, model.digest, licensee.slug, stamp(since))
    with transaction.atomic():
        known = Deployment.objects.filter(name=name).first()
        if known:
            if dsse.payload_of(known.envelope) == canonical(payload):
                return known
            raise NameTaken("Another deployment has that name", where=name, remedy="Give another.")
        return Deployment.objects.create(
            name=name,
            model=model,
            licensee=licensee,
            since=since,
            envelope=dsse.seal(payload, [place.signer]),
            entry=log.record(place, Kind.DEPLOYMENT_STARTED, digest_of(payload)),
        )


def decommission(place: Place, deployment: Deployment, until: datetime) -> Decommission:
    """End a deployment, for good: signed and logged. The same end twice is one.

    Raises
    ------
    BadInput : before it began. AlreadyEnded : it ended at another moment.
    """
    if until < deployment.since:
        raise BadInput("A deployment cannot end before it began", where=deployment.name)
    model, licensee = deployment.model.digest, deployment.licensee.slug
    payload = attestations.decommission(deployment.name, model, licensee, stamp(until))
    with transaction.atomic():
        known = Decommission.objects.filter(deployment=deployment).first()
        if known:
            if dsse.payload_of(known.envelope) == canonical(payload):
                return known
            raise AlreadyEnded(f"It ended at {stamp(known.until)}", where=deployment.name)
        return Decommission.objects.create(
            deployment=deployment,
            until=until,
            envelope=dsse.seal(payload, [place.signer]),
            entry=log.record(place, Kind.DEPLOYMENT_ENDED, digest_of(payload)),
        )


def checked(place: Place, manifest: SignedManifest) -> SignedManifest:
    """Return the manifest as this house signed it: nothing that was added to it is trained on.

    An exported copy, with pseudonyms, stands for it.
    """
    kept = corpus.find(place, manifest.digest)
    if not manifest.stands_for(kept):
        raise CheckFailed(
            "The manifest is not the one that was signed", where=f"manifest {kept.digest[:12]}"
        )
    return kept


def to_train(place: Place, manifest: SignedManifest) -> SignedManifest:
    """Return the same, if it was asked for to train: any other permit is of something else.

    Raises
    ------
    Refused : it was not. NotFound, CheckFailed : as ``checked``.
    """
    kept = checked(place, manifest)
    asked = kept.asked()
    if asked.action != Action.TRAIN:
        raise Refused(
            f"The manifest permits to {asked.action} for {asked.use_class}, and not to train",
            where=f"manifest {kept.digest[:12]}",
            remedy="Ask the gate with --action train.",
        )
    return kept


def check_name(name: str | None, longest: int = 120) -> None:
    """Check that a name is one that files, addresses and events can carry."""
    if name is not None and not re.fullmatch(rf"[A-Za-z0-9_-]{{1,{longest}}}", name):
        raise BadInput("A name holds letters, digits, - and _ only", where=name)


def check_licensee(model: TrainedModel, licensee: Organisation) -> None:
    """Check that a licensee may have a model: its own, or one whose terms allow passing it on.

    Raises
    ------
    Refused : they may not.
    """
    if model.manifest.licensee_id == licensee.pk:
        return
    used = model.manifest.performers.values_list("agreement", flat=True)
    terms = Agreement.objects.filter(digest__in=used).values_list("terms", flat=True)
    if not all(Terms.parse(one).onward_licensing for one in terms):
        raise Refused(
            f"The manifest is {model.manifest.licensee.slug}'s, and its terms allow no onward "
            f"licensing to {licensee.slug}",
            where=model.name,
            remedy="Ask the gate for a manifest of their own.",
        )


def entered(
    place: Place,
    files: Mapping[str, str],
    told: dict[str, Any],
    manifest: SignedManifest,
    name: str | None,
    run: dict[str, Any],
    still_holds: Callable[[], None] = lambda: None,
) -> TrainedModel:
    """Enter a model by its files; the same files again are the model that there is.

    Parameters
    ----------
    told : its card. ``run`` : how it was made.
    still_holds : asked beside the manifest, within the transaction.

    Raises
    ------
    Overtaken : the manifest no longer holds. Refused : another manifest, or the name is taken.
    """
    named = digest.root(files)
    known = TrainedModel.objects.filter(digest=named).first()
    if known:
        return _same(known, manifest, name)
    name = name or f"voice-{named[:12]}"
    if TrainedModel.objects.filter(name=name).exists():
        raise NameTaken("Another model has that name", where=name, remedy="Give another.")
    marks = card.marks(grounds(place, manifest), len(manifest.takes))
    payload = attestations.model(name, manifest.digest, files, run, marks)
    with transaction.atomic():
        # The log lets one writer in: after this line no withdrawal comes in between.
        entry = log.record(place, Kind.MODEL_REGISTERED, digest_of(payload))
        corpus.check_current(place, manifest)
        still_holds()
        return TrainedModel.objects.create(
            digest=named,
            name=name,
            manifest=Manifest.objects.get(digest=manifest.digest),
            run=run,
            card=told,
            envelope=dsse.seal(payload, [place.signer]),
            at=place.clock.now(),
            entry=entry,
        )


def _same(known: TrainedModel, manifest: SignedManifest, name: str | None) -> TrainedModel:
    if known.manifest_id != manifest.digest:
        raise Refused("The model is registered under another manifest", where=known.name)
    if name not in {None, known.name}:
        raise NameTaken(f"The model is registered as {known.name}", where=str(name))
    return known


def plain_card(place: Place, manifest: SignedManifest) -> dict[str, Any]:
    """Return what a manifest alone says of a model that came from it."""
    return card.card(manifest.takes, grounds(place, manifest), None)


def grounds(place: Place, manifest: SignedManifest) -> Grounds:
    """Return what a model from a manifest stands on."""
    used = {take.agreement for take in manifest.takes}
    masks = pseudonyms(place, {take.performer for take in manifest.takes})
    kinds = Agreement.objects.filter(digest__in=used).values_list("kind", flat=True)
    return Grounds(
        manifest=manifest.digest,
        house=place.origin,
        log_size=manifest.log_size,
        request=manifest.request,
        agreements=dict(Counter(kinds)),
        sources=tuple(manifest.predicate["sources"]),
        trial=manifest.trial,
        synthetic=sum(take.synthetic for take in manifest.takes),
        names=masks | _credited(manifest),
        masks=masks,
    )


def _credited(manifest: SignedManifest) -> dict[str, str]:
    """Return the credit names of those who wish to be named to outsiders."""
    credited = credit_names(Manifest.objects.get(digest=manifest.digest))
    # Two performers of one name would look like one.
    alone = {name for name, many in Counter(credited.values()).items() if many == 1}
    return {handle: name for handle, name in credited.items() if name in alone}
