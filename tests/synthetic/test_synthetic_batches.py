"""A batch is made under a permit, recorded with every parent, or leaves nothing at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from tests.synthetic.synthetic_stage import asked, permitted, recorded

import yesand
from small_troupe import ask
from small_troupe import troupe as recognition_troupe
from yesand.agreements import services as agreements
from yesand.agreements.vocabulary import Material
from yesand.corpus import services as corpus
from yesand.corpus.errors import NothingPermitted, Overtaken
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_file, digest_of
from yesand.people import services as people
from yesand.people.models import Organisation
from yesand.people.sight import Sight, visible
from yesand.provenance import dsse
from yesand.provenance.credentials.identity import anchors
from yesand.provenance.credentials.mining import Aim, Use
from yesand.provenance.credentials.reading import State, read
from yesand.provenance.models import Entry
from yesand.synthetic import held, shelf
from yesand.synthetic.errors import NotForSynthesis
from yesand.synthetic.exporting.services import export
from yesand.synthetic.making.generator import Wanted
from yesand.synthetic.making.troupe import Troupe
from yesand.synthetic.making.variation import Variation
from yesand.synthetic.models import SyntheticBatch, SyntheticExport, SyntheticTake
from yesand.synthetic.services import fallen, find, make
from yesand.synthetic.shelf import Shelf
from yesand.synthetic.templatetags.synthetic_panels import descending
from yesand.takes.checking.answer import Known
from yesand.takes.checking.services import check_file
from yesand.takes.models import Take

#: Makes in a process of its own, and dies at the n-th call of one function.
CHILD = """
import importlib, itertools, os, signal, sys
from datetime import UTC, datetime
import yesand
from yesand.kernel.clock import SetClock
house, manifest, target, when, nth = sys.argv[1:]
place = yesand.open(house, clock=SetClock(datetime(2026, 10, 1, tzinfo=UTC))).place
from yesand.corpus import services as corpus
from yesand.synthetic.making.generator import Wanted
from yesand.synthetic.making.variation import Variation
from yesand.synthetic.services import make
module, *path, name = target.split(":")
owner = importlib.import_module(module)
for part in path:
    owner = getattr(owner, part)
real, calls = getattr(owner, name), itertools.count(1)
def deadly(*args, **kwargs):
    mine = next(calls)
    if when == "before" and mine == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*args, **kwargs)
    if when == "after" and mine == int(nth):
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(owner, name, deadly)
make(place, corpus.find(place, manifest), Variation(), Wanted(1, 1))
"""
INSTANTS = [
    pytest.param("yesand.synthetic.shelf:write", "after", 5, marks=pytest.mark.deep),
    pytest.param("yesand.synthetic.crediting.services:sign", "after", 3, marks=pytest.mark.deep),
    # Every file is in place, and the transaction that names them is not committed.
    pytest.param("yesand.synthetic.shelf:Shelf:keep", "after", 1),
]


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("troupe"), repetitions=1)


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough takes to learn an emotion from."""
    return recorded(tmp_path_factory.mktemp("larger"), repetitions=2)


def kept(house: yesand.House) -> list[Path]:
    """Return every file of a synthetic take, wherever it lies."""
    return sorted(house.place.synthetic.rglob("*.flac"))


def test_a_batch_is_signed_logged_and_knows_every_parent(house: yesand.House, troupe: Path) -> None:
    place, manifest = house.place, permitted(house, troupe)
    batch, new = make(place, manifest, Variation(), Wanted(1, 2))
    assert new and batch.made == 24 and batch.refused == []
    payload = dsse.opened(batch.envelope, {place.signer.id: place.signer.public})
    assert batch.entry.kind == "synthetic.made" and batch.entry.record == digest_of(payload)
    assert payload["subject"][0]["digest"]["sha256"] == batch.digest
    told = payload["predicate"]
    assert told["request"]["manifest"] == manifest.digest == batch.manifest_id
    by_hash = {take.sha256: take for take in manifest.takes}
    for take, one in zip(batch.takes.all(), told["takes"], strict=True):
        parents = [descent.parent.sha256 for descent in take.descents.all() if descent.parent]
        assert parents == one["parents"] and one["sha256"] == take.sha256
        assert all(by_hash[parent].emotion == take.emotion for parent in parents)
        path = Shelf(place.synthetic).there(take.sha256)
        assert digest_file(path) == take.sha256
    assert len(kept(house)) == 48 and not list(place.media.rglob(f"{take.sha256}*"))
    assert Take.objects.count() == 12
    with pytest.raises(IntegrityError), transaction.atomic():
        SyntheticTake.objects.filter(pk=take.pk).update(emotion="calm")
    again, new = make(place, manifest, Variation(), Wanted(1, 2))
    assert again == batch == find(batch.digest[:10]) and not new
    assert len(kept(house)) == 48 and Entry.objects.filter(kind="synthetic.made").count() == 1
    house.check()


def test_every_file_says_that_it_is_synthetic_and_from_which_takes(
    house: yesand.House, larger: Path, tmp_path: Path
) -> None:
    place, manifest = house.place, permitted(house, larger)
    expected = {Variation(): "algorithmicallyEnhanced", Troupe(): "trainedAlgorithmicMedia"}
    for generator, source in expected.items():
        batch, _ = make(place, manifest, generator, Wanted(1, 1, "sad"))
        take = batch.takes.all()[0]
        path = Shelf(place.synthetic).there(take.copy, shelf.COPIES)
        found = read(path, anchors(place))
        assert found is not None and found.state == State.TRUSTED and found.label == take.label
        assert found.source == source
        names = [f"take {d.parent.sha256[:12]}" for d in take.descents.all() if d.parent]
        told = check_file(place, path)
        assert told.known == Known.SYNTHETIC and told.entry == batch.entry_id and told.synthetic
        assert told.known.ours and told.licence is None
        changed = tmp_path / "changed.flac"
        changed.write_bytes(path.read_bytes()[:-9] + b"somebody.")
        assert check_file(place, changed).known == Known.CHANGED
        assert found.made_from == tuple(names or [f"manifest {manifest.digest[:12]}"])
        # What the parents' agreements leave open: synthesis, and no reading of emotion.
        said = dict(found.mining.items())
        assert said[Aim.AI_TRAINING].use == Use.NOT_ALLOWED
        assert said[Aim.AI_GENERATIVE_TRAINING].use == Use.CONSTRAINED


def test_terms_without_synthesis_refuse_it(house: yesand.House, tmp_path: Path) -> None:
    recognition_troupe(house, tmp_path / "troupe")
    with pytest.raises(NothingPermitted, match="synthesis"):
        asked(house)
    manifest = corpus.gate(house.place, ask(house)).manifest
    with pytest.raises(NotForSynthesis, match="train for recognition"):
        make(house.place, manifest, Variation(), Wanted(1))
    assert not kept(house) and not SyntheticBatch.objects.exists()


def test_a_parent_withdrawn_in_mid_generation_stops_it_and_nothing_is_left(
    house: yesand.House, troupe: Path
) -> None:
    place, manifest = house.place, permitted(house, troupe)
    reached = []

    def withdraw(done: int, total: int, note: str = "") -> None:
        reached.append(done)
        if note == "making" and done == 3:
            agreements.withdraw(place, people.performer("Sample_02"))

    with pytest.raises(Overtaken, match=r"8 takes, is deleted"):
        make(place, manifest, Variation(), Wanted(1, 3), progress=withdraw)
    assert max(reached) < 36 and not kept(house) and not SyntheticBatch.objects.exists()
    (told,) = place.synthetic.glob("stopped/*.json")
    payload = dsse.opened(json.loads(told.read_text()), {place.signer.id: place.signer.public})
    assert Entry.objects.get(kind="run.overtaken").record == digest_of(payload) == told.stem
    assert payload["predicate"]["deleted"] == 8
    with pytest.raises(Overtaken):
        make(place, manifest, Variation(), Wanted(2))
    assert make(place, asked(house), Variation(), Wanted(1))[0].made == 8


@pytest.mark.parametrize(("target", "when", "nth"), INSTANTS)
def test_killed_at_an_instant_it_leaves_no_take_and_makes_the_same_again(
    house: yesand.House, troupe: Path, target: str, when: str, nth: int
) -> None:
    place, manifest = house.place, permitted(house, troupe)
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(place.root), manifest.digest, target, when, str(nth)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
        timeout=120,
    )
    assert child.returncode == -signal.SIGKILL, "the instant was never reached"
    assert kept(house) and not SyntheticBatch.objects.exists()
    batch, new = make(place, manifest, Variation(), Wanted(1, 1))
    assert new and len(kept(house)) == 2 * batch.made == 24
    assert not list((place.synthetic / ".making").glob("*"))
    wanted = {take.sha256 for take in batch.takes.all()} | {t.copy for t in batch.takes.all()}
    assert {path.stem for path in kept(house)} == wanted
    assert Entry.objects.filter(kind="synthetic.made").count() == 1


def test_who_sees_them(house: yesand.House, larger: Path) -> None:
    manifest = permitted(house, larger)
    varied, _ = make(house.place, manifest, Variation(), Wanted(1, 1, "happy"))
    fitted, _ = make(house.place, manifest, Troupe(), Wanted(1, 1, "sad"))
    mine = Sight(performer=people.performer("Sample_01"))
    rows = visible(SyntheticTake, mine)
    of_mine = varied.takes.filter(parents__performer__handle="Sample_01").distinct()
    assert Counter(rows.values_list("batch", flat=True)) == {
        varied.pk: of_mine.count(),
        fitted.pk: 6,
    }
    assert of_mine.count() < varied.made and visible(SyntheticBatch, mine).count() == 2
    lab, other = (Organisation.objects.get(slug=slug) for slug in ("house-lab", "producer"))
    assert visible(SyntheticTake, Sight(licensees=frozenset({lab.pk}))).count() == 12
    assert not visible(SyntheticTake, Sight(licensees=frozenset({other.pk}))).exists()
    assert not visible(SyntheticBatch, Sight()).exists()


def test_a_performer_is_told_how_many_descend_from_theirs_and_of_whom(
    house: yesand.House, larger: Path
) -> None:
    place, manifest, mine = house.place, permitted(house, larger), Sight(frozenset({"producer"}))
    make(place, manifest, Variation(), Wanted(1, 1, "happy"))
    make(place, manifest, Troupe(), Wanted(1, 1, "sad"))
    bao = people.performer("Sample_02")

    def told() -> list[tuple[str, int, int]]:
        rows = descending(place, mine, bao)["rows"]
        return [(row["batch"].generator, row["number"], row["fallen"]) for row in rows]

    before = told()
    assert [name for name, _, _ in before] == ["variation", "troupe"]
    assert before[1] == ("troupe", 6, 0) and 2 <= before[0][1] <= 6 and before[0][2] == 0
    agreements.withdraw(place, bao)
    assert told() == [(name, number, number) for name, number, _ in before]


def test_who_is_erased_takes_variations_of_their_voice_along(
    house: yesand.House, larger: Path, tmp_path: Path
) -> None:
    place, manifest = house.place, permitted(house, larger)
    batch, _ = make(place, manifest, Variation(), Wanted(1, 1, "happy"))
    fitted, _ = make(place, manifest, Troupe(), Wanted(1, 1, "happy"))
    ada = people.account("ada", "performer", "x" * 20, performer=people.performer("Sample_01"))
    theirs = batch.takes.filter(descents__performer__user=ada).distinct()
    assert len(held.held(ada)["synthetic_takes"]) == theirs.count() + fitted.made
    (stays,) = held.stays(place, ada)
    assert list(held.goes(place, ada)) and "nobody’s voice" in stays
    export(place, batch, tmp_path / "one")
    export(place, fitted, tmp_path / "two")
    held.erase(place, ada)
    assert len(list((place.cache / "exports").rglob("*.flac"))) == fitted.made
    gone = {path.stem for path in Shelf(place.synthetic).files()}
    assert not gone & {name for t in theirs for name in (t.sha256, t.copy)}
    assert len(gone) == 2 * (batch.made - theirs.count() + fitted.made)
    assert SyntheticBatch.objects.count() == 2


def test_what_leaves_has_credentials_and_lineage_and_was_decided_and_logged(
    house: yesand.House, troupe: Path, tmp_path: Path
) -> None:
    place, manifest = house.place, permitted(house, troupe)
    batch, _ = make(place, manifest, Variation(), Wanted(1, 1))
    left = export(place, batch, tmp_path / "out")
    assert left.new and left.export.takes == 12 and left.export.entry.kind == "synthetic.exported"
    told = json.loads((tmp_path / "out" / "lineage.json").read_text())
    assert told["batch"]["digest"] == batch.digest and len(told["takes"]) == 12
    for row in told["takes"]:
        found = read(tmp_path / "out" / row["file"], anchors(place))
        assert found is not None and found.state == State.TRUSTED
        assert [f"take {p['take'][:12]}" for p in row["parents"]] == list(found.made_from)
        assert all(p["performer"].startswith("performer-") for p in row["parents"])
    assert not export(place, batch, tmp_path / "out").new
    (tmp_path / "out" / "lineage.json").write_text("{}")
    with pytest.raises(Refused, match="Something else"):
        export(place, batch, tmp_path / "out")
    agreements.withdraw(place, people.performer("Sample_02"))
    gone = fallen(place, batch)
    assert gone == {t.sha256 for t in batch.takes.filter(parents__performer__handle="Sample_02")}
    later = export(place, batch, tmp_path / "later")
    assert set(later.left_out) == gone and later.export.takes == 12 - len(gone)
    assert parse(dsse.payload_of(later.export.envelope))["predicate"]["left_out"] == sorted(gone)
    # What learnt from all of them descends from who withdrew, whoever else is in it.
    assert not {p.name[:-5] for p in (tmp_path / "later" / "takes").iterdir()} & gone


def test_nothing_is_signed_as_handed_out_that_does_not_leave(
    house: yesand.House, troupe: Path, tmp_path: Path
) -> None:
    place, manifest = house.place, permitted(house, troupe)
    batch, _ = make(place, manifest, Variation(), Wanted(1))
    other, out = tmp_path / "other", tmp_path / "out"
    other.mkdir()
    with pytest.raises(Refused, match="Something else"):
        export(place, batch, other)
    assert not SyntheticExport.objects.exists()
    assert not Entry.objects.filter(kind="synthetic.exported").exists()
    assert export(place, batch, out).new

    def withdraw(done: int, total: int, note: str = "") -> None:
        if done == total:
            agreements.withdraw(place, people.performer("Sample_02"))

    # The same leaves once more, made anew: what it was decided by then no longer holds.
    shutil.rmtree(place.cache / "exports")
    with pytest.raises(Overtaken, match="while it was being exported"):
        export(place, batch, tmp_path / "again", withdraw)
    assert not (tmp_path / "again").exists() and SyntheticExport.objects.count() == 1


def test_a_voice_itself_leaves_only_where_recordings_may(
    house: yesand.House, larger: Path, tmp_path: Path
) -> None:
    place = house.place
    permitted(house, larger)
    request = house.request(
        purpose="entertainment", use_class="synthesis", action="synthesise", territory="DE"
    )
    manifest = house.gate(request).manifest
    assert request.material == Material.FEATURES
    with pytest.raises(Refused, match="own voice may be in it"):
        export(place, make(place, manifest, Variation(), Wanted(1))[0], tmp_path / "one")
    fitted, _ = make(place, manifest, Troupe(), Wanted(1, 1, "happy"))
    export(place, fitted, tmp_path / "two")
    agreements.withdraw(place, people.performer("Sample_03"))
    with pytest.raises(Overtaken):
        export(place, fitted, tmp_path / "three")
    assert len(fallen(place, fitted)) == fitted.made and fitted.nobodys_voice


@pytest.mark.parametrize(
    ("wanted", "why"),
    [(Wanted(1, 0), "At least one"), (Wanted(-1), "seed"), (Wanted(1, 1, "fear"), "emotion")],
)
def test_a_request_that_cannot_be_is_refused(
    house: yesand.House, troupe: Path, wanted: Wanted, why: str
) -> None:
    manifest = permitted(house, troupe)
    with pytest.raises(BadInput, match=why):
        make(house.place, manifest, Variation(), wanted)


def test_two_never_make_at_once(house: yesand.House, troupe: Path) -> None:
    manifest = permitted(house, troupe)
    with Shelf(house.place.synthetic).alone(), pytest.raises(Refused, match="already"):
        make(house.place, manifest, Variation(), Wanted(1))
