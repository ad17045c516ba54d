"""The desk's pages. Producers write and decide; auditors look; nobody else comes in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yesand.heidi.endpoint import Endpoint
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput, Refused, YesAndError
from yesand.newsroom import citations, services
from yesand.newsroom.content import Content, Writer, content
from yesand.newsroom.desk import forms
from yesand.newsroom.desk.gates import onlookers, producers
from yesand.newsroom.difference import changes
from yesand.newsroom.models import Article, Picture
from yesand.newsroom.page import Page
from yesand.newsroom.reporting.services import compute
from yesand.newsroom.writing import extractive, language_model
from yesand.newsroom.writing.material import Material, figures_not_in, material
from yesand.people.models import Seat, User
from yesand.people.sight import Request, visible
from yesand.people.views import listed


@onlookers
@require_safe
def desk(request: Request) -> HttpResponse:
    """List everything on the desk, the last changed first."""
    state = request.GET.get("state", "")
    rows = visible(Article, request.sight).order_by("-changed_at", "slug")
    if state:
        rows = rows.filter(state=state)
    return listed(
        request,
        "newsroom/desk.html",
        rows,
        state=state,
        states=Article.State.values,
        **_may(request),
    )


@producers
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    """Begin: an empty page, a summary of given sources, or a month's report."""
    begin = {"write": _write, "summarise": _summarise, "report": _report}
    fault: YesAndError | None = None
    if request.method == "POST":
        try:
            made = begin[request.POST.get("begin", "write")](request)
        except KeyError:
            fault = BadInput("That is no way to begin")
        except YesAndError as found:
            fault = found
        else:
            return redirect("desk_article", made.slug)
    return render(request, "newsroom/new.html", _beginning(request, fault), status=_status(fault))


def _beginning(request: Request, fault: YesAndError | None) -> dict[str, Any]:
    fields = ("title", "publisher", "url", "text")
    rows = [
        {"number": n, **{k: request.POST.get(f"{k}-{n}", "") for k in fields}}
        for n in range(1, forms.MOST + 1)
    ]
    return {
        "fault": fault,
        "typed": request.POST,
        "rows": rows,
        "model": Endpoint.told(),
        "month": Period.of(request.place.clock.now()).previous(),
        "most": request.POST.get("most", "6"),
    }


def _write(request: Request) -> Article:
    title = request.POST.get("title", "").strip()
    if not title:
        raise BadInput("An article needs a title", where="title")
    empty = content({"title": title, "sections": [{"text": _("The opening.") + " [view]"}]})
    return services.draft(request.place, services.illustrated(request.place, empty), _user(request))


def _summarise(request: Request) -> Article:
    given, title = forms.given(request.POST), request.POST.get("title", "").strip()
    if request.POST.get("by") == "language-model":
        made = language_model.summarise(given, Endpoint.told(), title=title)
    else:
        most = request.POST.get("most", "6")
        if not most.isdigit() or not 1 <= int(most) <= 30:
            raise BadInput("Choose between 1 and 30 sentences", where="sentences")
        made = extractive.summarise(given, title=title, most=int(most))
    kept = [{**m.source.model_dump(), "text": m.text} for m in given]
    return services.draft(
        request.place, services.illustrated(request.place, made), _user(request), material=kept
    )


def _report(request: Request) -> Article:
    return compute(request.place, Period.parse(request.POST.get("month", "")), _user(request))


@onlookers
@require_safe
def article(request: Request, slug: str) -> HttpResponse:
    """Show a draft as readers would see it, what is wrong with it, and what has changed."""
    found = get_object_or_404(visible(Article, request.sight), slug=slug)
    what = services.content_of(found)
    last = found.versions.order_by("-number").first()
    before = Content.model_validate(last.content) if last else None
    return render(
        request,
        "newsroom/draft.html",
        {
            "article": found,
            "content": what,
            "page": Page(what),
            "picture": Picture.objects.filter(sha256=what.image.sha256).first()
            if what.image
            else None,
            "checks": _checks(found, what),
            "last": last,
            "changes": changes(before, what) if before else [],
            "versions": found.versions.order_by("-number"),
            **_may(request),
        },
    )


def _checks(found: Article, what: Content) -> dict[str, Any]:
    given = [_material(row) for row in found.material]
    return {
        "bare": citations.unbacked(what),
        "unknown": citations.unknown(what),
        "idle": citations.idle(what),
        "thin": citations.thin(what)[:40] if what.writer is not Writer.COMPUTED else [],
        "figures": figures_not_in(what, given) if given else [],
        "material": given,
    }


def _material(row: dict[str, str]) -> Material:
    return material(
        row["title"], row.get("publisher", ""), row["url"], row["text"], row.get("on", "")
    )


@producers
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, slug: str) -> HttpResponse:
    """Change a draft; what was typed is kept, whatever is wrong with it."""
    found = get_object_or_404(visible(Article, request.sight), slug=slug)
    what = services.content_of(found)
    fields, fault, base = forms.typed(what), None, what.digest
    if request.method == "POST":
        fields = forms.sent(request.POST)
        try:
            written = forms.read(fields, _image(request, what))
            services.revise(request.place, found, written, request.POST.get("base", ""))
        except YesAndError as wrong:
            fault = wrong
        else:
            messages.success(request, _("Saved."))
            return redirect("desk_article", slug)
    return render(
        request,
        "newsroom/edit.html",
        {
            "article": found,
            "fields": fields,
            "fault": fault,
            "base": base,
            "writers": [w.value for w in Writer],
            "image": what.image,
            "theirs": _theirs(fault, fields, what),
        },
        status=_status(fault),
    )


def _theirs(fault: YesAndError | None, fields: dict[str, str], what: Content) -> list[Any]:
    """Return how what somebody else saved differs from what was typed here."""
    if not isinstance(fault, Refused):
        return []
    try:
        mine = forms.read(fields, what.image.model_dump() if what.image else None)
    except BadInput:
        return []
    return changes(mine, what)


def _image(request: Request, what: Content) -> dict[str, Any] | None:
    upload = request.FILES.get("picture")
    if upload is not None:
        return {"sha256": services.picture(request.place, upload.read())}
    if request.POST.get("no_picture"):
        return None
    return what.image.model_dump() if what.image else None


@producers
@require_POST
def decide(request: Request, slug: str) -> HttpResponse:
    """Approve, send back or publish a draft: each an act of the person who is signed in."""
    found = get_object_or_404(visible(Article, request.sight), slug=slug)
    place, user, form = request.place, _user(request), request.POST
    act = form.get("act", "")
    if act == "approve":
        services.approve(place, found, user, form.get("seen", ""))
        messages.success(request, _("Approved. It is not published yet."))
    elif act == "send back":
        services.send_back(place, found, user, form.get("note", ""))
        messages.success(request, _("Sent back."))
    elif act == "publish":
        services.publish(place, found, user, form.get("correction", ""))
        return redirect("article", slug)
    else:
        raise BadInput("That is nothing that can be done with a draft", where=act[:40])
    return redirect("desk_article", slug)


def _status(fault: YesAndError | None) -> int:
    return 200 if fault is None else 409 if isinstance(fault, Refused) else 422


def _may(request: Request) -> dict[str, bool]:
    return {"may_write": Seat.Role.PRODUCER in request.sight.roles}


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user
