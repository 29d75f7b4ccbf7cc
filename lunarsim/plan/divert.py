"""Where a phase aims, if not where the phase before did: a divert by a given way, or one that a scan chooses."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from lunarsim import checks
from lunarsim.errors import InputError

_MOST_STEPS, _MOST_FOOT_STEPS = 250, 15  # of a scan: a quarter of a million places, some hundred around each
_FARTHEST_M = 1e5  # the axes of the site are taken along


@dataclass(frozen=True, kw_only=True)
class Divert:
    """When a phase begins, the guidance aims so far beside where it aimed before, from then on.

    The new aim lies on the terrain, as the landing site does. Targets of the laws, altitudes and ranges are from it.

    Parameters
    ----------
    downrange, crossrange : Quantity
        Along the ground, in the direction of flight and to the left of it; default 0, up to 100 km.

    Raises
    ------
    InputError
        If a way is no length or longer.
    """

    downrange: u.Quantity = 0.0 * u.m
    crossrange: u.Quantity = 0.0 * u.m

    def __post_init__(self) -> None:
        for name in ("downrange", "crossrange"):
            way = checks.quantity(name, getattr(self, name), u.m)
            if abs(way.value) > _FARTHEST_M:
                raise InputError(f"{name} = {getattr(self, name)}: expected a divert of up to 100 km")


@dataclass(frozen=True, kw_only=True)
class HazardScan:
    """When a phase begins, the ground is scanned about where it aims, and it aims at the nearest safe place.

    Places on a square grid are looked at. One is safe where the ground is no steeper than ``slope`` everywhere within
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
        If a length is not greater than zero (the footprint: less than zero), the slope is not from 0 to below 90
        degrees, or the steps are too short to scan so far: more than 250 in the radius, or 15 in the footprint.
    """

    radius: u.Quantity
    slope: u.Quantity
    footprint: u.Quantity = 0.0 * u.m
    step: u.Quantity = 1.0 * u.m

    def __post_init__(self) -> None:
        checks.quantity("radius", self.radius, u.m, positive=True)
        checks.quantity("step", self.step, u.m, positive=True)
        checks.quantity("footprint", self.footprint, u.m, minimum=0.0)
        if not checks.quantity("slope", self.slope, u.deg, minimum=0.0) < 90.0 * u.deg:
            raise InputError(f"slope = {self.slope}: expected an angle from 0 to below 90 deg")
        for name, most in (("radius", _MOST_STEPS), ("footprint", _MOST_FOOT_STEPS)):
            length = getattr(self, name)
            if length > most * self.step:
                raise InputError(
                    f"{name} = {length} is more than {most} steps of step = {self.step}: expected a step of at least "
                    f"{(length / most).to(u.m):.3g}"
                )
