"""Events in a Kepler orbit against closed forms."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from astropy import units as u
from scipy.optimize import brentq

import lunarsim as ls
from lunarsim import constants, detectors
from lunarsim.moon.orientation import rot_me_from_icrf

from . import report

PEERS = ("astropy", "scipy")
LOW, HIGH = 80 * u.km, 120 * u.km
HEIGHT = 110 * u.km
KINDS = {
    "perilune": ("perilune",),
    "apolune": ("apolune",),
    "node": ("ascending node", "descending node"),
    "height of 110 km": ("ascending", "descending"),
    "latitude of 57.865 S": ("northbound", "southbound"),
    "penumbra": ("penumbra entry", "penumbra exit"),
    "umbra": ("umbra entry", "umbra exit"),
}


class Kepler:
    """An orbit about a point mass in closed form: the place at an eccentric anomaly, and when it is reached."""

    def __init__(self, state: ls.State) -> None:
        gm = constants.GM_MOON_M3_S2
        r, v = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
        h, radius = np.cross(r, v), np.linalg.norm(r)
        vector = np.cross(v, h) / gm - r / radius
        self.a, self.e = 1.0 / (2.0 / radius - v @ v / gm), np.linalg.norm(vector)
        self.p_axis = vector / self.e
        self.q_axis = np.cross(h / np.linalg.norm(h), self.p_axis)
        self.n, self.b = np.sqrt(gm / self.a**3), self.a * np.sqrt(1.0 - self.e**2)
        self.start = np.arctan2(r @ self.q_axis / self.b, r @ self.p_axis / self.a + self.e)

    def seconds(self, anomaly: float) -> float:
        """Return the time since the start."""
        after = anomaly - self.e * np.sin(anomaly)
        return float((after - self.start + self.e * np.sin(self.start)) / self.n)

    def place(self, anomaly: float) -> np.ndarray:
        """Return the position, m."""
        return self.a * (np.cos(anomaly) - self.e) * self.p_axis + self.b * np.sin(anomaly) * self.q_axis

    def zeros(self, function: Any, turns: float) -> list[float]:
        """Return the times at which a function of (seconds, place) is zero, by bisection over anomaly."""
        anomalies = self.start + np.linspace(1e-9, turns * 2.0 * np.pi, int(turns * 720))

        def value(anomaly: float) -> float:
            return float(function(self.seconds(anomaly), self.place(anomaly)))

        signs = np.sign([value(anomaly) for anomaly in anomalies])
        changes = np.flatnonzero(signs[:-1] * signs[1:] < 0.0)
        return [self.seconds(brentq(value, anomalies[i], anomalies[i + 1], xtol=1e-15, rtol=1e-15)) for i in changes]


def expected(orbit: Kepler, state: ls.State, turns: float) -> dict[str, list[float]]:
    """Return the times (s) of each kind of event, from Kepler's equation and geometry alone."""
    sphere = constants.MOON_RADIUS_M

    def north(t_s: float, r: np.ndarray) -> float:
        return (rot_me_from_icrf(state.epoch + t_s * u.s) @ r)[2]

    def shadow(sign: float) -> Any:
        def angle(t_s: float, r: np.ndarray) -> float:
            to_sun = ls.Ephemeris.builtin().position("sun", state.epoch + t_s * u.s).to_value(u.m) - r
            s, d = np.linalg.norm(to_sun), np.linalg.norm(r)
            apart = np.arctan2(np.linalg.norm(np.cross(to_sun, -r)), -(to_sun @ r))
            return apart - np.arcsin(sphere / d) - sign * np.arcsin(constants.SUN_RADIUS_M / s)

        return angle

    laps = 2.0 * np.pi * np.arange(0, int(turns) + 2)
    inside = lambda times: [t for t in times if 1e-6 < t < orbit.seconds(orbit.start + turns * 2.0 * np.pi)]  # noqa: E731
    return {
        "perilune": inside([orbit.seconds(lap) for lap in laps]),
        "apolune": inside([orbit.seconds(np.pi + lap) for lap in laps]),
        "node": orbit.zeros(north, turns),
        "height of 110 km": orbit.zeros(lambda _, r: np.linalg.norm(r) - sphere - HEIGHT.to_value(u.m), turns),
        "latitude of 57.865 S": orbit.zeros(
            lambda t, r: north(t, r) / np.linalg.norm(r) - np.sin(np.radians(-57.865)), turns
        ),
        "penumbra": orbit.zeros(shadow(1.0), turns),
        "umbra": orbit.zeros(shadow(-1.0), turns),
    }


def measure(turns: float = 12.0) -> dict[str, Any]:
    """Fly a Kepler orbit with all detectors on; compare the times of events."""
    start = time.perf_counter()
    state = ls.State.from_elements(
        perilune=LOW,
        apolune=HIGH,
        inclination=80 * u.deg,
        node_longitude=30 * u.deg,
        true_anomaly=10 * u.deg,
        argument_of_perilune=50 * u.deg,
        epoch=report.EPOCH,
    )
    orbit, moon = Kepler(state), ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
    watch = [
        detectors.Nodes(),
        detectors.AtHeight(HEIGHT),
        detectors.AtLatitude(-57.865 * u.deg),
        detectors.Eclipse(),
    ]
    duration = orbit.seconds(orbit.start + turns * 2.0 * np.pi) * u.s
    flight = ls.propagate(state, duration, moon, detect=watch)
    rows = []
    for name, times in expected(orbit, state, turns).items():
        found = [(e.time - state.epoch).to_value(u.s) for e in flight.timeline if e.kind.value in KINDS[name]]
        error = max(abs(a - b) for a, b in zip(found, times, strict=True)) if len(found) == len(times) else None
        rows.append({"event": name, "expected": len(times), "found": len(found), "error_s": error})
    return {"rows": rows, "made": report.made_by("events", PEERS, time.perf_counter() - start)}


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table of events."""
    rows = [
        (
            row["event"],
            str(row["expected"]),
            str(row["found"]),
            "-" if row["error_s"] is None else report.few(row["error_s"]),
        )
        for row in results["rows"]
    ]
    header = ("event", "in closed form", "found", "largest difference in time, s")
    return {"events": report.table(header, rows) + report.footer(results["made"])}
