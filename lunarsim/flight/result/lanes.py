"""The four lanes of a flight: what was true, measured, estimated and commanded, side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple, TypeAlias

import numpy as np
from astropy import units as u
from astropy.table import QTable
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.flight.result import tables
from lunarsim.flight.result.attitude import PlannedBurn, planned_burns, thrust_directions
from lunarsim.flight.result.navigation import NavigationHistory
from lunarsim.flight.result.parting import partings
from lunarsim.flight.result.parts import FlightParts
from lunarsim.flight.result.trajectory import FlownPhase
from lunarsim.kernels.forces import motion
from lunarsim.kernels.sensors.body import BELOW, body_axes, off_axis
from lunarsim.mission.clock import seconds_after, time_after
from lunarsim.mission.over_ground import ground_velocity, thrust_elevation
from lunarsim.orbits import State
from lunarsim.plan import Burn

_MPS = u.m / u.s
_SAMPLES = np.arange(4) / 4.0  # of a step
_ROUNDING_S = 1e-6
_LEAST = 1e-3  # m, m/s: an error of the navigation below that is rounding

Floats: TypeAlias = NDArray[np.float64]
_Column: TypeAlias = tuple[Floats, u.UnitBase]


class _Rows(NamedTuple):
    """The moments of a table, and what was flown from each on."""

    t_s: Floats
    y: Floats  #: shape (n, 9)
    thrust_n: Floats
    direction: Floats  #: of the thrust, ICRF; NaN where the engine is off
    error: Floats  #: estimated less true position and velocity, shape (n, 6); NaN where nothing is estimated
    piece: NDArray[np.int64]  #: which flown segment


def has_lanes(flight: FlightParts) -> bool:
    """Return whether a flight has sensors whose readings count, a navigation with errors, or lanes that part."""
    errors = [phase.navigation_error for phase in flight.trajectory.phases if phase.navigation_error is not None]
    errs = bool(errors) and float(np.max(np.abs(errors))) > _LEAST
    return bool(flight.burns) or flight.navigation is not None or errs or bool(partings(flight))


def lanes(flight: FlightParts) -> QTable:
    """Return the table of :meth:`lunarsim.Flight.lanes`."""
    rows, navigation = _rows(flight), flight.navigation
    times = time_after(flight.scenario.state.epoch, rows.t_s)
    table = QTable({"time": times, "elapsed": rows.t_s * u.s})
    columns: dict[str, _Column] = {}
    for lane, known, vectors in (
        ("true", np.ones(rows.t_s.size, dtype=bool), rows.y[:, :6]),
        ("estimated", np.isfinite(rows.error[:, 0]), rows.y[:, :6] + rows.error),
    ):
        columns |= _motion(lane, known, rows._replace(y=vectors), flight)
    columns["altitude_sigma"] = _spread(rows, navigation), u.m
    columns |= _measured(rows, flight)
    columns |= _of_engine(rows, flight)
    for name in sorted(columns, key=_ORDER.index):
        table[name] = columns[name][0] * columns[name][1]
    table.meta = {"scenario": flight.scenario.name, "frame": tables.FRAME}
    return table


_ORDER = [
    *(f"altitude_{lane}" for lane in ("true", "measured", "estimated", "sigma")),
    *(f"altitude_rate_{lane}" for lane in ("true", "measured", "estimated")),
    *(f"horizontal_speed_{lane}" for lane in ("true", "measured", "estimated")),
    *(f"delta_v_{lane}" for lane in ("true", "measured", "commanded")),
    *(f"{what}_{lane}" for what in ("thrust", "pitch") for lane in ("true", "commanded")),
]


def _rows(flight: FlightParts) -> _Rows:
    """Return the moments: samples of what is flown without guidance, else what each guidance cycle begins with."""
    burns, looks = planned_burns(flight.scenario), None if flight.navigation is None else flight.navigation.elapsed_s
    found: list[tuple[Floats, Floats, float, Floats, Floats, int]] = []
    for i, phase in enumerate(flight.trajectory.phases):
        t_s, y = _samples(phase)
        error = np.full(6, np.nan)
        if phase.navigation_error is not None:
            if looks is not None and np.min(np.abs(looks - t_s[0])) > _ROUNDING_S:
                continue  # a part of a cycle
            t_s, y, error = t_s[:1], y[:1], phase.navigation_error
        found.append((t_s, y, phase.thrust_n, thrust_directions(burns, phase, t_s, y), error, i))
    if flight.trajectory.phases[-1].navigation_error is not None:  # of the last cycle the end is not among them
        last = np.full(6, np.nan) if flight.navigation is None else _errors(flight.navigation)[-1]
        end_s, end_y = np.array([flight.trajectory.end_s]), flight.trajectory.end_y[np.newaxis]
        thrust_n = flight.trajectory.phases[-1].thrust_n
        found.append((end_s, end_y, thrust_n, np.full((1, 3), np.nan), last, len(flight.trajectory.phases) - 1))
    sizes = [len(each[0]) for each in found]
    return _Rows(
        np.concatenate([each[0] for each in found]),
        np.concatenate([each[1] for each in found]),
        np.repeat([each[2] for each in found], sizes),
        np.concatenate([each[3] for each in found]),
        np.repeat([each[4] for each in found], sizes, axis=0),
        np.repeat([each[5] for each in found], sizes),
    )


def _samples(phase: FlownPhase) -> tuple[Floats, Floats]:
    t_s, y = phase.segment.path.at_parts(_SAMPLES)
    return np.append(t_s, phase.segment.end_s), np.vstack((y.reshape(-1, y.shape[-1]), phase.segment.end_y))


def _errors(navigation: NavigationHistory) -> Floats:
    errors: Floats = navigation.estimated_state - navigation.true_state
    return errors


def _states(t_s: Floats, vectors: Floats, flight: FlightParts) -> State:
    return State(vectors[:, :3] * u.m, vectors[:, 3:6] * _MPS, time_after(flight.scenario.state.epoch, t_s))


def _motion(lane: str, known: NDArray[np.bool_], rows: _Rows, flight: FlightParts) -> dict[str, _Column]:
    """Return the altitude and the speeds over the ground of a lane; NaN where it is not known."""
    values = np.full((3, known.size), np.nan)
    if known.any():
        state = _states(rows.t_s[known], rows.y[known], flight)
        up, across = ground_velocity(state)
        values[:, known] = state.altitude.to_value(u.m), up.to_value(_MPS), across.to_value(_MPS)
    names = ("altitude", "altitude_rate", "horizontal_speed")
    return {f"{name}_{lane}": (each, unit) for name, each, unit in zip(names, values, (u.m, _MPS, _MPS), strict=True)}


def _spread(rows: _Rows, navigation: NavigationHistory | None) -> Floats:
    """Return what the filter takes for the standard deviation of its altitude."""
    return _of_looks(rows, navigation, None if navigation is None else navigation.altitude_sigma.to_value(u.m))


def _of_looks(rows: _Rows, navigation: NavigationHistory | None, values: Floats | None) -> Floats:
    """Return values that are known at each look of the navigation, at the rows; NaN elsewhere."""
    shape = () if values is None else values.shape[1:]
    found = np.full((rows.t_s.size, *shape), np.nan)
    if navigation is not None and values is not None:
        looks = navigation.elapsed_s
        nearest = np.clip(np.searchsorted(looks, rows.t_s - _ROUNDING_S), 0, looks.size - 1)
        there = (np.abs(looks[nearest] - rows.t_s) <= _ROUNDING_S) & np.isfinite(rows.error[:, 0])
        found[there] = values[nearest[there]]
    return found


def _measured(rows: _Rows, flight: FlightParts) -> dict[str, _Column]:
    """Return what the altimeter and the velocimeter say of the height and the speeds over the ground."""
    navigation, craft = flight.navigation, flight.scenario.craft
    nothing = np.full(rows.t_s.size, np.nan)
    altitude, up, across = nothing.copy(), nothing.copy(), nothing.copy()
    if navigation is not None and craft is not None:
        ranges = _of_looks(rows, navigation, _new(navigation.measured_range_m))
        velocities = _of_looks(rows, navigation, _new(navigation.measured_velocity_mps))
        axes = _body_axes(rows, flight)
        zenith = rows.y[:, :3] / np.linalg.norm(rows.y[:, :3], axis=1)[:, np.newaxis]
        if craft.altimeter is not None:
            angles = (float(a.to_value(u.rad)) for a in (craft.altimeter.off_nadir, craft.altimeter.azimuth))
            beam = np.einsum("i,nij->nj", np.array(off_axis(BELOW, *angles)), axes)
            altitude = _altitude(ranges, np.sum(beam * zenith, axis=1), flight)
        rising = np.einsum("ni,nij,nj->n", velocities, axes, zenith)
        up, across = rising, np.sqrt(np.maximum(np.sum(velocities**2, axis=1) - rising**2, 0.0))
    return {
        "altitude_measured": (altitude, u.m),
        "altitude_rate_measured": (up, _MPS),
        "horizontal_speed_measured": (across, _MPS),
    }


def _new(values: Floats) -> Floats:
    """Return what was measured since the look before; NaN where that was nothing new, and at the end, between looks."""
    found = np.array(values)
    found[1:][values[1:] == values[:-1]] = np.nan
    found[-1] = np.nan
    return found


def _body_axes(rows: _Rows, flight: FlightParts) -> Floats:
    """Return the axes of the body at the rows, as it came there, shape (n, 3, 3); NaN where it has no attitude."""
    guided = np.flatnonzero(np.isfinite(rows.error[:, 0]))
    first = rows.y[guided[0]] if guided.size else rows.y[0]
    left = tuple(np.cross(first[:3], first[3:6]))
    found = np.full((rows.t_s.size, 3, 3), np.nan)
    for k, axis in enumerate(_craft_axes(rows, flight)):
        if np.all(np.isfinite(axis)):
            found[k] = body_axes(tuple(axis), left)
    return found


def _craft_axes(rows: _Rows, flight: FlightParts) -> Floats:
    """Return where the craft's axis pointed as it came to the rows: that of its thrust, if no control turned it."""
    before = np.maximum(np.where(rows.t_s < flight.trajectory.end_s, rows.piece - 1, rows.piece), 0)
    phases = [flight.trajectory.phases[i] for i in before]
    held = [phase.direction if phase.axis is None else phase.axis for phase in phases]
    return np.array([np.full(3, np.nan) if axis is None else axis for axis in held])


def _altitude(ranges_m: Floats, up: Floats, flight: FlightParts) -> Floats:
    """Return the altitude from which a range along a beam reaches level ground as high as the landing site.

    ``up`` is the cosine of the angle from the zenith to the beam. Of the triangle with the Moon's centre.
    """
    scenario = flight.scenario
    elevation = scenario.moon.terrain.lowest if scenario.landing_site is None else scenario.site_elevation
    radius_m = constants.MOON_RADIUS_M + float(elevation.to_value(u.m))
    root = radius_m**2 - ranges_m**2 * (1.0 - up**2)
    altitude: Floats = -ranges_m * up + np.sqrt(np.where(root > 0.0, root, np.nan)) - constants.MOON_RADIUS_M
    return altitude


def _of_engine(rows: _Rows, flight: FlightParts) -> dict[str, _Column]:
    """Return delta-v, thrust and its pitch: true, measured, commanded."""
    states = _states(rows.t_s, rows.y, flight)
    commanded = _of_looks(rows, flight.navigation, None if flight.navigation is None else flight.navigation.commanded_n)
    if flight.navigation is None:  # no history of its looks: what was asked for stands with what was flown
        asked = [flight.trajectory.phases[piece].commanded_n for piece in rows.piece]
        commanded = np.array([np.full(3, np.nan) if each is None else each for each in asked])
    target = np.full(rows.t_s.size, np.nan)
    for at, level_mps, vectors in _burning(rows, flight):
        target[at], commanded[at] = level_mps, vectors
    thrust = np.linalg.norm(commanded, axis=1)
    with np.errstate(invalid="ignore"):
        directions = commanded / np.where(thrust > 0.0, thrust, np.nan)[:, np.newaxis]
    pitch, wanted = (np.degrees(thrust_elevation(each, states)) for each in (rows.direction, directions))
    return {
        "delta_v_true": (rows.y[:, motion.DV_TRUE], _MPS),
        "delta_v_measured": (rows.y[:, motion.DV_SENSED], _MPS),
        "delta_v_commanded": (target, _MPS),
        "thrust_true": (rows.thrust_n, u.N),
        "thrust_commanded": (thrust, u.N),
        "pitch_true": (pitch, u.deg),
        "pitch_commanded": (wanted, u.deg),
    }


def _burning(rows: _Rows, flight: FlightParts) -> list[tuple[NDArray[np.int64], float, Floats]]:
    """Return the rows of each burn, the delta-v at which it is to be cut off, and the thrust that is commanded."""
    found, craft = [], flight.scenario.craft
    designed = [phase for phase in flight.scenario.plan if isinstance(phase, Burn)]
    planned = list(zip(planned_burns(flight.scenario), designed, strict=True))
    for record in flight.burns:
        begins_s = float(seconds_after(flight.scenario.state.epoch, record.ignition))
        ends_s = begins_s + float(record.duration.to_value(u.s))
        pieces = [
            i
            for i, phase in enumerate(flight.trajectory.phases)
            if phase.name == record.name
            and begins_s - _ROUNDING_S <= phase.segment.start_s
            and phase.segment.end_s <= ends_s + _ROUNDING_S
        ]
        at = np.flatnonzero(np.isin(rows.piece, pieces) & (rows.t_s <= ends_s + _ROUNDING_S))
        of_name = [sound for each, sound in planned if sound.name == record.name and each.ignition_s <= begins_s + 1e-3]
        if at.size and of_name and craft is not None:
            level = float(rows.y[at[0], motion.DV_SENSED]) + float(record.target_delta_v.to_value(_MPS))
            found.append((at, level, _commanded_by(of_name[-1], at, rows, flight)))
    return found


def _commanded_by(burn: Burn, at: NDArray[np.int64], rows: _Rows, flight: FlightParts) -> Floats:
    """Return the thrust that a burn is to give, as it was designed: without errors of the pointing or of the engine."""
    craft = flight.scenario.craft
    assert craft is not None
    lit = replace(flight.trajectory.phases[rows.piece[at[0]]], thrust_n=1.0, direction=None)
    sound = PlannedBurn(float(rows.t_s[at[0]]), burn, 0.0 * u.deg, 0.0 * u.deg)
    directions = thrust_directions([sound], lit, rows.t_s[at], rows.y[at])
    return directions * float(craft.engine_called(burn.engine).total_thrust.to_value(u.N)) * burn.throttle
