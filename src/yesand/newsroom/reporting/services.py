"""Computing a month's report, once; asking any of its figures again."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from yesand.kernel.clock import Period, stamp
from yesand.kernel.errors import NotFound, Refused
from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.newsroom import services as newsroom
from yesand.newsroom.drawing.of_figures import drawn
from yesand.newsroom.models import Article, Report
from yesand.newsroom.reporting.figure import Figure
from yesand.newsroom.reporting.queries import QUESTIONS, Asked, asked_of
from yesand.newsroom.reporting.telling import told
from yesand.people.models import User
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.statements import Predicate


def compute(place: Place, period: Period, by: User | None = None) -> Article:
    """Compute the report of a month that is over, and put it on the desk as a draft.

    It is computed once: a second time gives the article that there is.

    Raises
    ------
    Refused : the month is still open.
    """
    known = Article.objects.filter(period=str(period)).first()
    if known is not None:
        return known
    if place.clock.now() < period.end:
        raise Refused(
            f"{period} is still open", remedy=f"It can be told from {period.end:%Y-%m-%d} (UTC) on."
        )
    with transaction.atomic():
        report = _report(place, period)
        figures = figures_of(report)
        what = told(period, place.name, report.log_size, figures)
        what = newsroom.illustrated(place, what, drawn(str(period), list(figures.values())))
        return newsroom.draft(place, what, by, period=str(period), slug=_slug(period))


def _report(place: Place, period: Period) -> Report:
    last = Entry.objects.order_by("-index").values_list("index", flat=True).first()
    asked = Asked(period, 0 if last is None else last + 1)
    figures = {q.name: q.answer(asked).model_dump(mode="json") for q in QUESTIONS}
    at = place.clock.now()
    predicate = {
        "house": place.origin,
        "period": str(period),
        "log_size": asked.size,
        "computed": stamp(at),
        "figures": figures,
    }
    subject = {f"report-{period}": digest(str(period).encode())}
    envelope = dsse.seal(dsse.attest(Predicate.TRANSPARENCY, subject, predicate), [place.signer])
    name = digest(dsse.payload_of(envelope))
    return Report.objects.create(
        period=str(period),
        log_size=asked.size,
        figures=figures,
        digest=name,
        envelope=envelope,
        at=at,
        entry=log.record(place, Kind.REPORT_COMPUTED, name),
    )


def _slug(period: Period) -> str:
    return f"transparency-{period}"


def report_of(period: str) -> Report:
    """Return the report of a month.

    Raises
    ------
    NotFound : there is none.
    """
    found = Report.objects.filter(period=period).first()
    if found is None:
        raise NotFound("No report of that month", where=period)
    return found


def figures_of(report: Report) -> dict[str, Figure]:
    """Return a report's figures as signed, in their order."""
    return {
        q.name: Figure.model_validate(report.figures[q.name])
        for q in QUESTIONS
        if q.name in report.figures
    }


@dataclass(frozen=True)
class Again:
    """A figure as signed, and as it is when asked again now."""

    signed: Figure
    now: Figure

    @property
    def agrees(self) -> bool:
        """Both are the same."""
        return self.signed.parts == self.now.parts


def again(report: Report, name: str) -> Again:
    """Ask a figure of a report again, as of the same position of the log.

    Raises
    ------
    NotFound : the report has no such figure.
    """
    question, figures = asked_of(name), figures_of(report)
    if question is None or name not in figures:
        raise NotFound("The report has no such figure", where=name)
    asked = Asked(Period.parse(report.period), report.log_size)
    return Again(figures[name], question.answer(asked))
