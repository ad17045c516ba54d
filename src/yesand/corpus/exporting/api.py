"""Exports in the API: ask for one, see how far it is, and fetch it, whole or in parts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from ninja import P, PathEx, Router, Schema, Status
from pydantic import Field

from yesand.corpus.exporting.formats import Name
from yesand.corpus.exporting.ordering.services import order
from yesand.corpus.exporting.services import hand_out, make
from yesand.corpus.exporting.views import sent
from yesand.corpus.models import Export, Manifest, Order
from yesand.people.bearer import allowed
from yesand.people.models import User
from yesand.people.shapes import Digest, Told
from yesand.people.sight import Request, visible

router = Router(tags=["corpora"])
_TAR = {"application/x-tar": {"schema": {"type": "string", "format": "binary"}}}
_SENT: dict[str, Any] = {
    "responses": {200: {"description": "A tar archive with all of its files", "content": _TAR}}
}
_PARTS: dict[str, Any] = {
    "responses": {
        **_SENT["responses"],
        206: {"description": "The range that was asked for (RFC 9110 §14)", "content": _TAR},
        416: {"description": "The range lies outside of the archive"},
    }
}


class Wish(Told):
    """In which form a corpus is wanted."""

    format: Name = Name.CROISSANT


class OrderOut(Schema):
    """How far an export is; ``export`` names it once it may be fetched."""

    id: int
    manifest: str
    format: str
    state: str
    done: int
    total: int
    fault: str
    at: datetime
    export: str | None = Field(None, description="Fetch it at /api/exports/{export}/data.")

    @staticmethod
    def resolve_manifest(row: Order) -> str:
        """Name the manifest."""
        return row.manifest_id

    @staticmethod
    def resolve_export(row: Order) -> str | None:
        """Name the export."""
        return row.export.digest if row.export else None


@router.post("/corpora/{digest}/exports", response={202: OrderOut}, auth=allowed("corpus:write"))
def ask_export(request: HttpRequest, digest: Digest, wish: Wish) -> Status[Order]:
    """Ask for an export of a corpus of yours; the house's worker makes it.

    The same again, while it is not ready, is the same order.
    """
    here = cast(Request, request)
    return Status(202, order(here.place, _mine(here, digest), wish.format, cast(User, here.user)))


@router.get("/exports/orders/{number}", response=OrderOut, auth=allowed("corpus:read"))
def ordered(request: HttpRequest, number: PathEx[int, P(ge=1, lt=2**63)]) -> Order:
    """Say how far an export is."""
    sight = cast(Request, request).sight
    rows = visible(Order, sight).filter(manifest__licensee__in=sight.licensees)
    return get_object_or_404(rows.select_related("export"), pk=number)


@router.get(
    "/exports/{digest}/data",
    response={200: None},
    auth=allowed("corpus:read"),
    openapi_extra=_PARTS,
)
def export_data(request: HttpRequest, digest: Digest) -> HttpResponseBase:
    """Fetch an export of yours as a tar archive; with a ``Range``, a part of it."""
    here = cast(Request, request)
    mine = visible(Export, here.sight).filter(manifest__licensee__in=here.sight.licensees)
    rows = mine.select_related("manifest", "entry")
    return sent(here, get_object_or_404(rows, digest=digest))


@router.post(
    "/corpora/{digest}/data",
    response={200: None},
    auth=allowed("corpus:write"),
    openapi_extra=_SENT,
)
def data(request: HttpRequest, digest: Digest, format: Name = Name.TAR) -> HttpResponseBase:
    """Make an export of a corpus of yours and send it at once; the permit is logged first.

    For small corpora: nothing is sent before all of it is made. Else ask for an export.
    """
    here = cast(Request, request)
    found = _mine(here, digest)
    made = make(here.place, found, format)
    return sent(here, hand_out(here.place, found, made, cast(User, here.user)))


def _mine(here: Request, digest: str) -> Manifest:
    rows = visible(Manifest, here.sight).filter(licensee__in=here.sight.licensees)
    return get_object_or_404(rows.select_related("licensee"), digest=digest)
