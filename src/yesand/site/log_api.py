"""The log in the API: its entries, their proofs, and that it only ever grew."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import P, PathEx, Query, QueryEx, Router, Schema
from pydantic import Field

from yesand.kernel.errors import BadInput
from yesand.people.bearer import allowed
from yesand.people.shapes import Page, Slice, paged
from yesand.people.sight import Request, visible
from yesand.provenance.models import Entry
from yesand.provenance.services import checkpoint, key_of, log_of, prove
from yesand.provenance.witnessing.asking import cosigned
from yesand.site.vouching import vouched

router = Router(tags=["log"])
Index = PathEx[int, P(ge=0, lt=2**53, description="The entry's place in the log.")]
Size = QueryEx[int, P(ge=1, lt=2**53)]


class CheckpointOut(Schema):
    """The log's signed checkpoint (C2SP tlog-checkpoint), and the key to check it with."""

    size: int
    root: str
    checkpoint: str = Field(description="The signed note, as it is.")
    key: str = Field(description="The log's public key (C2SP signed-note verifier key).")
    witnesses: list[str] = Field(
        description="The keys of the witnesses that the house asks; each that has cosigned this"
        " checkpoint has a line in it (C2SP tlog-cosignature)."
    )


class EntryOut(Schema):
    """An entry: a kind, a time and a salted commitment. Nothing in it names anybody."""

    index: int
    kind: str
    at: str
    commitment: str


class ProofOut(Schema):
    """That an entry is in the log, to be checked offline."""

    index: int
    leaf: str = Field(description="The bytes that the log holds.")
    proof: str = Field(description="The proof as a file (C2SP tlog-proof).")
    key: str


class GrowthOut(Schema):
    """That the log of ``old`` entries begins the log of ``new`` (RFC 9162 §2.1.4)."""

    old: int
    new: int
    old_root: str
    new_root: str
    path: list[str]


@router.get("/log/checkpoint", response=CheckpointOut, auth=None)
def log_checkpoint(request: HttpRequest) -> dict[str, Any]:
    """Return the log's checkpoint. It is for everybody: compare it with those you kept."""
    place = cast(Request, request).place
    signed, head = cosigned(place, checkpoint(place)).decode(), log_of(place).head()
    asked = vouched(place)
    return {
        "size": head.size,
        "root": head.root.hex(),
        "checkpoint": signed,
        "key": _key(request),
        "witnesses": [str(held.asked.key) for held in asked.witnesses] if asked else [],
    }


@router.get("/log", response=Page[EntryOut], auth=allowed("audit:read"))
def log(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List the log's entries, the newest first."""
    return paged(visible(Entry, cast(Request, request).sight).order_by("-index"), part)


@router.get("/log/consistency", response=GrowthOut, auth=allowed("audit:read"))
def log_consistency(request: HttpRequest, old: Size, new: Size) -> dict[str, Any]:
    """Prove that one size of the log begins another: nothing in between was changed."""
    tree = log_of(cast(Request, request).place)
    if not old <= new <= tree.size:
        raise BadInput(f"Two sizes up to {tree.size}, the smaller first", where="old, new")
    return {
        "old": old,
        "new": new,
        "old_root": tree.root(old).hex(),
        "new_root": tree.root(new).hex(),
        "path": [step.hex() for step in tree.consistency(old, new)],
    }


@router.get("/log/{index}", response=EntryOut, auth=allowed("audit:read"))
def log_entry(request: HttpRequest, index: Index) -> Entry:
    """Return one entry."""
    return get_object_or_404(visible(Entry, cast(Request, request).sight), index=index)


@router.get("/log/{index}/proof", response=ProofOut, auth=allowed("audit:read"))
def log_proof(request: HttpRequest, index: Index) -> dict[str, Any]:
    """Prove that an entry is in the log."""
    here = cast(Request, request)
    found = get_object_or_404(visible(Entry, here.sight), index=index)
    made = prove(here.place, index)
    return {
        "index": index,
        "leaf": found.leaf().decode(),
        "proof": bytes(made).decode(),
        "key": _key(request),
    }


def _key(request: HttpRequest) -> str:
    return str(key_of(cast(Request, request).place))
