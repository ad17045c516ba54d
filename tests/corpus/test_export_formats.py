"""What leaves the house, read by those who have never heard of us."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from dishonest import laid_open

import yesand
from exported import export, manifest_of
from yesand.agreements.vocabulary import Material
from yesand.corpus import services as corpus
from yesand.corpus.auditing.audit import audit
from yesand.corpus.exporting.formats import FORMATS, parquet, webdataset
from yesand.corpus.exporting.record import COLUMNS
from yesand.corpus.manifest import masked, of_bytes
from yesand.corpus.models import Manifest
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest
from yesand.provenance.credentials.identity import anchors
from yesand.provenance.credentials.reading import State, read
from yesand.provenance.disclosure import read as read_disclosure
from yesand.training.registry.services import checked

pytestmark = pytest.mark.one_database

MATERIALS = pytest.mark.parametrize("material", list(Material))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


def takes_of(row: Manifest, house: yesand.House) -> dict[str, Any]:
    path = house.place.manifests / f"{row.digest}.json"
    signer = house.place.signer
    return {t.sha256: t for t in of_bytes(path.read_bytes(), {signer.id: signer.public}).takes}


def check_rows(rows: list[dict[str, Any]], takes: dict[str, Any]) -> None:
    """Every permitted take once, under its agreement, by a pseudonym."""
    assert sorted(row["take"] for row in rows) == sorted(takes)
    for row in rows:
        take = takes[row["take"]]
        told = (row["agreement"], row["emotion"], row["entry"], row["duration_ms"])
        assert told == (take.agreement, take.emotion, take.entry, take.duration_ms)
        assert row["performer"].startswith("performer-") and take.performer not in str(row)
    assert len({row["performer"] for row in rows}) == len({t.performer for t in takes.values()})


@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame")  # mlcroissant 1.1.1
@MATERIALS
def test_mlcroissant_finds_no_fault_and_streams_every_record(
    house: yesand.House, tmp_path: Path, folder: Path, material: Material
) -> None:
    mlc = pytest.importorskip("mlcroissant")
    row = manifest_of(house, tmp_path / "troupe", material)
    export(house, row, "croissant", folder)
    found = mlc.Dataset(jsonld=folder / "croissant.json")
    issues = found.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    rows = [
        {name.removeprefix("takes/"): plain(value) for name, value in record.items()}
        for record in found.records("takes")
    ]
    check_rows(rows, takes_of(row, house))
    for each in rows:
        if material is Material.RAW:
            assert digest(each["audio"]) == each["sha256"] and len(each["audio"]) == each["bytes"]
        else:
            assert np.array(each["features"]).shape == (51, 64)


def plain(value: Any) -> Any:
    """Text comes out of mlcroissant as bytes; sound is bytes."""
    return value.decode() if isinstance(value, bytes) and len(value) < 100 else value


@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame")
def test_many_shards_are_one_corpus(
    house: yesand.House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlc = pytest.importorskip("mlcroissant")
    monkeypatch.setattr(parquet, "SHARD", 50_000)  # bytes: two takes and a half
    monkeypatch.setattr(webdataset, "SHARD", 50_000)
    row = manifest_of(house, tmp_path / "troupe")
    export(house, row, "croissant", tmp_path / "croissant")
    export(house, row, "webdataset", tmp_path / "webdataset")
    shards = sorted((tmp_path / "croissant" / "data").iterdir())
    assert [p.name[-19:] for p in shards] == [f"{n:05d}-of-00005.parquet"[-19:] for n in range(5)]
    found = mlc.Dataset(jsonld=tmp_path / "croissant" / "croissant.json")
    assert not found.metadata.ctx.issues.errors | found.metadata.ctx.issues.warnings
    takes = {plain(record["takes/take"]) for record in found.records("takes")}
    assert takes == set(takes_of(row, house))
    names = list[str]()
    for path in sorted((tmp_path / "webdataset" / "shards").iterdir()):
        with tarfile.open(path) as shard:
            names += shard.getnames()
    assert {name.partition(".")[0] for name in names} == takes and len(names) == 18


def test_the_croissant_description_carries_the_offer_and_says_what_rai_asks(
    house: yesand.House, tmp_path: Path, folder: Path
) -> None:
    row = manifest_of(house, tmp_path / "troupe")
    export(house, row, "croissant", folder)
    told = json.loads((folder / "croissant.json").read_text())
    assert told["conformsTo"][0] == "http://mlcommons.org/croissant/1.1"
    offer = told["usageInfo"]
    assert "odrl:Offer" in offer["@type"]
    permission = offer["odrl:permission"]
    assert permission["odrl:action"] == {"@id": "ya:train"}
    limits = {
        c["odrl:leftOperand"]["@id"]: c["odrl:rightOperand"] for c in permission["odrl:constraint"]
    }
    assert limits["odrl:purpose"] == {"@id": "ya:purpose-emotion-recognition"}
    assert limits["odrl:spatial"] == {"@id": "loc:DE"}
    agreements = {take.agreement for take in takes_of(row, house).values()}
    assert len(told["prov:wasDerivedFrom"]) == len(agreements)
    assert any("voiceprint" in said for said in told["rai:personalSensitiveInformation"])
    graph = pytest.importorskip("rdflib").Graph()
    graph.parse(data=json.dumps(told), format="json-ld")
    asked = (
        "ASK { ?d <https://schema.org/usageInfo> ?o . ?o a <http://www.w3.org/ns/odrl/2/Offer> }"
    )
    assert graph.query(asked).askAnswer


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it closes nothing
@MATERIALS
def test_webdataset_streams_every_sample(
    house: yesand.House, tmp_path: Path, folder: Path, material: Material
) -> None:
    wds = pytest.importorskip("webdataset")
    row = manifest_of(house, tmp_path / "troupe", material)
    export(house, row, "webdataset", folder)
    shards = sorted(map(str, (folder / "shards").glob("*.tar")))
    samples = list(wds.WebDataset(shards, shardshuffle=False).decode())
    rows = [sample["json"] for sample in samples]
    check_rows(rows, takes_of(row, house))
    assert {each["manifest"] for each in rows} == {row.digest}
    for sample in samples:
        assert sample["__key__"] == sample["json"]["take"]
        if material is Material.RAW:
            assert digest(sample["wav"]) == sample["json"]["sha256"]
        else:
            assert sample["npy"].shape == (51, 64)


@MATERIALS
def test_hugging_face_datasets_loads_the_folder_offline(
    house: yesand.House,
    tmp_path: Path,
    folder: Path,
    material: Material,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    row = manifest_of(house, tmp_path / "troupe", material)
    export(house, row, "huggingface", folder)
    found = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "hf"))["train"]
    if material is Material.RAW:
        assert isinstance(found.features["audio"], datasets.Audio)
        found = found.cast_column("audio", datasets.Audio(decode=False))
    rows = list(found)
    check_rows(rows, takes_of(row, house))
    for each in rows:
        if material is Material.RAW:
            assert digest(each["audio"]["bytes"]) == each["sha256"]
        else:
            assert np.array(each["features"]).shape == (51, 64)
    card = (folder / "README.md").read_text()
    assert card.startswith("---\n") and "license_name: yes-and-agreements" in card


def test_parquet_is_read_by_pyarrow_alone(
    house: yesand.House, tmp_path: Path, folder: Path
) -> None:
    row = manifest_of(house, tmp_path / "troupe")
    export(house, row, "parquet", folder)
    (shard,) = (folder / "data").glob("*.parquet")
    table = pq.read_table(shard)
    assert table.column_names == [*COLUMNS, "audio"]
    assert table.schema.metadata[b"manifest"].decode() == row.digest
    check_rows(table.to_pylist(), takes_of(row, house))


def test_plain_files_hold_a_masked_manifest_and_a_table(
    house: yesand.House, tmp_path: Path
) -> None:
    row = manifest_of(house, tmp_path / "troupe")
    export(house, row, "tar", tmp_path / "all.tar")
    with tarfile.open(tmp_path / "all.tar") as archive:
        files = {m.name: file.read() for m in archive if (file := archive.extractfile(m))}
    signer = house.place.signer
    shown = of_bytes(files["manifest.json"], {signer.id: signer.public})
    whole = corpus.find(house.place, row.digest)
    assert shown.digest == row.digest and shown.stands_for(whole) and shown != whole
    assert checked(house.place, shown) == whole
    table = list(csv.DictReader(io.StringIO(files["takes.csv"].decode())))
    assert {r["take"] for r in table} == set(takes_of(row, house))
    named = {(r["take"], r["performer"]) for r in table}
    assert named == {(take.sha256, take.performer) for take in shown.takes}
    assert all(digest(files[r["file"]]) == r["sha256"] for r in table)


@pytest.mark.parametrize("form", FORMATS)
def test_no_file_of_an_export_names_who_does_not_wish_it(
    house: yesand.House, tmp_path: Path, form: str
) -> None:
    row = manifest_of(house, tmp_path / "troupe", Material.FEATURES)
    export(house, row, form, tmp_path / "out")
    told = b"".join(p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file())
    names = [b"Alba", b"Bert", b"Cleo"]
    assert b"performer-" in told and not any(name in told for name in names)


def test_a_masked_copy_with_other_takes_stands_for_nothing(
    house: yesand.House, tmp_path: Path
) -> None:
    row = manifest_of(house, tmp_path / "troupe")
    whole = corpus.find(house.place, row.digest)
    copy = masked(whole, str.upper, house.place.signer)
    fewer = masked(replace(whole, takes=whole.takes[1:]), str.upper, house.place.signer)
    assert copy.stands_for(whole) and not fewer.stands_for(whole) and not whole.stands_for(copy)
    told = read_disclosure(laid_open(house, tmp_path / "d.jsonl"))
    audit(told, [("copy.json", copy.to_bytes())])
    with pytest.raises(CheckFailed, match="holds other takes"):
        audit(told, [("fewer.json", fewer.to_bytes())])


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_manifest_gives_the_same_bytes(
    house: yesand.House, tmp_path: Path, form: str
) -> None:
    row = manifest_of(house, tmp_path / "troupe")
    first = export(house, row, form, tmp_path / "one")
    second = export(house, row, form, tmp_path / "two")
    assert first.root == second.root and first.digest != second.digest
    sums = (tmp_path / "one" / "SHA256SUMS").read_bytes()
    assert digest(sums) == first.root and (tmp_path / "two" / "SHA256SUMS").read_bytes() == sums
    checked = subprocess.run(
        ["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path / "one", check=False
    )
    assert checked.returncode == 0


def test_recordings_leave_with_their_credential_inside(
    house: yesand.House, tmp_path: Path, folder: Path
) -> None:
    row = manifest_of(house, tmp_path / "troupe")
    export(house, row, "tar", folder)
    table = list(csv.DictReader(io.StringIO((folder / "takes.csv").read_text())))
    for each in table:
        said = read(folder / each["file"], anchors(house.place))
        assert said is not None and said.state == State.TRUSTED
        assert said.label == each["credential"] and each["sha256"] != each["take"]
        assert said.agreement is not None
        assert said.agreement["take"]["sha256"] == each["take"]
        assert said.agreement["agreement"]["sha256"] == each["agreement"]
        assert said.who == (each["performer"],)
        told = {aim.value: found.use for aim, found in said.mining.items()}
        assert told["ai_training"] == "constrained"
        assert told["ai_generative_training"] == "notAllowed"


def test_every_format_and_column_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "exports.md").read_text()
    assert [name for name in (*FORMATS, *COLUMNS) if f"`{name}`" not in page] == []


def test_no_format_but_the_named_ones(house: yesand.House, tmp_path: Path) -> None:
    row = manifest_of(house, tmp_path / "troupe")
    with pytest.raises(BadInput, match="No format 'zip'"):
        export(house, row, "zip", tmp_path / "out")
