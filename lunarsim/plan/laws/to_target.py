"""What the laws share that lead to a position and velocity at a time."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import DESCENT_S, choice, number
from lunarsim.plan.laws.law import ABOVE_SITE, ALONG, FRAME, RATE

TIME_TO_GO = {"low": 1e-3, "high": DESCENT_S}


@dataclass(frozen=True, kw_only=True)
class ToTarget:
    """Parameters of any law that leads to a position and velocity at a time; no law by itself.

    Parameters
    ----------
    target_downrange, target_crossrange, target_altitude : Quantity
        Where the law leads, from the site; default 0. Downrange is negative before the site,
        crossrange positive left of the motion.
    target_downrange_rate, target_crossrange_rate, target_altitude_rate : Quantity
        With which velocity over the ground; default 0.
    frozen_below : Quantity
        Time to go below which the acceleration is flown to its end as it was found last. Default 0: as short as a
        guidance cycle allows, three cycles.
    lead_time : Quantity
        How far ahead of each guidance cycle the acceleration is evaluated, to make up for the lag of computer and
        engine (Klumpp 1974, eq. 11; 2.2 s in the Lunar Module); default 0. Half a guidance cycle makes up for a command
        that is held for the cycle.
    frame : str
        ``"level"``: downrange and crossrange are arcs along the Moon. ``"site"``: Cartesian axes of the site.
    """

    target_downrange: u.Quantity = number(0.0, u.m, text="Where the law leads, from the site.", **ALONG)
    target_crossrange: u.Quantity = number(0.0, u.m, text="Where the law leads, to the left.", **ALONG)
    target_altitude: u.Quantity = number(0.0, u.m, text="Where the law leads, above the site.", **ABOVE_SITE)
    target_downrange_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="Of the velocity there.", **RATE)
    target_crossrange_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="Of the velocity there.", **RATE)
    target_altitude_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="Of the velocity there.", **RATE)
    frozen_below: u.Quantity = number(
        0.0, u.s, low=0.0, high=DESCENT_S, text="Time to go below which the acceleration is flown to its end."
    )
    lead_time: u.Quantity = number(
        0.0,
        u.s,
        low=0.0,
        high=1e4,
        dispersible=True,
        text="How far ahead of each guidance cycle the acceleration is evaluated.",
    )
    frame: str = choice("level", FRAME)

    def __post_init__(self) -> None:
        declarations.check(self)
