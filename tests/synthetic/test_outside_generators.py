"""What an outside generator hands over is decoded apart, checked, and bound to its manifest."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.synthetic.synthetic_stage import corpus_of, permitted, recorded

import yesand
from yesand.agreements.vocabulary import Material
from yesand.cli import _run as run
from yesand.kernel.errors import CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest_file
from yesand.people import services as people
from yesand.provenance import dsse
from yesand.provenance.credentials.identity import anchors
from yesand.provenance.credentials.mining import Use
from yesand.provenance.credentials.reading import read
from yesand.synthetic import held, shelf
from yesand.synthetic.exporting.services import export
from yesand.synthetic.making.generator import Around, Corpus, Made, Refusal, Wanted
from yesand.synthetic.making.outside import Outside, manifest_of
from yesand.synthetic.models import SyntheticBatch
from yesand.synthetic.services import make
from yesand.synthetic.shelf import Shelf

ABOUT = {"name": "glide", "version": "2", "trained_on": ["nothing"], "licence": "CC0-1.0"}
#: Glides of its own for every order, but for the faults of some.
GLIDES = """
import json, sys
from pathlib import Path
import numpy as np, soundfile
told = json.loads(Path(sys.argv[1]).read_text())
rate, out = told["rate"], Path(sys.argv[2])
time = np.arange(rate) / rate
for number, order in enumerate(told["orders"]):
    chance = np.random.default_rng(order["seed"])
    pitch = chance.uniform(100, 300) * (1 + 0.3 * np.sin(chance.uniform(2, 9) * time))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    wave = 0.1 * sum(np.sin(k * phase) / k for k in range(1, 9))
    wave *= 1 + 0.6 * np.sin(chance.uniform(20, 40) * time)
    path, hertz = out / f"{order['file']}.wav", rate
    if number == 0:
        wave *= 0
    elif number == 1:
        wave[5] = np.nan
    elif number == 2:
        hertz = 22_050
    elif number == 3:
        wave = wave[:1000]
    elif number == 4:
        wave, _ = soundfile.read(told["takes"][0]["path"])
    elif number == 5:
        wave, _ = soundfile.read(told["takes"][1]["path"])
        wave = 0.3 * wave + 0.002 * chance.standard_normal(len(wave))
    if number == 6:
        path.write_text("no sound")
    elif number == 7:
        path.symlink_to(told["takes"][0]["path"])
    elif number != 8:
        soundfile.write(path, wave.astype("float32"), hertz, subtype="FLOAT")
(out / "more.txt").write_text("nobody asked")
"""
WHY = [
    "Silent",
    "not numbers",
    "22,050 samples",
    "lasts 0.06 s",
    "exact copy of take",
    "near copy of take",
    "Text, not a recording",
    "made none",
    "made none",
    "Nobody asked for it",
    "Nobody asked for it",
]


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("troupe"), repetitions=1)


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> str:
    script = tmp_path_factory.mktemp("outside") / "glides.py"
    script.write_text(GLIDES)
    return f"{sys.executable} {script} {{request}} {{out}}"


def test_each_bad_take_is_refused_with_its_reason_and_the_rest_is_kept(
    house: yesand.House, troupe: Path, command: str
) -> None:
    manifest = permitted(house, troupe)
    batch, _ = make(house.place, manifest, Outside(command, ABOUT), Wanted(1))
    assert batch.made == 3 and len(batch.refused) == len(WHY)
    reasons = [one["reason"].lower() for one in batch.refused]
    assert [why for why in WHY if not any(why.lower() in told for told in reasons)] == []
    assert (batch.generator, batch.version, batch.whole) == ("glide", "2", True)
    assert batch.settings["manifest"] == ABOUT and batch.settings["files"]
    assert {d.performer.handle for d in batch.takes.all()[0].descents.all()} == {
        "Sample_01",
        "Sample_02",
        "Sample_03",
    }


def test_without_its_manifest_it_is_kept_apart_and_usable_for_nothing(
    house: yesand.House, troupe: Path, command: str, tmp_path: Path
) -> None:
    place, manifest = house.place, permitted(house, troupe)
    batch, _ = make(place, manifest, Outside(command), Wanted(1))
    take = batch.takes.all()[0]
    copy = Shelf(place.synthetic).there(take.copy, shelf.COPIES, apart=True)
    assert batch.quarantined and shelf.QUARANTINE in copy.parts
    found = read(copy, anchors(place))
    assert found is not None
    assert {said.use for _, said in found.mining.items()} == {Use.NOT_ALLOWED}
    with pytest.raises(Refused, match="quarantine"):
        export(place, batch, tmp_path / "out")


def test_recordings_that_may_only_be_measured_are_handed_to_no_outside_program(
    house: yesand.House, troupe: Path, tmp_path: Path
) -> None:
    permitted(house, troupe)
    request = house.request(
        purpose="entertainment", use_class="synthesis", action="synthesise", territory="DE"
    )
    ran, about = tmp_path / "ran", {**ABOUT, "name": "troupe"}
    converts = Outside(f"sh -c 'touch {ran}' {{request}} {{out}}", about)
    for generator in (converts, replace(converts, about=None)):
        with pytest.raises(Refused, match="may only be measured"):
            make(house.place, house.gate(request).manifest, generator, Wanted(1))
    assert not ran.exists() and not SyntheticBatch.objects.exists()


def test_what_an_outside_program_made_under_measurement_only_terms_does_not_leave(
    house: yesand.House, troupe: Path, command: str, tmp_path: Path
) -> None:
    batch, _ = make(house.place, permitted(house, troupe), Outside(command, ABOUT), Wanted(1))
    told = dsse.opened(batch.envelope, {house.place.signer.id: house.place.signer.public})
    assert batch.nobodys_voice is False and told["predicate"]["nobodys_voice"] is False
    # As batches are that were made before it was asked: the manifest's terms are what counts.
    batch.manifest.request["material"] = Material.FEATURES.value
    with pytest.raises(Refused, match="only measurements may leave"):
        export(house.place, batch, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_who_is_erased_takes_along_what_an_outside_program_made_of_them(
    house: yesand.House, troupe: Path, command: str, tmp_path: Path
) -> None:
    place, manifest = house.place, permitted(house, troupe)
    vouched, _ = make(place, manifest, Outside(command, ABOUT), Wanted(1))
    apart, _ = make(place, manifest, Outside(command), Wanted(1))
    export(place, vouched, tmp_path / "out")
    ready, home = place.cache / "exports", Shelf(place.synthetic)
    assert len(list(ready.rglob("*.flac"))) == vouched.made
    assert len(list(home.files())) == 2 * (vouched.made + apart.made)
    ada = people.account("ada", "performer", "x" * 20, performer=people.performer("Sample_01"))
    (goes,), stays = held.goes(place, ada), list(held.stays(place, ada))
    assert goes.startswith(f"{vouched.made + apart.made} synthetic takes")
    assert len(stays) == 2 and not any("nobody" in told for told in stays)
    assert "somebody else" in stays[0] and "handed out" in stays[1]
    held.erase(place, ada)
    assert not list(home.files()) and not list(ready.rglob("*.flac"))
    assert len(list((tmp_path / "out").rglob("*.flac"))) == vouched.made
    assert SyntheticBatch.objects.count() == 2


def test_a_manifest_that_holds_something_back_is_none() -> None:
    assert manifest_of({**ABOUT, "more": 1}, "m") == ABOUT
    for name in ABOUT:
        with pytest.raises(Refused, match=name):
            manifest_of({**ABOUT, name: " "}, "m")
        with pytest.raises(Refused, match=name):
            manifest_of({k: v for k, v in ABOUT.items() if k != name}, "m")


@pytest.fixture(scope="module")
def given(troupe: Path) -> Corpus:
    return corpus_of(troupe)


def test_one_that_fails_or_never_ends_is_told_in_one_line(given: Corpus) -> None:
    fails = f"{sys.executable} -c 'raise SystemExit(\"no weights\")' {{request}} {{out}}"
    with pytest.raises(CheckFailed, match="status 1: no weights"):
        list(Outside(fails, ABOUT).make(given, Wanted(1)))
    with pytest.raises(NotFound, match="No such command"):
        list(Outside("no-such-command {request} {out}", ABOUT).make(given, Wanted(1)))
    began = time.monotonic()
    with pytest.raises(CheckFailed, match=r"longer than 0\.3 s"):
        list(Outside("sh -c 'sleep 60' {request} {out}", ABOUT, 0.3).make(given, Wanted(1)))
    assert time.monotonic() - began < 20


def test_it_is_asked_while_it_runs_whether_it_still_may(given: Corpus) -> None:
    def over() -> None:
        raise Refused("Withdrawn meanwhile")

    running = Outside("sh -c 'sleep 60' {request} {out}", ABOUT)
    with pytest.raises(Refused, match="meanwhile"):
        list(running.make(given, Wanted(1), Around(still_holds=over)))


def test_it_is_told_no_secret_of_the_house(
    given: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("YESAND_SECRET", "hush")
    seen = tmp_path / "seen"
    shows = f"sh -c 'env > {seen}; cp {{request}} {{out}}/request.json'"
    found = list(Outside(shows, ABOUT).make(given, Wanted(1)))
    assert "hush" not in seen.read_text() and not any(isinstance(one, Made) for one in found)
    assert isinstance(found[-1], Refusal) and found[-1].place == "request.json"


def test_it_is_handed_all_takes_that_its_own_are_said_to_descend_from(
    given: Corpus, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    shows = Outside(f"sh -c 'cp {{request}} {seen}' {{out}}", ABOUT)
    list(shows.make(given, Wanted(1, 1, "sad")))
    told = json.loads(seen.read_text())
    assert {one["emotion"] for one in told["orders"]} == {"sad"} and len(told["orders"]) == 3
    assert [one["sha256"] for one in told["takes"]] == [take.sha256 for take in given.takes]


def test_its_digest_follows_a_program_that_path_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "speak"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    speaks = Outside("speak {request} {out}", ABOUT)
    before = speaks.digest
    assert speaks.settings()["files"] == {"speak": digest_file(program)}
    program.write_text("#!/bin/sh\nexit 1\n")
    assert speaks.digest != before


def test_by_command_line_a_generator_without_manifest_is_refused_in_one_line(
    house: yesand.House,
    troupe: Path,
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    manifest, about = tmp_path / "corpus.json", tmp_path / "about.json"
    permitted(house, troupe).save(manifest)
    about.write_text(json.dumps(ABOUT))
    making = ["synth", "make", str(manifest), "--house", str(house.place.root)]
    outside = [*making, "--generator", "outside", "--command", command]
    assert run(outside) == 1 and "no manifest" in capsys.readouterr().err
    assert run([*outside[:-1], "speak", "--about", str(about)]) == 2
    assert run([*making, "--generator", "flow"]) == 2
    assert capsys.readouterr().err.count("\n") == 2 and not SyntheticBatch.objects.exists()
    assert run([*making, "--emotion", "sad", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["made"] == 3 and told["new"] and told["of_withdrawn_parents"] == 0
    assert run(["synth", "list", "--house", str(house.place.root), "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)["batches"]
    assert listed["batch"] == told["batch"]
    out = [told["batch"][:12], str(tmp_path / "out"), "--house", str(house.place.root)]
    assert run(["synth", "export", *out]) == 0
    assert "3 synthetic takes" in capsys.readouterr().out
    assert run(["synth", "export", "ffff", *out[1:]]) == 2
