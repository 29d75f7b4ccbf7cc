"""
Aim at the Moon
===============

Patched conics guess a way to the Moon; the full model arrives thousands of kilometres off. Node and apogee are then
found that lead to a polar orbit at 100 km: in the B-plane, to a point just outside of the circle that hits the Moon.
Errors of 5 cm/s at the departure move the arrival by hundreds of kilometres: craft have to correct their way.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

warnings.simplefilter("ignore", ls.ModelWarning)  # of the ephemeris: DE421 is better, and need not be installed
moon = ls.Moon(gravity=ls.GravityField.grail(degree=4), earth=ls.Earth())
guess = ls.orbits.patched_conics(
    Time("2023-08-11T00:15:00"), 5.36 * u.day, inclination=51.7 * u.deg, northbound=False, side="north"
)
planned = ls.Scenario(
    name="way", title="To the Moon, aimed", state=guess.state, moon=moon, plan=(ls.Coast(duration=5 * u.day),)
)
arrives, start = ls.simulate(planned).outcome.state, guess.state.to_earth()
aim = ls.orbits.aim(arrives, perilune=100 * u.km, inclination=90 * u.deg, side="north")
vary = {
    "earth_orbit.raan": start.elements().raan + [-4, 4] * u.deg,
    "earth_orbit.apogee": start.apogee + [-30_000, 30_000] * u.km,
}
goals = [ls.Goal("b dot t", aim.b_dot_t, tolerance=20 * u.km), ls.Goal("b dot r", aim.b_dot_r, tolerance=20 * u.km)]
found = ls.target(planned, vary=vary, reach=goals)

rates = ("state.radial_rate", "state.transverse_rate", "state.normal_rate")
errors = 0.05 * np.random.default_rng(1).normal(size=(16, 3)) * u.m / u.s
runs = [ls.with_values(found.scenario, dict(zip(rates, each, strict=True))) for each in errors]
ends = [ls.simulate(run).outcome.state for run in runs]
places, speeds = u.Quantity([end.position for end in ends]), u.Quantity([end.velocity for end in ends])
arrivals = ls.orbits.b_plane(ls.State(places, speeds, Time([end.epoch for end in ends])))
ellipse = ls.statistics.covariance_ellipse(arrivals.points_m)

first, then = ls.orbits.b_plane(arrives), ls.orbits.b_plane(found.flight.outcome.state)
ls.plots.cislunar(found.flight)
ls.plots.b_plane({"runs with errors": arrivals, "first guess": first}, aim=aim, ellipses=[ellipse])
plt.show()

away, off = (1e-3 * np.hypot(*(each.points_m - aim.points_m)) for each in (first, then))
print(f"first guess: {away:.0f} km off; found: {off:.2f} km")
assert off < 20.0
assert away > 5000.0
