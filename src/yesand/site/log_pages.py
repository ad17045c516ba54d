"""The log in the browser: its entries, their proofs, and that it only ever grew."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from yesand.kernel.errors import CheckFailed, NotFound
from yesand.kernel.place import Place
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.provenance import merkle
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.note import Checkpoint
from yesand.provenance.proof import Proof
from yesand.provenance.services import key_of, log_of, prove
from yesand.site.checkpoint import latest
from yesand.site.records import record_of
from yesand.site.vouching import vouched


@require_safe
def log(request: Request) -> HttpResponse:
    """List the log's entries, the newest first."""
    kind = request.GET.get("kind", "")
    entries = visible(Entry, request.sight).order_by("-index")
    if kind:
        entries = entries.filter(kind=kind)
    return listed(
        request,
        "log/list.html",
        entries,
        kind=kind,
        kinds=[k.value for k in Kind],
        checkpoint=latest(request.place),
        key=str(key_of(request.place)),
        vouched=vouched(request.place),
    )


@require_safe
def entry(request: Request, index: int) -> HttpResponse:
    """Show one entry and its proof; what it is about only to those whose it is."""
    found = get_object_or_404(visible(Entry, request.sight), index=index)
    return render(
        request,
        "log/entry.html",
        {
            "entry": found,
            "leaf": found.leaf().decode(),
            "record": record_of(found, request.sight),
            "checkpoint": latest(request.place),
            "proven": proven(request.place, found),
            "key": str(key_of(request.place)),
        },
    )


@require_safe
def proof(request: Request, index: int) -> HttpResponse:
    """Send an entry's proof as a file (C2SP tlog-proof) that carries the entry along."""
    found = get_object_or_404(visible(Entry, request.sight), index=index)
    made = dataclasses.replace(prove(request.place, index), extra=found.leaf())
    headers = {"Content-Disposition": f'attachment; filename="entry-{index}.tlog-proof"'}
    return HttpResponse(bytes(made), "text/plain; charset=utf-8", headers=headers)


@dataclass(frozen=True)
class Proven:
    """An entry's proof, and what came of checking it on the spot; ``head``: it holds."""

    proof: Proof | None
    head: Checkpoint | None = None
    fault: str = ""

    @property
    def path(self) -> list[str]:
        """The hashes on the way up."""
        return [step.hex() for step in self.proof.path] if self.proof else []


def proven(place: Place, found: Entry) -> Proven:
    """Prove an entry and check the proof as a stranger would, with the log's key alone."""
    try:
        made = prove(place, found.index)
    except NotFound as fault:  # written a moment ago, and not published yet
        return Proven(None, fault=fault.what)
    key = key_of(place)
    try:
        return Proven(made, made.verify(found.leaf(), key.name, key.public))
    except CheckFailed as fault:
        return Proven(made, fault=str(fault))


@dataclass(frozen=True)
class Growth:
    """That the log of ``old`` entries begins the log of ``new``; ``fault`` if it does not."""

    old: int
    new: int
    old_root: str
    new_root: str
    path: tuple[str, ...]
    checkpoint: str = ""
    fault: str = ""

    @property
    def plain(self) -> dict[str, object]:
        """What a browser needs to check it by itself."""
        return dataclasses.asdict(self)


@require_safe
def consistency(request: Request) -> HttpResponse:
    """Prove that one size of the log begins another: nothing in between was changed."""
    if not request.sight.roles:
        raise Http404
    size = log_of(request.place).size
    old, new = _size(request, "old", max(1, size // 2)), _size(request, "new", size)
    fits = size and 0 < old <= new <= size
    grown = growth(request.place, old, new) if fits else None
    key = str(key_of(request.place))
    context = {"size": size, "old": old, "new": new, "grown": grown, "key": key}
    return render(request, "log/consistency.html", context)


def growth(place: Place, old: int, new: int) -> Growth:
    """Compute both roots and the proof between them, and check it."""
    tree = log_of(place)
    roots, path = (tree.root(old), tree.root(new)), tree.consistency(old, new)
    fault = ""
    try:
        merkle.verify_consistency(old, new, path, *roots)
    except CheckFailed as found:
        fault = str(found)
    told, signed = tuple(h.hex() for h in path), (tree.checkpoint() or b"").decode()
    return Growth(old, new, roots[0].hex(), roots[1].hex(), told, signed, fault)


def _size(request: Request, name: str, default: int) -> int:
    told = request.GET.get(name, "")
    return int(told) if told.isdecimal() and len(told) < 18 else default
