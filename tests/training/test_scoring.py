"""Scores without and with enrolment: nobody is asked by what they were enrolled by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from yesand.affect.evaluating import Beside
from yesand.affect.features import BANDS
from yesand.affect.frames import Pack
from yesand.affect.listening import Heard
from yesand.affect.prosody.rows import NAMES
from yesand.affect.voice_model import Shape, VoiceModel, build
from yesand.training.scoring import Asked, Scored, score

SMALL = Shape(channels=(4, 8), stem=(2, 2), joint=8, embedding=8, prosody=4)
PEOPLE = [f"P{n}" for n in range(4) for _ in range(8)] + ["alone"]
FOLD = np.array([n % 2 for n in range(4) for _ in range(8)] + [0])
LABEL = np.arange(len(PEOPLE)) % 2
TAKES = [f"{n:064x}" for n in range(len(PEOPLE))]


def pack(moved: dict[int, float] | None = None) -> Pack:
    luck = np.random.default_rng(0)
    rows = luck.normal(size=(len(PEOPLE), len(NAMES))).astype(np.float32)
    for take, by in (moved or {}).items():
        rows[take] += by
    mel = luck.normal(-6, 1, (60, BANDS)).astype(np.float16)
    return Pack.of([Heard(mel, row) for row in rows], PEOPLE)


def models(given: Pack) -> list[VoiceModel]:
    made = [build(2, SMALL, seed).eval() for seed in range(2)]
    for k, model in enumerate(made):
        model.meet(given, torch.from_numpy(np.flatnonzero(k != FOLD)))
    return made


def scored(given: Pack, made: list[VoiceModel]) -> Scored:
    asked = Asked(given, LABEL, PEOPLE, ["glad", "grave"], FOLD)
    seen = torch.stack([model.embed(given) for model in made])
    return score(made, seen, asked, TAKES, Beside(folds=[*map(str, FOLD)]))


def test_half_of_few_takes_enrol_and_only_the_others_are_asked() -> None:
    found = scored(pack(), models(pack())).enrolled
    assert found is not None and (found.least, found.most) == (4, 4)
    assert found.scores.takes == 16 and set(found.scores.by_performer) == {"P0", "P1", "P2", "P3"}


def test_an_asked_take_says_nothing_of_what_is_usual() -> None:
    """Its own answer changes with it, and no other take's."""
    made = models(pack())
    last = 7  # of P0; the hash of its content picks the first four to enrol by
    logits = [enrolled_logits(made, pack(moved)) for moved in ({}, {last: 3.0}, {0: 3.0})]
    own = np.flatnonzero(np.array(PEOPLE) == "P0")
    changed = {take for take in own.tolist() if (logits[0][take] != logits[1][take]).any()}
    assert changed == {last}
    assert all((logits[0][take] != logits[2][take]).any() for take in (4, 5, 6, 7))


def enrolled_logits(made: list[VoiceModel], given: Pack) -> np.ndarray:
    from yesand.training.scoring import _enrolled_by, _said, _usual

    asked = Asked(given, LABEL, PEOPLE, ["glad", "grave"], FOLD)
    by = _enrolled_by(PEOPLE, TAKES)
    seen = torch.stack([model.embed(given) for model in made])
    moved = given.enrolled(_usual(asked, by)).moved
    return _said(made, seen, FOLD, moved)[3]  # by components


def test_each_take_is_answered_by_the_model_that_never_met_its_performer() -> None:
    given = pack()
    made = models(given)
    found = scored(given, made)
    for take in (0, 9, len(PEOPLE) - 1):
        model = made[FOLD[take]]  # which has the trust by now that it was scored with
        expected = model.probability(model.embed(given, [take]))[0].numpy()
        assert found.probability[take] == pytest.approx(expected, abs=1e-5)


def test_models_of_the_spectrum_alone_are_scored_without_enrolment() -> None:
    given = pack()
    made = [build(2, replace(SMALL, prosody=0), seed).eval() for seed in range(2)]
    found = scored(given, made)
    assert found.enrolled is None and (found.trust[:, 1:] == 0).all()


def test_where_nobody_can_be_enrolled_enrolment_adds_nothing() -> None:
    people = [f"P{n}" for n in range(4)]
    luck = np.random.default_rng(0)
    rows = luck.normal(size=(4, len(NAMES))).astype(np.float32)
    mel = luck.normal(-6, 1, (60, BANDS)).astype(np.float16)
    given = Pack.of([Heard(mel, row) for row in rows], people)
    made = [build(2, SMALL, seed).eval() for seed in range(2)]
    fold = np.array([0, 0, 1, 1])
    asked = Asked(given, np.array([0, 1, 0, 1]), people, ["glad", "grave"], fold)
    seen = torch.stack([model.embed(given) for model in made])
    found = score(made, seen, asked, TAKES[:4], Beside())
    assert found.enrolled is None and (found.trust[1, 3:] == 0).all()
