"""The worked example runs as anybody would run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "reliance_in_your_loop.py"


def test_the_example_tells_shares_and_leaves_its_pictures(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(EXAMPLE), "--quick"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "MPLCONFIGDIR": str(tmp_path), "YESAND_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    shares = [float(line.split()[1]) for line in lines if line.startswith("Tone_")]
    assert len(shares) == 6 and abs(sum(shares) - 100) < 0.5
    assert (tmp_path / "shares.svg").read_text().startswith("<svg")
    assert (tmp_path / "seeds.png").stat().st_size > 10_000
