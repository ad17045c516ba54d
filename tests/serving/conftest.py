"""A house whose model is in service, made once, and what serves both in processes of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from served_model import Licensee, Served, awake
from tests.training.rated_whistles import ratings_file
from tests.training.whistles import QUICK, record

import yesand
from once import once
from served_house import served
from yesand.affect.rating.services import import_ratings
from yesand.agreements.decision import Request
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus import services as corpus
from yesand.kernel.clock import SetClock
from yesand.people import services as people
from yesand.people.security.services import make_token
from yesand.takes import services as takes
from yesand.training.services import deploy, train

FIRST_OF_OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)


def _staged(root: Path, empty: Path) -> None:
    root.mkdir()
    shutil.copytree(empty, root / "house")
    house = yesand.open(root / "house", clock=SetClock(FIRST_OF_OCTOBER))
    place, lab = house.place, people.organisation("house-lab")
    draft = standard("recognition", date(2026, 10, 1))
    takes.import_corpus(place, record(root / "takes"), agreement=draft)
    import_ratings(place, ratings_file(root / "takes", root / "ratings.csv"))
    asked = Request(
        "house-lab", Purpose.EMOTION_RECOGNITION, UseClass.RECOGNITION, FIRST_OF_OCTOBER,
        territory="DE",
    )  # fmt: skip
    signed = corpus.gate(place, asked).manifest
    model = train(place, signed, root / "model", name="whistles", settings=QUICK)
    for name in ("coach", "night-line"):
        deploy(place, model, lab, FIRST_OF_OCTOBER, name)
    user = people.account("lab", "licensee", "a line of one's own", organisation=lab)
    scopes = ["models:read", "corpus:read", "usage:write"]
    _, token = make_token(place, user, "serving", scopes, None)
    (root / "told.json").write_text(json.dumps({"token": token, "manifest": signed.digest}))
    house.close()


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory, empty_house: Path) -> Path:
    """A folder with the house, its takes, its model and a token; copy it before you change it."""
    return once(tmp_path_factory, "serving", lambda root: _staged(root, empty_house))


@pytest.fixture(scope="session")
def licensee(staged: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Licensee]:
    """A licensee's machine, and the house that it asks, served by a process of its own."""
    root = tmp_path_factory.mktemp("licensee") / "all"
    shutil.copytree(staged, root)
    told = json.loads((root / "told.json").read_text())
    with served(root / "house") as url:
        awake(url)
        yield Licensee(root, url, told["token"], told["manifest"])


@pytest.fixture(scope="session")
def model(licensee: Licensee) -> Iterator[Served]:
    """The model, served by ``yesand serve-model`` in a process of its own."""
    server = Served(licensee)
    server.start()
    yield server
    server.stop()
