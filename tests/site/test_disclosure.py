"""An auditor takes the log away, laid open, and needs nobody to check it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import cast

from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.corpus.auditing.audit import audit
from yesand.provenance.disclosure import read
from yesand.provenance.services import key_of


def test_an_auditor_downloads_what_proves_every_manifest(
    stage: Stage, as_: dict[str, Client], tmp_path: Path
) -> None:
    page = as_["auditor"].get(reverse("checks")).content.decode()
    assert reverse("disclosure") in page and str(key_of(stage.house.place)) in page
    answer = as_["auditor"].get(reverse("disclosure"))
    path = tmp_path / "disclosure.jsonl"
    path.write_bytes(b"".join(cast(Iterable[bytes], answer)))
    answer.close()
    found = audit(read(path, key_of(stage.house.place)))
    assert found.manifests and all(not each.faults for each in found.manifests)
    assert not list((stage.house.place.root / "work").glob("disclosure*"))


def test_a_check_of_the_house_tells_of_its_manifests(stage: Stage, as_: dict[str, Client]) -> None:
    as_["auditor"].post(reverse("checks"))
    page = as_["auditor"].get(reverse("checks")).content.decode()
    assert "each holds exactly the takes permitted at its position" in page
