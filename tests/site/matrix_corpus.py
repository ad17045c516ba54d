"""Who gets what: corpus."""

from __future__ import annotations

from matrix import CLOSED, LICENSEES, THEIRS, Row

ROWS = [
    Row("manifests", CLOSED),
    Row("manifest", THEIRS, lambda s: [s.manifest.digest]),
    Row("manifest_document", LICENSEES, lambda s: [s.manifest.digest]),
]
