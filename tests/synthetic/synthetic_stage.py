"""A small sample troupe under synthesis terms, and what is made of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yesand
from yesand.agreements.decision import Request
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Action, Material, Purpose, UseClass
from yesand.corpus import services as corpus
from yesand.corpus.manifest import SignedManifest
from yesand.synthetic.making.generator import Corpus, Parent
from yesand.takes import services as takes
from yesand.takes.layouts.table import NAME
from yesand.takes.troupe.make import make_troupe

START = date(2026, 10, 1)


def recorded(folder: Path, performers: int = 3, repetitions: int = 2) -> Path:
    """Write a troupe's takes: four emotions, one scene."""
    return make_troupe(folder, performers=performers, scenes=1, repetitions=repetitions)


def corpus_of(troupe: Path) -> Corpus:
    """Return a troupe's takes as generators get them."""
    from yesand.kernel.ids import digest_file

    rows = [row.split(",") for row in (troupe / NAME).read_text().splitlines()[1:]]
    return Corpus(
        tuple(Parent(digest_file(troupe / r[0]), r[3], r[1], troupe / r[0]) for r in rows)
    )


def permitted(house: yesand.House, troupe: Path, **terms: Any) -> SignedManifest:
    """Bring a troupe in under synthesis terms that license recordings; return its manifest."""
    draft = standard("synthesis", START, **{"materials": set(Material), **terms})
    takes.import_corpus(house.place, troupe, agreement=draft)
    return asked(house)


def asked(house: yesand.House) -> SignedManifest:
    """Ask the gate to synthesise."""
    request = Request(
        "house-lab",
        Purpose.ENTERTAINMENT,
        UseClass.SYNTHESIS,
        house.place.clock.now(),
        territory="DE",
        action=Action.SYNTHESISE,
        material=Material.RAW,
    )
    return corpus.gate(house.place, request).manifest
