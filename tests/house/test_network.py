"""Tests run with the network off."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_no_test_reaches_the_network() -> None:
    with pytest.raises(RuntimeError, match="tried to use socket"):
        socket.socket(socket.AF_INET)


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_a_browser_test_reaches_this_machine_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
        outside = socket.socket()
        with pytest.raises(RuntimeError, match="tried to use socket"):
            outside.connect(("192.0.2.1", 80))  # RFC 5737: documentation only, never routed
