"""The room's part of the API: asking the gate, manifests, and their data."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field, JsonValue

from yesand.agreements.clause import Request as Asked
from yesand.agreements.terms import TERRITORIES, WORLD
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass
from yesand.corpus.exporting.api import router as exports
from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.corpus.services import gate, rehearse
from yesand.people.bearer import allowed
from yesand.people.shapes import Digest, Page, Slice, Told, own_licensee, paged
from yesand.people.sight import Request, visible

router = Router(tags=["corpora"])
router.add_router("", exports)
_PLACES: list[JsonValue] = [WORLD, *sorted(TERRITORIES)]


class Wanted(Told):
    """A request: what is to be done with takes, where, and whether money is made with it."""

    purpose: Purpose = Field(examples=["emotion-recognition"])
    use_class: UseClass = Field(examples=["recognition"])
    action: Action = Action.TRAIN
    modality: Modality = Modality.VOICE
    material: Material = Material.FEATURES
    territory: str = Field(
        WORLD,
        description="ISO 3166-1 alpha-2, or * for all.",
        json_schema_extra={"enum": _PLACES},
        examples=["DE"],
        pattern=r"^([A-Z]{2}|\*)$",
    )
    commercial: bool = True
    licensee: str | None = Field(
        None, description="Which of yours, if you sit for several.", pattern=r"^[a-z0-9-]{1,50}$"
    )


class ClauseOut(Schema):
    """A clause that keeps takes out, what would change it, and how many they are."""

    term: str
    value: str
    reason: str
    change: str
    takes: int


class Rehearsed(Schema):
    """What the gate would say now; nothing was signed."""

    permitted: int
    denied: int
    performers: int
    duration_ms: int
    trial: bool
    clauses: list[ClauseOut]


class ManifestOut(Schema):
    """A manifest at a glance."""

    digest: str
    licensee: str
    request: dict[str, Any]
    permitted: int
    denied: int
    permitted_root: str
    denied_root: str
    log_size: int
    trial: bool
    at: datetime
    entry: int

    @staticmethod
    def resolve_licensee(row: Manifest) -> str:
        """Name the licensee."""
        return row.licensee.slug

    @staticmethod
    def resolve_entry(row: Manifest) -> int:
        """Name the log entry."""
        return row.entry_id


class PartOut(Schema):
    """How much of a manifest is one performer's."""

    performer: str
    agreement: str
    takes: int
    duration_ms: int

    @staticmethod
    def resolve_performer(row: ManifestPerformer) -> str:
        """Name the performer by their handle."""
        return row.performer.handle


class ManifestWhole(ManifestOut):
    """A manifest with the performers in it, as far as they are yours to see."""

    performers: list[PartOut]

    @staticmethod
    def resolve_performers(row: Manifest, context: dict[str, Any]) -> list[ManifestPerformer]:
        """Give the parts that are the caller's to see."""
        parts = visible(ManifestPerformer, context["request"].sight).filter(manifest=row)
        return list(parts.select_related("performer").order_by("performer__handle", "pk"))


class Gated(Schema):
    """The manifest that a request was given; ``new`` is false if there was the same before."""

    manifest: ManifestOut
    new: bool


@router.get("/corpora", response=Page[ManifestOut], auth=allowed("corpus:read"))
def corpora(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List manifests, the newest first."""
    rows = visible(Manifest, cast(Request, request).sight).select_related("licensee")
    return paged(rows.order_by("-at", "digest"), part)


@router.post("/corpora/rehearsal", response=Rehearsed, auth=allowed("corpus:read"))
def rehearsal(request: HttpRequest, wanted: Wanted) -> dict[str, Any]:
    """Say what a request would be permitted, and why not the rest, without signing anything."""
    found = rehearse(cast(Request, request).place, _asked(request, wanted))
    clauses = [
        {**vars(clause), "change": change, "takes": takes} for clause, change, takes in found.told()
    ]
    return {**vars(found), "clauses": clauses}


@router.post("/corpora", response=Gated, auth=allowed("corpus:write"))
def ask(request: HttpRequest, wanted: Wanted) -> dict[str, Any]:
    """Ask the gate: sign a manifest of exactly the takes that are permitted.

    The same request over the same takes gives the same manifest again.
    """
    made = gate(cast(Request, request).place, _asked(request, wanted))
    row = Manifest.objects.select_related("licensee").get(digest=made.manifest.digest)
    return {"manifest": row, "new": made.new}


@router.get("/corpora/{digest}", response=ManifestWhole, auth=allowed("corpus:read"))
def corpus(request: HttpRequest, digest: Digest) -> Manifest:
    """Return one manifest; a performer sees their own part of it and nobody else's."""
    rows = visible(Manifest, cast(Request, request).sight)
    return get_object_or_404(rows.select_related("licensee"), digest=digest)


@router.get(
    "/corpora/{digest}/manifest",
    response={200: dict[str, Any]},
    auth=allowed("corpus:read"),
)
def manifest(request: HttpRequest, digest: Digest) -> FileResponse:
    """Return the signed manifest itself, with every take, to those who may see them all."""
    here = cast(Request, request)
    found = get_object_or_404(visible(Manifest, here.sight), digest=digest)
    path = here.place.manifests / f"{found.digest}.json"
    whole = here.sight.everything or found.licensee_id in here.sight.licensees
    if not whole or not path.exists():
        raise Http404
    return FileResponse(path.open("rb"), content_type="application/json")


def _asked(request: HttpRequest, wanted: Wanted) -> Asked:
    here = cast(Request, request)
    by = own_licensee(here.sight, wanted.licensee)
    told = wanted.dict(exclude={"licensee"})
    return Asked(licensee=by.slug, at=here.place.clock.now(), **told)
