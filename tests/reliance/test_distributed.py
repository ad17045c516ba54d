"""Two processes give what one gives, and say what is wrong when they cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from parallel_training import path, shares, square, train

from yesand.kernel.errors import BadInput
from yesand.reliance.distributed import World, joined

SCRIPT = Path(__file__).with_name("parallel_training.py")


def start(rank: int, size: int, port: int, out: Path) -> subprocess.Popen[bytes]:
    """Start one process as ``torchrun`` starts it."""
    told = {"RANK": rank, "WORLD_SIZE": size, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    environment = {**os.environ, **{name: str(value) for name, value in told.items()}}
    return subprocess.Popen([sys.executable, str(SCRIPT), str(out)], env=environment)


def test_two_processes_find_the_shares_that_one_finds(tmp_path: Path) -> None:
    port = 20_000 + os.getpid() % 20_000
    running = [start(rank, 2, port, tmp_path) for rank in range(2)]
    assert [process.wait(120) for process in running] == [0, 0]
    one, two = (json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2))
    assert one == two
    # Half-batches are added up in another order: the last digits of single precision may differ.
    assert one["effects"] == pytest.approx(train(World()), rel=1e-4, abs=1e-6)
    assert one["path"] == pytest.approx(path(World()), rel=1e-9)
    assert one["shares"] == shares(World())
    assert one["each"] == [square(job).tolist() for job in range(5)]


def test_alone_everything_is_done_here() -> None:
    with joined() as world:
        assert world == World()
        assert torch.equal(world.sum(torch.ones(3)), torch.ones(3, dtype=torch.float64))
        assert [r.tolist() for r in world.each([1, 2], lambda n: torch.tensor([n]))] == [[1], [2]]
        with pytest.raises(BadInput, match="one shape"):
            world.each([1, 2], torch.ones)
        assert world.each([], torch.ones) == []


@pytest.mark.parametrize(
    ("told", "backend", "what"),
    [({"RANK": "0"}, "gloo", "is not set"), ({"RANK": "x"}, "gloo", "numbers"),
     ({"RANK": "0"}, "mpi", "No backend")],
)  # fmt: skip
def test_what_torchrun_did_not_set_is_named(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], backend: str, what: str
) -> None:
    full = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1", **told}
    for name, value in (full if what == "numbers" else told).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=what), joined(backend):
        pass
