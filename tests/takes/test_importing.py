from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError

import yesand
from yesand.agreements import services as agreements
from yesand.agreements import templates
from yesand.agreements.models import Agreement
from yesand.agreements.vocabulary import UseClass
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of
from yesand.people.models import Performer
from yesand.provenance.models import Entry
from yesand.takes.intake import alone
from yesand.takes.media import MediaStore
from yesand.takes.models import Fault, Session, Take
from yesand.takes.records.services import dispute_payload, take_payload
from yesand.takes.report import ImportReport, Outcome
from yesand.takes.services import import_corpus

Record = Callable[..., Path]


@pytest.fixture
def corpus(tmp_path: Path, record: Record) -> Path:
    """Two performers of RAVDESS with four takes each, all different."""
    root = tmp_path / "ravdess"
    for actor in (1, 2):
        for emotion in (1, 3, 4, 5):
            name = f"03-01-{emotion:02d}-01-01-01-{actor:02d}.flac"
            record(root / f"Actor_{actor:02d}" / name, seed=10 * actor + emotion)
    return root


def _take(report: ImportReport, outcome: Outcome) -> list[tuple[str, str]]:
    return [(row.path, row.reason) for row in report.rows if row.outcome == outcome]


def _everything() -> tuple[object, ...]:
    return (
        sorted(Take.objects.values_list()),
        sorted(Entry.objects.values_list()),
        sorted(Fault.objects.values_list()),
        sorted(Agreement.objects.values_list("digest")),
        sorted(Session.objects.values_list()),
    )


@pytest.mark.both_databases
def test_every_take_is_recorded_stored_and_logged(house: yesand.House, corpus: Path) -> None:
    report = import_corpus(house.place, corpus)
    assert (report.imported, report.faults, report.total, report.performers) == (8, 0, 8, 2)
    assert report.duration_ms == 8 * 600
    store = MediaStore(house.place.media)
    takes = list(Take.objects.order_by("entry"))
    assert store.names() == sorted(t.sha256 for t in takes)
    for take in takes:
        assert take.entry.kind == "take.recorded"
        assert take.entry.record == digest_of(take_payload(take))
    first = takes[0]
    assert (first.performer.handle, first.emotion, first.state) == (
        "Actor_01",
        "neutral",
        "accepted",
    )
    assert first.original_name == "Actor_01/03-01-01-01-01-01-01.flac"
    assert first.scene is not None and first.scene.title == "Kids are talking by the door"
    assert not list((house.place.media / ".incoming").iterdir())


def test_importing_again_changes_nothing_and_decodes_nothing(
    house: yesand.House, corpus: Path, monkeypatch: pytest.MonkeyPatch, clock: SetClock
) -> None:
    (corpus / "Actor_01" / "03-01-08-01-01-01-01.wav").write_text("no sound")
    import_corpus(house.place, corpus)
    before = _everything()
    clock.advance(days=3)

    def never(*_: object) -> None:
        raise AssertionError("decoded what was known")

    (corpus / "Actor_01" / "03-01-08-01-01-01-01.wav").rename(corpus / "x")
    monkeypatch.setattr("yesand.takes.intake.read", never)
    report = import_corpus(house.place, corpus)
    monkeypatch.undo()
    assert (report.known, report.total) == (8, 8)
    (corpus / "x").rename(corpus / "Actor_01" / "03-01-08-01-01-01-01.wav")
    assert import_corpus(house.place, corpus).faults == 1
    assert _everything() == before


def test_bad_files_are_reported_row_by_row_and_the_rest_is_imported(
    house: yesand.House, corpus: Path
) -> None:
    actor = corpus / "Actor_01"
    whole = (actor / "03-01-03-01-01-01-01.flac").read_bytes()
    (actor / "03-01-06-01-01-01-01.flac").write_bytes(whole[: len(whole) // 2])
    (actor / "03-01-06-01-01-02-01.wav").write_text("this is text")
    (actor / "03-01-06-01-02-01-01.wav").touch()
    (actor / "03-01-06-01-02-02-01.wav").mkdir()
    (actor / "03-01-07-01-01-01-01.wav").symlink_to(actor / "gone.wav")
    (actor / "03-01-07-01-02-01-01.flac").write_bytes(whole)
    report = import_corpus(house.place, corpus)
    assert (report.imported, report.faults) == (8, 6)
    reasons = dict(_take(report, Outcome.FAULT))
    assert [reasons[f"Actor_01/03-01-{n}"].split(":")[0] for n in (
        "06-01-01-01-01.flac", "06-01-01-02-01.wav", "06-01-02-01-01.wav",
        "06-01-02-02-01.wav", "07-01-01-01-01.wav", "07-01-02-01-01.flac",
    )] == [
        "Cut off or damaged", "Text, not a recording, whatever its name says", "Empty",
        "A folder, not a recording", "No such file", "Duplicate",
    ]  # fmt: skip
    assert reasons["Actor_01/03-01-07-01-02-01-01.flac"].endswith("03-01-03-01-01-01-01.flac")
    kept = dict(Fault.objects.values_list("path", "reason"))
    assert kept == reasons
    assert len(MediaStore(house.place.media).names()) == 8
    assert import_corpus(house.place, corpus).as_dict()["rows"] == report.as_dict()["rows"]
    assert Fault.objects.count() == 6


def test_a_file_that_cannot_be_opened_is_a_fault_with_the_reason(
    house: yesand.House, corpus: Path
) -> None:
    # A link to itself cannot be opened even by root, whom no permission stops.
    loop = corpus / "Actor_01" / "03-01-08-01-01-01-01.flac"
    loop.symlink_to(loop)
    report = import_corpus(house.place, corpus)
    assert (report.imported, report.faults) == (8, 1)
    assert "Cannot be read: Too many levels" in _take(report, Outcome.FAULT)[0][1]


@pytest.mark.parametrize("batch", [1, 200])
def test_the_same_content_under_two_performers_is_a_dispute(
    house: yesand.House, corpus: Path, batch: int
) -> None:
    content = (corpus / "Actor_01" / "03-01-03-01-01-01-01.flac").read_bytes()
    (corpus / "Actor_02" / "03-01-03-01-01-01-02.flac").write_bytes(content)
    report = import_corpus(house.place, corpus, batch=batch)
    assert (report.imported, report.disputed, report.faults, report.total) == (6, 2, 0, 8)
    assert (
        "by Actor_02" in dict(_take(report, Outcome.DISPUTED))["Actor_01/03-01-03-01-01-01-01.flac"]
    )
    first, second = Take.objects.filter(state=Take.State.DISPUTED).order_by("entry")
    assert first.sha256 == second.sha256
    assert {first.performer.handle, second.performer.handle} == {"Actor_01", "Actor_02"}
    (entry,) = Entry.objects.filter(kind="take.disputed")
    assert entry.record == digest_of(dispute_payload([first, second]))
    again = import_corpus(house.place, corpus)
    assert (again.known, again.disputed) == (8, 0)
    assert Entry.objects.filter(kind="take.disputed").count() == 1


def test_a_dispute_reaches_a_take_that_was_accepted_long_ago(
    house: yesand.House, corpus: Path, tmp_path: Path, record: Record
) -> None:
    import_corpus(house.place, corpus)
    other = tmp_path / "other"
    record(other / "mine.flac", seed=13)
    (other / "takes.csv").write_text("path,performer,emotion\nmine.flac,Zoe,joy\n")
    report = import_corpus(house.place, other)
    assert report.disputed == 1
    reason = "The same content as Actor_01/03-01-03-01-01-01-01.flac by Actor_01"
    assert _take(report, Outcome.DISPUTED) == [("mine.flac", reason)]
    assert Take.objects.filter(state=Take.State.DISPUTED).count() == 2


def test_a_useless_recording_is_kept_as_rejected_with_the_reason(
    house: yesand.House, corpus: Path, record: Record
) -> None:
    record(corpus / "Actor_01" / "03-01-08-01-01-01-01.wav", seed=99, gain=300.0)
    report = import_corpus(house.place, corpus)
    assert (report.imported, report.rejected) == (8, 1)
    take = Take.objects.get(state=Take.State.REJECTED)
    (clipping,) = [f for f in take.findings if f["rejects"]]
    assert clipping["finding"] == "clipping" and clipping["value"] > clipping["limit"]
    assert _take(report, Outcome.REJECTED) == [(take.original_name, clipping["reason"])]


def test_a_public_corpus_carries_its_own_licence(house: yesand.House, corpus: Path) -> None:
    import_corpus(house.place, corpus)
    agreement = Performer.objects.get(handle="Actor_01").agreements.get()
    assert agreement.kind == Agreement.Kind.LICENCE
    assert agreement.terms["corpus_licence"] == "CC-BY-NC-SA-4.0"
    assert agreement.terms["commercial"] is False


def test_trial_terms_follow_the_licence_and_keep_it_in_the_record(
    house: yesand.House, corpus: Path
) -> None:
    import_corpus(house.place, corpus, trial=UseClass.RECOGNITION)
    for session in Session.objects.all():
        assert session.agreement.kind == Agreement.Kind.TRIAL
        assert session.agreement.terms["trial"] is True
        assert session.agreement.supersedes is not None
        assert session.agreement.supersedes.kind == Agreement.Kind.LICENCE
    before = _everything()
    import_corpus(house.place, corpus, trial=UseClass.RECOGNITION)
    assert _everything() == before


def test_trial_terms_can_be_put_on_later(house: yesand.House, corpus: Path) -> None:
    import_corpus(house.place, corpus)
    takes = list(Take.objects.order_by("pk").values())
    import_corpus(house.place, corpus, trial=UseClass.RECOGNITION)
    assert list(Take.objects.order_by("pk").values()) == takes
    for session in Session.objects.all():
        assert session.agreement.kind == Agreement.Kind.LICENCE
        assert agreements.current(session.agreement).kind == Agreement.Kind.TRIAL
    before = _everything()
    import_corpus(house.place, corpus, trial=UseClass.RECOGNITION)
    assert _everything() == before


@pytest.fixture
def own(tmp_path: Path, record: Record) -> Path:
    """Recordings of one's own, by table."""
    root = tmp_path / "monday"
    lines = [f"{record(root / f'{i}.wav', seed=i).name},p{i % 2},joy" for i in range(4)]
    (root / "takes.csv").write_text("\n".join(["path,performer,emotion", *lines]))
    return root


def test_own_recordings_come_in_under_a_signed_agreement(house: yesand.House, own: Path) -> None:
    draft = templates.standard("recognition", date(2026, 10, 1))
    report = import_corpus(house.place, own, agreement=draft)
    assert (report.corpus, report.imported) == ("monday", 4)
    for performer in Performer.objects.all():
        agreement = performer.agreements.get()
        assert agreement.kind == Agreement.Kind.INDIVIDUAL
        assert len(agreement.envelope["signatures"]) == 2
        assert {t.session.agreement for t in performer.takes.all()} == {agreement}
    before = _everything()
    import_corpus(house.place, own, agreement=draft)
    assert _everything() == before


def test_new_takes_under_new_terms_get_a_session_of_their_own(
    house: yesand.House, own: Path, record: Record
) -> None:
    import_corpus(house.place, own, agreement=templates.standard("recognition", date(2026, 10, 1)))
    record(own / "new.wav", seed=50)
    with (own / "takes.csv").open("a") as table:
        table.write("\nnew.wav,p0,joy")
    import_corpus(house.place, own, agreement=templates.standard("research", date(2026, 10, 1)))
    new = Take.objects.get(original_name="new.wav")
    assert new.session.agreement.template == "standard/research"
    assert Session.objects.filter(performer=new.performer).count() == 2


def test_own_recordings_without_an_agreement_permit_nothing(house: yesand.House, own: Path) -> None:
    import_corpus(house.place, own)
    terms = Agreement.objects.all()[0].terms
    assert terms["purposes"] == [] and terms["use_classes"] == []


def test_trial_terms_never_replace_a_signature(house: yesand.House, own: Path) -> None:
    draft = templates.standard("research", date(2026, 10, 1))
    import_corpus(house.place, own, agreement=draft)
    with pytest.raises(Refused, match="signed"):
        import_corpus(house.place, own, trial=UseClass.RECOGNITION)
    with pytest.raises(BadInput, match="at once"):
        import_corpus(house.place, own, trial=UseClass.RECOGNITION, agreement=draft)


@pytest.mark.both_databases
def test_the_record_of_a_take_cannot_be_changed_or_deleted(
    house: yesand.House, corpus: Path
) -> None:
    import_corpus(house.place, corpus)
    with pytest.raises(DatabaseError, match="append-only"):
        Take.objects.update(emotion="happy")
    with pytest.raises(DatabaseError, match="append-only"):
        Take.objects.all()[0].delete()
    assert Take.objects.update(state=Take.State.DISPUTED) == 8


def test_only_one_import_runs_at_a_time(house: yesand.House, corpus: Path) -> None:
    with alone(house.place.media), pytest.raises(Refused, match="Another import"):
        import_corpus(house.place, corpus)
    assert import_corpus(house.place, corpus).imported == 8


def test_a_missing_folder_is_bad_input_even_with_a_layout(
    house: yesand.House, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="No such file"):
        import_corpus(house.place, tmp_path / "nowhere", layout="ravdess")


def test_progress_is_told_from_none_to_all(house: yesand.House, corpus: Path) -> None:
    told: list[tuple[int, int]] = []
    import_corpus(
        house.place,
        corpus,
        batch=3,
        progress=lambda done, total, note="": told.append((done, total)),
    )
    assert told == [(0, 8), (3, 8), (6, 8), (8, 8)]


@pytest.mark.data
@pytest.mark.slow
def test_real_ravdess_comes_in_whole(house: yesand.House, data: Path) -> None:
    report = import_corpus(house.place, data / "ravdess", trial=UseClass.RECOGNITION)
    # Actor 07's second "happy" take of a sentence is, byte for byte, the first one.
    assert (report.performers, report.total, report.imported) == (24, 1440, 1439)
    assert _take(report, Outcome.FAULT) == [
        (
            "Actor_07/03-01-03-01-02-02-07.flac",
            "Duplicate: the same content as Actor_07/03-01-03-01-02-01-07.flac",
        )
    ]
    again = import_corpus(house.place, data / "ravdess", trial=UseClass.RECOGNITION)
    assert (again.known, again.faults) == (1439, 1)
