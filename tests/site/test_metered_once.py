"""A real client meters into a real house; both are killed again and again; each use counts once."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from killable import Server
from stage import Stage

from yesand.people.models import Token
from yesand.royalties.metering.services import store_of
from yesand.royalties.models import UsageBatch
from yesand.royalties.spooling.collecting.services import collect

GATEWAY = """
import sys, time
from pathlib import Path
from yesand.metering import Meter
url, buffer, told, goes_on = sys.argv[1:]
meter = Meter(url, "gateway's secret", buffer=buffer, source="urn:test:gateway")
with open(told, "a") as file:
    for _ in range(3_000):
        file.write(meter.used("night-line", "request", 1) + "\\n")
        file.flush()
        time.sleep(0.001)
if goes_on == "to the end":
    assert meter.flush(120), meter.waiting()
    meter.close()
"""


def gateway(server: Server, folder: Path, how: str) -> subprocess.Popen[bytes]:
    arguments = [server.address, str(folder / "buffer"), str(folder / "told"), how]
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", GATEWAY, *arguments], env={**os.environ, **paths}
    )


def keys(stage: Stage) -> list[bytes]:
    """What names each event that counts, as the store keeps it."""
    files = store_of(stage.house.place).files(UsageBatch.objects.values_list("digest", flat=True))
    found: list[bytes] = []
    for file in files:
        table = pq.read_table(file)
        halves = [table[name].to_numpy() for name in ("key_hi", "key_lo")]
        found += [row.tobytes() for row in np.column_stack(halves).astype(">u8")]
    return found


@pytest.mark.slow
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_every_use_counts_once_whoever_is_killed(stage: Stage, tmp_path: Path) -> None:
    Token.objects.create(
        user=stage.users["lab"],
        name="gateway",
        digest=hashlib.sha256(b"gateway's secret").hexdigest(),
        scopes=["usage:write"],
        created_at=stage.house.place.clock.now(),
    )
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    before = len(keys(stage))
    server = Server(stage.house.place.root, port)
    try:
        for _ in range(2):
            client = gateway(server, tmp_path, "until killed")
            server.start()
            time.sleep(1.5)
            client.send_signal(signal.SIGKILL)
            client.wait()
            server.kill()
            collect(stage.house.place)
        client = gateway(server, tmp_path, "to the end")
        server.start()
        time.sleep(1)
        server.kill()
        server.start()
        assert client.wait(timeout=200) == 0
    finally:
        server.kill()
    collect(stage.house.place)
    names = (tmp_path / "told").read_text().split()
    told = {hashlib.sha256(f"urn:test:gateway\0{n}".encode()).digest()[:16] for n in names}
    counted = keys(stage)
    assert len(counted) == len(set(counted)), "an event counts twice"
    assert len(told) > 3_000 and told <= set(counted), "an event is lost"
    # Killed between keeping an event and saying so, the client knows of one less.
    assert len(counted) - before - len(told) <= 2
