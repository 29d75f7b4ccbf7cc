"""Accelerometers."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import number, switch


@dataclass(frozen=True, kw_only=True)
class Accelerometer:
    """A sensor of specific force along the thrust axis: scale factor times the truth, plus bias.

    Parameters
    ----------
    powered : bool
        An accelerometer without power reports zero.
    scale_factor : float
        Reported over true; default 1.
    bias : Quantity
        Reported where the truth is zero; default 0.

    Raises
    ------
    InputError
        If the scale factor or the bias is out of its bounds, or ``powered`` no truth value.
    """

    powered: bool = switch(True, "An accelerometer without power reports zero.", dispersible=True)
    scale_factor: float = number(  # -1: mounted upside down, as those of Genesis
        1.0, u.one, low=-10.0, high=10.0, text="Reported over true.", dispersible=True
    )
    bias: u.Quantity = number(
        0.0, u.m / u.s**2, low=-1e3, high=1e3, text="Reported where the truth is zero.", dispersible=True
    )

    def __post_init__(self) -> None:
        declarations.check(self)
