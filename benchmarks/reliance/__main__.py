"""Measure stages: ``python -m benchmarks.reliance smooth rough``; see ``table``."""

from __future__ import annotations

import sys

from benchmarks.reliance.table import main

main(sys.argv[1:])
