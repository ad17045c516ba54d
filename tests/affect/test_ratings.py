"""Ratings come in once, bad rows are told and kept, and what was rated is never changed."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rating_files import table, taken

import yesand
from small_troupe import troupe
from yesand.affect import held
from yesand.affect.golden.services import gold, import_gold
from yesand.affect.models import Gold, Rater, Rating, RatingFault
from yesand.affect.rating.files import Defaults
from yesand.affect.rating.given import Given
from yesand.affect.rating.services import export_ratings, import_ratings, rate, rating_payload
from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.ids import digest_of
from yesand.people import services as people
from yesand.provenance import services as log
from yesand.takes.models import Take


@pytest.mark.both_databases
def test_a_file_comes_in_once(rated: yesand.House, tmp_path: Path) -> None:
    file = table(
        tmp_path / "r.csv",
        "Alba-angry.wav,rita,anger:80|disgust:20,sam,2,8,4.5,,",
        'Alba-angry,saul,anger,,,,,"{""valence"": [[0, 1.5], [400, 3]]}",',
    )
    file.write_text(file.read_text().replace(',anger,,,,,"{', ',anger,sam,,,,"{'))
    assert taken(rated, file, space="crema-d") == {
        "file": "r.csv", "total": 2, "new": 2, "known": 0, "bad": [],
    }  # fmt: skip
    again = taken(rated, file, space="crema-d")
    assert (again["new"], again["known"], again["bad"]) == (0, 2, [])
    one, two = Rating.objects.all()
    assert one.emotions == {"anger": 80, "disgust": 20} and one.space == "crema-d@1"
    assert one.axes == {"valence": 2_000, "arousal": 8_000} and one.spent_ms == 4_500
    assert two.trace == {"valence": [[0, 1_500], [400, 3_000]]} and two.emotions == {"anger": None}
    assert one.entry.kind == "rating.given" and one.entry.record == digest_of(rating_payload(one))
    log.audit(rated.place)


def test_every_bad_row_is_told_and_kept_and_the_rest_comes_in(
    rated: yesand.House, tmp_path: Path
) -> None:
    file = table(
        tmp_path / "r.csv",
        "nobody.wav,rita,anger,,,,,,",
        "Alba-angry.wav,,anger,,,,,,",
        "Alba-angry.wav,rita,boredom,,,,,,",
        "Alba-angry.wav,rita,anger:101,,,,,,",
        "Alba-angry.wav,rita,anger:80|fear,,,,,,",
        "Alba-angry.wav,rita,,sam,4.5,,,,",
        "Alba-angry.wav,rita,,,5,,,,",
        "Alba-angry.wav,rita,,sam,nan,,,,",
        'Alba-angry.wav,rita,,sam,,,,"{""valence"": [[0, 2], [9000, 3]]}",',
        'Alba-angry.wav,rita,,sam,,,,"{""valence"": [[5, 2], [5, 3]]}",',
        'Alba-angry.wav,rita,,sam,,,,"[1]",',
        "Alba-angry.wav,rita,,,,,,,",
        "Alba-angry.wav,rita,anger,,,,-3,,",
        "Bert-calm.wav,rita,fear,,,,,,",
    )
    told = taken(rated, file, space="crema-d")
    assert told["new"] == 1 and len(told["bad"]) == 13 == told["total"] - 1
    reasons = " ".join(reason for _, reason in told["bad"])
    for word in ("nobody.wav", "names a take and a rater", "'boredom' is no emotion", "1 and 100",
                 "Either all", "4.5 lies outside", "without a scale", "9000 ms", "grow", "no list",
                 "says nothing", "between no time"):  # fmt: skip
        assert word in reasons
    assert RatingFault.objects.count() == 13
    taken(rated, file, space="crema-d")
    assert RatingFault.objects.count() == 13 and Rating.objects.count() == 1


@pytest.mark.both_databases
def test_the_same_id_with_other_content_is_refused_and_kept(
    rated: yesand.House, tmp_path: Path
) -> None:
    first = table(tmp_path / "a.csv", "Alba-angry,rita,anger,,,,,,", "Alba-calm,rita,fear,,,,,,x1")
    other = table(
        tmp_path / "b.csv",
        "Alba-angry,rita,fear,,,,,,",
        "Alba-calm,rita,anger,,,,,,x1",
        "Alba-angry,rita,fear,,,,,,x2",
        "Alba-angry,rita,anger,,,,,,x2",
    )
    taken(rated, first, space="crema-d")
    told = taken(rated, other, space="crema-d")
    assert told["new"] == 1 and [row for row, _ in told["bad"]] == [2, 3, 5]
    assert all("something else" in reason for _, reason in told["bad"])
    assert [row.emotions for row in Rating.objects.all()] == [
        {"anger": None}, {"fear": None}, {"fear": None},
    ]  # fmt: skip
    kept = RatingFault.objects.get(row=3)
    assert kept.content["emotions"] == "anger"


@pytest.mark.both_databases
def test_what_was_rated_cannot_be_changed(rated: yesand.House, tmp_path: Path) -> None:
    taken(rated, table(tmp_path / "r.csv", "Alba-calm,rita,fear,,,,,,"), space="crema-d")
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.update(emotions={"anger": None})
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.all().delete()


def test_an_import_that_is_broken_off_resumes(
    rated: yesand.House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"Alba-{e},r{n},fear,,,,,," for n in range(4) for e in ("angry", "calm", "happy")]
    file = table(tmp_path / "r.csv", *rows)
    monkeypatch.setattr("yesand.affect.rating.services.BATCH", 5)

    def stop(done: int, total: int, note: str = "") -> None:
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_ratings(rated.place, file, defaults=Defaults("crema-d"), progress=stop)
    assert Rating.objects.count() == 10
    told = taken(rated, file, space="crema-d")
    assert (told["new"], told["known"]) == (2, 10) and Rating.objects.count() == 12
    log.audit(rated.place)


@pytest.mark.parametrize("name", ["out.csv", "out.json"])
def test_what_goes_out_comes_in_as_known(
    rated: yesand.House, tmp_path: Path, name: str, clock: Any
) -> None:
    file = table(
        tmp_path / "r.csv",
        "Alba-angry,rita,anger:80|disgust:20,sam,2,8,4.5,,",
        "Alba-calm,saul,,sam,5,5,,,mine",
        "Bert-calm,saul,anger,,,,0.25,,",
    )
    taken(rated, file, space="crema-d")
    clock.advance(days=1)
    assert export_ratings(tmp_path / name) == (3, 0)
    told = taken(rated, tmp_path / name)
    assert (told["new"], told["known"], told["bad"]) == (0, 3, [])
    first = (tmp_path / name).read_bytes()
    export_ratings(tmp_path / name)
    assert (tmp_path / name).read_bytes() == first


@pytest.mark.both_databases
def test_what_goes_out_is_in_one_order_whatever_the_database(
    rated: yesand.House, tmp_path: Path
) -> None:
    line = '"{""arousal"": [[0, 2]], ""valence"": [[0, 3]]}"'
    row = f"Alba-calm,rita,sadness:20|anger:70|disgust:10,sam,5,6,,{line},"
    taken(rated, table(tmp_path / "r.csv", row), space="crema-d")
    export_ratings(tmp_path / "o.csv")
    (told,) = csv.DictReader((tmp_path / "o.csv").read_text().splitlines())
    assert told["emotions"] == "anger:70|disgust:10|sadness:20"
    assert list(json.loads(told["trace"])) == ["valence", "arousal"]
    assert taken(rated, tmp_path / "o.csv")["known"] == 1


def test_label_studios_own_export_comes_in(rated: yesand.House, tmp_path: Path) -> None:
    def region(name: str, kind: str, value: Any) -> dict[str, Any]:
        return {"from_name": name, "to_name": "audio", "type": kind, "value": {kind: value}}

    def annotation(number: int, *result: Any, **more: Any) -> dict[str, Any]:
        made = {"id": number, "completed_by": 7, "created_at": "2026-09-01T10:00:00.5Z"}
        return {**made, "lead_time": 3.25, "result": list(result), **more}

    pleasant = region("valence", "rating", 2)
    tasks = [
        {
            "id": 1,
            "data": {"audio": "/data/upload/3/0f3a9b2c-Alba-angry.wav?x=1"},
            "annotations": [
                annotation(11, region("emotion", "choices", ["anger"]), pleasant),
                annotation(
                    12,
                    region("emotion", "choices", ["fear"]),
                    region("intensity-fear", "number", 70),
                    completed_by={"id": 8, "email": "mia@example.org"},
                ),
                annotation(13, was_cancelled=True),
                annotation(14, region("emotion", "choices", ["glee"])),
                {"id": 15},
            ],
        },
    ]  # fmt: skip
    file = tmp_path / "project.json"
    file.write_text(json.dumps(tasks))
    told = taken(rated, file, space="crema-d", scale="sam")
    assert told["new"] == 2 and [row for row, _ in told["bad"]] == [3, 4, 5]
    one, two = Rating.objects.all()
    assert (one.rater.name, one.axes, one.spent_ms) == ("label-studio-7", {"valence": 2_000}, 3_250)
    assert (two.rater.name, two.emotions) == ("label-studio-8", {"fear": 70})
    assert "mia" not in str(list(Rater.objects.values())) + export(tmp_path)
    assert taken(rated, file, space="crema-d", scale="sam")["known"] == 2


def export(folder: Path) -> str:
    export_ratings(folder / "all.csv")
    return (folder / "all.csv").read_text()


def test_a_trace_has_no_place_in_label_studio_and_that_is_said(
    rated: yesand.House, tmp_path: Path
) -> None:
    line = 'Alba-angry,saul,,vad,,,,"{""arousal"": [[0, -0.5], [400, 0.25]]}",'
    taken(rated, table(tmp_path / "r.csv", line))
    assert export_ratings(tmp_path / "out.json") == (1, 1)
    assert export_ratings(tmp_path / "out.csv") == (1, 0)
    (row,) = csv.DictReader((tmp_path / "out.csv").read_text().splitlines())
    assert json.loads(row["trace"]) == {"arousal": [[0, -0.5], [400, 0.25]]}


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.csv", "rater,emotions\nx,y\n"), ("a.json", "{}"), ("a.json", "[3"), ("a.csv", "\xff")],
)
def test_a_file_that_is_none_of_ours_is_refused(
    rated: yesand.House, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(BadInput):
        taken(rated, tmp_path / name)
    with pytest.raises(BadInput, match="Cannot be read"):
        taken(rated, tmp_path / "nothing.csv")
    for told in ({"space": "crema"}, {"scale": "crema-d"}, {"modality": "ears"}):
        with pytest.raises(BadInput):
            taken(rated, table(tmp_path / "r.csv", "Alba-calm,rita,fear,,,,,,"), **told)
    assert not RatingFault.objects.exists()
    with pytest.raises(BadInput, match="No format"):
        import_ratings(rated.place, tmp_path / name, how="xml")


def test_a_name_of_two_takes_names_none(rated: yesand.House, tmp_path: Path) -> None:
    troupe(rated, tmp_path / "again", rate=8_000)
    told = taken(rated, table(tmp_path / "r.csv", "Alba-calm.wav,rita,fear,,,,,,"), space="ekman")
    assert told["new"] == 0 and "2 takes are called" in told["bad"][0][1]
    sha = Take.objects.order_by("pk").values_list("sha256", flat=True)[0]
    assert taken(rated, table(tmp_path / "s.csv", f"{sha},rita,fear,,,,,,"), space="ekman")["new"]


def test_one_rating_at_a_time_is_the_same_as_a_file(rated: yesand.House, tmp_path: Path) -> None:
    people.account("rita", "rater", "a line of one's own")
    take = Take.objects.order_by("pk")[0]
    given = Given(take.sha256, "rita", space="crema-d@1", emotions={"fear": 40}, key="k")
    made, new = rate(rated.place, given, "page")
    assert new and rate(rated.place, given, "page") == (made, False)
    assert made.rater.user is not None and made.rater.user.username == "rita"
    assert made.entry.record == digest_of(rating_payload(Rating.objects.get()))
    with pytest.raises(BadInput, match="something else"):
        rate(
            rated.place,
            Given(take.sha256, "rita", space="crema-d@1", emotions={"anger": 40}, key="k"),
            "page",
        )
    with pytest.raises(NotFound):
        rate(rated.place, Given("0" * 64, "rita", space="ekman@1", emotions={"fear": 1}), "page")


def test_gold_is_set_changed_and_taken_back_by_entries(rated: yesand.House, tmp_path: Path) -> None:
    file = tmp_path / "gold.csv"

    def told(*rows: str) -> dict[str, Any]:
        file.write_text("take,label\n" + "\n".join(rows) + "\n")
        report = import_gold(rated.place, file, "crema-d")
        return {**report.as_dict(), "bad": report.bad}

    first = told("Alba-angry,anger", "Bert-calm,calm", "Cleo-calm,neutral")
    assert first["new"] == 2 and [row for row, _ in first["bad"]] == [3]
    assert told("Alba-angry,anger", "Cleo-calm,neutral")["known"] == 2
    assert told("Alba-angry,fear", "Cleo-calm,")["new"] == 2
    take = Take.objects.get(original_name="Alba-angry.wav")
    assert gold("crema-d") == {take.sha256: "fear"} and Gold.objects.count() == 4


def test_who_leaves_is_forgotten_and_what_they_heard_stays(
    rated: yesand.House, tmp_path: Path
) -> None:
    user = people.account("rita", "rater", "a line of one's own")
    file = table(
        tmp_path / "r.csv",
        "Alba-calm,rita,fear,,,,,,",
        "Alba-calm,rita,joy,,,,,,",
        "Bert-calm,saul,fear,,,,,,",
    )
    taken(rated, file, space="crema-d")
    assert [one["emotions"] for one in held.held(user)["ratings"]] == [{"fear": None}]
    assert len(list(held.goes(rated.place, user))) == len(list(held.stays(rated.place, user))) == 1
    held.erase(rated.place, user)
    held.erase(rated.place, user)
    assert "rita" not in export(tmp_path) + str(list(RatingFault.objects.values()))
    assert [row.entry.record == "" for row in Rating.objects.all()] == [True, False]
    assert Rating.objects.count() == 2 and held.held(user)["ratings"] == []
    log.audit(rated.place)
