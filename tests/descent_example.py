"""A landing for the tests of figures: many short burns with held thrust, found by E-guidance in a point-mass field.

The reference driver flies the plan. It lands because the planner below moves as the driver does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time

import lunarsim as ls
from lunarsim import constants
from lunarsim.moon.orientation import rot_me_from_icrf

START = Time("2025-03-01T12:00:00")
IGNITION_S, CYCLE_S = 20.0, 4.0
ISP_S, DRY_KG, WET_KG = 311.0, 6800.0, 15000.0


class Leg(NamedTuple):
    """A phase and where it leads: height above the site, distance short of it, forward and upward velocity."""

    name: str
    duration_s: float
    height_m: float
    short_m: float
    forward_mps: float
    upward_mps: float
    powered: bool = True


LEGS = (
    Leg("braking", 520.0, 2500.0, 3500.0, 70.0, -45.0),
    Leg("approach", 96.0, 80.0, 0.0, 0.0, -1.0),
    Leg("free fall", 4.0, 0.0, 0.0, 0.0, 0.0, powered=False),
    Leg("vertical descent", 28.0, 1.0, 0.0, 0.0, -1.5),
)


def landing(
    name: str = "lander", full_n: float = 60e3, arc_rad: float = 0.2836, moon: ls.Moon | None = None
) -> ls.Flight:
    """Return a landing from perilune of a 16 x 100 km orbit, at a site some degrees of arc down the track."""
    state = ls.State.from_elements(
        perilune=16 * u.km,
        apolune=100 * u.km,
        inclination=88 * u.deg,
        node_longitude=30 * u.deg,
        argument_of_perilune=-70 * u.deg,
        epoch=START,
    )
    craft = ls.Spacecraft(
        dry_mass=DRY_KG * u.kg,
        propellant_mass=(WET_KG - DRY_KG) * u.kg,
        engine=ls.Engine(thrust=full_n * u.N, specific_impulse=ISP_S * u.s),
    )
    place = _site(state, arc_rad)
    scenario = ls.Scenario(
        name=name,
        state=state,
        craft=craft,
        moon=moon or ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=()),
        plan=(*_burns(state, craft, place), ls.Coast(duration=60 * u.s, name="settling")),
        sites={
            "landing": ls.Site(
                latitude=np.degrees(np.arcsin(place[2])) * u.deg,
                longitude=np.degrees(np.arctan2(place[1], place[0])) * u.deg,
                title="landing site",
            )
        },
    )
    return ls.simulate(scenario)


def _site(state: ls.State, arc_rad: float) -> np.ndarray:
    """Return the unit vector (ME) of a place down the track."""
    r, v = state.position.value, state.velocity.value
    ahead = np.cos(arc_rad) * r / np.linalg.norm(r) + np.sin(arc_rad) * v / np.linalg.norm(v)
    return rot_me_from_icrf(START) @ (ahead / np.linalg.norm(ahead))


def _burns(state: ls.State, craft: ls.Spacecraft, place: np.ndarray) -> list[ls.Burn]:
    y = np.concatenate([state.position.value, state.velocity.value, [WET_KG]])
    y = _moved(y, np.zeros(3), IGNITION_S)
    t_s, full_n, burns = IGNITION_S, craft.engine.thrust.value, []
    for leg in LEGS:
        end_s = t_s + leg.duration_s
        while t_s < end_s - 1e-6:
            thrust = np.zeros(3)
            if leg.powered:
                thrust = y[6] * _wanted(y, end_s - t_s, _target(leg, y, place, end_s))
                force = min(np.linalg.norm(thrust), full_n)
                thrust *= force / np.linalg.norm(thrust)
                burns.append(
                    ls.Burn(
                        ignition=START + (t_s - 1e-5 * len(burns)) * u.s,  # a little early: none coasts to the next
                        timer=CYCLE_S * u.s,
                        target_delta_v=1e4 * u.m / u.s,
                        throttle=force / full_n,
                        steering=ls.FixedDirection(thrust / force * u.one),
                        name=leg.name,
                    )
                )
            y, t_s = _moved(y, thrust, CYCLE_S), t_s + CYCLE_S
    return burns


def _target(leg: Leg, y: np.ndarray, place: np.ndarray, end_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where a leg leads, and the velocity there, in ICRF axes over the turning Moon."""
    rot = rot_me_from_icrf(START + end_s * u.s)
    ahead_rot = rot_me_from_icrf(START + (end_s + 1.0) * u.s)
    site = rot.T @ place
    turning = constants.MOON_RADIUS_M * (ahead_rot.T @ place - site)
    forward = site - y[:3] / np.linalg.norm(y[:3])
    forward -= (forward @ site) * site
    forward /= max(np.linalg.norm(forward), 1e-9)
    position = (constants.MOON_RADIUS_M + leg.height_m) * site - leg.short_m * forward
    return position, turning + leg.forward_mps * forward + leg.upward_mps * site


def _wanted(y: np.ndarray, to_go_s: float, target: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return the acceleration by thrust: linear in time, to a position and a velocity (E-guidance); amid the cycle."""
    t, away, v = to_go_s, target[0] - y[:3], y[3:6]
    now = 6.0 / t**2 * away - 2.0 / t * (target[1] + 2.0 * v)
    rate = 6.0 / t**2 * (target[1] + v) - 12.0 / t**3 * away
    return now + 0.5 * CYCLE_S * rate + constants.GM_MOON_M3_S2 * y[:3] / np.linalg.norm(y[:3]) ** 3


def _moved(y: np.ndarray, thrust: np.ndarray, span_s: float) -> np.ndarray:
    """Return the state and the mass after a time with a held thrust, by steps of the classical Runge-Kutta method."""

    def rate(y: np.ndarray) -> np.ndarray:
        pull = -constants.GM_MOON_M3_S2 * y[:3] / np.linalg.norm(y[:3]) ** 3
        flow = np.linalg.norm(thrust) / (ISP_S * constants.STANDARD_GRAVITY_MPS2)
        return np.concatenate([y[3:6], pull + thrust / y[6], [-flow]])

    h = span_s / 8
    for _ in range(8):
        k1 = rate(y)
        k2 = rate(y + h / 2 * k1)
        k3 = rate(y + h / 2 * k2)
        k4 = rate(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y
