"""Bounds of a value."""

from __future__ import annotations

from typing import NamedTuple


class Interval(NamedTuple):
    """The bounds between which a value lies, at a confidence that its owner names."""

    low: float
    high: float

    def __str__(self) -> str:
        """Return such as ``1.2 to 3.4``."""
        return f"{self.low:.4g} to {self.high:.4g}"
