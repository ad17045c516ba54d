"""Predictions of any model: what is scored, and what is refused with every bad row named."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yesand
from yesand.affect.evaluating.predictions import Unfit, read
from yesand.affect.evaluating.services import known, lookup
from yesand.affect.rating.files import Defaults
from yesand.affect.rating.services import import_ratings
from yesand.cli import _run as run
from yesand.kernel.errors import BadInput, NotFound
from yesand.takes.models import Take

HEAD = "take,performer,label,anger,fear,fold,sex"
GOOD = [
    "1.wav,ann,anger,0.7,0.3,1,f", "2.wav,ann,fear,0.2,0.8,1,f",
    "3.wav,bob,anger,0.4,0.6,2,m", "4.wav,bob,fear,0.1,0.9,2,m",
]  # fmt: skip


def written(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "p.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def bad(folder: Path, *rows: str, head: str = HEAD) -> dict[int, str]:
    with pytest.raises(Unfit) as fault:
        read(written(folder, *rows, head=head))
    assert "nothing was" in fault.value.what
    return dict(fault.value.bad)


def test_predictions_are_read_as_they_are(tmp_path: Path) -> None:
    found = read(written(tmp_path, *GOOD))
    assert found.labels == ("anger", "fear") and found.label.tolist() == [0, 1, 0, 1]
    assert found.folds == ("1", "1", "2", "2") and found.groups == {"sex": ("f", "f", "m", "m")}
    # However labels and groups are written, they are columns.
    upper = [row.replace("anger", "Anger") for row in GOOD]
    assert read(written(tmp_path, *upper, head=HEAD.upper()), ["SEX"]).given == found.given
    # Rounded rows are rows of one again.
    rounded = read(written(tmp_path, "a,ann,anger,0.333,0.664,1,", *GOOD[1:]))
    assert rounded.probability.sum(1) == pytest.approx([1] * 4)


def test_every_row_that_no_score_can_rest_on_is_named(tmp_path: Path) -> None:
    rows = [
        "1.wav,ann,anger,nan,0.3,1,f", "2.wav,ann,anger,0.9,0.3,1,f",
        "3.wav,ann,anger,-0.1,1.1,1,f", "4.wav,ann,joy,0.5,0.5,1,f",
        "5.wav,ann,anger,much,0.3,1,f", "6.wav,,anger,0.5,0.5,1,f",
        "7.wav,ann,anger,0.5,0.5,1,f", "7.wav,ann,anger,0.5,0.5,1,f",
        "8.wav,ann,anger,0.5,0.5,1,f,x", "9.wav,ann,anger,inf,0,1,f",
    ]  # fmt: skip
    found = bad(tmp_path, *rows)
    assert sorted(found) == [2, 3, 4, 5, 6, 7, 9, 10, 11]
    assert "add up to 1.200" in found[3] and "no probability: -0.1" in found[4]
    assert "'joy' is none of anger, fear" in found[5] and "in row 8 already" in found[9]
    assert found[7] == "no performer" and "--group anger" in found[6]


def test_a_performer_on_both_sides_is_refused(tmp_path: Path) -> None:
    met = "5.wav,ann,anger,0.5,0.5,2,f"
    found = bad(tmp_path, *GOOD, met)
    assert list(found) == [6] and "the model has met them" in found[6]
    # In another corpus the same number is somebody else.
    head, rows = f"{HEAD},corpus", [f"{row},x" for row in GOOD]
    other = read(written(tmp_path, *rows, f"{met},y", head=head))
    assert other.people[0] == "x ann" and other.people[4] == "y ann"
    # Without folds nobody can tell, and the report says so.
    assert read(written(tmp_path, "a,ann,x,1,0", "b,ann,y,1,0", head="take,performer,label,x,y"))


@pytest.mark.parametrize(
    "head",
    ["take,label,anger,fear", "take,performer,label,anger", "take,performer,label,anger,anger"],
)
def test_a_file_without_what_is_needed_is_refused(tmp_path: Path, head: str) -> None:
    with pytest.raises(BadInput):
        read(written(tmp_path, *GOOD, head=head))
    with pytest.raises(NotFound):
        read(tmp_path / "none.csv")
    with pytest.raises(BadInput):
        read(written(tmp_path))
    with pytest.raises(BadInput, match="No column 'dialect'"):
        read(written(tmp_path, *GOOD), ["dialect"])


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=9), st.binary())
@settings(deadline=None, max_examples=60)
def test_whatever_lies_in_a_file_is_read_or_explained(
    tmp_path_factory: pytest.TempPathFactory, fields: list[str], junk: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "p.csv"
    with path.open("w", newline="", encoding="utf-8", errors="replace") as file:
        csv.writer(file).writerows([HEAD.split(","), fields, GOOD[0].split(",")])
    for content in (path.read_bytes(), HEAD.encode() + b"\n" + junk):
        path.write_bytes(content)
        try:
            assert len(read(path).takes) > 0
        except BadInput as fault:
            assert fault.what


def test_a_house_knows_whose_its_takes_are_and_what_raters_heard(
    rated: yesand.House, tmp_path: Path
) -> None:
    takes = list(Take.objects.order_by("pk"))
    labels = sorted({take.emotion for take in takes})
    head = f"take,{','.join(labels)}"
    even = ",".join(["0.333333"] * len(labels))
    rows = [f"{take.original_name},{even}" for take in takes]
    found = read(written(tmp_path, *rows, head=head), lookup=lookup())
    assert found.takes == tuple(take.sha256 for take in takes)
    assert found.performers == tuple(take.performer.handle for take in takes)
    with pytest.raises(Unfit) as fault:
        told = [f"{takes[0].original_name},Zoe,{even}", f"nowhere.wav,Zoe,{even}"]
        read(written(tmp_path, *told, head=f"take,performer,{','.join(labels)}"), lookup=lookup())
    whys = dict(fault.value.bad)
    assert "not 'Zoe'" in whys[2] and "No take called" in whys[3]
    ratings = tmp_path / "r.csv"
    ratings.write_text(
        "take,rater,emotions\n"
        + "".join(f"{takes[0].sha256},{who},{said}\n" for who, said in
                  (("ann", "calm"), ("bob", "calm"), ("cai", "happy"), ("dee", "sad")))
    )  # fmt: skip
    import_ratings(rated.place, ratings, defaults=Defaults("ravdess", "", "voice"))
    beside = known(found.takes, found.labels).of(found.takes, found.labels)
    assert beside.votes is not None and beside.outside == 1
    mine = dict(zip(found.labels, beside.votes[0].tolist(), strict=True))
    assert mine == dict.fromkeys(labels, 0) | {"calm": 2, "happy": 1}
    assert beside.votes[1:].sum() == 0


def test_the_command_writes_one_report_the_same_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = written(tmp_path, *GOOD), tmp_path / "r.html"
    asked = ["affect", "evaluate", str(path), "--out", str(out)]
    assert run(asked) == 0
    said = capsys.readouterr().out
    assert "worst performer 50.0% (bob)" in said and "By sex: f 100.0%, m 50.0%" in said
    first = out.read_bytes()
    assert run([*asked, "--json"]) == 0 and out.read_bytes() == first
    told = json.loads(capsys.readouterr().out)
    assert told["scores"]["worst_performer"] == {"performer": "bob", "uar": 0.5}
    out.unlink()
    written(tmp_path, *GOOD, "5.wav,ann,anger,0.5,0.5,2,f")
    assert run(asked) == 2 and not out.exists()
    said = capsys.readouterr()
    assert "the model has met them" in said.out and "1 row cannot be scored" in said.err


def test_the_command_compares_corpora_in_a_third_space(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = "take,performer,label,corpus,neutral,calm,happy,sad,angry,fearful,disgust,surprised"
    rows = [
        "1,a,anger,crema-d,0,0,0,0,1,0,0,0", "2,b,sadness,crema-d,0,0,0,1,0,0,0,0",
        "3,a,boredom,emodb,1,0,0,0,0,0,0,0", "4,b,happiness,emodb,0,0,1,0,0,0,0,0",
    ]  # fmt: skip
    path = written(tmp_path, *rows, head=head)
    asked = ["affect", "evaluate", str(path), "--out", str(tmp_path / "r.html")]
    assert run([*asked, "--into", "ekman"]) == 2
    assert run([*asked, "--into", "ekman", "--space", "ravdess"]) == 0
    said = capsys.readouterr().out
    assert "emodb: UAR 100.0%, 1 takes left out" in said
    page = (tmp_path / "r.html").read_text()
    assert "Corpus by corpus" in page and "crema-d a" in page
