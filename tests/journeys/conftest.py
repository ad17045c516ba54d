"""An empty house, served on each database by a second process, and Debian's Chromium before it."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "site"))

from story import ARGUMENTS, CHROMIUM, MICROPHONE, OPENING, World, seated, spoken

import yesand
from yesand.kernel.clock import SetClock


@pytest.fixture
def world(house: yesand.House, clock: SetClock, tmp_path: Path) -> Iterator[World]:
    """The house with its producer alone, not yet served: a story sets its scene, then starts."""
    if not CHROMIUM.exists():
        pytest.skip("no chromium at /usr/bin/chromium")
    clock.at = OPENING
    seated("pam", "producer")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    made = World(house, clock, port)
    yield made
    made.kill()
    assert made.complaints == []


@pytest.fixture
def begin(world: World, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Serve the house and open the browser; from then on Playwright's loop runs in this thread."""
    with ExitStack() as stack:

        def begun() -> None:
            world.start()
            playwright = stack.enter_context(sync_playwright())
            world.browser = playwright.chromium.launch(
                executable_path=CHROMIUM,
                args=[*ARGUMENTS, f"{MICROPHONE}={spoken(tmp_path / 'spoken.wav')}"],
            )
            stack.callback(world.browser.close)

        yield begun
