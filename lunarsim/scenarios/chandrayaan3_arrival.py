"""Infer what nobody published of Chandrayaan-3's arrival at the Moon from what was.

Patched conics, from the printed orbit of the injection (288 x 369,328 km) and the printed insertion (1835 s, to
164 x 18,074 km, "at the perilune"):

* the speed and the direction with which it came to the Moon, for planes of the transfer up to 20 deg off the Moon's;
* from them, where the perilune of the first orbit lies: the argument of perilune of a polar orbit;
* the mass on arrival, by the rocket equation from 3900 kg on 170 x 36,500 km;
* the thrust that gives the insertion in 1835 s.

Run it with ``python -m lunarsim.scenarios.chandrayaan3_arrival``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.coordinates import get_body_barycentric_posvel
from astropy.time import Time
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from lunarsim import constants
from lunarsim.constants import GM_EARTH_M3_S2
from lunarsim.moon.orientation import rot_me_from_icrf

EARTH_RADIUS_M = 6378.1e3  # IAU 2015 resolution B3, equatorial; the printed altitudes do not say above what
EXHAUST_MPS = 310.0 * constants.STANDARD_GRAVITY_MPS2  # usual for MMH and MON-3; not printed
LAUNCH_MASS_KG = 3900.0  # horizons
INSERTION_S = 1835.0  # The Hindu, 6 August 2023
PERILUNE_PASSAGE = Time("2023-08-05T13:45:18", scale="utc")  # the middle of a burn from 13:30 on
EARTH_ORBIT, TRANSFER, FIRST_ORBIT = (170e3, 36500e3), (288e3, 369328e3), (164e3, 18074e3)  # m; horizons, tribune
PLANES_DEG = (-20.0, 0.0, 20.0)  # of the transfer, to the Moon's orbit: the launch was at 21 deg to the equator


class Arrival(NamedTuple):
    """What follows for one plane of the transfer."""

    excess_mps: float
    longitude_deg: float  #: selenographic, of the direction in which it comes
    latitude_deg: float
    argument_of_perilune_deg: float
    insertion_mps: float
    mass_before_kg: float
    mass_after_kg: float
    thrust_n: float


def arrival(plane_deg: float) -> Arrival:
    """Return what follows for a plane of the transfer that is tilted to the Moon's orbit about the line to the Moon."""
    bodies = (get_body_barycentric_posvel(body, PERILUNE_PASSAGE) for body in ("earth", "moon"))
    (earth, earth_v), (moon, moon_v) = bodies
    r = (moon - earth).xyz.to_value(u.m)
    v = (moon_v - earth_v).xyz.to_value(u.m / u.s)
    relative = _on_transfer(r, v, np.radians(plane_deg)) - v
    excess = float(np.linalg.norm(relative))
    x, y, z = rot_me_from_icrf(PERILUNE_PASSAGE) @ (relative / excess)
    low = FIRST_ORBIT[0] + constants.MOON_RADIUS_M
    gm = constants.GM_MOON_M3_S2
    turn = np.degrees(np.arccos(1.0 / (1.0 + low * excess**2 / gm)))  # from the asymptote to the perilune's tangent
    latitude = float(np.degrees(np.arcsin(z)))
    first = (altitude + constants.MOON_RADIUS_M for altitude in FIRST_ORBIT)
    insertion = np.sqrt(excess**2 + 2.0 * gm / low) - _speed_at_low(gm, *first)
    before = LAUNCH_MASS_KG * np.exp(-_raising_mps() / EXHAUST_MPS)
    after = before * np.exp(-insertion / EXHAUST_MPS)
    return Arrival(
        excess_mps=excess,
        longitude_deg=float(np.degrees(np.arctan2(y, x))),
        latitude_deg=latitude,
        argument_of_perilune_deg=float((latitude - turn) % 360.0),
        insertion_mps=float(insertion),
        mass_before_kg=float(before),
        mass_after_kg=float(after),
        thrust_n=float((before - after) * EXHAUST_MPS / INSERTION_S),
    )


def _on_transfer(r: NDArray[np.float64], v: NDArray[np.float64], tilt: float) -> NDArray[np.float64]:
    """Return the velocity of the craft, still climbing, at the Moon's place on the printed orbit (m/s)."""
    low, high = (altitude + EARTH_RADIUS_M for altitude in TRANSFER)
    distance = float(np.linalg.norm(r))
    across = np.sqrt(2.0 * GM_EARTH_M3_S2 * low * high / (low + high)) / distance
    climb = np.sqrt(2.0 * GM_EARTH_M3_S2 / distance - 2.0 * GM_EARTH_M3_S2 / (low + high) - across**2)
    out = r / distance
    normal = np.cross(r, v) / np.linalg.norm(np.cross(r, v))
    ahead = np.cos(tilt) * np.cross(normal, out) + np.sin(tilt) * normal
    velocity: NDArray[np.float64] = climb * out + across * ahead
    return velocity


def _raising_mps() -> float:
    """Return the delta-v from the first printed orbit about the Earth to the injection, at perigee, no losses."""
    first, last = (
        _speed_at_low(GM_EARTH_M3_S2, *(a + EARTH_RADIUS_M for a in orbit)) for orbit in (EARTH_ORBIT, TRANSFER)
    )
    return last - first


def _speed_at_low(gm: float, low_m: float, high_m: float) -> float:
    return float(np.sqrt(2.0 * gm * high_m / (low_m * (low_m + high_m))))


def main() -> None:
    """Print what follows."""
    table = Table("plane of the transfer", *(name.replace("_", " ") for name in Arrival._fields))
    for plane in PLANES_DEG:
        table.add_row(f"{plane:+.0f} deg", *(f"{value:.1f}" for value in arrival(plane)))
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
