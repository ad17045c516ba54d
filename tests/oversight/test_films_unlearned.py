"""From films in a house to fused heads in service, and back out of both when somebody withdraws."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.training.films import FACES, PEOPLE, Reader, film

import yesand
from yesand.affect.head.brought import Brought
from yesand.agreements import services as agreements
from yesand.agreements.decision import Request
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Modality, Purpose, UseClass
from yesand.corpus import services as corpus
from yesand.oversight.services import obligations
from yesand.oversight.succeeding.services import succeed
from yesand.people import services as people
from yesand.takes import services as takes
from yesand.training import services
from yesand.training.fused import FusedSettings
from yesand.training.heads import HeadSettings
from yesand.training.unlearning.services import anew, check_verified, unlearn

pytestmark = pytest.mark.one_database
pytest.importorskip("av", reason="the extra video (PyAV) is missing")


def record(folder: Path) -> Path:
    """Write a film of each feeling by each; one of Cleo's is too dark to see her."""
    folder.mkdir()
    with (folder / "takes.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "performer", "emotion"])
        for n, person in enumerate((*PEOPLE, "Dora")):
            for emotion in FACES:
                dark = 0 if (person, emotion) == ("Cleo", "glad") else None
                made = film(folder / f"{person}-{emotion}.mp4", emotion, n, 0, dark)
                table.writerow([made.name, person, emotion])
    return folder


def test_films_are_trained_on_where_both_are_permitted_and_undone_in_both_heads(
    house: yesand.House, tmp_path: Path
) -> None:
    place, now = house.place, house.place.clock.now()
    draft = standard("recognition", date(2026, 10, 1))
    both = frozenset({Modality.VOICE, Modality.FACE})
    terms = draft.terms.model_copy(update={"modalities": both})
    takes.import_corpus(place, record(tmp_path / "takes"), agreement=replace(draft, terms=terms))
    request = Request("house-lab", Purpose.EMOTION_RECOGNITION, UseClass.RECOGNITION, now,
                      modality=Modality.FACE, territory="DE")  # fmt: skip
    manifest = corpus.gate(place, request).manifest
    assert len(manifest.takes) == 8
    brought = Brought(reader=Reader())  # type: ignore[arg-type]
    settings = FusedSettings(brought.describe_faces(), brought=brought)
    old = services.train(place, manifest, tmp_path / "old", name="old", settings=settings)
    assert old.run["without_a_face"] == 1 and old.run["senses"] == ["face", "voice"]
    seen = HeadSettings(described=settings.face, brought=brought)
    by_face = services.train(place, manifest, tmp_path / "face", name="face", settings=seen)
    assert len(by_face.run["left_out_without_a_face"]) == 1
    # What may be seen may be heard as well (agreements.film).
    services.train(place, manifest, tmp_path / "voice", name="voice", settings=HeadSettings())
    obligations(place, agreements.withdraw(place, people.performer("Bert")))
    left = anew(place, tmp_path / "old", "Bert")
    for name in ("old", "face"):
        made = unlearn(place, tmp_path / name, left, tmp_path / f"{name}-new", name=f"{name}-new")
        check_verified(made)
        assert made.told["takes_removed"] == 2 and len(succeed(place, name, f"{name}-new")) == 1
        assert unlearn(place, tmp_path / name, left, tmp_path / f"{name}-new").model == made.model
