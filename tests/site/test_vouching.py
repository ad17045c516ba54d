"""What the log's page tells of its witnesses."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from stage import Stage

from yesand.kernel import durable
from yesand.provenance.note import Note
from yesand.provenance.services import checkpoint, key_of
from yesand.provenance.witnessing.witness import Witness


@pytest.fixture
def witness(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Witness:
    made = Witness.open(tmp_path / "w1", "union.example/w1")
    made.watch(key_of(stage.house.place))
    monkeypatch.setenv("YESAND_WITNESSES", f"{made.key} https://witness.example")
    return made


def kept(stage: Stage, witness: Witness, ending: str) -> Path:
    return stage.house.place.root / "witnesses" / f"{witness.key.id.hex()}.{ending}"


def test_the_log_shows_where_its_witnesses_stand(
    stage: Stage, witness: Witness, as_: dict[str, Client]
) -> None:
    place = stage.house.place
    page = as_["auditor"].get("/log/").content.decode()
    assert "union.example/w1" in page and "never yet" in page and "no quorum yet" in page
    cosigned = Note.parse(checkpoint(place)).cosigned(witness.signer, witness.name, 1_790_000_000)
    durable.write(kept(stage, witness, "checkpoint"), bytes(cosigned))
    page = as_["auditor"].get("/log/").content.decode()
    assert "1 of 1 have cosigned" in page and str(witness.key) in page.replace("&#x3D;", "=")
    told = Client().get("/api/log/checkpoint").json()
    assert told["witnesses"] == [str(witness.key)]
    Note.parse(told["checkpoint"].encode()).check(witness.key)
    kept(stage, witness, "checkpoint").unlink()


def test_what_went_wrong_is_told_to_auditors_alone(
    stage: Stage, witness: Witness, as_: dict[str, Client]
) -> None:
    fault = b'{"fault": "It has seen another log", "at": "2026-10-01T00:00:00Z"}'
    durable.write(kept(stage, witness, "fault"), fault)
    assert "It has seen another log" in as_["auditor"].get("/log/").content.decode()
    page = as_["ada"].get("/log/").content.decode()
    assert "does not cosign" in page and "another log" not in page
    kept(stage, witness, "fault").unlink()


def test_a_cosignature_of_no_date_breaks_no_page(
    stage: Stage, witness: Witness, as_: dict[str, Client]
) -> None:
    signed = Note.parse(checkpoint(stage.house.place))
    cosigned = signed.cosigned(witness.signer, witness.name, 2**62)
    durable.write(kept(stage, witness, "checkpoint"), bytes(cosigned))
    assert as_["auditor"].get("/log/").status_code == 200
    kept(stage, witness, "checkpoint").unlink()


def test_a_setting_that_cannot_be_read_is_told(
    stage: Stage, as_: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YESAND_WITNESSES", "nonsense")
    assert "Not a key and an address" in as_["auditor"].get("/log/").content.decode()
    assert "cannot be read" in as_["ada"].get("/log/").content.decode()
    assert Client().get("/api/log/checkpoint").json()["witnesses"] == []
    monkeypatch.delenv("YESAND_WITNESSES")
    assert "Witnesses</h2>" not in as_["auditor"].get("/log/").content.decode()
