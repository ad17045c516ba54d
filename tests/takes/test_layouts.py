from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from yesand.agreements.templates import corpora
from yesand.kernel.errors import BadInput
from yesand.takes.layouts import LAYOUTS, BadRow, Row, detect, named

Record = Callable[..., Path]


def _read(root: Path) -> tuple[list[Row], list[BadRow]]:
    found = list(detect(root).rows(root))
    return [r for r in found if isinstance(r, Row)], [r for r in found if isinstance(r, BadRow)]


def test_ravdess_reads_all_from_the_name(record: Record, tmp_path: Path) -> None:
    record(tmp_path / "Actor_07" / "03-01-05-02-01-02-07.wav")
    record(tmp_path / "Actor_07" / "03-02-01-01-02-01-07.wav")
    (tmp_path / "Actor_07" / "01-01-05-02-01-02-07.mp4").touch()
    (tmp_path / "Actor_07" / "03-01-05-02-01-02-99.wav").touch()
    (tmp_path / "Actor_07" / "._03-01-05-02-01-02-07.wav").touch()
    rows, bad = _read(tmp_path)
    assert detect(tmp_path).name == "ravdess"
    spoken, sung = rows
    assert (spoken.performer, spoken.emotion, spoken.intensity) == ("Actor_07", "angry", "strong")
    assert spoken.repetition == 2 and spoken.language == "en" and spoken.scene is not None
    assert spoken.scene.title == "Kids are talking by the door"
    assert sung.scene is not None and sung.scene.slug == "ravdess-dogs-sung"
    assert [b.reason.split()[0] for b in bad] == ["Video", "RAVDESS"]


def test_emodb_reads_speaker_text_emotion_and_version(record: Record, tmp_path: Path) -> None:
    record(tmp_path / "wav" / "03a01Fb.wav")
    (tmp_path / "wav" / "03a01Xa.wav").touch()
    (row,), (bad,) = _read(tmp_path)
    assert detect(tmp_path).name == "emodb"
    assert (row.performer, row.emotion, row.repetition) == ("emodb_03", "happiness", 2)
    assert row.scene is not None and row.scene.title.startswith("Der Lappen")
    assert "'X'" in bad.reason


def test_cremad_prefers_wav_to_the_mp3_made_from_it(record: Record, tmp_path: Path) -> None:
    record(tmp_path / "AudioWAV" / "1001_IEO_ANG_HI.wav")
    record(tmp_path / "AudioWAV" / "1002_DFA_SAD_XX.wav")
    record(tmp_path / "AudioMP3" / "1001_IEO_ANG_HI.mp3")
    rows, bad = _read(tmp_path)
    assert detect(tmp_path).name == "crema-d" and not bad
    assert [(r.performer, r.emotion, r.intensity) for r in rows] == [
        ("cremad_1001", "anger", "high"),
        ("cremad_1002", "sadness", ""),
    ]


def test_iemocap_takes_the_label_from_the_dialogue(record: Record, tmp_path: Path) -> None:
    wav = tmp_path / "Session1" / "sentences" / "wav" / "Ses01F_impro01"
    for turn in ("F000", "M001", "M002", "F003"):
        record(wav / f"Ses01F_impro01_{turn}.wav")
    labels = tmp_path / "Session1" / "dialog" / "EmoEvaluation" / "Ses01F_impro01.txt"
    labels.parent.mkdir(parents=True)
    labels.write_text(
        "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"
        "[6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]\n"
        "C-E2:\tNeutral;\t()\n"
        "[10.0 - 11.3925]\tSes01F_impro01_M001\tfru\t[2.5000, 2.5000, 2.5000]\n"
        "[12.0 - 13.3925]\tSes01F_impro01_M002\txxx\t[2.5000, 2.5000, 2.5000]\n"
    )
    rows, (bad,) = _read(tmp_path)
    assert [(r.performer, r.emotion) for r in rows] == [
        ("iemocap_Ses01F", "neutral"),
        ("iemocap_Ses01M", "frustration"),
        ("iemocap_Ses01M", "undecided"),
    ]
    assert rows[0].scene is not None and rows[0].scene.title == "Improvisation 1"
    assert "EmoEvaluation/Ses01F_impro01.txt" in bad.reason


def test_mspimprov_takes_acted_targets_from_names_and_the_rest_from_raters(
    record: Record, tmp_path: Path
) -> None:
    folder = tmp_path / "session1" / "S08A"
    for kind, turn in (("T", "FM01"), ("S", "FM02"), ("P", "FM03"), ("P", "FM04")):
        record(folder / kind / f"MSP-IMPROV-S08A-F01-{kind}-{turn}.wav")
    (tmp_path / "Evalution.txt").write_text(
        "UTD-IMPROV-S08A-F01-T-FM01.avi; N; A:3.000000; V:3.500000; D:3.0 ; N:3.0;\n"
        "UTD-IMPROV-S08A-F01-S-FM02.avi; H; A:3.000000; V:3.500000; D:3.0 ; N:3.0;\n"
        "UTD-IMPROV-S08A-F01-P-FM03.avi; X; A:3.000000; V:3.500000; D:3.0 ; N:3.0;\n"
    )
    rows, (bad,) = _read(tmp_path)
    assert detect(tmp_path).name == "msp-improv"
    assert {r.path.parent.name: r.emotion for r in rows} == {
        "T": "anger",
        "S": "happiness",
        "P": "undecided",
    }
    assert {r.performer for r in rows} == {"mspimprov_F01"}
    assert "Evalution.txt" in bad.reason


def test_an_unknown_folder_is_told_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(BadInput) as fault:
        detect(tmp_path)
    assert all(layout.name in fault.value.what for layout in LAYOUTS)
    assert "takes.csv" in fault.value.remedy


def test_a_path_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        detect(tmp_path / "nowhere")


def test_a_layout_is_found_by_name_or_the_names_are_told() -> None:
    assert {named(layout.name) for layout in LAYOUTS} == set(LAYOUTS)
    with pytest.raises(BadInput, match="ravdess"):
        named("rawdess")


def test_every_public_corpus_has_its_own_licence() -> None:
    assert {layout.name for layout in LAYOUTS} - {"table"} <= corpora().keys()


@pytest.mark.data
def test_real_ravdess_and_emodb_are_read_whole(data: Path) -> None:
    rows, bad = _read(data / "ravdess")
    assert len(rows) == 1440 and not bad
    assert set(Counter(r.performer for r in rows).values()) == {60}
    assert Counter(r.emotion for r in rows)["neutral"] == 96
    rows, bad = _read(data / "emodb")
    assert len(rows) == 535 and not bad
    assert Counter(r.emotion for r in rows)["anger"] == 127
