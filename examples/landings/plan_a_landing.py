"""
From an orbit to a site
=======================

Where would Luna-25 have landed? From the orbit that its burn was to leave, the pass that comes nearest to the planned
site is found, then where to ignite, and the phases of a descent that its craft can fly. The orbit was fitted to the
crater alone; that it passes the site on the planned day was not put in.
"""

import matplotlib.pyplot as plt
from astropy import units as u

import lunarsim as ls

scenario = ls.load_scenario("luna25").without_faults()
site = scenario.sites["planned"]
orbit = ls.simulate(scenario).burns[0].after
lander = ls.Spacecraft(
    dry_mass=605 * u.kg,
    propellant_mass=734 * u.kg,
    engine=ls.Engine(thrust=4.12 * u.kN, specific_impulse=315 * u.s, min_throttle=0.1),
    gear=ls.LandingGear(vertical_speed=3 * u.m / u.s, horizontal_speed=1 * u.m / u.s, tilt=10 * u.deg, slope=7 * u.deg),
)
plan = ls.plan_descent(orbit, site, lander, moon=scenario.moon, perilune=None)
print(plan)
landing = ls.simulate(plan.scenario)
print(landing.outcome)
ls.plots.descent_profile(landing)
plt.show()

assert isinstance(landing.outcome, ls.Landed)
assert plan.chosen.time.isot.startswith("2023-08-21")
assert landing.outcome.verdict is ls.Verdict.LANDED
assert landing.outcome.distance_to(site) < 30 * u.m
