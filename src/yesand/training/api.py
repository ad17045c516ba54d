"""The room's part of the API: models, and where they serve."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import P, PathEx, Query, Router, Schema
from pydantic import AwareDatetime, Field

from yesand.corpus import services as corpus
from yesand.corpus.models import Manifest
from yesand.kernel.errors import BadInput
from yesand.people.bearer import allowed
from yesand.people.shapes import Digest, Named, Page, Slice, Slug, Told, own_licensee, paged
from yesand.people.sight import Request, visible
from yesand.training import digest as digests
from yesand.training.descending.services import descend
from yesand.training.models import Deployment, Descent, Parentage, TrainedModel
from yesand.training.registry.services import deploy, files_of, register_files

router = Router(tags=["models"])
Name = PathEx[str, P(pattern=r"^[A-Za-z0-9_-]{1,160}$", description="The deployment's name.")]
#: What PostgreSQL and Python both hold, and no model served before or will by then.
_FIRST, _LAST = 2000, 2100


class ModelOut(Schema):
    """A model at a glance."""

    digest: str
    name: str
    licensee: str
    manifest: str
    at: datetime
    entry: int

    @staticmethod
    def resolve_licensee(row: TrainedModel) -> str:
        """Name the licensee whose manifest it was trained from."""
        return row.manifest.licensee.slug

    @staticmethod
    def resolve_manifest(row: TrainedModel) -> str:
        """Name the manifest."""
        return row.manifest_id

    @staticmethod
    def resolve_entry(row: TrainedModel) -> int:
        """Name the log entry."""
        return row.entry_id


class ModelWhole(ModelOut):
    """A model with its files, as they were signed."""

    files: dict[str, str] = Field(description="Path to SHA-256.")

    @staticmethod
    def resolve_files(row: TrainedModel) -> dict[str, str]:
        """Give its files."""
        return files_of(row)


class ModelIn(Told):
    """A model that was trained elsewhere: the digests of its files, and what is told of it."""

    manifest: Named = Field(description="The manifest that it was trained from.")
    name: Slug
    statement: dict[str, Any] = Field(
        description="OpenSSF model-signing statement: the in-toto Statement, its DSSE envelope, or "
        "the bundle that `model_signing sign` writes."
    )
    run: dict[str, Any] = Field({}, description="Your own record of the training.")
    card: str = Field("", max_length=20_000, description="Your own model card.")


class DeploymentOut(Schema):
    """Where a model serves: by whom, from when, until when."""

    name: str
    model: str
    licensee: str
    since: datetime
    until: datetime | None
    entry: int

    @staticmethod
    def resolve_model(row: Deployment) -> str:
        """Name the model by its digest."""
        return row.model_id

    @staticmethod
    def resolve_licensee(row: Deployment) -> str:
        """Name the licensee."""
        return row.licensee.slug

    @staticmethod
    def resolve_until(row: Deployment) -> datetime | None:
        """Say when it ended."""
        return row.decommission.until if hasattr(row, "decommission") else None

    @staticmethod
    def resolve_entry(row: Deployment) -> int:
        """Name the log entry."""
        return row.entry_id


class DeploymentWhole(DeploymentOut):
    """A deployment with what was signed of it: its beginning, and its end once there is one."""

    envelope: dict[str, Any]
    end: dict[str, Any] | None

    @staticmethod
    def resolve_end(row: Deployment) -> dict[str, Any] | None:
        """Give its signed end."""
        return row.decommission.envelope if hasattr(row, "decommission") else None


class DeploymentIn(Told):
    """A model of yours goes into service."""

    model: Named = Field(description="The model's digest.")
    name: Slug = Field(description="Usage events name it so, as their subject.")
    since: AwareDatetime | None = Field(None, description="From when; now, if not told.")
    licensee: str | None = Field(
        None, description="Which of yours, if you sit for several.", pattern=r"^[a-z0-9-]{1,50}$"
    )


class ParentIn(Told):
    """One model that another was made from."""

    model: Named = Field(description="The parent's digest.")
    weight: float | None = Field(
        None, gt=0, le=1e9, description="Its weight in a merge; none: all count alike."
    )


class DescentIn(Told):
    """From which models one was made."""

    how: Literal["fine-tune", "student", "merge"]
    parents: list[ParentIn] = Field(min_length=1, max_length=20)
    declared_ppb: int | None = Field(
        None,
        ge=0,
        le=10**9,
        description="How much of it comes from them, in parts per billion, by your word; it holds "
        "until it is measured or bounded.",
    )


class ParentOut(Schema):
    """One parent, and its part of what comes from parents: all add up to 10⁹."""

    model: str
    weight_ppb: int

    @staticmethod
    def resolve_model(row: Parentage) -> str:
        """Name it by its digest."""
        return row.model_id


class DescentOut(Schema):
    """From which models one was made, as it was signed."""

    model: str
    how: str
    declared_ppb: int | None
    parents: list[ParentOut]
    at: datetime
    entry: int
    envelope: dict[str, Any]

    @staticmethod
    def resolve_model(row: Descent) -> str:
        """Name the descendant by its digest."""
        return row.model_id

    @staticmethod
    def resolve_parents(row: Descent) -> list[Parentage]:
        """Give its parents."""
        return list(row.parents.order_by("model_id"))

    @staticmethod
    def resolve_entry(row: Descent) -> int:
        """Name the log entry."""
        return row.entry_id


@router.get("/models", response=Page[ModelOut], auth=allowed("models:read"))
def models(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List models, the newest first."""
    rows = visible(TrainedModel, cast(Request, request).sight)
    return paged(rows.select_related("manifest__licensee").order_by("-at", "digest"), part)


@router.get("/models/{digest}", response=ModelWhole, auth=allowed("models:read"))
def model(request: HttpRequest, digest: Digest) -> TrainedModel:
    """Return one model, with the digests of its files."""
    rows = visible(TrainedModel, cast(Request, request).sight)
    return get_object_or_404(rows.select_related("manifest__licensee"), digest=digest)


@router.post("/models", response=ModelWhole, auth=allowed("models:write"))
def register_model(request: HttpRequest, told: ModelIn) -> TrainedModel:
    """Register a model that was trained elsewhere; its weights stay with you.

    The same files twice are the same model.
    """
    here = cast(Request, request)
    rows = visible(Manifest, here.sight).filter(licensee__in=here.sight.licensees)
    row = get_object_or_404(rows, digest=told.manifest)
    files, manifest = digests.of_statement(told.statement), corpus.find(here.place, row.digest)
    return register_files(
        here.place, manifest, files, name=told.name, run=told.run, card_text=told.card
    )


@router.get("/models/{digest}/descent", response=DescentOut, auth=allowed("models:read"))
def descent(request: HttpRequest, digest: Digest) -> Descent:
    """Return from which models one was made, as it was signed."""
    rows = visible(Descent, cast(Request, request).sight)
    return get_object_or_404(rows.prefetch_related("parents"), model=digest)


@router.post("/models/{digest}/descent", response=DescentOut, auth=allowed("models:write"))
def register_descent(request: HttpRequest, digest: Digest, told: DescentIn) -> Descent:
    """Sign from which models one of yours was made: what they owe goes on in it.

    The same again is one; what was signed stays.
    """
    here = cast(Request, request)
    rows = visible(TrainedModel, here.sight).select_related("manifest__licensee")
    mine = rows.filter(manifest__licensee__in=here.sight.licensees)
    model = get_object_or_404(mine, digest=digest)
    parents = {get_object_or_404(rows, digest=p.model): p.weight for p in told.parents}
    if len(parents) < len(told.parents):
        raise BadInput("A parent is named twice", where="parents")
    return descend(here.place, model, told.how, parents, told.declared_ppb)


@router.get("/deployments", response=Page[DeploymentOut], auth=allowed("models:read"))
def deployments(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List where models serve, the newest first."""
    rows = visible(Deployment, cast(Request, request).sight)
    return paged(rows.select_related("licensee", "decommission").order_by("-since", "name"), part)


@router.get("/deployments/{name}", response=DeploymentWhole, auth=allowed("models:read"))
def deployment(request: HttpRequest, name: Name) -> Deployment:
    """Return one deployment, as it was signed; whoever serves its model asks again and again."""
    rows = visible(Deployment, cast(Request, request).sight)
    return get_object_or_404(rows.select_related("licensee", "decommission"), name=name)


@router.post("/deployments", response=DeploymentOut, auth=allowed("models:write"))
def start_deployment(request: HttpRequest, told: DeploymentIn) -> Deployment:
    """Put a model of yours in service: signed, and paid for from then on.

    The same again is one. Its end is signed on its page, by a person who shows who they are.
    """
    here = cast(Request, request)
    by = own_licensee(here.sight, told.licensee)
    rows = visible(TrainedModel, here.sight).filter(manifest__licensee__in=here.sight.licensees)
    since = told.since or here.place.clock.now()
    if not _FIRST <= since.year < _LAST:
        raise BadInput("No deployment serves then", where="since")
    return deploy(here.place, get_object_or_404(rows, digest=told.model), by, since, told.name)
