"""How a flight ended that was near the Earth at its end."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from lunarsim.flight.result.outcome import Outcome, clock
from lunarsim.orbits import EarthState

_MPS = u.m / u.s


@dataclass(frozen=True, eq=False)
class EarthEntry(Outcome):
    """The craft came down to the Earth's entry interface, or with a height of 0 to its surface.

    Attributes
    ----------
    earth : EarthState
        The end, seen from the Earth: ``earth.latitude`` (geodetic), ``.longitude``, ``.height``,
        ``.ground_relative_speed``, ``.ground_relative_flight_path_angle``. What the outcome has of a latitude, a speed
        and so on by itself is Moon-centred, as of any end.
    """

    earth: EarthState

    def __str__(self) -> str:
        earth = self.earth
        latitude, longitude = float(earth.latitude.deg), float(earth.longitude.deg)
        north, east = "S" if latitude < 0.0 else "N", "W" if longitude < 0.0 else "E"
        return (
            f"entry at {clock(self.time)} UTC, {earth.height.to_value(u.km):.1f} km over the Earth at "
            f"{abs(latitude):.3f} {north} {abs(longitude):.3f} {east}, "
            f"{earth.ground_relative_speed.to_value(_MPS):.0f} m/s over the ground at "
            f"{earth.ground_relative_flight_path_angle.to_value(u.deg):.2f} deg"
        )


@dataclass(frozen=True, eq=False)
class InEarthOrbit(Outcome):
    """The plan ended far from the Moon, with the craft in a closed osculating orbit about the Earth.

    Attributes
    ----------
    earth : EarthState
        The end, seen from the Earth: ``earth.perigee``, ``.apogee``, ``.elements()``.
    """

    earth: EarthState

    def __str__(self) -> str:
        low, high = (each.to_value(u.km) for each in (self.earth.perigee, self.earth.apogee))
        return f"in an orbit about the Earth at {clock(self.time)} UTC, {low:.1f} x {high:.1f} km"
