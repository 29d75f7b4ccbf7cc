"""The time of flight of least propellant, and which limit stands in the way where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize_scalar

from lunarsim.errors import InputError
from lunarsim.planning.convex.problem import Descent, Program, Solution

_NODES = 40  # of the search; the caller's nodes are for the final solution
_SCANS = (16, 48)  # times of flight tried; the finer one only where the coarse one finds nothing
_PASSES = 3  # about the mass of the solution before
_STRONGER = (1.5, 3.0, 10.0)  # factors on the thrust, to see whether it is too weak


def best_flight_time(descent: Descent) -> float | None:
    """Return the time of flight (s) of least propellant, or None where no time has a solution.

    A scan finds where the least lies, a search within its neighbours finds it.
    """
    shortest, longest = descent.flight_times()
    if not longest > shortest:
        return None
    propellant = _propellant(descent, _NODES)
    for count in _SCANS:
        times = np.geomspace(shortest, longest, count)
        values = [propellant(t) for t in times]
        i = int(np.argmin(values))
        if values[i] < descent.mass_kg:
            return _least(propellant, times[i], times[max(i - 1, 0)], times[min(i + 1, count - 1)])
    return None


def _propellant(descent: Descent, nodes: int) -> Callable[[float], float]:
    """Return the propellant (kg) as a function of the time of flight (s); the whole mass where there is no solution."""
    program = Program(descent, nodes)

    def propellant(time: float) -> float:
        found = program.solve(time, passes=2)
        return descent.mass_kg if found is None else found.propellant_kg

    return propellant


def _least(propellant: Callable[[float], float], known: float, earliest: float, latest: float) -> float:
    found = minimize_scalar(propellant, bounds=(earliest, latest), method="bounded", options={"xatol": 1e-4 * known})
    return float(found.x if found.fun <= propellant(known) else known)


def solution(descent: Descent, flight_time_s: float | None, nodes: int) -> Solution:
    """Return the descent of least propellant, or raise an error that says what stands in its way."""
    time = flight_time_s
    if time is None:
        time = best_flight_time(descent)
        if time is not None and nodes > _NODES:  # more nodes see the switches better: look again nearby
            time = _least(_propellant(descent, nodes), time, 0.98 * time, 1.02 * time)
    found = None if time is None else Program(descent, nodes).solve(time, passes=_PASSES)
    if found is None:
        raise InputError(_why_not(descent, flight_time_s))
    return found


def _why_not(descent: Descent, flight_time_s: float | None) -> str:
    """Name each limit that, relaxed alone, lets the descent be flown."""
    if flight_time_s is not None:
        best = best_flight_time(descent)
        if best is not None:
            side = "short" if flight_time_s < best else "long"
            return (
                f"flight_time = {flight_time_s:.6g} s is too {side} for this thrust and propellant: the descent of "
                f"least propellant takes {best:.4g} s; leave flight_time out to have it searched"
            )
    reasons = list(_reasons(descent))
    if not reasons:
        return (
            "no descent meets the limits, and relaxing one of thrust, propellant, glide slope and tilt alone does not "
            "help: start higher or slower, or relax several"
        )
    return "no descent meets the limits. Relaxing one of these alone would do: " + "; ".join(reasons)


def _reasons(descent: Descent) -> Iterator[str]:
    weight = descent.mass_kg * descent.gravity_mps2
    if descent.thrust_n <= weight:
        yield f"thrust of {descent.thrust_n:.6g} N is below the weight of {weight:.6g} N at the start"
        return
    if descent.glide_slope_rad is not None:
        found = _flown(replace(descent, glide_slope_rad=None))
        if found is not None:
            yield (
                f"glide_slope = {np.degrees(descent.glide_slope_rad):.4g} deg: without it the path of least propellant "
                f"comes down to {np.degrees(least_elevation(found)):.3g} deg"
            )
    if descent.largest_tilt_rad is not None:
        found = _flown(replace(descent, largest_tilt_rad=None))
        if found is not None:
            yield (
                f"max_tilt = {np.degrees(descent.largest_tilt_rad):.4g} deg: without it the thrust tilts up to "
                f"{np.degrees(max_tilt(found)):.3g} deg"
            )
    yield from _reasons_of_propulsion(descent)


def _reasons_of_propulsion(descent: Descent) -> Iterator[str]:
    found = _flown(replace(descent, dry_mass_kg=0.02 * descent.mass_kg))
    if found is not None:
        aboard = descent.mass_kg - descent.dry_mass_kg
        yield f"propellant of {aboard:.4g} kg is not enough: {found.propellant_kg:.4g} kg are needed"
    if descent.least_thrust_n > 0.0 and _flown(replace(descent, least_thrust_n=0.0)) is not None:
        yield f"least thrust of {descent.least_thrust_n:.6g} N: the engine cannot be throttled low enough"
    for factor in _STRONGER:
        if _flown(replace(descent, thrust_n=factor * descent.thrust_n)) is not None:
            yield (
                f"thrust of {descent.thrust_n:.6g} N is too weak to stop before the ground: "
                f"{factor * descent.thrust_n:.6g} N would do"
            )
            return


def _flown(descent: Descent) -> Solution | None:
    time = best_flight_time(descent)
    return None if time is None else Program(descent, _NODES).solve(time, passes=2)


def least_elevation(found: Solution) -> float:
    """Return the least elevation (rad) of the path as seen from its end, where it is more than 1 m away."""
    away = found.positions[:-1] - found.positions[-1]
    away = away[np.linalg.norm(away, axis=1) > 1.0]
    return float(np.arctan2(away[:, 2], np.hypot(away[:, 0], away[:, 1])).min())


def max_tilt(found: Solution) -> float:
    """Return the largest angle (rad) of the thrust from the vertical, where there is any."""
    u = found.thrust_accelerations
    u = u[np.linalg.norm(u, axis=1) > 0.05 * np.linalg.norm(u, axis=1).max()]
    return float(np.arctan2(np.hypot(u[:, 0], u[:, 1]), u[:, 2]).max())
