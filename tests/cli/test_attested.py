"""`yesand verify` of what a house signs as JSON, and of an agreement in ODRL."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import yesand
from negotiators import PASSWORD, cast
from yesand.agreements.odrl.document import document
from yesand.agreements.odrl.parts import Frame
from yesand.agreements.templates import standard
from yesand.cli import _run as run
from yesand.kernel.ids import digest_of
from yesand.people import services as people
from yesand.provenance import dsse
from yesand.provenance.services import key_of
from yesand.training import attestations

pytestmark = pytest.mark.sqlite


def _said(capsys: pytest.CaptureFixture[str]) -> str:
    printed = capsys.readouterr()
    return " ".join((printed.out + printed.err).split())


def test_a_signed_statement_is_checked_against_the_key(
    house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, key = tmp_path / "overtaken.json", str(key_of(house.place))
    payload = attestations.overtaken("ab" * 32, "cd" * 32, "Ada withdrew", "2026-10-01T00:00:00Z")
    envelope = dsse.seal(payload, [house.place.signer])
    file.write_text(json.dumps(envelope))
    assert run(["verify", str(file), "--key", key]) == 0
    assert "overtaken statement: signed" in _said(capsys)
    assert run(["verify", str(file)]) == 2 and "against its house's key" in _said(capsys)
    other = dsse.seal({**payload, "predicate": {}}, [house.place.signer])
    file.write_text(json.dumps({**envelope, "payload": other["payload"]}))
    assert run(["verify", str(file), "--key", key]) == 1
    assert "signature is missing or wrong" in _said(capsys)


def test_an_agreement_comes_in_as_odrl(
    house: yesand.House,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:

    file, ada = tmp_path / "agreement.jsonld", cast(house)
    terms = standard("recognition", house.place.clock.now().date(), notice_days=90).terms
    frame = Frame.of(
        digest_of(terms.as_json()), ada.public_key, people.organisation("producer").public_key
    )
    file.write_text(json.dumps(document(terms, frame)))
    assert run(["verify", str(file)]) == 0 and terms.digest in _said(capsys)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    offering = ["offer", "Ada", "standard/recognition", "--terms", str(file), "--by", "pam"]
    assert run([*offering, "--house", str(house.place.root)]) == 0
    assert ada.offers.get().terms == terms.as_json()
    file.write_text(file.read_text().replace('"Agreement"', '"Offer"', 1))
    assert run(["verify", str(file)]) == 2


def test_what_is_no_evidence_is_not_called_a_receipt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "some.json"
    file.write_text("{}")
    assert run(["verify", str(file)]) == 2 and "Not evidence that we know" in _said(capsys)
    assert run(["verify", str(tmp_path)]) == 2 and "no export" in _said(capsys)
