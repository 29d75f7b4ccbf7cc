"""What a person is told who looks for a name that the package does not have."""

from __future__ import annotations

from collections.abc import Collection

from lunarsim.errors import UnknownNameError, nearest

#: Where what other libraries, or people, call otherwise is found here.
_ELSEWHERE = {
    "epoch": "times are astropy's: from astropy.time import Time",
    "fly": "simulate(scenario)",
    "force_model": "Moon(gravity=..., third_bodies=..., terrain=...)",
    "gravity": "GravityField.grail(degree) or GravityField.from_file(path)",
    "guidance": "the laws EGuidance, QuadraticGuidance, ZemZev and others, each in a Guided phase",
    "integrate": "propagate(state, duration) or simulate(scenario)",
    "lander": "Spacecraft(...), with gear=LandingGear(...)",
    "load": "load_scenario(name), load_campaign(name) or Flight.load(path)",
    "load_flight": "Flight.load(path)",
    "maneuver": "Burn(...)",
    "manoeuvre": "Burn(...)",
    "mission": "Scenario(...)",
    "orbit": "State.from_elements(perilune=..., apolune=..., ...), or State.from_orbit(orbit) of a poliastro Orbit",
    "plot": "the functions of lunarsim.plots, such as plots.altitude_profile(flight)",
    "quantity": "quantities are astropy's: from astropy import units as u",
    "result": "Flight, which simulate() returns, or CampaignResult, which Campaign.run() returns",
    "rocket": "Spacecraft(...)",
    "run": "simulate(scenario), or Campaign.run(n)",
    "satellite": "Spacecraft(...)",
    "simulation": "simulate(scenario)",
    "time": "times are astropy's: from astropy.time import Time",
    "thruster": "Engine(...)",
    "trajectory": "Flight, which simulate() and propagate() return",
    "u": "units are astropy's: from astropy import units as u",
    "units": "units are astropy's: from astropy import units as u",
    "vehicle": "Spacecraft(...)",
}


def unknown(name: str, known: Collection[str]) -> UnknownNameError:
    """Return the error for a name that the package does not have."""
    elsewhere = _ELSEWHERE.get(name.lower())
    return UnknownNameError(f"lunarsim has no '{name}': {elsewhere or nearest(name, known)}")
