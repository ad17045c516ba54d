"""Processes beside this one: they work, and say nothing when all is broken off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import yesand

SOURCES = str(Path(yesand.__file__).parents[1])
BROKEN_OFF = """
import signal, sys, time
sys.path.insert(0, sys.argv[1])
from yesand.kernel.pool import pool
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what began it may ignore it
    with pool(2) as beside:
        first = beside.submit(pow, 2, 10)
        print(first.result(), flush=True)
        for _ in range(50):
            beside.submit(time.sleep, 0.4)
        time.sleep(60)
"""


def test_ctrl_c_ends_all_soon_and_only_the_first_process_says_so(tmp_path: Path) -> None:
    script = tmp_path / "broken_off.py"
    script.write_text(BROKEN_OFF)
    process = subprocess.Popen(
        [sys.executable, str(script), SOURCES],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "1024\n"
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert said.count("Traceback") == 1 and "KeyboardInterrupt" in said
    assert process.returncode != 0 and time.monotonic() - began < 8
