"""Takes and credentials: obeyed when a file comes, carried when a copy goes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError
from upload_stage import set_upload_stage, sha

import yesand
from files_with_credentials import claim, flipped, stranger
from yesand.agreements import services as agreements
from yesand.agreements.naming import uri
from yesand.agreements.templates import standard
from yesand.kernel.ids import digest_file, digest_of
from yesand.provenance import services as log
from yesand.provenance.credentials.identity import anchors
from yesand.provenance.credentials.mining import Aim, Mining, Said, Use
from yesand.provenance.credentials.reading import State, read
from yesand.provenance.credentials.signing import sign
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.takes.barring.services import payload as override_payload
from yesand.takes.checking.answer import Answer, Force, Known
from yesand.takes.checking.services import answer, check_file
from yesand.takes.crediting.services import credentialed, payload
from yesand.takes.media import MediaStore
from yesand.takes.models import Credential, Fault, Override, Take
from yesand.takes.report import ImportReport
from yesand.takes.services import import_corpus
from yesand.takes.sound import BadMedia
from yesand.takes.uploading.services import finish

Record = Callable[..., Path]
FORBIDDEN = Mining({Aim.AI_GENERATIVE_TRAINING: Said(Use.NOT_ALLOWED)})
OPEN = Mining({aim: Said(Use.ALLOWED) for aim in Aim})
REASON = "Ada is the author and agreed on 12 November, letter 7"


def table(root: Path, performer: str = "Ada") -> Path:
    """Name everything that lies in a folder as a performer's own."""
    files = sorted(f.name for f in root.iterdir() if f.suffix != ".csv")
    with (root / "takes.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "performer", "emotion"])
        rows.writerows([name, performer, "joy"] for name in files)
    return root


def taken_in(house: yesand.House, root: Path, despite: str = "") -> ImportReport:
    draft = standard("recognition", date(2026, 10, 1))
    return import_corpus(house.place, table(root), agreement=draft, despite=despite)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    return folder


@pytest.fixture
def take(house: yesand.House, root: Path, record: Record) -> Take:
    """One take of Ada's, without a credential."""
    record(root / "plain.flac", seed=1)
    taken_in(house, root)
    return Take.objects.get()


def saying(root: Path, record: Record, mining: Mining, name: str = "signed.flac") -> Path:
    """A recording that a stranger signed."""
    source, target = record(root / "source.flac", seed=2), root / name
    sign(source, target, "audio/flac", claim(mining=mining), stranger())
    source.unlink()
    return target


def ask(house: yesand.House, path: Path) -> Answer:
    return check_file(house.place, path)


def test_a_copy_says_under_which_agreement_and_the_take_stays_untouched(
    house: yesand.House, take: Take
) -> None:
    made, path = credentialed(house.place, take)
    found = read(path, anchors(house.place))
    assert found is not None and found.state == State.TRUSTED
    assert found.agreement is not None
    assert found.agreement["agreement"]["sha256"] == take.session.agreement_id
    assert found.agreement["take"]["sha256"] == take.sha256
    assert found.mining.conditions() == {uri(take.session.agreement_id)}
    assert found.mining.forbidden() == (Aim.AI_GENERATIVE_TRAINING,)
    assert digest_file(path) == made.sha256 != take.sha256
    assert digest_file(MediaStore(house.place.media).path_of(take.sha256)) == take.sha256
    assert (made.entry.kind, made.entry.record) == (Kind.CREDENTIAL_MADE, digest_of(payload(made)))
    log.audit(house.place)


def test_the_same_copy_is_given_until_something_else_holds(house: yesand.House, take: Take) -> None:
    first, path = credentialed(house.place, take)
    assert credentialed(house.place, take) == (first, path)
    agreements.withdraw(house.place, take.performer)
    second, newer = credentialed(house.place, take)
    found = read(newer, anchors(house.place))
    assert found is not None and set(found.mining.forbidden()) == set(Aim)
    assert second.pk != first.pk and not path.exists() and newer.exists()
    assert answer(house.place, first.sha256).known == Known.COPY


def test_who_is_named_only_if_it_was_wished_for(house: yesand.House, take: Take) -> None:
    performer = take.performer
    performer.credit_name, performer.credited = "Ada Actor", True
    performer.save()
    _, path = credentialed(house.place, take)
    named = read(path, "")
    performer.credited = False
    performer.save()
    _, path = credentialed(house.place, take)
    hidden = read(path, "")
    assert named is not None and named.who == ("Ada Actor",)
    assert hidden is not None and hidden.who[0].startswith("performer-")
    data = path.read_bytes()
    for known in (b"Ada", performer.public_key.encode(), performer.handle.encode()):
        assert known not in data


def test_a_credential_that_was_made_cannot_be_changed(house: yesand.House, take: Take) -> None:
    made, _ = credentialed(house.place, take)
    with pytest.raises(DatabaseError):
        Credential.objects.filter(pk=made.pk).update(label="another")


def test_what_a_credential_forbids_stays_out(
    house: yesand.House, root: Path, record: Record
) -> None:
    saying(root, record, FORBIDDEN)
    report = taken_in(house, root)
    assert (report.faults, report.barred, report.imported) == (1, 1, 0)
    assert "does not allow ai_generative_training" in report.rows[0].reason
    assert Fault.objects.count() == 1 and not Take.objects.exists()
    assert MediaStore(house.place.media).names() == []


def test_what_a_credential_allows_comes_in(house: yesand.House, root: Path, record: Record) -> None:
    path = saying(root, record, OPEN)
    assert taken_in(house, root).imported == 1
    take = Take.objects.get()
    assert take.sha256 == digest_file(path)
    # Its credential goes along as an ingredient: it was opened, not made here.
    _, copy = credentialed(house.place, take)
    found = read(copy, anchors(house.place))
    assert found is not None and found.state == State.TRUSTED
    assert found.actions == ("opened",) and len(found.before) == 1


@pytest.mark.parametrize("use", [Said(Use.CONSTRAINED), Said(Use.CONSTRAINED, "ask me")])
def test_a_condition_of_somebody_elses_stays_out(
    house: yesand.House, root: Path, record: Record, use: Said
) -> None:
    saying(root, record, Mining({Aim.AI_TRAINING: use}))
    assert taken_in(house, root).barred == 1


def test_a_flipped_byte_does_not_open_the_door(
    house: yesand.House, root: Path, record: Record
) -> None:
    path = saying(root, record, OPEN)
    flipped(path, -400)
    path.unlink()
    report = taken_in(house, root)
    # Either the decoder finds the damage, or the credential does.
    assert report.faults == 1 and not Take.objects.exists()


def test_a_reason_lets_it_in_and_stands_in_the_log(
    house: yesand.House, root: Path, record: Record
) -> None:
    saying(root, record, FORBIDDEN)
    record(root / "harmless.flac", seed=3)
    report = taken_in(house, root, despite=REASON)
    assert (report.imported, report.barred) == (2, 0)
    made = Override.objects.get()
    assert made.take.original_name == "signed.flac"
    assert made.credential["mining"]["ai_generative_training"] == {"use": "notAllowed"}
    assert made.entry.kind == Kind.CREDENTIAL_OVERRIDDEN
    told = override_payload(made.take, made.credential, REASON)
    assert made.entry.record == digest_of(told)
    assert taken_in(house, root, despite=REASON).known == 2
    assert Entry.objects.filter(kind=Kind.CREDENTIAL_OVERRIDDEN).count() == 1
    log.audit(house.place)


def test_a_copy_of_ours_never_becomes_another_take(
    house: yesand.House, take: Take, tmp_path: Path
) -> None:
    _, path = credentialed(house.place, take)
    other = tmp_path / "back"
    other.mkdir()
    (other / "back.flac").write_bytes(path.read_bytes())
    report = taken_in(house, other, despite=REASON)
    assert report.barred == 1 and "of a take that is here" in report.rows[0].reason


def test_an_upload_that_says_no_is_refused_with_the_way_in(
    house: yesand.House, root: Path, record: Record
) -> None:
    world = set_upload_stage(house)
    data = saying(root, record, FORBIDDEN).read_bytes()
    upload = world.sent(data, name="take.flac")
    with pytest.raises(BadMedia, match="does not allow") as caught:
        finish(house.place, upload, sha(data))
    assert "ask the producer" in caught.value.remedy
    upload.refresh_from_db()
    assert upload.state == "refused" and not Take.objects.exists()


def test_a_file_is_known_by_its_hash_its_credential_and_the_log(
    house: yesand.House, take: Take, tmp_path: Path
) -> None:
    own = ask(house, MediaStore(house.place.media).path_of(take.sha256))
    assert (own.known, own.logged, own.entry) == (Known.RECORDING, True, take.entry_id)
    assert own.licence is not None
    assert (own.licence.force, own.licence.template) == (Force.IN_FORCE, "standard/recognition")
    assert "recognition" in own.licence.uses and own.licence.commercial
    _, path = credentialed(house.place, take)
    assert ask(house, path).known == Known.COPY
    changed = ask(house, flipped(path, -300))
    assert changed.known == Known.CHANGED and not changed.known.ours
    assert changed.credentials is not None and changed.credentials.state == State.INVALID
    assert changed.licence is None and changed.entry is None and not changed.credentials.who
    edited = tmp_path / "edited.flac"
    sign(path, edited, "audio/flac", claim(), stranger(), parent=path)
    assert ask(house, edited).known == Known.MADE_FROM


def test_who_signs_in_our_name_is_not_believed(
    house: yesand.House, take: Take, tmp_path: Path, record: Record
) -> None:
    from dataclasses import replace

    false = claim()
    ground = replace(false.ground, take=take.sha256, log=house.place.origin)
    path = tmp_path / "false.flac"
    sign(
        record(tmp_path / "x.flac", 9),
        path,
        "audio/flac",
        replace(false, ground=ground),
        stranger(),
    )
    assert ask(house, path).known == Known.CLAIMED


@pytest.mark.parametrize(
    ("scope", "force"),
    [({}, Force.WITHDRAWN), ({"use_classes": ["evaluation"]}, Force.IN_PART)],
)
def test_a_withdrawal_is_told_at_once(
    house: yesand.House, take: Take, scope: dict[str, list[str]], force: Force
) -> None:
    agreements.withdraw(house.place, take.performer, scope)
    licence = answer(house.place, take.sha256).licence
    assert licence is not None and licence.force == force
    assert licence.uses == (("recognition",) if scope else ())


def test_an_answer_never_tells_whose_it_is(house: yesand.House, take: Take) -> None:
    take.performer.credit_name = "Ada Actor"
    take.performer.save()
    told = json.dumps(answer(house.place, take.sha256).as_json())
    for known in ("Ada", take.performer.public_key, "joy", take.session.slug):
        assert known not in told


def test_a_disputed_recording_is_licensed_to_nobody(
    house: yesand.House, take: Take, tmp_path: Path, root: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "plain.flac").write_bytes((root / "plain.flac").read_bytes())
    draft = standard("recognition", date(2026, 10, 1))
    import_corpus(house.place, table(other, "Ben"), agreement=draft)
    licence = answer(house.place, take.sha256).licence
    assert licence is not None and (licence.force, licence.uses) == (Force.DISPUTED, ())
    take.refresh_from_db()
    with pytest.raises(yesand.YesAndError, match="disputed"):
        credentialed(house.place, take)


@pytest.mark.data
@pytest.mark.sqlite
@pytest.mark.parametrize("corpus", ["ravdess", "emodb"])
def test_real_recordings_carry_credentials(corpus: str, data: Path, tmp_path: Path) -> None:
    mine = stranger()
    for source in sorted((data / corpus).rglob("*.flac"))[:8]:
        made = sign(source, tmp_path / source.name, "audio/flac", claim(), mine)
        assert made.state == State.TRUSTED
