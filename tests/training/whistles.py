"""A troupe that whistles three feelings, and settings that train on it in a second."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from yesand.affect.learning import Recipe
from yesand.affect.voice_model import Shape
from yesand.kernel.ids import digest_file
from yesand.training.examples import Example, Settings
from yesand.training.grounds import Grounds

RATE = 16_000
#: Three feelings of a whistle: high and quick, low and slow, wavering.
CRIES = {"glad": (900, 9.0), "grave": (250, 1.5), "uneasy": (520, 5.0)}
PEOPLE = ("Alba", "Bert", "Cleo", "Dora")
QUICK = Settings(
    Recipe(epochs=1, least_steps=60, batch=8, dropout=0.0, learning_rate=0.02, shift=0),
    Shape(channels=(4, 8), stem=(2, 2), joint=8, embedding=8, prosody=8),
)

#: With luck in it, so that a generator that is not taken up would show.
LUCKY = replace(QUICK, recipe=replace(QUICK.recipe, least_steps=80, dropout=0.3, mask_bands=4))


def cry(emotion: str, person: int, again: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return 0.7 s of one person's whistle."""
    pitch, beat = CRIES[emotion]
    time = np.arange(int(0.7 * RATE)) / RATE
    luck = np.random.default_rng(100 * person + again)
    # Nobody whistles twice alike.
    wobble = (0.1 + 0.02 * again) * np.sin(2 * np.pi * beat * (1 + 0.1 * again) * time)
    phase = np.cumsum(pitch * (1 + 0.05 * person + 0.02 * again + wobble)) / RATE
    hiss = 0.003 * luck.standard_normal(len(time))
    return 0.3 * np.sin(2 * np.pi * phase) * (1 + 0.5 * np.sin(2 * np.pi * beat * time)) / 2 + hiss


def song(person: int, emotion: int, again: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a second of notes, higher for one feeling than for another."""
    luck = np.random.default_rng([person, emotion, again])
    wave = 0.001 * luck.standard_normal(RATE)
    for begin in luck.uniform(0, 0.85, 30):
        long = int(luck.uniform(0.05, 0.15) * RATE)
        pitch = luck.uniform(200, 900) * (1 + 1.5 * emotion)
        tone = 0.2 * np.sin(2 * np.pi * pitch * np.arange(long) / RATE) * np.hanning(long)
        wave[(at := int(begin * RATE)) : at + long] += tone
    return wave


def record(folder: Path, people: Sequence[str] = PEOPLE, each: int = 2) -> Path:
    """Write the troupe with its table."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "takes.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "performer", "emotion"])
        for n, person in enumerate(people):
            for emotion in CRIES:
                for again in range(each):
                    name = f"{person}-{emotion}-{again}.wav"
                    soundfile.write(folder / name, cry(emotion, n, again), RATE)
                    table.writerow([name, person, emotion])
    return folder


def examples(folder: Path, people: Sequence[str] = PEOPLE) -> list[Example]:
    """Return the troupe as examples, without a house."""
    record(folder, people)
    with (folder / "takes.csv").open() as file:
        return [
            Example(p := folder / r["path"], digest_file(p), r["performer"], r["emotion"], 700)
            for r in csv.DictReader(file)
        ]


GROUNDS = Grounds(
    manifest="ab" * 32,
    house="yes-and/test",
    log_size=7,
    request={
        "licensee": "house-lab",
        "purpose": "emotion-recognition",
        "use_class": "recognition",
        "territory": "DE",
        "commercial": True,
    },
    agreements={"individual": 4},
    sources=({"corpus": "X", "licence": "CC0", "attribution": "by X", "share_alike": False},),
)
