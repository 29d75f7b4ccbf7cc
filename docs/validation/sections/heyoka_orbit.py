"""A 100 km polar orbit for three days, against a Taylor integration that heyoka makes of its own expressions.

Nothing of lunarsim's mathematics is used on that side: heyoka's harmonics, its automatic differentiation, the
rotation written out as three plain rotations, third bodies by their textbook difference, angles from ``jplephem``
and positions from ``astropy``, fitted here with numpy's Chebyshev series, day by day. Shared are the numbers: the
coefficients of the field, the libration angles of DE421, the ephemeris, the masses.
"""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import Any

import heyoka as hy
import lunarsky
import numpy as np
from astropy import units as u
from astropy.coordinates import get_body_barycentric
from astropy.time import Time
from jplephem.pck import PCK
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

import lunarsim as ls
from lunarsim import constants

from . import report

PEERS = ("heyoka", "astropy", "jplephem", "scipy")
J2000_JD, DAY_S = 2451545.0, 86400.0
TERMS = 18  # of each series within a day
NODES = np.cos(np.pi * (np.arange(TERMS) + 0.5) / TERMS)
MASSES = {"earth": constants.GM_EARTH_M3_S2, "sun": constants.GM_SUN_M3_S2}
SAMPLE_HOURS = np.arange(0, 73, 3)


def series(days: NDArray[np.float64], bodies: tuple[str, ...]) -> NDArray[np.float64]:
    """Return Chebyshev coefficients, shape (quantities, terms), of three angles (rad), then positions (m).

    ``days`` are those of TDB since J2000 at the nodes.
    """
    file = Path(lunarsky.__file__).parent / "data" / "pck" / "moon_pa_de421_1900-2050.bpc"
    (segment,) = PCK.open(str(file)).segments
    angles = np.array([segment.compute(J2000_JD, day, derivative=False) for day in days]).T
    epochs = Time(J2000_JD, days, format="jd", scale="tdb")
    moon = get_body_barycentric("moon", epochs, ephemeris="builtin").xyz
    places = [(get_body_barycentric(body, epochs, ephemeris="builtin").xyz - moon).to_value(u.m) for body in bodies]
    return chebyshev.chebfit(NODES, np.concatenate([np.unwrap(angles), *places]).T, TERMS - 1).T


def chebyshev_expression(first: int, tau: Any) -> Any:
    """Return the series whose coefficients are heyoka's parameters from ``first`` on."""
    before, last = 1.0 + 0.0 * tau, tau
    total = hy.par[first] + hy.par[first + 1] * tau
    for k in range(2, TERMS):
        before, last = last, 2.0 * tau * last - before
        total = total + hy.par[first + k] * last
    return total


def turned(axis: int, angle: Any, vector: list[Any]) -> list[Any]:
    """Return the components of a vector in axes that are turned about one of them."""
    i, j = (axis + 1) % 3, (axis + 2) % 3
    out = list(vector)
    out[i] = hy.cos(angle) * vector[i] + hy.sin(angle) * vector[j]
    out[j] = hy.cos(angle) * vector[j] - hy.sin(angle) * vector[i]
    return out


@cache
def integrator(degree: int, bodies: tuple[str, ...], tolerance: float) -> Any:
    """Return heyoka's integrator; its parameters are the start of the day (s), then the series."""
    r, v = list(hy.make_vars("x", "y", "z")), list(hy.make_vars("vx", "vy", "vz"))
    tau = 2.0 * (hy.time - hy.par[0]) / DAY_S - 1.0
    quantities = [chebyshev_expression(1 + k * TERMS, tau) for k in range(3 + 3 * len(bodies))]
    phi, theta, psi = quantities[:3]
    field = ls.GravityField.grail(degree)
    coefficients = np.column_stack((field.c, field.s)).tolist()
    r_pa = turned(2, psi, turned(0, theta, turned(2, phi, r)))
    a_pa = hy.model.sh_gravity_acc(r_pa, coefficients, field.gm.to_value(u.m**3 / u.s**2), field.radius.to_value(u.m))
    acceleration = turned(2, -phi, turned(0, -theta, turned(2, -psi, list(a_pa))))
    for b, body in enumerate(bodies):
        d = quantities[3 + 3 * b : 6 + 3 * b]
        apart = [dk - rk for dk, rk in zip(d, r, strict=True)]
        near, far = (hy.sum([c * c for c in vector]) ** -1.5 for vector in (apart, d))
        acceleration = [
            a + MASSES[body] * (ek * near - dk * far) for a, ek, dk in zip(acceleration, apart, d, strict=True)
        ]
    system = list(zip(r + v, v + acceleration, strict=True))
    parameters = [0.0] * (1 + TERMS * len(quantities))
    return hy.taylor_adaptive(system, [0.0] * 6, pars=parameters, tol=tolerance, compact_mode=True, high_accuracy=True)


def heyoka_positions(state: ls.State, degree: int, bodies: tuple[str, ...], tolerance: float) -> NDArray[np.float64]:
    """Return heyoka's positions (m) at the sampled hours."""
    propagator = integrator(degree, bodies, tolerance)
    propagator.time = 0.0
    propagator.state[:3], propagator.state[3:] = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
    tdb = state.epoch.tdb
    start = (tdb.jd1 - J2000_JD) + tdb.jd2
    places = []
    for hour in SAMPLE_HOURS:
        day = max(0, int(np.ceil(hour / 24.0)) - 1)
        if hour in (0, 3, 27, 51):
            coefficients = series(start + day + 0.5 * (1.0 + NODES), bodies)
            propagator.pars[:] = np.concatenate(([day * DAY_S], coefficients.ravel()))
        propagator.propagate_until(hour * 3600.0)
        places.append(propagator.state[:3].copy())
    return np.array(places)


def lunarsim_positions(state: ls.State, degree: int, bodies: tuple[str, ...], looser: float) -> NDArray[np.float64]:
    """Return lunarsim's positions (m) at the sampled hours, with tolerances some times the default."""
    accuracy = ls.Accuracy(relative=looser * 1e-13, position=looser * 1e-6 * u.m, velocity=looser * 1e-9 * u.m / u.s)
    moon = ls.Moon(gravity=ls.GravityField.grail(degree), third_bodies=bodies)
    flight = ls.propagate(state, report.DAYS_3, moon, accuracy=accuracy)
    return flight.trajectory.at(SAMPLE_HOURS * 3600.0)[0][:, :3]


def measure() -> dict[str, Any]:
    """Fly the orbit on both sides, with and without Earth and Sun, at degrees 10 and 50."""
    start, state, cases = time.perf_counter(), report.polar_orbit(), []
    for degree, bodies in ((10, ()), (50, ()), (50, ("earth", "sun"))):
        theirs = heyoka_positions(state, degree, bodies, 1e-18)
        ours = lunarsim_positions(state, degree, bodies, 1.0)
        cases.append(
            {
                "degree": degree,
                "bodies": list(bodies),
                "difference_m": np.linalg.norm(ours - theirs, axis=1).tolist(),
                "heyoka_own_m": report.largest(theirs - heyoka_positions(state, degree, bodies, 1e-15)),
                "lunarsim_own_m": report.largest(ours - lunarsim_positions(state, degree, bodies, 2.0)),
            }
        )
    return {
        "hours": SAMPLE_HOURS.tolist(),
        "cases": cases,
        "made": report.made_by("heyoka", PEERS, time.perf_counter() - start),
    }


def name(case: dict[str, Any]) -> str:
    """Return what a case is."""
    return f"degree {case['degree']}, {' and '.join(body.title() for body in case['bodies']) or 'the Moon alone'}"


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table of differences."""
    rows = [
        (
            name(case),
            report.few(case["difference_m"][results["hours"].index(24)]),
            report.few(case["difference_m"][-1]),
            report.few(max(case["difference_m"])),
            report.few(case["lunarsim_own_m"]),
            report.few(case["heyoka_own_m"]),
        )
        for case in results["cases"]
    ]
    header = (
        "model",
        "apart after 1 day, m",
        "after 3 days, m",
        "largest, m",
        "lunarsim, tolerances doubled, m",
        "heyoka, tolerance 1e-15 for 1e-18, m",
    )
    return {"heyoka": report.table(header, rows) + report.footer(results["made"])}


def draw(results: dict[str, Any]) -> dict[str, Any]:
    """Return the figure of differences over time."""
    ax = report.axes("Time (h)", "Distance apart (m)")
    ax.set_yscale("log")
    looks = (("#0072B2", ":", "o"), ("#D55E00", "--", "s"), ("#000000", "-", "^"))
    for case, (color, dashes, marker) in zip(results["cases"], looks, strict=True):
        ax.plot(
            results["hours"][1:],
            case["difference_m"][1:],
            color=color,
            linestyle=dashes,
            marker=marker,
            markersize=4,
            label=name(case),
        )
    ax.axhline(0.1, color="0.4", linewidth=1)
    ax.annotate("asked for: 0.1 m", (1.0, 0.115), fontsize=8, color="0.2")
    ax.set_ylim(1e-6, 0.5)
    ax.legend(fontsize=8, frameon=False, loc="lower right", bbox_to_anchor=(1.0, 0.27))
    return {"heyoka": ax.figure}
