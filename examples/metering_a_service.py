"""Meter a service that answers requests: run it beside your model.

    YESAND_URL=https://house.example YESAND_TOKEN=… python metering_a_service.py

It needs ``yesand.metering`` alone, which needs Python's standard library alone.
"""

from __future__ import annotations

import os
import time

from yesand.metering import BufferFull, Meter


def answer(question: str) -> str:
    """Stand in for your model."""
    return question.upper()


def main() -> None:
    """Answer three questions, and meter each."""
    url = os.environ.get("YESAND_URL", "http://127.0.0.1:8000")
    token = os.environ.get("YESAND_TOKEN", "")
    with Meter(url, token, buffer="usage-buffer") as meter:
        for question in ("are you there", "how do you feel", "and now"):
            began = time.monotonic()
            said = answer(question)
            try:
                meter.used("night-line", "request", 1)
                seconds = max(1, round(time.monotonic() - began))
                meter.used("night-line", "output-second", seconds, realtime=True)
            except BufferFull as fault:  # the answer matters more: tell whoever keeps this machine
                print(fault)
            print(said)
        print("all counted" if meter.flush() else f"{meter.waiting()} bytes wait for the house")


if __name__ == "__main__":
    main()
