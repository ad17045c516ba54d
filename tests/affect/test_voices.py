"""Accounts that sound like one voice are found, and held out together."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from yesand.affect.features import BANDS, Features
from yesand.affect.folds import folds
from yesand.affect.voices import alike

PEOPLE, TAKES = 5, 12


def troupe(seed: int = 0) -> tuple[list[Features], list[str], NDArray[np.int64]]:
    """Return takes of five people, each with a spectrum of their own that a take's luck moves."""
    rng = np.random.default_rng(seed)
    voice, mood = rng.normal(size=(PEOPLE, BANDS)), rng.normal(size=(3, BANDS))
    label = np.arange(PEOPLE * TAKES) % 3
    owner = np.repeat(np.arange(PEOPLE), TAKES)
    level = voice[owner] + mood[label] + 0.5 * rng.normal(size=(len(label), BANDS))
    takes = [(one + 0.3 * rng.normal(size=(40, BANDS)) - 8).astype(np.float16) for one in level]
    return takes, [f"P{who}" for who in owner], label.astype(np.int64)


def test_different_people_are_no_one_voice() -> None:
    assert alike(*troupe()) == ()


def test_two_accounts_of_one_person_are_one_voice_whatever_they_play() -> None:
    takes, names, label = troupe()
    dealt = [f"{who}b" if who == "P2" and n % 2 else who for n, who in enumerate(names)]
    assert alike(takes, dealt, label) == (("P2", "P2b"),)
    split = [
        "P2b" if who == "P2" and kind == 1 else who for who, kind in zip(names, label, strict=True)
    ]
    assert alike(takes, split, label) == (("P2", "P2b"),)


def test_of_four_accounts_all_are_one_voice() -> None:
    takes, names, label = troupe()
    dealt = [f"{who}-{n // 3 % 4}" if who == "P4" else who for n, who in enumerate(names)]
    many = [*takes, *takes], [*dealt, *dealt], np.concatenate([label, label])
    assert alike(*many) == (("P4-0", "P4-1", "P4-2", "P4-3"),)


def test_too_few_takes_are_like_nobody() -> None:
    takes, names, label = troupe()
    few = [f"{who}b" if n in {24, 25, 26} else who for n, who in enumerate(names)]
    assert alike(takes, few, label) == ()


@pytest.mark.parametrize("group", [("B", "E"), ("A", "B", "C")])
def test_who_sounds_alike_is_held_out_together(group: tuple[str, ...]) -> None:
    names = list("ABCDEF") * 3
    found = dict(zip(names, folds(names, [group]).tolist(), strict=True))
    assert len({found[who] for who in group}) == 1
    assert len(set(found.values())) == 6 - len(group) + 1


def test_where_all_sound_alike_each_is_held_out_alone() -> None:
    names = list("ABC") * 3
    assert folds(names, [("A", "B", "C")]).tolist() == folds(names).tolist()
