"""Conditions that end a guided phase, on what the computer estimates."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from lunarsim.declarations import AROUND_M, DESCENT_S, FAR_M, FAST_MPS, Number
from lunarsim.errors import InputError
from lunarsim.kernels.guidance import exits

_LENGTH = Number(unit=u.m, low=-FAR_M, high=FAR_M)
_ARC = Number(unit=u.m, low=-AROUND_M, high=AROUND_M)
_SPEED = Number(unit=u.m / u.s, low=-FAST_MPS, high=FAST_MPS)
_TIME = Number(unit=u.s, low=-DESCENT_S, high=DESCENT_S)

#: What a condition can ask for: the code in the kernels, and unit and bounds of its limit.
QUANTITIES: dict[str, tuple[int, Number]] = {
    "altitude": (exits.ALTITUDE, _LENGTH),
    "speed": (exits.SPEED, _SPEED),
    "horizontal speed": (exits.HORIZONTAL_SPEED, _SPEED),
    "altitude rate": (exits.ALTITUDE_RATE, _SPEED),
    "range to go": (exits.RANGE_TO_GO, _ARC),
    "time": (exits.TIME, _TIME),
    "time to go": (exits.TIME_TO_GO, _TIME),
}


@dataclass(frozen=True, kw_only=True)
class Termination:
    """A condition on what the computer estimates, tested at each guidance cycle.

    Parameters
    ----------
    quantity : str
        ``"altitude"`` above the landing site; ``"speed"`` and ``"horizontal speed"`` over the ground; ``"altitude
        rate"``, negative in a descent; ``"range to go"`` along the ground, negative beyond the site; ``"time"``
        since the phase began; ``"time to go"`` of the guidance law.
    below, above : Quantity
        One of them: the condition is met at this value and beyond.

    Raises
    ------
    InputError
        If there is no such quantity, or not exactly one limit of its dimension and within its bounds.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> low = ls.Termination(quantity="altitude", below=100 * u.m)
    >>> print(low)
    altitude below 100 m
    """

    quantity: str
    below: u.Quantity | None = None
    above: u.Quantity | None = None

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            raise InputError(f"quantity = {self.quantity!r}: expected one of {', '.join(map(repr, QUANTITIES))}")
        if (self.below is None) == (self.above is None):
            raise InputError(f"termination on {self.quantity}: expected either below= or above=, one of them")
        name = "below" if self.above is None else "above"
        QUANTITIES[self.quantity][1].checked(f"{name} of the termination on {self.quantity}", self.limit)

    @property
    def limit(self) -> u.Quantity:
        """The value at which it is met."""
        return self.below if self.above is None else self.above

    def lower(self) -> tuple[int, int, float]:
        """Return the quantity's code, +1 for above and -1 for below, and the value in SI."""
        code, number = QUANTITIES[self.quantity]
        return code, -1 if self.above is None else 1, float(self.limit.to_value(number.unit))

    def __str__(self) -> str:
        return f"{self.quantity} {'below' if self.above is None else 'above'} {self.limit:g}"
