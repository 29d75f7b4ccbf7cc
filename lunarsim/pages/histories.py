"""The histories of flights as a page draws them: rounded numbers over one clock, true, estimated and commanded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.analysis import has_relief
from lunarsim.craft import Spacecraft
from lunarsim.flight import Flight, GroundContact
from lunarsim.kernels.forces import motion
from lunarsim.mission import Scenario, over_ground
from lunarsim.mission.clock import seconds_after, time_after
from lunarsim.moon.orientation import rot_me_from_icrf
from lunarsim.orbits import State
from lunarsim.plots.style import style
from lunarsim.plots.style.style import Curve

Values = NDArray[np.float64]

_MOST_SAMPLES = 2400  # of a flight: some a pixel, and a page of a few flights stays below a megabyte
_GAPS = 500  # of a flight, at the least: between two samples a page draws a straight line
_LAST_S, _LAST_GAP_S = 300.0, 2.0  # before the end, where flights come down, samples lie as close as this
_JUMP = 0.02  # of the full thrust: both sides of it are kept


class Panel(NamedTuple):
    """One quantity against time: its key, what it is, its unit, and with how many decimals it is told."""

    key: str
    title: str
    unit: str
    digits: int
    floor: float | None = None

    def to_document(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {key: value for key, value in self._asdict().items() if value is not None}


class Clock(NamedTuple):
    """From when the times of flights count, and what that is; ``shared`` if it is one time for all."""

    zeros: tuple[Time, ...]
    words: str
    shared: bool

    @classmethod
    def of(cls, curves: Sequence[Curve]) -> Clock:
        """Return the first ignition of all, or the first start; of flights that are not at once, of each its own."""
        starts, ends = [c.flight.start for c in curves], [c.flight.end for c in curves]
        if max(starts) <= min(ends):
            zero, what = style.zero_time(curves)
            return cls((zero,) * len(curves), what, True)
        alone = [style.zero_time([curve]) for curve in curves]
        return cls(tuple(zero for zero, _ in alone), alone[0][1], False)


class Sampled(NamedTuple):
    """The motion of a flight at the times that a page holds."""

    time_s: Values  #: after the start of the flight
    y: Values  #: integrated vectors, shape (n, 9)
    thrust_n: Values
    pitch_deg: Values
    error: Values  #: estimated less true position and velocity, shape (n, 6); NaN where there is no estimate

    @classmethod
    def of(cls, flight: Flight) -> Sampled:
        """Return a flight's samples, fewer where they are close and more where they are far apart."""
        t_s, y, thrust = flight.trajectory.sampled()
        pitch = flight.pitch.to_value(u.deg)
        error = np.concatenate(
            [
                np.tile(np.full(6, np.nan) if phase.navigation_error is None else phase.navigation_error, (count, 1))
                for phase, count in zip(flight.trajectory.phases, flight.trajectory.samples_per_phase(), strict=True)
            ]
        )
        kept = _kept(t_s, thrust)
        between = _between(t_s[kept])
        if not between.size:
            return cls(t_s[kept], y[kept], thrust[kept], pitch[kept], error[kept])
        before = np.searchsorted(t_s, between) - 1
        part = (between - t_s[before]) / (t_s[before + 1] - t_s[before])
        order = np.argsort(np.concatenate([t_s[kept], between]), kind="stable")
        more_y, more_thrust = flight.trajectory.at(between)
        return cls(
            *(
                np.concatenate(pair)[order]
                for pair in (
                    (t_s[kept], between),
                    (y[kept], more_y),
                    (thrust[kept], more_thrust),
                    (pitch[kept], pitch[before] + part * (pitch[before + 1] - pitch[before])),
                    (error[kept], error[before]),
                )
            )
        )

    def state(self, flight: Flight) -> State:
        """Return the true states."""
        return _state(self.y[:, :6], time_after(flight.start, self.time_s))

    def estimated(self, flight: Flight) -> State | None:
        """Return the estimated states, those without an estimate as true ones; None where there is no estimate."""
        if not np.isfinite(self.error).any():
            return None
        return _state(self.y[:, :6] + np.nan_to_num(self.error), time_after(flight.start, self.time_s))


def panels(flights: Sequence[Flight], above: str) -> list[Panel]:
    """Return what a page shows against time, altitudes ``above`` something; without a craft no thrust and no mass."""
    high_m = max(float(flight.altitude.max().to_value(u.m)) for flight in flights)
    metres = high_m < 3000.0
    found = [
        Panel("altitude", f"Altitude {above}", *(("m", 1) if metres else ("km", 3))),
        Panel("speed", "Speed over the turning Moon", "m/s", 2),
    ]
    if all(flight.scenario.craft is None for flight in flights):
        return found
    decimals = min(flight.scenario.delta_v_decimals(2) for flight in flights)
    return [
        *found,
        Panel("delta_v", "Delta-v since the start: true, sensed, and the target", "m/s", decimals, 0.0),
        Panel("throttle", _throttle_title(flights), "%", 1, 0.0),
        Panel("pitch", "Pitch of the thrust above the horizontal", "deg", 1),
        Panel("mass", "Mass", "kg", 1),
    ]


def document(curve: Curve, zero: Time, shown: Sequence[Panel], datum_m: float) -> dict[str, Any]:
    """Return a flight as a page holds it; times in seconds after ``zero``, altitudes above a datum."""
    flight = curve.flight
    sampled = Sampled.of(flight)
    start_s = float(seconds_after(zero, flight.start))
    states = sampled.state(flight)
    at_end = rot_me_from_icrf(flight.end) @ (sampled.y[:, motion.POSITION].T / 1e3)
    height = _Height(datum_m, 1.0 if shown[0].unit == "m" else 1e-3)
    made = _lines(flight, sampled, states, height)
    return {
        "label": curve.label,
        "color": curve.color,
        "dash": _dash(curve.dashes),
        "down": isinstance(flight.outcome, GroundContact),
        "t": rounded(sampled.time_s + start_s, 3),
        "lat": rounded(states.latitude.deg, 5),
        "lon": rounded(states.longitude.deg, 5),
        **{axis: rounded(values, 3) for axis, values in zip("xyz", at_end, strict=True)},
        "height": rounded(states.altitude.to_value(u.km), 4),
        "ground": rounded(height.of(_ground(flight, states)), 4),
        "burning": [[round(start_s + first, 3), round(start_s + last, 3)] for first, last in _burning(sampled)],
        "lines": {
            panel.key: {kind: rounded(values, max(panel.digits + 1, 3)) for kind, values in made[panel.key].items()}
            for panel in shown
            if panel.key in made
        },
    }


def rounded(values: Any, digits: int) -> list[float | None]:
    """Return numbers as a page holds them: rounded, None where there is none."""
    return [None if not np.isfinite(each) else round(float(each), digits) + 0.0 for each in values]


def _dash(dashes: style.Dashes) -> str:
    """Return dashes as SVG has them, twice as long as figures draw them."""
    return "none" if isinstance(dashes, str) else " ".join(f"{2.0 * part:g}" for part in dashes[1])


def _throttle_title(flights: Sequence[Flight]) -> str:
    full = {_thrust_in_words(flight.scenario, flight.scenario.craft) for flight in flights if flight.scenario.craft}
    return f"Throttle, of {full.pop()}" if len(full) == 1 else "Throttle, of full thrust"


def _thrust_in_words(scenario: Scenario, craft: Spacecraft) -> str:
    """Return the full thrust to the digits that are known of it: as a certificate with an interval has them."""
    certificate = scenario.provenance.get("craft.engine.thrust")
    thrust = craft.engine.total_thrust
    if certificate is not None and certificate.interval is not None and u.Quantity(certificate.value) == thrust:
        return certificate.rounded
    return f"{thrust.to_value(u.N):,.0f} N"


def _state(y: Values, times: Time) -> State:
    return State(y[:, motion.POSITION] * u.m, y[:, motion.VELOCITY] * (u.m / u.s), times)


class _Height(NamedTuple):
    """From where the altitudes of a panel count (m above the sphere), and its unit of a metre."""

    datum_m: float
    metre: float

    def of(self, altitude_m: Values) -> Values:
        """Return altitudes above the sphere as the panel has them."""
        return np.asarray((altitude_m - self.datum_m) * self.metre)


def _lines(flight: Flight, sampled: Sampled, states: State, height: _Height) -> dict[str, dict[str, Values]]:
    """Return the lines of each panel by what they are: true, estimated, commanded."""
    lines: dict[str, dict[str, Values]] = {
        "altitude": {"true": height.of(states.altitude.to_value(u.m))},
        "speed": {"true": _speed(states)},
    }
    estimated = sampled.estimated(flight)
    if estimated is not None:
        known = np.isfinite(sampled.error[:, 0])
        lines["altitude"]["estimated"] = np.where(known, height.of(estimated.altitude.to_value(u.m)), np.nan)
        lines["speed"]["estimated"] = np.where(known, _speed(estimated), np.nan)
    craft = flight.scenario.craft
    if craft is None:
        return lines
    full_n = float(craft.engine.total_thrust.to_value(u.N))
    lines["delta_v"] = {"true": sampled.y[:, motion.DV_TRUE], "estimated": sampled.y[:, motion.DV_SENSED]}
    targets = _targets(flight, sampled)
    if np.isfinite(targets).any():
        lines["delta_v"]["commanded"] = targets
    lines["throttle"] = {"true": 100.0 * sampled.thrust_n / full_n}
    lines["pitch"] = {"true": sampled.pitch_deg}
    lines["mass"] = {"true": sampled.y[:, motion.MASS]}
    commanded = _commanded(flight, sampled)
    if commanded is not None:
        force_n = np.linalg.norm(commanded, axis=1)
        lines["throttle"]["commanded"] = 100.0 * force_n / full_n
        pointing = np.where(force_n[:, np.newaxis] > 0.0, commanded / np.maximum(force_n, 1e-9)[:, np.newaxis], np.nan)
        lines["pitch"]["commanded"] = np.degrees(over_ground.thrust_elevation(pointing, states))
    return lines


def _speed(states: State) -> Values:
    up, across = over_ground.ground_velocity(states)
    return np.asarray(np.hypot(up.to_value(u.m / u.s), across.to_value(u.m / u.s)), dtype=float)


def _targets(flight: Flight, sampled: Sampled) -> Values:
    """Return, while a burn lasts, the sensed delta-v since the start at which the computer was to cut it off."""
    found = np.full(sampled.time_s.size, np.nan)
    for record in flight.burns:
        first_s, last_s = (float(seconds_after(flight.start, time)) for time in (record.ignition, record.after.epoch))
        inside = (sampled.time_s >= first_s - 1e-6) & (sampled.time_s <= last_s + 1e-6)
        if inside.any():
            before = sampled.y[inside, motion.DV_SENSED][0]
            found[inside] = before + float(record.target_delta_v.to_value(u.m / u.s))
    return found


def _commanded(flight: Flight, sampled: Sampled) -> Values | None:
    """Return the thrust (N, ICRF) that the computer had last commanded; None where a flight keeps no such history."""
    told = flight.navigation
    if told is None:
        return None
    cycle = np.searchsorted(told.elapsed_s, sampled.time_s + 1e-9, side="right") - 1
    found = np.where(cycle[:, np.newaxis] >= 0, told.commanded_n[np.maximum(cycle, 0)], np.nan)
    return np.asarray(np.where(sampled.thrust_n[:, np.newaxis] > 0.0, found, np.nan), dtype=float)


def _ground(flight: Flight, states: State) -> Values:
    """Return the height of the ground below a craft (m above the 1737.4 km sphere)."""
    terrain = flight.scenario.moon.terrain
    if not has_relief(terrain):
        return np.full(states.epoch.size, terrain.ground.radius_m - constants.MOON_RADIUS_M)
    return np.asarray(terrain.height_where_known(states.latitude, states.longitude).to_value(u.m), dtype=float)


def _burning(sampled: Sampled) -> list[tuple[float, float]]:
    """Return from when to when the engine runs."""
    on = np.concatenate([[False], sampled.thrust_n > 0.0, [False]])
    edges = np.flatnonzero(np.diff(on.astype(int)))
    return [(float(sampled.time_s[first]), float(sampled.time_s[last - 1])) for first, last in edges.reshape(-1, 2)]


def _kept(t_s: Values, thrust_n: Values) -> NDArray[np.int64]:
    """Return which samples a page holds: evenly so many, and both sides of each jump of the thrust."""
    step = max(1, -(-t_s.size // _MOST_SAMPLES))
    even = np.zeros(t_s.size, dtype=bool)
    even[::step] = even[-1] = True
    jumps = np.flatnonzero(np.abs(np.diff(thrust_n)) > _JUMP * max(float(thrust_n.max()), 1e-9))
    if jumps.size < _MOST_SAMPLES // 2:
        even[jumps] = even[jumps + 1] = True
    return np.flatnonzero(even)


def _between(t_s: Values) -> Values:
    """Return times within gaps of samples that are too long for a straight line."""
    end_s = float(t_s[-1])
    inserted = []
    for before, after in pairwise(t_s):
        widest = _LAST_GAP_S if after > end_s - _LAST_S else max(1.0, end_s / _GAPS)
        parts = int(np.ceil((after - before) / widest))
        if parts > 1:
            inserted.append(before + (after - before) * np.arange(1, parts) / parts)
    return np.concatenate(inserted) if inserted else np.empty(0)
