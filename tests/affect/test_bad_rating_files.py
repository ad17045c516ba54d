"""Files of ratings that are broken are told of; rows that are, are kept; and neither names who."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rating_files import HEADER, table, taken

import yesand
from yesand.affect.golden.services import gold, import_gold
from yesand.affect.models import Gold, Rater, Rating, RatingFault
from yesand.affect.rating.files import Defaults, read, written
from yesand.affect.rating.given import MOST_POINTS, Given
from yesand.affect.rating.services import export_ratings, import_ratings
from yesand.affect.rating.table import lines
from yesand.kernel.errors import BadInput


def annotated(path: Path, *annotations: Any, **data: Any) -> Path:
    """Write one task of Label Studio's, with its annotations."""
    path.write_text(
        json.dumps([{"data": {"take": "Alba-calm"} | data, "annotations": annotations}])
    )
    return path


def annotation(number: int, label: str = "fear", *more: Any, **told: Any) -> dict[str, Any]:
    """Return one annotation of Label Studio's that names a label."""
    result = [region("emotion", "choices", [label]), *more]
    return {"id": number, "completed_by": 7, "result": result, **told}


def region(name: str, kind: str, value: Any) -> dict[str, Any]:
    """Return a region of Label Studio's."""
    return {"from_name": name, "to_name": "audio", "type": kind, "value": {kind: value}}


def refused(house: yesand.House, path: Path) -> str:
    """Return why a file is refused whole, both as one of ratings and as one of gold."""
    with pytest.raises(BadInput) as told:
        import_ratings(house.place, path, how="csv", defaults=Defaults("crema-d"))
    with pytest.raises(BadInput):
        import_gold(house.place, path, "crema-d")
    assert not Rating.objects.exists() and not Gold.objects.exists()
    return told.value.sentence()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'take,rater,label,emotions\n"Alba-calm,rita,fear,fear\n', "unexpected end"),
        (b'"take,rater,label,emotions\n', "Not a CSV: unexpected end"),
        (b'take,rater,label,emotions\n"Alba"-calm,rita,fear,fear\n', "line 2"),
        (b"take,rater,label,take\nAlba-calm,rita,fear,x\n", "twice: take"),
        (b"take,rater,label,emotions\nAlba-calm,rita,\xff,fear\n", "Not in UTF-8"),
        (b"", "Column missing: take"),
        (b"\n\n", "Column missing: take"),
    ],
)
def test_a_broken_table_is_refused_whole_and_says_where(
    rated: yesand.House, tmp_path: Path, text: bytes, why: str
) -> None:
    (tmp_path / "r.csv").write_bytes(text)
    assert why in refused(rated, tmp_path / "r.csv")


def test_a_folder_is_no_file(rated: yesand.House, tmp_path: Path) -> None:
    assert "Cannot be read" in refused(rated, tmp_path)


def test_a_row_of_more_fields_than_columns_is_bad(rated: yesand.House, tmp_path: Path) -> None:
    rows = ("Alba-calm,rita,fear,sam,4,5,2,5,,x,7", "Alba-happy,rita,fear,,,,,,,,,")
    told = taken(rated, table(tmp_path / "r.csv", *rows), space="crema-d")
    assert told["new"] == 1 and told["bad"] == [(2, told["bad"][0][1])]
    assert "2 fields more than columns" in told["bad"][0][1]


def test_a_row_that_is_short_is_read_as_far_as_it_goes() -> None:
    (line,) = lines(b"Take; label ;x\n a;b\n\n", "f", ("take",), ("take", "label"))
    assert (line.number, line.checked()) == (2, {"take": "a", "label": "b", "x": ""})


def test_an_intensity_is_a_whole_number(rated: yesand.House, tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    strong = [80.9, 80.0, 0.4, -3, "70", "x", True, 10**30]
    given = [annotation(n, "fear", region("intensity-fear", "number", s))
             for n, s in enumerate(strong)]  # fmt: skip
    given.append(annotation(98, "fear", region("intensity-fear", "number", 0)))
    told = taken(rated, annotated(file, *given), space="crema-d")
    assert [row.emotions for row in Rating.objects.all()] == [{"fear": 80}, {"fear": 70}]
    reasons = dict(told["bad"])
    assert sorted(reasons) == [1, 3, 4, 6, 7, 8, 9]
    assert all("not a whole number" in reasons[row] for row in (1, 3, 4, 6, 7, 8))
    assert "has no intensity" in reasons[9]
    rows = [f"Alba-happy,rita,fear:{s},,,,,," for s in ("80.9", "1e1", "9" * 5_000, "²", "100")]
    told = taken(rated, table(tmp_path / "r.csv", *rows), space="crema-d")
    assert told["new"] == 1 and [row for row, _ in told["bad"]] == [2, 3, 4, 5]


def test_annotations_that_are_none_are_bad_rows(rated: yesand.House, tmp_path: Path) -> None:
    file = annotated(tmp_path / "a.json", annotation(1), annotation(2), audio="http://[", take="")
    told = taken(rated, file, space="crema-d")
    assert told["new"] == 0 and len(told["bad"]) == 2
    odd = [5, "x", None, [], {"result": 5}, annotation(3, result=[{"from_name": "emotion"}])]
    told = taken(rated, annotated(tmp_path / "b.json", *odd, annotation(4)), space="crema-d")
    assert told["new"] == 1 and [row for row, _ in told["bad"]] == [1, 2, 3, 4, 5, 6]
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    told = taken(rated, annotated(tmp_path / "c.json", annotation(5, deep)), space="crema-d")
    assert "Nested" in told["bad"][0][1]
    for broken in ('[{"annotations": 5}]', '[{"annotations": {"id": 1}}]', "[5]"):
        (tmp_path / "d.json").write_text(broken)
        with pytest.raises(BadInput, match="Not a list of tasks"):
            taken(rated, tmp_path / "d.json", space="crema-d")


@pytest.mark.both_databases
def test_what_no_database_takes_is_a_bad_row_and_the_rest_comes_in(
    rated: yesand.House, tmp_path: Path
) -> None:
    rows = ("Alba-calm\0,rita,fear,,,,,,", "Alba-calm,ri\0ta,fear,,,,,,",
            "Alba-calm,a,x\0y,,,,,,", 'Alba-calm,a,,sam,,,,"{""x\\u0000"": [[0, 1]]}",',
            "Alba-happy,rita,fear,,,,,,")  # fmt: skip
    told = taken(rated, table(tmp_path / "r.csv", *rows), space="crema-d")
    assert told["new"] == 1 and [row for row, _ in told["bad"]] == [2, 3, 4, 5]
    half = annotation(1, "\ud800")
    file = annotated(
        tmp_path / "r.json", half, annotation(2, "a\0"), annotation(3), space="crema-d"
    )
    told = taken(rated, file)
    assert told["new"] == 1 and [row for row, _ in told["bad"]] == [1, 2]
    assert RatingFault.objects.count() == 6 and taken(rated, file)["known"] == 1
    assert RatingFault.objects.count() == 6
    assert "x\ufffdy" in [one.content.get("emotions") for one in RatingFault.objects.all()]


def test_a_row_that_cannot_be_taken_names_no_rater(rated: yesand.House, tmp_path: Path) -> None:
    mail = "mia@example.org"
    who = {"id": 8, "email": mail, "first_name": "Mia", "avatar": "mia.png"}
    bad = [
        annotation(1, "glee", completed_by=who, created_username=mail, updated_by=who),
        annotation(2, completed_by=mail),
        annotation(3, completed_by={"email": mail}),
        annotation(4, completed_by={"id": mail, "name": "Mia"}),
        annotation(5, "glee", region("note", "textarea", "x") | {"user": mail}),
        mail,
    ]
    told = taken(rated, annotated(tmp_path / "p.json", *bad, uploader=mail), space="crema-d")
    assert told["new"] == 0 and [row for row, _ in told["bad"]] == [1, 2, 3, 4, 5, 6]
    file = tmp_path / "r.csv"
    file.write_text(HEADER + ",email\n" + "\n".join([
        f"Alba-calm,mia,fear,,,,,,,{mail}",
        f"Alba-calm,mia,anger,,,,,,,{mail}",
        f"Alba-calm,mia,glee,,,,,,,{mail}",
        f"Alba-calm,{'mia' * 30},fear,,,,,,,{mail}",
    ]))  # fmt: skip
    told = taken(rated, file, space="crema-d")
    assert told["new"] == 1 and [row for row, _ in told["bad"]] == [3, 4, 5]
    kept = str(list(RatingFault.objects.values())).lower()
    assert RatingFault.objects.count() == 9 and "mia" not in kept and "example" not in kept
    assert list(Rater.objects.values_list("name", flat=True)) == ["mia"]


def test_an_export_loses_no_digit(rated: yesand.House, tmp_path: Path, clock: Any) -> None:
    rows = ("Alba-calm,rita,fear,vad,-0.123,1,12345.678,,", "Bert-calm,rita,fear,vad,0,-1,0.001,,",
            "Cleo-calm,rita,fear,sam,9,1,86400,,")  # fmt: skip
    assert taken(rated, table(tmp_path / "r.csv", *rows), space="crema-d")["new"] == 3
    clock.advance(days=1)
    for name in ("o.csv", "o.json"):
        export_ratings(tmp_path / name)
        told = taken(rated, tmp_path / name)
        assert (told["new"], told["known"], told["bad"]) == (0, 3, [])
    assert ",vad@1,-0.123,1,," in (tmp_path / "o.csv").read_text()
    spent = [row.spent_ms for row in Rating.objects.all()]
    assert spent == [12_345_678, 1, 86_400_000]


def test_the_longest_trace_comes_in_and_a_longer_one_does_not(tmp_path: Path) -> None:
    def line(points: int) -> str:
        told = [[86_000_000 + ms, -0.123] for ms in range(points)]
        text = json.dumps(dict.fromkeys(("valence", "arousal", "dominance"), told))
        return 'Alba-calm,rita,,vad,,,,"{}",'.format(text.replace('"', '""'))

    file = table(tmp_path / "r.csv", line(MOST_POINTS), line(MOST_POINTS + 1), "x,rita,fear,,,,,,")
    longest, longer, none = read(file, "csv", Defaults("crema-d@1"))
    assert isinstance(longest.given, Given) and isinstance(none.given, Given)
    assert isinstance(longer.given, BadInput) and "from 1 to 20,000" in longer.given.sentence()
    file.write_text(written([(longest.given, "")], "csv")[0])
    assert [row.given for row in read(file, "csv", Defaults())] == [longest.given]


def test_a_take_that_is_gold_twice_in_a_file_is_a_bad_row(
    rated: yesand.House, tmp_path: Path
) -> None:
    file = tmp_path / "gold.csv"
    file.write_text(
        "take;label\nAlba-calm;glee\nAlba-calm.wav;neutral\nAlba-calm;fear\nBert-calm;\n"
    )
    for new, known in ((1, 1), (0, 2)):
        report = import_gold(rated.place, file, "crema-d")
        assert (report.new, report.known) == (new, known)
        assert [row for row, _ in report.bad] == [2, 4] and "row 3 already" in report.bad[1][1]
        assert set(gold("crema-d").values()) == {"neutral"}
    assert [one.label for one in Gold.objects.all()] == ["neutral"]
