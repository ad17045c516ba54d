"""Files of a stranger's are decoded some at a time; one that breaks it costs only itself."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from yesand.synthetic.making.decoding import decoded
from yesand.takes.apart import Limits

RATE = 16_000


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    path = tmp_path / "tone.wav"
    soundfile.write(path, 0.1 * np.sin(np.arange(RATE) / 9), RATE)
    return path


@pytest.fixture
def short_commands() -> Iterator[None]:
    """Let Linux take a quarter of a stack of 1 MiB for a command and its environment."""
    before = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_STACK, before)


def test_more_files_than_a_command_line_names_are_all_decoded(
    tmp_path: Path, tone: Path, short_commands: None
) -> None:
    folder = tmp_path
    while len(str(folder)) < 800:
        folder /= "d" * 100
    folder.mkdir(parents=True)
    deep = folder / "tone.wav"
    os.link(tone, deep)
    assert 350 * len(str(deep)) > 1 << 18
    found = list(decoded([deep] * 350))
    assert len(found) == 350 and not [one for one in found if isinstance(one, str)]


@pytest.mark.deep
def test_one_that_wants_too_much_memory_costs_no_other(tmp_path: Path, tone: Path) -> None:
    huge = tmp_path / "huge.wav"
    soundfile.write(huge, np.zeros((RATE, 8)), 48_000, "PCM_U8")
    many = 8 * 48_000 * 1_800  # bytes, and four times as many once decoded
    head = bytearray(huge.read_bytes()[:44])
    head[4:8], head[40:44] = many.to_bytes(4, "little"), many.to_bytes(4, "little")
    with huge.open("wb") as file:
        file.write(head)
        file.truncate(many + 44)
    found = list(decoded([tone, huge, tone, huge], Limits(memory=2 << 30)))
    assert [isinstance(one, str) for one in found] == [False, True, False, True]
    assert "broke the decoder" in str(found[1])


@pytest.mark.deep
def test_what_many_files_need_together_is_no_fault_of_one(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    chance = np.random.default_rng(1)
    soundfile.write(path, 0.1 * chance.standard_normal((60 * RATE, 2)), RATE)
    found = list(decoded([path] * 100, Limits(cpu_s=2)))
    assert [one for one in found if isinstance(one, str)] == []


def test_one_that_never_ends_is_given_up(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.wav"
    os.mkfifo(pipe)
    began = time.monotonic()
    (found,) = decoded([pipe], Limits(wall_s=1))
    assert "broke the decoder" in found and time.monotonic() - began < 30
