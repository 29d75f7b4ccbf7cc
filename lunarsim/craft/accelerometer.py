"""Accelerometers."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from lunarsim import checks


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
        If the scale factor or the bias is not finite.
    """

    powered: bool = True
    scale_factor: float = 1.0
    bias: u.Quantity = 0.0 * u.m / u.s**2

    def __post_init__(self) -> None:
        checks.quantity("bias", self.bias, u.m / u.s**2)
        checks.number("scale_factor", self.scale_factor)
