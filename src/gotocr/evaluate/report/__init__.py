"""The HTML report of an evaluation: one file with the figures, and every picture with its truth, readings and differences."""

from __future__ import annotations

from .page import write_report

__all__ = ["write_report"]
