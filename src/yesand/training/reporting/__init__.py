"""An evaluation as one HTML page: self-contained, the same bytes for the same scores."""

from __future__ import annotations

from yesand.training.reporting.page import FILE, STYLE, can_report, report

__all__ = ["FILE", "STYLE", "can_report", "report"]
