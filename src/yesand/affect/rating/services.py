"""Ratings come in, and go out: each is logged, bad rows are kept, and again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from yesand.affect.models import Rater, Rating, RatingFault, Showing
from yesand.affect.rating.files import (
    Defaults,
    ReadRow,
    format_of,
    read,
    storable,
    written,
)
from yesand.affect.rating.finding.services import Known, Takes, of
from yesand.affect.rating.given import AXES, Given, modal, scaled, spaced
from yesand.affect.rating.report import RatingReport
from yesand.affect.spaces import categories
from yesand.kernel.clock import stamp
from yesand.kernel.durable import write
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_file, digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.people.models import Seat, User
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind

#: Ratings a transaction: an interrupted import loses less than a second of work.
BATCH = 2_000


def import_ratings(
    place: Place,
    path: Path,
    *,
    how: str = "",
    defaults: Defaults | None = None,
    progress: Progress = silent,
) -> RatingReport:
    """Take a file of ratings in; again changes nothing, interrupted it resumes.

    A rater's id with other content is refused and kept, as is every other bad row.

    Parameters
    ----------
    how : ``csv`` or ``label-studio``; empty: by the file's name.
    defaults : space, scale and modality where a row does not say them.

    Raises
    ------
    BadInput : the file cannot be read or is not in that format, or there is no such space, scale or
        modality to begin with.
    """
    how, told = how or format_of(path), defaults or Defaults()
    told = Defaults(spaced(told.space), scaled(told.scale), modal(told.modality))
    rows = list(read(path, how, told))
    work = _Import(place, digest_file(path), how, Takes(), RatingReport(path.name))
    for start in range(0, len(rows), BATCH):
        progress(start, len(rows), path.name)
        work.take(rows[start : start + BATCH])
    progress(len(rows), len(rows), path.name)
    log.publish(place)
    return work.report


def rate(
    place: Place,
    given: Given,
    source: str,
    showing: Showing | None = None,
    follows: Rating | None = None,
) -> tuple[Rating, bool]:
    """Enter one rating; return it, and whether it is new.

    Parameters
    ----------
    showing : of a rating on a page, what was shown. follows : what it takes the place of.

    Raises
    ------
    BadInput : no such take, or the rater's id stands for another rating already.
    """
    with transaction.atomic():
        log.wait_to_write()
        found = Takes([given.take]).find if showing is None else partial(of, showing.take)
        known = found(given)
        rater = raters([given.rater])[given.rater]
        key = given.named(known.sha256)
        before = Rating.objects.filter(rater=rater, key=key).select_related("take").first()
        if before is not None:
            _check_same(before.content(), before.at, given, known)
            return before, False
        made = _made(place, given, known, rater, source)
        made.showing, made.follows = showing, follows
        made.entry = log.record(place, Kind.RATING_GIVEN, digest_of(rating_payload(made)))
        made.save(force_insert=True)
    return made, True


def rating_payload(rating: Rating) -> dict[str, Any]:
    """Return what a rating's log entry commits to; the rater stands in it by a pseudonym."""
    told = {
        **rating.content(),
        "at": stamp(rating.at),
        "key": rating.key,
        "rater": rating.rater.pseudonym.hex,
    }
    return told if rating.follows is None else {**told, "follows": rating.follows.entry.record}


def export_ratings(path: Path, how: str = "", space: str = "") -> tuple[int, int]:
    """Write all ratings, in the log's order; return how many, and how many traces had no place.

    What a rater corrected is written as it is now.

    Parameters
    ----------
    space : only those in this space or scale, e.g. ``crema-d@1``; empty: all.
    """
    rows = Rating.objects.filter(followed_by=None).select_related("take", "rater")
    if space:
        rows = rows.filter(space=space) | rows.filter(scale=space)
    given = [(given_of(row), row.take.original_name) for row in rows.order_by("entry_id")]
    text, left_out = written(given, how or format_of(path))
    write(path, text.encode())
    return len(given), left_out


def given_of(row: Rating) -> Given:
    """Return a record as files have it: labels and axes in the order of their space.

    PostgreSQL's ``jsonb`` keeps no order of names (its manual, 8.14), SQLite's text does.
    """
    labels = categories(row.space).labels if row.space else ()
    return Given(
        take=row.take.sha256,
        rater=row.rater.name,
        modality=row.modality,
        space=row.space,
        emotions=_ordered(row.emotions, labels),
        scale=row.scale,
        axes=_ordered(row.axes, AXES),
        trace=_ordered(row.trace, AXES),
        spent_ms=row.spent_ms,
        at=row.at,
        key=row.key,
    )


def _ordered(told: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: told[name] for name in names if name in told}


def raters(names: Sequence[str]) -> dict[str, Rater]:
    """Return raters by name, entering who is new; one with a rater's seat here is that person.

    So is one who got the seat after their first ratings came in.
    """
    found = {rater.name: rater for rater in Rater.objects.filter(name__in=set(names))}
    people = User.objects.filter(seats__role=Seat.Role.RATER, rater=None, username__in=set(names))
    seated = {user.username: user for user in people}
    for name in dict.fromkeys(names):
        if name not in found:
            found[name] = Rater.objects.create(name=name, user=seated.get(name))
        elif name in seated and found[name].user_id is None and not found[name].forgotten:
            found[name].user = seated[name]
            found[name].save(update_fields=["user"])
    return found


def rater_of(user: User) -> Rater | None:
    """Return who an account is among raters: by link, or else by the name of one with a seat."""
    linked = Rater.objects.filter(user=user).first()
    if linked is not None or not user.seats.filter(role=Seat.Role.RATER).exists():
        return linked
    named = Rater.objects.filter(user=None, name=user.username).first()
    return None if named is None or named.forgotten else named


@dataclass
class _Import:
    """One import under way."""

    place: Place
    file: str
    source: str
    takes: Takes
    report: RatingReport

    def take(self, rows: Sequence[ReadRow]) -> None:
        """Take a batch of rows in, with what is wrong with the others."""
        told = replace(self.report, bad=list(self.report.bad))
        with transaction.atomic():
            log.wait_to_write()
            good, bad = self._sorted(rows)
            who = raters([given.rater for _, given, _ in good])
            new = list(self._new(good, who, told, bad))
            digests = [digest_of(rating_payload(row)) for row in new]
            entries = log.record_many(self.place, Kind.RATING_GIVEN, digests)
            for row, entry in zip(new, entries, strict=True):
                row.entry = entry
            Rating.objects.bulk_create(new)
            told.new += len(new)
            bad.sort(key=lambda told: told[0].number)
            told.bad += [(row.number, fault.sentence()) for row, fault in bad]
            RatingFault.objects.bulk_create(self._faults(bad), ignore_conflicts=True)
        self.report = told

    def _sorted(
        self, rows: Sequence[ReadRow]
    ) -> tuple[list[tuple[ReadRow, Given, Known]], list[tuple[ReadRow, BadInput]]]:
        good, bad = [], []
        for row in rows:
            try:
                if isinstance(row.given, BadInput):
                    raise row.given
                good.append((row, row.given, self.takes.find(row.given)))
            except BadInput as fault:
                bad.append((row, fault))
        return good, bad

    def _new(
        self,
        good: Sequence[tuple[ReadRow, Given, Known]],
        who: dict[str, Rater],
        told: RatingReport,
        bad: list[tuple[ReadRow, BadInput]],
    ) -> Iterator[Rating]:
        keys = {given.named(known.sha256) for _, given, known in good}
        there = {
            (row.rater_id, row.key): (row.content(), row.at)
            for row in Rating.objects.filter(
                rater__in=list(who.values()), key__in=keys
            ).select_related("take")
        }
        for row, given, known in good:
            rater = who[given.rater]
            at = (rater.pk, given.named(known.sha256))
            if at not in there:
                made = _made(self.place, given, known, rater, self.source)
                there[at] = (given.content(known.sha256), made.at)
                yield made
                continue
            try:
                _check_same(*there[at], given, known)
                told.known += 1
            except BadInput as fault:
                bad.append((row, fault))

    def _faults(self, bad: Sequence[tuple[ReadRow, BadInput]]) -> Iterator[RatingFault]:
        for row, fault in bad:
            yield RatingFault(
                file=self.file,
                row=row.number,
                reason=storable(fault.sentence())[:500],
                content=row.content,
                at=self.place.clock.now(),
            )


def _made(place: Place, given: Given, known: Known, rater: Rater, source: str) -> Rating:
    said = given.content(known.sha256)
    del said["take"]
    return Rating(
        take=known.take,
        rater=rater,
        key=given.named(known.sha256),
        at=given.at or place.clock.now(),
        source=source,
        **said,
    )


def _check_same(content: dict[str, Any], at: Any, given: Given, known: Known) -> None:
    """Refuse another rating under an id that is taken; a file need not say when."""
    if content == given.content(known.sha256) and given.at in {None, at}:
        return
    raise BadInput(
        "The rater has said something else of this already",
        where=given.named(known.sha256)[:60],
        remedy="What was rated is never changed; a second rating needs an id of its own.",
    )
