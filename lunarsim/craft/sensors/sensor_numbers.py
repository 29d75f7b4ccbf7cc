"""What is declared of the numbers that sensors have in common: how often, within which gate, how probably."""

from __future__ import annotations

from math import inf
from typing import Any

from astropy import units as u

from lunarsim.declarations import FAR_M, FREQUENT_HZ
from lunarsim.errors import InputError

SAMPLES: dict[str, Any] = {"above": 0.0, "high": FREQUENT_HZ, "text": "Samples per time."}
#: The edges of a range gate, in metres; without the far one it has none.
NEAR: dict[str, Any] = {"low": 0.0, "high": FAR_M, "dispersible": True}
FAR: dict[str, Any] = {"above": 0.0, "high": FAR_M, "absent": inf, "dispersible": True}
#: A part of a whole, such as a probability.
SHARE: dict[str, Any] = {"low": 0.0, "high": 1.0, "dispersible": True}


def check_gate(min_range: u.Quantity, max_range: u.Quantity | None) -> None:
    """Refuse a range gate that lets nothing through.

    Raises
    ------
    InputError
        If ``max_range`` is not above ``min_range``.
    """
    if max_range is not None and not max_range > min_range:
        raise InputError(f"max_range = {max_range}: expected more than min_range, which is {min_range}")
