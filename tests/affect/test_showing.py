"""Which take a rater is given, by what its agreement permits, and gold among the others."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from rating_files import table, taken

import yesand
from small_troupe import troupe
from yesand.affect.golden.services import set_gold
from yesand.affect.held import erase
from yesand.affect.models import Rater, Rating, Showing, Skip
from yesand.affect.permission.services import accepted, permitted
from yesand.affect.rating.given import MOST_POINTS
from yesand.affect.rating.services import export_ratings
from yesand.affect.reliability.services import said_in
from yesand.affect.showing.answer import Asked, read
from yesand.affect.showing.forms import filled
from yesand.affect.showing.services import answer, begin, enrolled, progress, shown, skip
from yesand.affect.spaces import categories
from yesand.agreements.scope import EVERYTHING, Scope
from yesand.agreements.templates import standard
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, Refused
from yesand.oversight.withdrawing.services import take_back
from yesand.people.models import Performer, Seat, User
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.media import MediaStore
from yesand.takes.models import Session, Take

SAID = {"label": ["anger"], "intensity-anger": ["70"], "valence": ["2"], "arousal": ["8"],
        "dominance": ["6"]}  # fmt: skip


@pytest.fixture
def rita(rated: yesand.House) -> User:
    """Somebody with a rater's seat in a house of nine takes."""
    user = User.objects.create(username="rita")
    Seat.objects.create(user=user, role=Seat.Role.RATER)
    return user


def judged(house: yesand.House, user: User) -> list[Showing]:
    """Judge all that is given."""
    given = []
    while (showing := begin(house.place, user)) is not None:
        given.append(showing)
        answer(house.place, showing, SAID, 1)
    return given


def test_the_open_take_stays_until_it_is_judged(rated: yesand.House, rita: User) -> None:
    first = begin(rated.place, rita)
    assert first is not None and begin(rated.place, rita) == first
    assert progress(rated.place, rita).waiting == 9
    answer(rated.place, first, SAID, 1)
    second = begin(rated.place, rita)
    assert second is not None and second.take_id != first.take_id
    assert (progress(rated.place, rita).done, progress(rated.place, rita).waiting) == (1, 8)


def test_how_many_wait_does_not_tell_which_take_was_gold(rated: yesand.House, rita: User) -> None:
    for take in Take.objects.order_by("pk")[:3]:
        set_gold(rated.place, take, "ekman", "anger")
    left = [progress(rated.place, rita).waiting]
    while (showing := begin(rated.place, rita)) is not None and left[-1]:
        answer(rated.place, showing, SAID, 1)
        left.append(progress(rated.place, rita).waiting)
    fallen = [before - after for before, after in pairwise(left)]
    assert left[0] == 9 and set(fallen[:-1]) == {1}


@pytest.mark.parametrize(
    "drawn", ['{"valence": [[1e999, 5]]}', "[[[", '{"valence": 3}', '{"x": [[0, 1]]}']
)
def test_a_line_that_was_not_drawn_here_is_refused(
    rated: yesand.House, rita: User, drawn: str
) -> None:
    showing = begin(rated.place, rita)
    assert showing is not None
    with pytest.raises(BadInput):
        answer(rated.place, showing, {**SAID, "trace": [drawn]}, 1)
    assert not Rating.objects.exists()


def test_what_was_withdrawn_is_given_to_no_rater(rated: yesand.House, rita: User) -> None:
    alba, bert = (Performer.objects.get(handle=name) for name in ("Alba", "Bert"))
    one = Take.objects.filter(performer=bert).first()
    assert one is not None and len(accepted(rated.place.clock.now())) == 9
    take_back(rated.place, alba, EVERYTHING)
    take_back(rated.place, bert, Scope(takes=frozenset({one.sha256})))
    given = judged(rated, rita)
    assert len(given) == 5
    assert {g.take.performer.handle for g in given} == {"Bert", "Cleo"}
    assert one.pk not in {g.take_id for g in given}


def test_terms_that_have_ended_give_nothing_to_hear(
    house: yesand.House, tmp_path: Path, clock: SetClock
) -> None:
    draft = standard("recognition", date(2026, 10, 1))
    troupe(house, tmp_path / "t", draft)
    assert len(accepted(clock.now())) == 9
    clock.advance(days=365 * 60)
    assert accepted(clock.now()) == []


def test_a_correction_counts_alone_where_reliability_looks(
    rated: yesand.House, rita: User, tmp_path: Path
) -> None:
    showing = begin(rated.place, rita)
    assert showing is not None
    answer(rated.place, showing, SAID, 1)
    answer(rated.place, showing, {**SAID, "label": ["fear"], "intensity-fear": ["30"]}, 2)
    assert [dict(one.emotions) for one in said_in("ekman@1", "voice")] == [{"fear": 30}]
    assert export_ratings(tmp_path / "r.csv") == (1, 0)
    assert Rating.objects.count() == 2


def test_gold_comes_in_places_that_nobody_can_count(rated: yesand.House) -> None:
    """Of a rater's first takes about a tenth are gold: in another place for each rater."""
    from yesand.affect.showing import services

    golden = Take.objects.filter(state="accepted").first()
    assert golden is not None
    set_gold(rated.place, golden, "ekman", "anger")
    places = set()
    for n in range(16):
        user = User.objects.create(username=f"r{n}")
        given = [s.take_id for s in judged_by_skipping(rated, user)]
        if golden.pk in given:
            places.add(given.index(golden.pk))
    assert 2 <= len(places) <= 8
    assert services.GOLD_EVERY == 10


def test_a_corpus_is_judged_in_its_own_words(rated: yesand.House, rita: User) -> None:
    assert Session.objects.filter(performer__handle="Alba").update(corpus="crema-d") == 1
    spaces = {g.take.performer.handle: g.space for g in judged_by_skipping(rated, rita)}
    assert spaces == {"Alba": "crema-d@1", "Bert": "ekman@1", "Cleo": "ekman@1"}


def judged_by_skipping(house: yesand.House, user: User) -> list[Showing]:
    given = []
    while (showing := begin(house.place, user)) is not None:
        given.append(showing)
        skip(house.place, showing, "cannot-tell")
    return given


def test_what_one_rated_elsewhere_is_not_given_again(rated: yesand.House, tmp_path: Path) -> None:
    user = User.objects.create(username="rita")
    Seat.objects.create(user=user, role=Seat.Role.RATER)
    taken(rated, table(tmp_path / "r.csv", "Alba-angry,rita,anger,,,,,,"), space="crema-d")
    assert enrolled(user) == Rater.objects.get(name="rita")
    assert len(judged(rated, user)) == 8


def test_a_take_that_enough_have_judged_waits_for_nobody(rated: yesand.House, rita: User) -> None:
    for n in range(5):
        user = User.objects.create(username=f"r{n}")
        judged(rated, user)
    assert progress(rated.place, rita).waiting == 0 and begin(rated.place, rita) is None


def test_a_judged_take_cannot_be_skipped(rated: yesand.House, rita: User) -> None:
    (first, *_) = judged(rated, rita)
    with pytest.raises(BadInput):
        skip(rated.place, first, "broken")


def all_given(house: yesand.House, user: User) -> list[Showing]:
    """Judge all that is given; at each step the page said that as much waits."""
    given, waits = [], [progress(house.place, user).waiting]
    while (showing := begin(house.place, user)) is not None:
        assert waits[-1] > 0
        given.append(showing)
        answer(house.place, showing, SAID, 1)
        waits.append(progress(house.place, user).waiting)
    assert waits[-1] == 0 and waits == sorted(waits, reverse=True)
    return given


def test_what_waits_is_what_is_given_whatever_is_lost_twice_there_or_judged_otherwise(
    rated: yesand.House, rita: User, tmp_path: Path
) -> None:
    place = rated.place
    lost, twice, seen, *_ = Take.objects.order_by("pk")
    MediaStore(place.media).path_of(lost.sha256).unlink()
    bert = Performer.objects.exclude(pk=twice.performer_id).first()
    session = Session.objects.filter(performer=bert).first()
    copy = Take(**{f.name: getattr(twice, f.name) for f in Take._meta.concrete_fields})
    copy.pk, copy.performer, copy.session = None, bert, session  # one sound, of two performers
    copy.entry = log.record(place, Kind.TAKE_RECORDED, "0" * 64)
    copy.save(force_insert=True)
    # Five judged its face, and five in other words: that is not what is asked here.
    for n in range(5):
        name = seen.sha256
        taken(rated, table(tmp_path / "r.csv", f"{name},f{n},anger,,,,,,"), space="ekman",
              modality="face")  # fmt: skip
        taken(rated, table(tmp_path / "r.csv", f"{name},g{n},anger,,,,,,"), space="crema-d")
    given = [showing.take.sha256 for showing in all_given(rated, rita)]
    assert len(given) == len(set(given)) == 8
    assert lost.sha256 not in given and {twice.sha256, seen.sha256} <= set(given)


def test_a_take_that_one_holds_open_stays_though_enough_have_judged_it(
    rated: yesand.House, rita: User
) -> None:
    held = begin(rated.place, rita)
    assert held is not None
    for n in range(5):
        judged(rated, User.objects.create(username=f"r{n}"))
    assert progress(rated.place, rita).waiting == 1 and begin(rated.place, rita) == held


def test_a_name_that_is_too_long_for_a_rater_is_cut_and_told_apart(rated: yesand.House) -> None:
    long = [User.objects.create(username="x" * 149 + end) for end in "ab"]
    first, second = (enrolled(user) for user in long)
    assert first != second and len(first.name) == 80 and first.user == long[0]
    assert enrolled(long[0]) == first
    showing = begin(rated.place, long[0])
    assert showing is not None and answer(rated.place, showing, SAID, 1).rater == first


def test_the_words_of_who_leaves_go_with_them(rated: yesand.House, rita: User) -> None:
    otto = User.objects.create(username="otto")
    for user in (rita, otto):
        showing = begin(rated.place, user)
        assert showing is not None
        skip(rated.place, showing, "other", f"{user.username} knows that voice")
    with pytest.raises(DatabaseError), transaction.atomic():
        Skip.objects.update(words="another word")
    with pytest.raises(DatabaseError), transaction.atomic():
        Skip.objects.update(words="", reason="broken")
    erase(rated.place, rita)
    erase(rated.place, rita)  # again changes nothing
    assert set(Skip.objects.values_list("words", flat=True)) == {"", "otto knows that voice"}
    assert rated.check()


def test_nobody_is_shown_their_own_performance(rated: yesand.House, rita: User) -> None:
    showing = begin(rated.place, rita)
    assert showing is not None and shown(rated.place, rita, showing.pk) == showing
    Performer.objects.filter(pk=showing.take.performer_id).update(user=rita)
    with pytest.raises(Refused, match="own performance"):
        shown(rated.place, rita, showing.pk)
    following = begin(rated.place, rita)
    assert following is not None and following.take.performer_id != showing.take.performer_id


def test_the_longest_line_that_a_rating_may_have_can_be_drawn(
    rated: yesand.House, rita: User
) -> None:
    line = [[86_380_000 + n, 9_000] for n in range(MOST_POINTS)]
    drawn = json.dumps(dict.fromkeys(("valence", "arousal", "dominance"), line))
    assert read({**SAID, "trace": [drawn]}, Asked("a" * 64, "rita", categories("ekman")), "k", 1)
    assert filled({**SAID, "trace": [drawn]}).trace == drawn


def test_how_many_agreements_there_are_costs_no_query_each(rated: yesand.House) -> None:
    takes = list(Take.objects.select_related("session"))
    assert len({take.session.agreement_id for take in takes}) == 3
    with CaptureQueriesContext(connection) as asked:
        assert len(permitted(takes, rated.place.clock.now())) == 9
    assert len(asked) <= 6
