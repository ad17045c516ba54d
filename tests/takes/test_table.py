from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from yesand.kernel.errors import BadInput
from yesand.takes.layouts import BadRow, Row, detect


def _rows(folder: Path, text: str) -> list[Row | BadRow]:
    (folder / "takes.csv").write_text(text, "utf-8")
    return list(detect(folder).rows(folder))


def _only(folder: Path, text: str) -> Row:
    (row,) = _rows(folder, text)
    assert isinstance(row, Row), row
    return row


def test_three_columns_are_enough(tmp_path: Path) -> None:
    row = _only(tmp_path, "path,performer,emotion\na/b.wav,Zoë,Freude\n")
    assert row == Row(tmp_path / "a/b.wav", "Zoë", "Freude")


def test_every_column_is_read_whatever_the_delimiter_and_case(tmp_path: Path) -> None:
    row = _only(
        tmp_path,
        "\ufeffPath;Performer;Emotion;Scene;Intensity;Repetition;Language;Recorded_at;"
        "Credit_name;Synthetic\n"
        'b.wav;p1;joy;"Two old friends; one lie";high;3;de;2026-03-01T12:00:00+02:00;P One;TRUE\n',
    )
    assert row.scene is not None and row.scene.title == "Two old friends; one lie"
    assert row.scene.slug == "two-old-friends-one-lie"
    assert (row.intensity, row.repetition, row.language) == ("high", 3, "de")
    assert row.recorded_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert row.synthetic and row.credit_name == "P One"


def test_scenes_beside_the_table_tell_more(tmp_path: Path) -> None:
    (tmp_path / "scenes.csv").write_text(
        'slug,title,circumstances,relationship,beats\ns1,Rain,"It rains,\nhard",Sisters,a | b |\n'
    )
    row = _only(tmp_path, "path,performer,emotion,scene\nb.wav,p1,joy,s1\n")
    assert row.scene is not None
    assert (row.scene.title, row.scene.beats) == ("Rain", ("a", "b"))
    assert row.scene.circumstances == "It rains,\nhard"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (",p1,joy,,,", "path is empty"),
        ("a.wav,,joy,,,", "performer is empty"),
        ("a.wav,p1,,,,", "emotion is empty"),
        ("a.wav,p 1,joy,,,", "letters, digits"),
        ("a.wav,p1,joy,two,,", "repetition 'two'"),
        ("a.wav,p1,joy,0,,", "repetition '0'"),
        ("a.wav,p1,joy,1,yesterday,", "'yesterday' is not a time"),
        ("a.wav,p1,joy,1,2026-01-01T10:00:00,", "no zone"),
        ("a.wav,p1,joy,1,,maybe", "synthetic is 'maybe'"),
        ("../a.wav,p1,joy,,,", "outside"),
        ("/etc/hostname,p1,joy,,,", "outside"),
        (f"a.wav,p1,{'j' * 41},,,", "longer than 40"),
    ],
)
def test_a_bad_line_is_reported_by_number_and_the_others_are_read(
    tmp_path: Path, line: str, why: str
) -> None:
    head = "path,performer,emotion,repetition,recorded_at,synthetic"
    bad, good = _rows(tmp_path, f"{head}\n{line}\nb.wav,p1,joy,,,\n")
    assert isinstance(bad, BadRow) and bad.reason.startswith("Line 2: ") and why in bad.reason
    assert isinstance(good, Row)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Column missing: performer"):
        _rows(tmp_path, "path,emotion\na.wav,joy\n")
    with pytest.raises(BadInput, match="Column missing: path, performer, emotion"):
        _rows(tmp_path, "")


def test_a_table_in_another_encoding_or_shape_is_refused(tmp_path: Path) -> None:
    (tmp_path / "takes.csv").write_bytes("path,performer,emotion\na.wav,Zoë,joy".encode("latin-1"))
    with pytest.raises(BadInput, match="UTF-8"):
        list(detect(tmp_path).rows(tmp_path))
    with pytest.raises(BadInput, match="Not a CSV"):
        _rows(tmp_path, 'path,performer,emotion\n"a.wav,p,joy\n')


def test_a_csv_of_any_name_can_be_given_itself(tmp_path: Path) -> None:
    table = tmp_path / "My Session.csv"
    table.write_text("path,performer,emotion\na.wav,p1,joy\n")
    layout = detect(table)
    assert layout.name == "table" and layout.corpus(table) == layout.corpus(tmp_path)
    (row,) = layout.rows(table)
    assert row.path == tmp_path / "a.wav"
