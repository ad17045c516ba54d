"""Memory runs out: fewer are heard at a time, and the answers say so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HEARS = """
import resource, sys
from pathlib import Path
import numpy as np
from yesand.affect.listening import hear
from yesand.serving.sound import of_array
from yesand.serving.voice import Voice
from yesand.kernel.errors import TooLarge
voice = Voice.open(Path(sys.argv[1]))
luck = np.random.default_rng(0)
long = of_array(luck.standard_normal(1_500_000).astype("f4") / 9, 16_000)
short = of_array(long.signal[:16_000], 16_000)
voice.hear([short])  # what is loaded late is there
alone, note = voice.hear([long])
assert note == ""
told = [hear(long.signal, long.rate)] * 16
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
for room in range(4, 900, 4):
    resource.setrlimit(resource.RLIMIT_AS, (taken + (room << 20), -1))
    try:
        rows, note = voice.answer(told)
        break
    except TooLarge as fault:
        assert "memory" in fault.what
assert note.startswith("Memory ran out: heard "), (room, note)
assert np.abs(rows - alone).max() < 1e-6 and len(rows) == 16
print(room, note)
resource.setrlimit(resource.RLIMIT_AS, (taken + (20 << 20), -1))
try:
    voice.hear([long])
    raise AssertionError("heard in too little room")
except TooLarge as fault:
    assert "memory" in fault.what
"""


def test_a_smaller_batch_is_tried_and_told(staged: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", HEARS, str(staged / "model")],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "MALLOC_MMAP_THRESHOLD_": "65536",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, (ran.returncode, ran.stderr)
