"""Metering from where a model serves: ``Meter(url, token, buffer=folder)``.

Needs nothing but Python's standard library, and none of the rest of Yes-And. What ``used`` has
returned for lies in the buffer on this machine's disk, and counts exactly once, whatever is killed
on either side: each event keeps its id however often it is sent.

>>> from yesand.metering import Meter
>>> with Meter("http://127.0.0.1:9", "token", buffer="waiting") as meter:
...     event = meter.used("night-line", "request", 1)
...     meter.waiting() > 0
True
"""

from yesand.metering.errors import BufferFull, MeterError
from yesand.metering.event import pseudonym
from yesand.metering.meter import Meter

__all__ = ["BufferFull", "Meter", "MeterError", "pseudonym"]
