"""A few short recordings of tones, imported the way anyone's own recordings are."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

import yesand
from yesand.agreements.decision import Request
from yesand.agreements.drafts import Draft
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.takes import services as takes

START = date(2026, 10, 1)
EMOTIONS = ("angry", "calm", "happy")


def record(
    folder: Path, performers: tuple[str, ...] = ("Alba", "Bert", "Cleo"), rate: int = 16_000
) -> Path:
    """Write one take an emotion and performer, each with a pitch of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    time = np.arange(rate // 2) / rate
    with (folder / "takes.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "performer", "emotion"])
        for n, performer in enumerate(performers):
            for k, emotion in enumerate(EMOTIONS):
                tone = 0.3 * np.sin(2 * np.pi * (120 + 37 * n + 11 * k) * time)
                name = f"{performer}-{emotion}.wav"
                soundfile.write(folder / name, tone * (1 + 0.3 * np.sin(30 * time)), rate)
                table.writerow([name, performer, emotion])
    return folder


def troupe(house: yesand.House, folder: Path, draft: Draft | None = None, **how: Any) -> None:
    """Record and import a troupe under one draft."""
    takes.import_corpus(
        house.place,
        record(folder, **how),
        agreement=draft or standard("recognition", START),
    )


def ask(house: yesand.House, **changes: Any) -> Request:
    """Return a request that the standard permits, with changes."""
    request = Request(
        "house-lab",
        Purpose.EMOTION_RECOGNITION,
        UseClass.RECOGNITION,
        house.place.clock.now(),
        territory="DE",
    )
    return replace(request, **changes)
