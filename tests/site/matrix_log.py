"""Who gets what: the log."""

from __future__ import annotations

from matrix import API, OPEN, Row

ROWS = [
    Row("api:get /api/log", API),
    Row("api:get /api/log/checkpoint", OPEN),
    Row("api:get /api/log/{index}", API, lambda s: [0]),
    Row("api:get /api/log/{index}/proof", API, lambda s: [0]),
    Row("api:get /api/log/consistency", (401, *(422,) * 8)),  # two sizes must be told
]
