"""A rater known by name who gets an account is that person: in what they hold, and when they go."""

from __future__ import annotations

from pathlib import Path

import pytest
from rating_files import table, taken

import yesand
from yesand.affect import held
from yesand.affect.models import Rater, Rating, RatingFault
from yesand.affect.rating.services import export_ratings, rater_of
from yesand.people import services as people
from yesand.people.leaving.services import erase, preview
from yesand.people.models import Performer
from yesand.provenance import services as log

SECRET = "a line of one's own"


def test_who_gets_an_account_later_is_who_rated_under_that_name(
    rated: yesand.House, tmp_path: Path
) -> None:
    rows = ("Alba-calm,rita,fear,,,,,,", "Alba-calm,saul,fear,,,,,,")
    taken(rated, table(tmp_path / "a.csv", *rows), space="crema-d")
    rita = people.account("rita", "rater", SECRET)
    assert [one["emotions"] for one in held.held(rita)["ratings"]] == [{"fear": None}]
    assert Rater.objects.get(name="rita").user is None
    taken(rated, table(tmp_path / "b.csv", "Bert-calm,rita,fear,,,,,,"), space="crema-d")
    assert Rater.objects.get(name="rita").user == rita and rita.rater.ratings.count() == 2
    assert held.held(rita)["rater"] == {"name": "rita", "pseudonym": rita.rater.pseudonym}
    assert Rater.objects.count() == 2 and Rater.objects.get(name="saul").user is None


def test_who_has_no_seat_to_rate_is_not_who_rated_under_that_name(
    rated: yesand.House, tmp_path: Path
) -> None:
    taken(rated, table(tmp_path / "a.csv", "Alba-calm,alba,fear,,,,,,"), space="crema-d")
    alba = people.account("alba", "performer", SECRET, Performer.objects.get(handle="Alba"))
    taken(rated, table(tmp_path / "b.csv", "Bert-calm,alba,fear,,,,,,"), space="crema-d")
    assert rater_of(alba) is None and held.held(alba)["ratings"] == []
    assert Rater.objects.get().user is None


@pytest.mark.both_databases
def test_erasure_reaches_what_was_rated_before_there_was_an_account(
    rated: yesand.House, tmp_path: Path
) -> None:
    rows = ("Alba-calm,rita,fear,,,,,,", "Alba-calm,rita,anger,,,,,,", "Alba-calm,rita,glee,,,,,,",
            "Alba-calm,saul,fear,,,,,,")  # fmt: skip
    assert len(taken(rated, table(tmp_path / "a.csv", *rows), space="crema-d")["bad"]) == 2
    rita = people.account("rita", "rater", SECRET)
    assert any("Your name from every rating" in one for one in preview(rated.place, rita).goes)
    assert any("rating that you gave" in one for one in preview(rated.place, rita).stays)
    erase(rated.place, rita)
    export_ratings(tmp_path / "o.csv")
    left = (tmp_path / "o.csv").read_text() + str(list(RatingFault.objects.values()))
    assert "rita" not in left and "saul" in left and RatingFault.objects.count() == 2
    assert sorted(row.entry.record == "" for row in Rating.objects.all()) == [False, True]
    log.audit(rated.place)


def test_who_is_called_as_one_who_left_does_not_become_them(
    rated: yesand.House, tmp_path: Path
) -> None:
    taken(rated, table(tmp_path / "a.csv", "Alba-calm,rita,fear,,,,,,"), space="crema-d")
    held.erase(rated.place, people.account("rita", "rater", SECRET))
    name = Rater.objects.get().name
    other = people.account(name, "rater", SECRET)
    assert rater_of(other) is None and held.held(other)["ratings"] == []
    told = taken(rated, table(tmp_path / "b.csv", f"Bert-calm,{name},fear,,,,,,"), space="crema-d")
    assert told["new"] == 1 and Rater.objects.get().user is None
