"""The editorial queue: drafting, approving by a person, publishing, sending back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.newsroom import citations, drawing, pictures
from yesand.newsroom.content import Content, content
from yesand.newsroom.drawing.frame import Drawing
from yesand.newsroom.models import Article, Correction, Picture, Plan, Tag, Version, Visits
from yesand.people.models import Seat, User
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate

#: Words that stand in addresses of their own.
RESERVED = {"editorial", "tags", "figures", "pictures", "feed", "new"}

_DRAWN, _CREDIT = "image/svg+xml", "Drawn by this house’s own code"


def draft(
    place: Place,
    what: Content,
    by: User | None,
    *,
    material: Sequence[dict[str, str]] = (),
    period: str = "",
    slug: str = "",
) -> Article:
    """Put a new draft on the desk."""
    now = place.clock.now()
    with transaction.atomic():
        return Article.objects.create(
            slug=slug or _free(slug_of(what.title)),
            draft=what.as_json(),
            material=list(material),
            made_by=by,
            made_at=now,
            changed_at=now,
            period=period,
        )


def slug_of(title: str) -> str:
    """Return a title as part of an address: small letters, digits and hyphens.

    >>> slug_of("Was schuldet man — wem?")
    'was-schuldet-man-wem'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-") or "article"


def _free(wanted: str) -> str:
    taken = set(Article.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    taken |= RESERVED
    return next(
        name
        for n in range(1, len(taken) + 2)
        if (name := f"{wanted}-{n}" if n > 1 else wanted) not in taken
    )


def found(slug: str) -> Article:
    """Return the article of that slug.

    Raises
    ------
    NotFound : there is none.
    """
    article = Article.objects.filter(slug=slug).first()
    if article is None:
        raise NotFound("No article of that name", where=slug)
    return article


def content_of(article: Article) -> Content:
    """Return what the draft says."""
    return content(article.draft)


def revise(place: Place, article: Article, what: Content, base: str) -> Article:
    """Change a draft. An approval of what it said before is void.

    Parameters
    ----------
    base : the digest of what the writer had before them.

    Raises
    ------
    Refused : somebody else has changed it since.
    """
    with transaction.atomic():
        held = hold(article)
        now_says = content_of(held)
        if now_says.digest != base:
            raise Refused(
                "Somebody else changed this draft while you wrote",
                remedy="Yours is kept in the form below: look at what changed, then save again.",
            )
        what = _redrawn(place, held, now_says, what)
        if what.digest == now_says.digest:
            return held
        void(held, "The draft was changed")
        held.draft, held.state = what.as_json(), Article.State.DRAFT
        held.approved, held.approved_by, held.changed_at = "", None, place.clock.now()
        held.save()
        return held


def approve(place: Place, article: Article, by: User, seen: str) -> Article:
    """Approve a draft, as a person who has looked at exactly this.

    Parameters
    ----------
    seen : the digest of what the person was shown.

    Raises
    ------
    Refused : no producer; a claim without a source; or the draft is no longer what was shown.
    """
    producing(by)
    with transaction.atomic():
        held = hold(article)
        what = content_of(held)
        if what.digest != seen:
            raise Refused("The draft is no longer what you were shown", remedy="Look at it again.")
        citations.check(what)
        held.state, held.approved, held.approved_by = Article.State.APPROVED, what.digest, by
        held.changed_at = place.clock.now()
        held.save()
        return held


def send_back(place: Place, article: Article, by: User, note: str) -> Article:
    """Send a draft back to its writer, with the reason.

    Raises
    ------
    Refused : no producer, or it is published as it stands. BadInput : no reason.
    """
    producing(by)
    if not note.strip():
        raise BadInput("Say what is to be done", where="reason")
    with transaction.atomic():
        held = hold(article)
        if held.state == Article.State.PUBLISHED:
            raise Refused("It is published as it stands", remedy="Change the draft first.")
        void(held, "It was sent back")
        held.state, held.note = Article.State.SENT_BACK, note.strip()[:2000]
        held.approved, held.approved_by = "", None
        held.changed_at = place.clock.now()
        held.save()
        return held


def publish(place: Place, article: Article, by: User, correction: str = "") -> Version:
    """Publish what a person has approved. Again, with nothing new, changes nothing.

    Parameters
    ----------
    correction : what readers are told has changed; a version after the first needs it.

    Raises
    ------
    Refused : nobody approved exactly this, or a claim names no source.
    BadInput : a further version that does not say what has changed.
    """
    producing(by)
    with transaction.atomic():
        held = hold(article)
        what = content_of(held)
        if held.state != Article.State.PUBLISHED and held.approved != what.digest:
            raise Refused("Nobody has approved this draft as it stands", remedy="Approve it first.")
        reviewer = _named(held.approved_by) if held.approved_by else ""
        void(held, "It was published before its time")
        return _published(place, held, what, reviewer, correction)


def void(held: Article, why: str) -> int:
    """Give up the plan that waits, in the caller's transaction; return whether there was one."""
    rows = Plan.objects.filter(article=held, state=Plan.State.WAITING)
    return rows.update(state=Plan.State.CANCELLED, said=why)


def publish_unreviewed(place: Place, article: Article) -> Version:
    """Publish what came with the house, and that nobody here has looked at: labelled as that."""
    with transaction.atomic():
        held = hold(article)
        return _published(place, held, content_of(held), "", "")


def _published(
    place: Place, held: Article, what: Content, reviewer: str, correction: str
) -> Version:
    citations.check(what)
    last = held.versions.order_by("-number").first()
    if last is not None and last.content == what.as_json():
        if reviewer in {"", last.reviewer}:
            Article.objects.filter(pk=held.pk).update(state=Article.State.PUBLISHED)
            return last
        correction = correction or f"{reviewer} has read and approved it; nothing was changed."
    if last is not None and not correction.strip():
        raise BadInput("Say what has changed", where="correction", remedy="Readers are shown it.")
    made = _version(place, held, what, reviewer, last.number + 1 if last else 1)
    if last is not None:
        Correction.objects.create(
            article=held, version=made, text=correction.strip()[:2000], at=made.at
        )
    held.state, held.note, held.changed_at = Article.State.PUBLISHED, "", made.at
    held.save()
    Tag.objects.filter(article=held).delete()
    Tag.objects.bulk_create(Tag(article=held, name=name) for name in what.tags)
    return made


def _version(place: Place, held: Article, what: Content, reviewer: str, number: int) -> Version:
    told = {
        "house": place.origin,
        "slug": held.slug,
        "number": number,
        "reviewer": reviewer,
        "content": what.as_json(),
    }
    envelope = dsse.seal(
        dsse.attest(Predicate.ARTICLE, {held.slug: what.digest}, told), [place.signer]
    )
    name = digest(dsse.payload_of(envelope))
    return Version.objects.create(
        article=held,
        number=number,
        digest=name,
        content=what.as_json(),
        reviewer=reviewer,
        envelope=envelope,
        at=place.clock.now(),
        entry=log.record(place, Kind.ARTICLE_PUBLISHED, name),
    )


def published() -> QuerySet[Version]:
    """Return the latest version of every published article, the newest article first."""
    latest = Version.objects.filter(article=OuterRef("article")).order_by("-number")
    first = Version.objects.filter(article=OuterRef("article")).order_by("number")
    rows = Version.objects.filter(pk=Subquery(latest.values("pk")[:1]))
    rows = rows.annotate(
        first_at=Subquery(first.values("at")[:1]), first_entry=Subquery(first.values("entry")[:1])
    )
    return rows.select_related("article").order_by("-first_at", "-first_entry")


def picture(place: Place, data: bytes) -> str:
    """Keep an uploaded picture; return its name.

    Raises
    ------
    BadInput : too large, or neither PNG nor JPEG.
    """
    found = pictures.shape(data)
    return _kept(place, data, found.media_type, found.width, found.height)


def illustrated(
    place: Place, what: Content, made: Drawing | None = None, card: str | None = None
) -> Content:
    """Give an article a drawing of this house's own, with what it shows in words.

    Parameters
    ----------
    made : the drawing; none: one made from its words. card : see ``content.Image``.
    """
    made = made or drawing.of_words(what.words)
    name = _kept(place, made.svg.encode(), _DRAWN, drawing.WIDTH, drawing.HEIGHT)
    image = {"sha256": name, "alt": made.alt, "credit": _CREDIT, "card": card}
    return content({**what.as_json(), "image": image})


def _redrawn(place: Place, held: Article, before: Content, what: Content) -> Content:
    """Let the drawing follow the words until readers have seen it; a chosen picture stays."""
    old = drawing.of_words(before.words)
    own = what.image is not None and what.image.sha256 == digest(old.svg.encode())
    if not own or held.versions.exists():
        return what
    assert what.image is not None
    made = illustrated(place, what)
    assert made.image is not None
    alt = made.image.alt if what.image.alt == old.alt else what.image.alt
    image = {"sha256": made.image.sha256, "alt": alt, "credit": what.image.credit}
    return content({**what.as_json(), "image": image})


def _kept(place: Place, data: bytes, media_type: str, width: int, height: int) -> str:
    name = pictures.keep(place.root / "newsroom", data, media_type)
    Picture.objects.get_or_create(
        sha256=name,
        defaults={
            "media_type": media_type,
            "width": width,
            "height": height,
            "at": place.clock.now(),
        },
    )
    return name


def visited(place: Place, article: Article) -> None:
    """Count one more person for today."""
    Visits.objects.get_or_create(article=article, day=place.clock.now().date())
    Visits.objects.filter(article=article, day=place.clock.now().date()).update(
        number=F("number") + 1
    )


def hold(article: Article) -> Article:
    """Return the article's row, held until the transaction ends."""
    return Article.objects.select_for_update().get(pk=article.pk)


def producing(user: User) -> None:
    """Let a producer decide.

    Raises
    ------
    Refused : they are none.
    """
    if not Seat.objects.filter(user=user, role=Seat.Role.PRODUCER).exists():
        raise Refused("Only a producer decides what is published", where=user.username)


def _named(user: User) -> str:
    return user.get_full_name() or user.username


def as_public(version: Version) -> dict[str, Any]:
    """Return a version's envelope and place in the log, for those who check it."""
    return {"digest": version.digest, "entry": version.entry_id, "envelope": version.envelope}
