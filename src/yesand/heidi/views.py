"""Heidi's pages: the conversation, the dock on every page, the stream, clicks, and help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import connections
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yesand.heidi.conversing import services as conversing
from yesand.heidi.documents import ENGLISH, language_of, there
from yesand.heidi.following.services import events
from yesand.heidi.models import Message, Proposal
from yesand.heidi.rendering import page_of
from yesand.heidi.talking.services import write
from yesand.heidi.talking.streaming import Position
from yesand.heidi.tools.asker import Asker
from yesand.heidi.tools.standing import suggestions, welcome
from yesand.kernel.clock import stamp
from yesand.kernel.errors import YesAndError
from yesand.people.sight import Request

TOO_MANY, UNREADABLE = 429, 422
_LONGEST_TITLE = 200


@require_safe
def heidi(request: Request) -> HttpResponse:
    """Show the conversation, and a box to go on."""
    return render(request, "heidi/heidi.html", _context(request, text=_about(request)))


@require_safe
def dock(request: Request) -> HttpResponse:
    """Show the conversation as the dock of another page holds it."""
    return render(request, "heidi/conversation.html", {**_context(request), "in_dock": True})


def _about(request: Request) -> str:
    """Return a question about what a page named, to be read and sent by whoever came."""
    title = " ".join(request.GET.get("about", "").split())[:_LONGEST_TITLE]
    return _("What does “%(title)s” say?") % {"title": title} if title else ""


def _context(request: Request, **more: Any) -> dict[str, Any]:
    asker = Asker.of(request)
    said = conversing.conversation(asker.user)
    return {
        "said": said,
        "unfinished": next((m for m in said if m.state != Message.State.DONE), None),
        "welcome": welcome(asker),
        "ideas": suggestions(asker),
        "key": uuid4().hex,
        **more,
    }


@require_POST
def say(request: Request) -> HttpResponse:
    """Take what a person says. A script follows the answer; without one, it is written now."""
    asker, scripted = Asker.of(request), "fetch" in request.headers.get("X-Requested-With", "")
    text, key = request.POST.get("text", ""), request.POST.get("key", "") or uuid4().hex
    try:
        answer = conversing.say(asker, text, key)
    except YesAndError as fault:
        return _refused(request, fault, text, scripted)
    if scripted:
        return JsonResponse(_told(request, answer))
    write(asker, answer)
    return redirect("heidi")


def _refused(request: Request, fault: YesAndError, text: str, scripted: bool) -> HttpResponse:
    status = TOO_MANY if isinstance(fault, conversing.TooOften) else UNREADABLE
    told = " ".join(filter(None, (f"{fault.what}.", fault.remedy)))
    if scripted:
        return JsonResponse({"fault": told}, status=status)
    context = _context(request, fault=told, text=text)
    return render(request, "heidi/heidi.html", context, status=status)


def _told(request: Request, answer: Message) -> dict[str, Any]:
    said = answer.answers
    assert said is not None
    html = render(request, "heidi/message.html", {"message": said}).content.decode()
    return {"said": said.pk, "answer": answer.pk, "html": html, "key": uuid4().hex}


@require_safe
def message(request: Request, pk: int) -> HttpResponse:
    """Show one message of the person's own."""
    found = _mine(request, pk)
    return render(request, "heidi/message.html", {"message": found})


@require_safe
def stream(request: Request, pk: int) -> HttpResponseBase:
    """Stream an answer while it is written, from where the browser says it is."""
    asker, found = Asker.of(request), _mine(request, pk)
    told = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    response = StreamingHttpResponse(
        _closing(events(asker, found.pk, Position.parse(told))), content_type="text/event-stream"
    )
    response["X-Accel-Buffering"] = "no"
    response["Cache-Control"] = "no-store"
    return response


def _closing(pieces: Iterator[str]) -> Iterator[str]:
    try:
        yield from pieces
    finally:
        if not connections["default"].in_atomic_block:
            connections["default"].close_if_unusable_or_obsolete()


def _mine(request: Request, pk: int) -> Message:
    rows = Message.objects.filter(user=Asker.of(request).user, author=Message.Author.HEIDI)
    return get_object_or_404(rows, pk=pk)


@require_POST
def decide(request: Request, pk: int) -> HttpResponse:
    """Do what the person clicked, or drop it."""
    asker = Asker.of(request)
    if not Proposal.objects.filter(pk=pk, user=asker.user).exists():
        raise Http404
    proposal = conversing.decide(
        asker, pk, yes="yes" in request.POST, reason=request.POST.get("reason", "")
    )
    if "fetch" in request.headers.get("X-Requested-With", ""):
        return render(request, "heidi/proposal.html", {"proposal": proposal})
    return redirect("heidi")


@require_safe
def export(request: Request) -> HttpResponse:
    """Give a person their whole conversation."""
    user = Asker.of(request).user
    told = {
        "of": user.username,
        "at": stamp(request.place.clock.now()),
        "conversation": conversing.exported(user),
    }
    attached = {"Content-Disposition": 'attachment; filename="conversation.json"'}
    return JsonResponse(
        told, headers=attached, json_dumps_params={"ensure_ascii": False, "indent": 2}
    )


@require_http_methods(["GET", "POST"])
def erase(request: Request) -> HttpResponse:
    """Ask once more, then erase the conversation."""
    if request.method == "POST":
        conversing.forget(Asker.of(request).user)
        messages.success(request, _("The conversation is erased."))
        return redirect("heidi")
    return render(request, "heidi/erase.html")


@login_not_required
@require_safe
def help_page(request: Request, page: str) -> HttpResponse:
    """Show a page of our documentation, as Heidi quotes it."""
    if not there(page):
        raise Http404
    language = language_of(page, get_language() or ENGLISH)
    title, html = page_of(page, language)
    context = {"title": title, "html": html, "shown": language}
    return render(request, "heidi/help.html", context)
