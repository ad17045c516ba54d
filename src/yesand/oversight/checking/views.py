"""What an auditor takes away, to check the house without it."""

from __future__ import annotations

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from yesand.corpus.disclosing.services import disclose
from yesand.people.sight import Request


@require_safe
def disclosure(request: Request) -> HttpResponseBase:
    """Lay the log open for those who see everything; the file is made whole before it is sent."""
    if not request.sight.everything:
        raise Http404
    folder = request.place.root / "work"
    folder.mkdir(exist_ok=True)
    made = folder / f"disclosure-{request.reference}.jsonl"
    try:
        disclose(request.place, made)
        file = made.open("rb")
    finally:
        made.unlink(missing_ok=True)  # whoever reads it holds it open; nothing stays here
    return FileResponse(
        file, as_attachment=True, filename="disclosure.jsonl", content_type="application/jsonl"
    )
