"""
A transfer that another library plans
=====================================

boinor, which goes on from poliastro, plans a Hohmann transfer from 300 km down to 50 km about a point mass. The craft
that follows it in the Moon's real gravity, with impulses, arrives some hundred metres off.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from astropy.time import Time
from boinor.maneuver import Maneuver

import lunarsim as ls

high = ls.State.from_elements(
    perilune=300 * u.km,
    apolune=300 * u.km,
    inclination=85 * u.deg,
    node_longitude=40 * u.deg,
    epoch=Time("2026-01-01T00:00:00", scale="tdb"),
)
plan = Maneuver.hohmann(high.to_orbit(), (1737.4 + 50) * u.km)
figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for name, moon in (
    ("point mass", ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())),
    ("GRGM900C", ls.Moon()),
):
    state = high
    for wait, impulse in plan.impulses:
        if wait > 0 * u.s:
            state = ls.propagate(state, wait, moon).outcome.state
        state = ls.State(state.position, state.velocity + impulse, state.epoch)
    after = ls.propagate(state, 4 * u.hour, moon)
    ax.plot(after.elapsed.to(u.min), after.altitude.to(u.km), label=name)
    print(f"{name}: {after.altitude.min().to(u.km):.2f} to {after.altitude.max().to(u.km):.2f}")
    if name == "point mass":
        assert np.ptp(after.altitude) < 10 * u.m
ax.set(xlabel="Time after the transfer (min)", ylabel="Altitude (km)", title="To be circular at 50 km")
ax.legend(frameon=False)
plt.show()
