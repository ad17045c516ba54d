"""A person's records: agreements and their clauses, takes, and who learned from them."""

from __future__ import annotations

import re

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yesand.agreements.models import Agreement
from yesand.heidi.clauses import about, clauses
from yesand.heidi.reply import Link, Quote, Reply, Row
from yesand.heidi.search import terms
from yesand.heidi.slots import Asked, Found, Slots, emotions
from yesand.heidi.tools.asker import Asker
from yesand.kernel.clock import Period
from yesand.people.sight import visible
from yesand.reliance.models import Report
from yesand.royalties.lines import percent
from yesand.takes.models import Take
from yesand.takes.reviewing.services import queue
from yesand.training.models import Deployment, TrainedModel

MOST = 6
_QUEUE = re.compile(r"\bqueued?\b|\b(wait|waits|waiting) for (a |my |our )?(verdict|review)\b")


def agreements(asker: Asker, _slots: Slots) -> Reply:
    """List the agreements that a person may see, the newest first."""
    rows = _agreements(asker)
    number = rows.count()
    if not number:
        return Reply(
            _("There is no agreement of yours here yet. The producer offers one before a session."),
            links=(Link(_("Agreements"), reverse("agreements")),),
        )
    found = list(rows[:MOST])
    text = ngettext("There is %(n)d agreement.", "There are %(n)d agreements.", number) % {
        "n": number
    }
    first = found[0]
    return Reply(
        text,
        rows=tuple(
            Row(
                f"{a.template}, {a.performer}" if asker.sight.everything else a.template,
                _("signed %(date)s, %(kind)s")
                % {"date": f"{a.signed_at:%Y-%m-%d}", "kind": a.kind},
                reverse("agreement", args=[a.digest]),
            )
            for a in found
        ),
        links=(Link(_("All agreements"), reverse("agreements")),),
        quotes=(Quote(_("In short"), first.summary, reverse("agreement", args=[first.digest])),)
        if number == 1
        else (),
    )


def _agreements(asker: Asker) -> QuerySet[Agreement]:
    rows = visible(Agreement, asker.sight).select_related("performer")
    return rows.order_by("-signed_at", "digest")


def clause(asker: Asker, slots: Asked) -> Reply:
    """Explain the clauses of a person's own agreement that a question is about."""
    agreement = _agreements(asker).first()
    if agreement is None and asker.sight.licensees:
        return Reply(
            _(
                "What your organisation may do stands in the request of each manifest it holds. "
                "Ask for a corpus and say what it is for: before you send it you see how many "
                "takes that permits, and for all others which clause stands against it."
            ),
            links=(
                Link(_("Ask for a corpus"), reverse("corpus_request")),
                Link(_("Your manifests"), reverse("manifests")),
            ),
            offers_human=True,
        )
    if agreement is None:
        return Reply(
            _("I see no agreement of yours, so I cannot say what it says."),
            links=(Link(_("Agreements"), reverse("agreements")),),
            offers_human=True,
        )
    address = reverse("agreement", args=[agreement.digest])
    among = clauses(agreement.text)
    found = about(slots.question, among)
    if not found:
        explain = _("Explain clause")
        return Reply(
            _("Which clause do you mean? Your agreement has these, or read it whole."),
            links=(Link(_("Your agreement"), address),),
            suggestions=tuple(f"{explain} {c.number}: {c.title}" for c in among[1:7]),
        )
    told = {"date": f"{agreement.signed_at:%Y-%m-%d}", "name": agreement.performer}
    text = _("Your agreement of %(date)s says, in its own words:") % told
    if asker.sight.everything:
        text = _("The latest agreement, of %(date)s with %(name)s, says in its own words:") % told
    quotes = tuple(Quote(f"{c.number}. {c.title}", c.says, address) for c in found)
    return Reply(text, quotes=quotes, links=(Link(_("The whole agreement"), address),))


def takes(asker: Asker, slots: Found) -> Reply:
    """Find takes by feeling, state, month and scene, and say why one was rejected."""
    if asker.sight.everything and _QUEUE.search(slots.words.lower()):
        return _queued(asker)
    everybodys = visible(Take, asker.sight).select_related("scene", "performer")
    rows = everybodys
    if slots.emotion:
        rows = rows.filter(_feeling(slots.emotion))
    if slots.state:
        rows = rows.filter(state=slots.state)
    if slots.month:
        month = Period.parse(slots.month)
        rows = rows.filter(recorded_at__gte=month.start, recorded_at__lt=month.end)
    rows = _of_scene(rows, slots.words).order_by("-recorded_at", "-id")
    number = rows.count()
    links = (Link(_("All takes"), reverse("takes")),)
    if not number:
        return _none_such(everybodys, slots, links)
    text = ngettext("I found %(n)d take.", "I found %(n)d takes.", number) % {"n": number}
    return Reply(text, rows=tuple(_take(asker, take) for take in rows[:MOST]), links=links)


def _queued(asker: Asker) -> Reply:
    """List what waits for somebody's ears, the longest waiting first."""
    rows = queue().filter(pk__in=visible(Take, asker.sight).values("pk"))
    links, number = (Link(_("Queue"), reverse("queue")),), rows.count()
    if not number:
        return Reply(_("The queue is empty: no take waits for a verdict."), links=links)
    text = ngettext(
        "%(n)d take waits for a verdict.", "%(n)d takes wait for a verdict.", number
    ) % {"n": number}
    first = rows.order_by("recorded_at", "pk")[:MOST]
    return Reply(text, rows=tuple(_take(asker, take) for take in first), links=links)


def _feeling(emotion: str) -> Q:
    """Match a feeling by whatever corpora call it: anger is "angry" in one, "anger" in another."""
    named = Q(emotion__iexact=emotion)
    for word in emotions(emotion):
        named |= Q(emotion__iexact=word)
    return named


def _none_such(everybodys: QuerySet[Take], slots: Found, links: tuple[Link, ...]) -> Reply:
    """Say that there is no such take, and which there are: by feeling, or by state if asked so."""
    by = "state" if slots.state else "emotion"
    counted = everybodys.values_list(by).annotate(n=Count("pk")).order_by("-n", by)[:8]
    if not counted:
        return Reply(_("There are no takes of yours yet."), links=links)
    address = reverse("takes")
    rows = tuple(Row(name, f"{n:,}", f"{address}?{urlencode({by: name})}") for name, n in counted)
    text = _("I find no such take. There are these:")
    if slots.state == "rejected" and not everybodys.filter(state=slots.state).exists():
        text = _("No take was rejected. There are these:")
    return Reply(text, rows=rows, links=links)


def _of_scene(rows: QuerySet[Take], words: str) -> QuerySet[Take]:
    """Narrow takes to the scenes whose title has one of the words, if any has."""
    named = Q()
    for term in terms(words):
        if len(term) >= 4 and term not in _TAKEN:
            named |= Q(scene__title__icontains=term)
    if not named:
        return rows
    narrowed = rows.filter(named)
    return narrowed if narrowed.exists() else rows


#: Words of every such question, which are no scene's.
_TAKEN = frozenset(
    terms(
        "take takes recording recordings recorded clip clips rejected accepted disputed scene "
        "last month week find show list angry happy sound quality latest yesterday performed"
    )
)


def _take(asker: Asker, take: Take) -> Row:
    name = f"{take.emotion}, {take.recorded_at:%Y-%m-%d}"
    if asker.sight.everything:
        name = f"{take.performer}, {name}"
    reasons = "; ".join(_reasons(take)) if take.state == Take.State.REJECTED else ""
    scene = f"{take.scene}, " if take.scene else ""
    says = f"{scene}{take.state}" + (f": {reasons}" if reasons else "")
    return Row(name, says, reverse("take", args=[take.sha256]))


def _reasons(take: Take) -> list[str]:
    """Return why a take was rejected: what was heard in it, and what a producer said of it."""
    heard = [str(f.get("reason", "")) for f in take.findings if f.get("rejects")]
    said = take.reviews.last()
    return [*heard, said.reason] if said and said.verdict == Take.State.REJECTED else heard


def learned(asker: Asker, _slots: Slots) -> Reply:
    """Tell which models learned from a person, with share, interval and where they serve."""
    models = visible(TrainedModel, asker.sight).order_by("-at")
    found = list(models[:MOST])
    if not found:
        return Reply(
            _("No model that you may see has been registered yet."),
            links=(Link(_("Models"), reverse("models")),),
        )
    rows = [row for model in found for row in _model(asker, model)]
    number = models.count()
    if asker.sight.performer and not asker.sight.everything:
        text = ngettext(
            "%(n)d model learned from you.", "%(n)d models learned from you.", number
        ) % {"n": number}
    else:
        text = ngettext("There is %(n)d model.", "There are %(n)d models.", number) % {"n": number}
    return Reply(text, rows=tuple(rows), links=(Link(_("All models"), reverse("models")),))


def _model(asker: Asker, model: TrainedModel) -> list[Row]:
    address = reverse("model", args=[model.digest])
    serving = Deployment.objects.filter(model=model, decommission=None).select_related("licensee")
    names = ", ".join(f"{d.name} ({d.licensee})" for d in serving)
    state = _("in service: %(names)s") % {"names": names} if names else _("not in service")
    rows = [Row(model.name, state, address)]
    performer = asker.sight.performer
    report = visible(Report, asker.sight).filter(model=model).order_by("-at", "digest").first()
    share = report.shares.get(performer.handle) if report and performer else None
    if report and share:
        said = _("%(share)s (between %(low)s and %(high)s)") % {
            "share": percent(share["share_ppb"]),
            "low": percent(share["low_ppb"]),
            "high": percent(share["high_ppb"]),
        }
        rows.append(Row(_("Your share in it"), said, reverse("report", args=[report.digest])))
    elif report:
        rows.append(Row(_("Its report"), report.method, reverse("report", args=[report.digest])))
    return rows
