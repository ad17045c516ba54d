"""Giving raters takes to judge, one at a time and blind, and keeping what they say of each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.crypto import salted_hmac

from yesand.affect.asking.services import Asked as Next
from yesand.affect.asking.services import next_takes
from yesand.affect.golden.services import gold
from yesand.affect.models import Rater, Rating, Showing, Skip
from yesand.affect.permission.services import permitted
from yesand.affect.questions.questions import EVERYTHING, Questions
from yesand.affect.questions.services import of
from yesand.affect.questions.services import standing as standing_questions
from yesand.affect.rating.files import storable
from yesand.affect.rating.services import rate, rater_of, raters
from yesand.affect.showing.answer import SCALE, Asked, Form, read
from yesand.affect.spaces import Categories, categories, dimensions, space_of_corpus
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest, digest_of
from yesand.kernel.place import Place
from yesand.kernel.wording import marked as _
from yesand.people.models import User
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.media import MediaStore
from yesand.takes.models import Take

#: Takes that so many raters have judged are done (see the measured table of docs/affect.md).
ENOUGH = 5
#: One in so many takes is a gold one; which of them, nobody can foresee.
GOLD_EVERY = 10
#: In which the house's own takes are judged, and those of corpora without a space of their own.
OWN_SPACE = "ekman"
#: What a rater is given: the sound of a take, also of one that has a picture.
MODALITY = "voice"
_SCALE = dimensions(SCALE).id
_DAY_MS = 86_400_000
_NEVER = 10**9


@dataclass(frozen=True)
class Progress:
    """How far a rater has come: takes that they judged or could not, and that wait for them."""

    done: int
    waiting: int


def enrolled(user: User) -> Rater:
    """Return a person as a rater, entered if they are new.

    Raises
    ------
    Refused : another person rates here under their name.
    """
    name = _called(user)
    found = rater_of(user) or raters([name])[name]
    if found.user is None and not found.forgotten:
        found.user = user  # they judged elsewhere, before they had a seat here
        found.save(update_fields=["user"])
    if found.user != user:
        raise Refused("Another person rates here under that name", where=user.username)
    return found


def _called(user: User) -> str:
    """Return a user's name as a rater: what is too long for one is told apart by its hash."""
    most = Rater._meta.get_field("name").max_length or 80
    if len(user.username) <= most:
        return user.username
    return f"{user.username[: most - 13]}~{digest(user.username.encode())[:12]}"


def answered(rater: Rater) -> QuerySet[Showing]:
    """Return what a rater was shown and has judged, or could not judge, the latest first."""
    rows = Showing.objects.filter(rater=rater)
    either = rows.filter(ratings__isnull=False) | rows.filter(skip__isnull=False)
    return either.distinct().order_by("-at", "pk")


def progress(place: Place, user: User) -> Progress:
    """Return how far a person has come."""
    rater = enrolled(user)
    # Gold counts too: a number that does not fall would tell which take was one.
    left = sum(len(some.plain) + len(some.golden) for some in _left(place, rater) if some.plain)
    return Progress(answered(rater).count(), left)


def since() -> datetime:
    """Return when the latest take came in: since then at least, what waits is waiting."""
    rows = Take.objects.filter(state=Take.State.ACCEPTED).order_by("-recorded_at")
    return rows.values_list("recorded_at", flat=True)[0]


def begin(place: Place, user: User) -> Showing | None:
    """Return the take that a person is to judge now: the open one, or the next; none is left.

    The next is the one whose rating tells most, or in its turn a gold one; never one that they
    judged, never their own performance, only what its agreement permits.
    """
    rater = enrolled(user)
    left = _left(place, rater)
    there = {take.pk for some in left for take in some}
    for row in _open(rater):
        if row.take_id in there:
            return row
    found = _chosen(rater, left)
    if found is None:
        return None
    asked_ = of(found.session.project_id, standing_questions())
    told = {"space": _space(found).id, "asked": str(asked_), "at": place.clock.now()}
    return Showing.objects.get_or_create(rater=rater, take=found, defaults=told)[0]


def shown(place: Place, user: User, name: UUID) -> Showing:
    """Return what a person was shown.

    Raises
    ------
    NotFound : that was shown to somebody else, or to nobody.
    Refused : the take may not be heard any more, or it is their own performance.
    """
    rows = Showing.objects.select_related("rater", "take__session", "take__performer")
    found = rows.filter(pk=name, rater__user=user).first()
    if found is None:
        raise NotFound("Nothing was shown under that name")
    if found.take.performer.user_id == user.pk:
        raise Refused(_("This is your own performance"), remedy=_("Go on with the next."))
    may = found.take.state == Take.State.ACCEPTED and permitted([found.take], place.clock.now())
    if not may or not _kept(place, found.take.sha256):
        raise Refused(_("This take may not be heard any more"), remedy=_("Go on with the next."))
    return found


def standing(showing: Showing) -> Rating | None:
    """Return what a rater says of what they were shown, as it is now."""
    return showing.ratings.filter(followed_by=None).first()


def answer(
    place: Place, showing: Showing, form: Form, number: int, spent_ms: int | None = None
) -> Rating:
    """Keep what a rater says of a take; the same again changes nothing.

    Parameters
    ----------
    number : 1 for what they say first; a correction counts on, and takes the place of what it
        follows.
    spent_ms : how long it took, as the browser says; never more than has passed here.

    Raises
    ------
    BadInput : the form does not hold, or something else was sent in the meantime.
    """
    with transaction.atomic():
        log.wait_to_write()
        key = f"{showing.pk.hex}/{number}"
        spent = _spent(place, showing, number, spent_ms)
        given = read(form, asked(showing), key, spent)
        before = showing.ratings.filter(key=key).select_related("take").first()
        if before is not None:
            if before.content() == given.content(showing.take.sha256) | {
                "spent_ms": before.spent_ms
            }:
                return before
            raise _stale()
        if number != showing.ratings.count() + 1:
            raise _stale()
        made, _new = rate(place, given, "page", showing, standing(showing))
    return made


def asked(showing: Showing) -> Asked:
    """Return what the page asks of what was shown."""
    told = EVERYTHING if showing.asked is None else Questions.read(showing.asked)
    space = categories(showing.space)
    return Asked(showing.take.sha256, showing.rater.name, space, MODALITY, told)


def skip(place: Place, showing: Showing, reason: str, words: str = "") -> Skip:
    """Keep that a rater could not judge a take, and why; again changes nothing.

    Raises
    ------
    BadInput : none of the reasons, no words where the reason is another, or it is judged already.
    """
    if reason not in Skip.Reason.values:
        raise BadInput(_("Say why"), where="reason")
    words = str(storable(words)).strip()[:300]
    if reason == Skip.Reason.OTHER and not words:
        raise BadInput(_("Say in a few words what it is"), where="words")
    with transaction.atomic():
        log.wait_to_write()
        known = Skip.objects.filter(showing=showing).first()
        if known is not None:
            return known
        if showing.ratings.exists():
            raise BadInput(_("You have judged this take already: correct what you said"))
        made = Skip(showing=showing, reason=reason, words=words, at=place.clock.now())
        made.entry = log.record(place, Kind.RATING_SKIPPED, digest_of(skip_payload(made)))
        made.save(force_insert=True)
    return made


def skip_payload(made: Skip) -> dict[str, str]:
    """Return what a skip's log entry commits to; the rater stands in it by a pseudonym."""
    return {
        "at": stamp(made.at),
        "rater": made.showing.rater.pseudonym.hex,
        "reason": made.reason,
        "showing": made.showing.pk.hex,
        "take": made.showing.take.sha256,
        "words": made.words,
    }


def _stale() -> BadInput:
    return BadInput(
        _("Another answer to this take was sent in the meantime"),
        remedy=_("Open the take anew and correct what it says."),
    )


def _spent(place: Place, showing: Showing, number: int, told: int | None) -> int | None:
    passed = int((place.clock.now() - showing.at) / timedelta(milliseconds=1))
    if number > 1:  # when a correction was begun is not known here
        return told if told is not None and told <= min(passed, _DAY_MS) else None
    spent = passed if told is None else min(told, passed)
    return spent if spent <= _DAY_MS else None


def _open(rater: Rater) -> QuerySet[Showing]:
    return Showing.objects.filter(rater=rater, skip=None, ratings=None)


@dataclass(frozen=True)
class _Left:
    """What is left to a rater in one space, asked alike: takes that want judges, and gold.

    ``asked`` is the whole form: one that only gold has would tell it apart.
    """

    space: str
    asked: Questions
    plain: dict[str, Take]
    golden: dict[str, Take]

    def __iter__(self) -> Iterator[Take]:
        return iter([*self.plain.values(), *self.golden.values()])


def _left(place: Place, rater: Rater) -> list[_Left]:
    """Return what is left to a rater, space by space and as it is asked."""
    kinds: dict[tuple[str, Questions], dict[str, Take]] = {}
    stand = standing_questions()
    for take in _candidates(place, rater):
        kind = _space(take).id, of(take.session.project_id, stand)
        kinds.setdefault(kind, {})[take.sha256] = take
    held = set(_open(rater).values_list("take__sha256", flat=True))
    return [_parted(*kind, takes, held) for kind, takes in kinds.items()]


def _parted(space: str, asked_: Questions, takes: dict[str, Take], held: set[str]) -> _Left:
    # Gold is of emotions: nothing else could be told right or wrong by it.
    golden = gold(space).keys() & takes.keys() if asked_.emotions else set[str]()
    done = {sha256 for sha256, n in _judges(space, asked_).items() if n >= ENOUGH}
    left = takes.keys() - golden - (done - held)  # what they hold open is theirs
    kinds = ({name: takes[name] for name in takes if name in some} for some in (left, golden))
    return _Left(space, asked_, *kinds)


def _judges(space: str, asked_: Questions) -> dict[str, int]:
    """Return how many have judged each take by ear, in a space or, of sliders alone, on theirs."""
    where, part = ({"space": space}, "emotions") if asked_.emotions else ({"scale": _SCALE}, "axes")
    rows = Rating.objects.filter(**where, modality=MODALITY).exclude(**{part: {}}).order_by()
    return dict(rows.values_list("take__sha256").annotate(n=Count("rater", distinct=True)))


def _candidates(place: Place, rater: Rater) -> list[Take]:
    """Return the takes that a rater may be given, has not judged, and can hear; each sound once."""
    rows = Take.objects.filter(state=Take.State.ACCEPTED)
    if rater.user is not None:
        rows = rows.exclude(performer__user=rater.user)
    skipped = Showing.objects.filter(rater=rater, skip__isnull=False)
    for answered_ in (Rating.objects.filter(rater=rater), skipped):
        rows = rows.exclude(sha256__in=answered_.values("take__sha256"))
    rows = rows.select_related("session").order_by("entry_id")
    once = {take.sha256: take for take in reversed(permitted(rows, place.clock.now()))}
    return [take for take in reversed(once.values()) if _kept(place, take.sha256)]


def _space(take: Take) -> Categories:
    return space_of_corpus(take.session.corpus) or categories(OWN_SPACE)


def _chosen(rater: Rater, left: list[_Left]) -> Take | None:
    """Return the most telling take, or in its turn a gold one that is asked as that would be."""
    heads = [(_head(rater, some), some) for some in left if some.plain]
    if not heads:
        return None
    head, some = max(heads, key=lambda each: each[0].bits)
    if some.golden and _golden_turn(rater):
        return some.golden[_first(rater, some, some.golden, gold_every=1).take]
    return some.plain[head.take]


def _head(rater: Rater, some: _Left) -> Next:
    if some.asked.emotions:
        return _first(rater, some, some.plain)
    judges = _judges(some.space, some.asked)
    drawn = {name: digest(f"{rater.name}/{name}".encode()) for name in some.plain}
    take = min(some.plain, key=lambda name: (judges.get(name, 0), drawn[name]))
    # What one more sample tells of a Gaussian mean whose prior is worth one: ½ log₂ of variances.
    n = judges.get(take, 0)
    return Next(take, n, log2((n + 2) / (n + 1)) / 2)


def _first(rater: Rater, some: _Left, among: Collection[str], **more: Any) -> Next:
    # All of these are asked for: how many are enough was counted here.
    told: dict[str, Any] = {"rater": rater.name, "most": 1, "among": among, **more}
    (found,) = next_takes(some.space, MODALITY, enough=_NEVER, **told)
    return found


def _golden_turn(rater: Rater) -> bool:
    """Tell whether the rater's next take is gold: by chance, and always the same when asked again.

    The chance is the house's: a gold take in every tenth place would be told apart by counting.
    """
    place = f"{rater.pseudonym.hex}/{Showing.objects.filter(rater=rater).count()}"
    drawn = salted_hmac("yesand.affect.showing", place, algorithm="sha256").digest()
    return int.from_bytes(drawn[:8]) % GOLD_EVERY == 0


def _kept(place: Place, sha256: str) -> bool:
    try:
        MediaStore(place.media).path_of(sha256)
    except NotFound:
        return False
    return True
