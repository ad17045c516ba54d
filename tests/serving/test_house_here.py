"""A model served for a house on the same machine: put in service, asked, counted, ended."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from served_model import Licensee, Served, free

import yesand
from yesand.cli import _run
from yesand.people.models import Token
from yesand.training.models import Deployment

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def _begun(root: Path, port: int) -> tuple[subprocess.Popen[str], str, str]:
    """Start it without a token; return the process, what it says of the deployment, its token."""
    told = ["serve-model", str(root / "model"), str(root / "house"), "--port", str(port)]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "YESAND_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "yesand.cli", *told],
        env={**kept, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    says, secret, ready = (process.stdout.readline() for _ in range(3))
    assert f":{port}/" in ready
    return process, says, secret.split("=")[1].split()[0]


def test_a_house_s_folder_puts_the_model_in_service_and_counts_what_it_answers(
    staged: Path, tmp_path: Path
) -> None:
    root = tmp_path / "all"
    shutil.copytree(staged, root)
    port = free()
    process, says, secret = _begun(root, port)
    try:
        assert "whistles-here begins now" in says
        asked = Served(Licensee(root, "", "", ""), "whistles-here", port)
        take = (root / "takes" / "Alba-glad-0.wav").read_bytes()
        use = {"purpose": "emotion-recognition", "territory": "DE", "setting": "elsewhere"}
        answered = asked.ask("POST", "/api/answers", take, "audio/wav", secret, **use)
        refused = asked.ask("POST", "/api/answers", take, "audio/wav", "x" * 24, **use)
        assert (answered.status, refused.status) == (200, 401)
        assert sum(answered.told["emotions"].values()) == pytest.approx(1, abs=1e-5)
    finally:
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C
        process.communicate(timeout=200)
    house = yesand.open(root / "house")
    try:
        assert house.counts()["usage events"] == 1
        assert Deployment.objects.get(name="whistles-here").licensee.slug == "house-lab"
        assert Token.objects.get(user__username="served-here").revoked_at is not None
    finally:
        house.close()


def test_a_folder_that_holds_no_house_or_model_is_refused_in_a_line(
    staged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(["serve-model", str(staged / "model"), str(tmp_path)]) == 2
    assert "No house here" in capsys.readouterr().err
    assert _run(["serve-model", str(tmp_path), str(staged / "house")]) in {1, 2}
    assert capsys.readouterr().err.startswith("✗")
    assert _run(["serve-model", str(staged / "model"), "./no-such-house"]) == 2
    assert "No house here (./no-such-house)" in capsys.readouterr().err
