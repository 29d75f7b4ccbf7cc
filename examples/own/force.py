"""
A force of one's own
====================

A mascon below Mare Imbrium, as a point mass that turns with the Moon. What it does to an orbit in a day is the
difference of two flights.
"""

from dataclasses import replace
from math import cos, sin
from typing import Any

import matplotlib.pyplot as plt
import numba
import numpy as np
from astropy import units as u

import lunarsim as ls


@ls.force("mascon")
class Mascon:
    """A point mass that turns with the Moon."""

    surplus: u.Quantity = ls.number(1e8, u.m**3 / u.s**2, low=-1e11, high=1e11, text="Its G M.", dispersible=True)
    depth: u.Quantity = ls.number(100.0, u.km, low=0.0, high=1737.4, text="Below the sphere.", dispersible=True)
    latitude: u.Quantity = ls.number(33.0, u.deg, low=-90.0, high=90.0, text="North (PA).")
    longitude: u.Quantity = ls.number(-16.0, u.deg, low=-180.0, high=360.0, text="East (PA).")

    frame = "pa"  # the axes in which the place is given, and the acceleration is taken

    @staticmethod
    @numba.njit  # without it: the same in plain Python
    def acceleration(place: Any, own: Any) -> tuple[float, float, float]:
        """Return the attraction (m/s2)."""
        distance = 1737.4e3 - own.depth_m
        x = place.position[0] - distance * cos(own.latitude_rad) * cos(own.longitude_rad)
        y = place.position[1] - distance * cos(own.latitude_rad) * sin(own.longitude_rad)
        z = place.position[2] - distance * sin(own.latitude_rad)
        k = -own.surplus_m3_s2 / (x * x + y * y + z * z) ** 1.5
        return k * x, k * y, k * z


day = ls.Scenario(name="day", state=ls.load_scenario("luna25").state, plan=(ls.Coast(duration=1 * u.day),))
plain = ls.simulate(day)
pulled = ls.simulate(replace(day, moon=replace(day.moon, forces=(Mascon(),))))
times = day.state.epoch + np.linspace(0, 0.9999, 1000) * u.day
apart = ls.rtn(pulled.at(times), plain.at(times)).position.to_value(u.m)

figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for name, along in zip(("radial", "along the track", "across the orbit"), np.atleast_2d(apart.T), strict=True):
    ax.plot((times - times[0]).to_value(u.hour), along, label=name)
ax.set(xlabel="Time (h)", ylabel="Displacement (m)", title="What a mascon of 0.1 km³/s² below Mare Imbrium does")
ax.legend(frameon=False)
plt.show()

assert 10 < np.abs(apart).max() < 1e5
