"""The newsroom as everybody reads it: front, article, tags, figures, pictures, feeds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Sum
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from yesand.newsroom import feeds as writing
from yesand.newsroom import pictures, services
from yesand.newsroom.content import Content
from yesand.newsroom.models import Article, Picture, Tag, Version
from yesand.newsroom.page import Page
from yesand.newsroom.reporting.bars import bars
from yesand.newsroom.reporting.services import again, figures_of, report_of
from yesand.newsroom.structured import Published, in_script, news_article
from yesand.newsroom.visits import Day
from yesand.people.addresses import address, home
from yesand.people.sight import Request
from yesand.people.views import listed

_today = Day()
_FEED = 30
_ABOUT = "What we write on performances that train AI; each claim with its source."


@login_not_required
@require_safe
def newsroom(request: Request) -> HttpResponse:
    """List what is published, the newest first; some words or a tag narrow it."""
    return _front(request, request.GET.get("q", "").strip()[:100], "")


@login_not_required
@require_safe
def tagged(request: Request, tag: str) -> HttpResponse:
    """List what is published under a tag."""
    if not Tag.objects.filter(name=tag).exists():
        raise Http404
    return _front(request, "", tag)


def _front(request: Request, wanted: str, tag: str) -> HttpResponse:
    rows = services.published()
    if tag:
        rows = rows.filter(article__tags__name=tag)
    if wanted:
        rows = rows.filter(pk__in=[v.pk for v in rows if _speaks_of(v, wanted)])
    tags = Tag.objects.values_list("name", flat=True).order_by("name").distinct()
    return listed(
        request,
        "newsroom/front.html",
        rows,
        q=wanted,
        tag=tag,
        tags=tags,
        is_first=not wanted and not tag and request.GET.get("page", "1") == "1",
    )


def _speaks_of(version: Version, wanted: str) -> bool:
    content = Content.model_validate(version.content)
    text = f"{content.title} {Page(content).text} {' '.join(content.tags)}".casefold()
    return all(word in text for word in wanted.casefold().split())


@login_not_required
@require_safe
def article(request: Request, slug: str) -> HttpResponse:
    """Show an article as it stands, and count its reader."""
    version = get_object_or_404(services.published(), article__slug=slug)
    _count(request, version.article)
    return render(request, "newsroom/article.html", told(request, version))


def _count(request: Request, found: Article) -> None:
    now = request.place.clock.now()
    address = request.META.get("REMOTE_ADDR", "")
    agent = request.headers.get("User-Agent", "")
    if request.method == "GET" and _today.is_new(now.date(), found.slug, address, agent):
        services.visited(request.place, found)


@login_not_required
@require_safe
def version(request: Request, slug: str, number: int) -> HttpResponse:
    """Show an earlier version as it was, and say that it is not the last."""
    rows = Version.objects.select_related("article")
    found = get_object_or_404(rows, article__slug=slug, number=number)
    return render(request, "newsroom/article.html", told(request, found))


@login_not_required
@require_safe
def signed(request: Request, slug: str, number: int) -> JsonResponse:
    """Give a version as it was signed."""
    found = get_object_or_404(Version, article__slug=slug, number=number)
    return JsonResponse(services.as_public(found))


def told(request: Request, found: Version) -> dict[str, Any]:
    """Return what the page of a version shows."""
    versions = list(found.article.versions.order_by("-number"))
    content = Content.model_validate(found.content)
    return {
        "article": found.article,
        "version": found,
        "versions": versions,
        "is_last": found.pk == versions[0].pk,
        "first_at": versions[-1].at,
        "corrections": list(found.article.corrections.select_related("version")),
        "page": Page(content),
        "content": content,
        "picture": _picture(content),
        "canonical": address(request, "article", found.article.slug),
        "card": _card(request, content),
        "json_ld": _json_ld(request, found, content, versions),
        "readers": _readers(request, found.article),
        "figures": _figures(found.article),
        "ask": _ask(content.title),
        "others": services.published().exclude(article=found.article)[:3],
    }


def _picture(content: Content) -> Picture | None:
    return Picture.objects.filter(sha256=content.image.sha256).first() if content.image else None


def _card(request: Request, content: Content) -> str:
    """Return where a picture lies that other sites can show (no SVG); empty if there is none."""
    if content.image is None:
        return ""
    name = content.image.card or content.image.sha256
    found = Picture.objects.filter(sha256=name).exclude(media_type="image/svg+xml").first()
    return address(request, "picture", found.sha256) if found else ""


def _json_ld(request: Request, found: Version, content: Content, versions: list[Version]) -> str:
    one = Published(
        content=content,
        address=address(request, "article", found.article.slug),
        publisher=request.place.name,
        home=home(request) + "/",
        first=versions[-1].at,
        last=found.at,
        reviewer=found.reviewer,
        corrections=[(c.at, c.text) for c in found.article.corrections.all()],
        image=_card(request, content),
    )
    return in_script(news_article(one))


def _readers(request: Request, found: Article) -> dict[str, int]:
    today = request.place.clock.now().date()
    rows = found.visits.filter(day__gt=today - timedelta(days=30), day__lte=today)
    month = rows.aggregate(n=Sum("number"))["n"] or 0
    return {"today": sum(v.number for v in rows if v.day == today), "month": month}


def _figures(found: Article) -> list[dict[str, Any]]:
    if not found.period:
        return []
    figures = figures_of(report_of(found.period))
    return [{"figure": f, "bars": bars(f), "period": found.period} for f in figures.values()]


def _ask(title: str) -> str:
    """Return where the assistant is asked about an article; empty in a house without one."""
    try:
        return f"{reverse('heidi')}?{urlencode({'about': title})}"
    except NoReverseMatch:
        return ""


@login_not_required
@require_safe
def figure(request: Request, period: str, name: str) -> HttpResponse:
    """Show one figure of a report: its definition, its query, its value then and asked again."""
    article = _report_article(request, period)
    report = report_of(period)
    asked = again(report, name)
    return render(
        request,
        "newsroom/figure.html",
        {
            "report": report,
            "figure": asked.signed,
            "again": asked,
            "now": request.place.clock.now(),
            "bars": bars(asked.signed),
            "article": article,
        },
    )


@login_not_required
@require_safe
def report(request: Request, period: str) -> JsonResponse:
    """Give a month's report as it was signed."""
    _report_article(request, period)
    found = report_of(period)
    return JsonResponse(
        {"digest": found.digest, "entry": found.entry_id, "envelope": found.envelope}
    )


def _report_article(request: Request, period: str) -> Article | None:
    """Return a report's published article; before it is, the report is the desk's alone."""
    article = Article.objects.filter(period=period, versions__isnull=False).first()
    if article is None and not request.sight.everything:
        raise Http404
    return article


@login_not_required
@require_safe
def picture(request: Request, sha256: str) -> HttpResponse:
    """Give a picture: its name is its content, so it may be kept for ever."""
    found = get_object_or_404(Picture, sha256=sha256)
    data = pictures.read(request.place.root / "newsroom", found.sha256, found.media_type)
    response = HttpResponse(data, content_type=found.media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    # Opened by itself, a drawing is a document: it may do nothing but be looked at.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@login_not_required
@require_safe
def feed(request: Request, kind: str) -> HttpResponse:
    """Give what is new as RSS, Atom or JSON Feed."""
    channel = writing.Channel(
        f"{request.place.name}: newsroom",
        _ABOUT,
        address(request, "newsroom"),
        address(request, "newsroom_feed", kind),
    )
    items = [_item(request, found) for found in services.published()[:_FEED]]
    if kind == "json":
        body = writing.json_feed(channel, items)
        return JsonResponse(body, content_type=writing.TYPES[kind], json_dumps_params={"indent": 1})
    return HttpResponse(writing.xml(kind, channel, items), content_type=writing.TYPES[kind])


def _item(request: Request, found: Version) -> writing.Item:
    content = Content.model_validate(found.content)
    return writing.Item(
        content=content,
        address=address(request, "article", found.article.slug),
        first=found.article.versions.order_by("number").values_list("at", flat=True)[0],
        last=found.at,
        reviewer=found.reviewer,
        image=_card(request, content),
    )
