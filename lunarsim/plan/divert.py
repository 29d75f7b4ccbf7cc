"""The target of a phase, if not that of the phase before: a divert by a given way, or one that a scan chooses."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import REQUIRED, number
from lunarsim.errors import InputError

_MOST_STEPS, _MOST_FOOT_STEPS = 250, 15  # of a scan: a quarter of a million places, some hundred around each
_FARTHEST_M = 1e5  # the axes of the site are taken along


@dataclass(frozen=True, kw_only=True)
class Divert:
    """When a phase begins, the guidance aims so far beside where it aimed before, from then on.

    The new target lies on the terrain, as the landing site does. Targets of the laws, altitudes and ranges are from it.

    Parameters
    ----------
    downrange, crossrange : Quantity
        Along the ground, in the direction of flight and to the left of it (positive left); default 0, up to 100 km.

    Raises
    ------
    InputError
        If a way is no length or longer.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.Divert(downrange=50 * u.m, crossrange=-20 * u.m).downrange
    <Quantity 50. m>
    """

    downrange: u.Quantity = number(
        0.0, u.m, low=-_FARTHEST_M, high=_FARTHEST_M, text="In the direction of flight.", dispersible=True
    )
    crossrange: u.Quantity = number(
        0.0, u.m, low=-_FARTHEST_M, high=_FARTHEST_M, text="To the left of the flight.", dispersible=True
    )

    def __post_init__(self) -> None:
        declarations.check(self)


@dataclass(frozen=True, kw_only=True)
class HazardDetection:
    """When a phase begins, the ground is scanned about its target, and the nearest safe point becomes the target.

    Points of a square grid are tested. One is safe where the ground is no steeper than ``slope`` everywhere within
    ``footprint``; if none is, the least steep is chosen, and the timeline says so. The scan sees the terrain as it
    is, from where the craft is: a constant error of the navigation along the ground moves the landing no longer.

    Parameters
    ----------
    radius : Quantity
        Of the ground that is scanned.
    slope : Quantity
        Greatest slope of safe ground, below 90 degrees.
    footprint : Quantity
        Radius of the circle that has to be safe, such as that of the feet and a margin; default 0: the place alone.
    step : Quantity
        Between places; default 1 m. A scan of a map cannot see what is smaller than the map's pixels.

    Raises
    ------
    InputError
        If a length is not from 1 mm (the footprint: 0) to 100 km, the slope is not from 0 to below 90 degrees, or the
        steps are too short to scan so far: more than 250 in the radius, or 15 in the footprint.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.HazardDetection(radius=50 * u.m, slope=8 * u.deg, footprint=5 * u.m).step
    <Quantity 1. m>
    """

    radius: u.Quantity = number(REQUIRED, u.m, low=1e-3, high=_FARTHEST_M, text="Of the ground that is scanned.")
    slope: u.Quantity = number(REQUIRED, u.deg, low=0.0, below=90.0, text="Greatest slope of safe ground.")
    footprint: u.Quantity = number(0.0, u.m, low=0.0, high=_FARTHEST_M, text="Radius of what has to be safe.")
    step: u.Quantity = number(1.0, u.m, low=1e-3, high=_FARTHEST_M, text="Between places.")

    def __post_init__(self) -> None:
        declarations.check(self)
        for name, most in (("radius", _MOST_STEPS), ("footprint", _MOST_FOOT_STEPS)):
            length = getattr(self, name)
            if length > most * self.step:
                raise InputError(
                    f"{name} = {length} is more than {most} steps of step = {self.step}: expected a step of at least "
                    f"{(length / most).to(u.m):.3g}"
                )
