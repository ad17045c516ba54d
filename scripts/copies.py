"""Measure which disguises a copy is known in, and whether other takes are taken for copies.

Writes the measured part of docs/copies.md (``make copies``). Needs the real recordings.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from yesand.takes.copies.finding import ENOUGH, copies, likeness
from yesand.takes.copies.landmarks import Floats, Landmarks, landmarks
from yesand.takes.sound import Probe, Sound, read

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "copies.md"
MARK = "<!-- measured: everything below is written by `make copies` -->"
#: Every so many-th take is disguised.
STRIDE = 10


@dataclass(frozen=True)
class Heard:
    """A corpus: each take by name, with its landmarks."""

    name: str
    paths: list[Path]
    marks: dict[str, Landmarks]


def main() -> int:
    """Measure and write."""
    home = Path(os.environ.get("YESAND_DATA", ROOT.parent / "shared" / "data"))
    corpora = [hear(name, home / name) for name in ("ravdess", "emodb")]
    if not all(corpus.paths for corpus in corpora):
        print(f"No recordings at {home}: set YESAND_DATA.")
        return 3
    told = "\n".join([*others(corpora), "", *disguised(corpora)])
    before = PAGE.read_text("utf-8").partition(MARK)[0]
    PAGE.write_text(f"{before}{MARK}\n\n{told}\n", "utf-8")
    print(told)
    return 0


def hear(name: str, folder: Path) -> Heard:
    """Return a corpus's landmarks."""
    paths = sorted(folder.rglob("*.flac"))
    return Heard(name, paths, {path.stem: landmarks(read(path)) for path in paths})


def others(corpora: list[Heard]) -> Iterator[str]:
    """Yield the lines that say what other takes reach."""
    yield "| other takes | pairs | taken for copies | highest likeness |"
    yield "|---|--:|--:|--:|"
    for corpus in corpora:
        takes = list(corpus.marks.items())
        found = copies(takes)
        exact = {frozenset((c.take, c.of)) for c in found if c.kind == "exact"}
        near = [c for c in found if c.kind == "near"]
        count = len(takes) * (len(takes) - 1) // 2 - len(exact)
        yield f"| {corpus.name}: any two | {count:,} | {len(near)} | – |"
        same = [pair for pair in again(corpus) if frozenset(pair) not in exact]
        like = [likeness(corpus.marks[a], corpus.marks[b]) for a, b in same]
        over = sum(one >= ENOUGH for one in like)
        yield (
            f"| {corpus.name}: the same sentence and emotion again by the same actor | "
            f"{len(like):,} | {over} | {max(like):.3f} |"
        )
        for pair in exact:
            twins = " and ".join(sorted(pair))
            yield f"| {corpus.name}: bit for bit the same: {twins} | 1 | 1 | 1 |"


def again(corpus: Heard) -> list[tuple[str, str]]:
    """Return the pairs of takes of one sentence, emotion and intensity by one actor."""
    first: dict[str, list[str]] = {}
    for name in corpus.marks:
        # RAVDESS: …-repetition-actor. EMO-DB: the version is the last letter.
        kind = name[:-1] if corpus.name == "emodb" else name[:-5] + name[-3:]
        first.setdefault(kind, []).append(name)
    return [(a, b) for kind in first.values() for a in kind for b in kind if a < b]


def disguised(corpora: list[Heard]) -> Iterator[str]:
    """Yield the lines that say in which disguise copies are known."""
    like: dict[str, list[float]] = {}
    for corpus in corpora:
        for path in corpus.paths[::STRIDE]:
            for disguise, sound in disguises(read(path)):
                told = likeness(corpus.marks[path.stem], landmarks(sound))
                like.setdefault(disguise, []).append(told)
    yield "| a copy | copies | known | lowest likeness | median |"
    yield "|---|--:|--:|--:|--:|"
    for how, found in like.items():
        known = sum(one >= ENOUGH for one in found) / len(found)
        low, half = min(found), float(np.median(found))
        yield f"| {how} | {len(found)} | {100 * known:.1f} % | {low:.3f} | {half:.3f} |"


def disguises(sound: Sound) -> Iterator[tuple[str, Sound]]:
    """Yield a recording as a copier would give it."""
    wave, rate = sound.mono, sound.rate
    luck = np.random.default_rng(len(wave))
    tenth = len(wave) // 10

    def noise(signal: Floats, decibels: float) -> Floats:
        level = float(np.sqrt(np.mean(signal**2) / 10 ** (decibels / 10)))
        return signal + level * luck.standard_normal(len(signal)).astype(np.float32)

    def faster(percent: int) -> Floats:
        made: Floats = resample_poly(wave, 100, 100 + percent).astype(np.float32)
        return made

    room = luck.standard_normal(rate // 5) * np.exp(-np.arange(rate // 5) / (rate / 40)) * 0.05
    room[0] = 1
    inner = wave[tenth : len(wave) - tenth]
    other = resample_poly(inner, 44_100, rate).astype(np.float32)
    yield "at 0.2 of its level", _sound(0.2 * wave, rate)
    yield "as MP3", _sound(_coded(wave, rate, "MP3"), rate)
    yield "as Ogg Vorbis", _sound(_coded(wave, rate, "OGG"), rate)
    yield "at 44.1 kHz", _sound(resample_poly(wave, 44_100, rate).astype(np.float32), 44_100)
    for ms in (4, 37):
        yield f"{ms} ms cut from its start", _sound(wave[rate * ms // 1000 :], rate)
    yield "a tenth cut from both ends", _sound(inner, rate)
    yield "in white noise, 20 dB below", _sound(noise(wave, 20), rate)
    yield "in white noise, 10 dB below", _sound(noise(wave, 10), rate)
    yield (
        "cut at both ends, at 44.1 kHz, in noise of 20 dB, as MP3",
        _sound(_coded(0.5 * noise(other, 20), 44_100, "MP3"), 44_100),
    )
    yield "played in a reverberant room", _sound(np.convolve(wave, room).astype(np.float32), rate)
    yield "1 % faster", _sound(faster(1), rate)
    yield "3 % faster", _sound(faster(3), rate)


def _coded(wave: Floats, rate: int, form: str) -> Floats:
    file = io.BytesIO()
    soundfile.write(file, np.clip(wave, -1, 1), rate, format=form)
    file.seek(0)
    heard: Floats = soundfile.read(file, dtype="float32")[0]
    return heard


def _sound(wave: Floats, rate: int) -> Sound:
    probe = Probe("audio/wav", round(1000 * len(wave) / rate), rate, 1, len(wave))
    return Sound(probe, np.asarray(wave, np.float32)[:, None])


if __name__ == "__main__":
    sys.exit(main())
