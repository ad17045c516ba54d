"""Disputes as pages: one's own, what was said in each, and saying the next word."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from yesand.kernel.errors import YesAndError
from yesand.people.acting import SIGN
from yesand.people.confirming import reauthenticated
from yesand.people.frame import PRODUCER
from yesand.people.models import User
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.royalties.disputing import services
from yesand.royalties.disputing.dispute import LONGEST, PERFORMERS, Word, next_words
from yesand.royalties.models import Dispute, Statement


@require_safe
def disputes(request: Request) -> HttpResponse:
    """List disputes of lines, the newest first."""
    rows = visible(Dispute, request.sight).select_related("statement__settlement", "performer")
    return listed(
        request,
        "royalties/disputes.html",
        rows.prefetch_related("words").order_by("-at", "digest"),
        now=request.place.clock.now(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: Request, digest: str) -> HttpResponseBase:
    """Show one dispute, word by word; whoever may speak says the next here."""
    rows = visible(Dispute, request.sight).select_related("statement__settlement", "performer")
    found = get_object_or_404(rows.prefetch_related("words"), digest=digest)
    may = _may_say(request, found)
    if request.method == "POST":
        if request.POST.get("word", "") not in {word.value for word in may}:
            raise Http404
        return _said(request, found)
    context = {
        "dispute": found,
        "line": services.line_of(found.statement, found.line),
        "number": found.line + 1,
        "may": [word.value for word in sorted(may)],
        "overdue": found.overdue(request.place.clock.now()),
        "longest": LONGEST,
    }
    return render(request, "royalties/dispute.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def dispute_line(request: Request, digest: str, line: int) -> HttpResponseBase:
    """Let a performer, or who may sign for them, dispute one line of a statement."""
    rows = visible(Statement, request.sight).select_related("performer__user", "settlement")
    found = get_object_or_404(rows, digest=digest)
    if not request.sight.may(SIGN, found.performer) or line < 1:
        raise Http404
    try:
        told = services.line_of(found, line - 1)
    except YesAndError as fault:
        raise Http404 from fault
    if request.method == "POST":
        return _opened(request, found, line)
    context = {"statement": found, "line": told, "number": line, "longest": LONGEST}
    return render(request, "royalties/dispute_line.html", context)


def _may_say(request: Request, found: Dispute) -> frozenset[Word]:
    may = frozenset[Word]()
    if request.sight.may(SIGN, found.performer):
        may |= PERFORMERS
    if PRODUCER in request.sight.roles:
        may |= frozenset(Word) - PERFORMERS
    return may & next_words(found.state)


@reauthenticated
def _said(request: Request, found: Dispute) -> HttpResponse:
    assert isinstance(request.user, User)
    word, said = Word(request.POST["word"]), request.POST.get("said", "")
    try:
        services.say(request.place, found, word, said, request.user)
    except YesAndError as fault:
        messages.error(request, f"{fault.what}. {fault.remedy}".strip())
    else:
        messages.success(request, gettext("Said, signed and entered in the log."))
    return redirect("dispute", found.digest)


@reauthenticated
def _opened(request: Request, found: Statement, line: int) -> HttpResponse:
    assert isinstance(request.user, User)
    said = request.POST.get("said", "")
    try:
        made, _ = services.open_dispute(request.place, found, line - 1, said, request.user)
    except YesAndError as fault:
        messages.error(request, f"{fault.what}. {fault.remedy}".strip())
        return redirect("dispute_line", found.digest, line)
    messages.success(request, gettext("Disputed. The rest of the statement is paid as ever."))
    return redirect("dispute", made.digest)
