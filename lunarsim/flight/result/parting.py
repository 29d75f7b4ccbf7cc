"""When what the computer has and what is true part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.equality import by_value
from lunarsim.flight.events.timeline import BurnRecord
from lunarsim.flight.result.navigation import NavigationHistory
from lunarsim.flight.result.parts import FlightParts
from lunarsim.flight.result.path import Path
from lunarsim.kernels.forces import motion
from lunarsim.mission.clock import seconds_after, time_after

_MPS = u.m / u.s

#: Of a burn: a good accelerometer is off by less at the end of one of 20 m/s.
DELTA_V = 0.1 * _MPS
#: Of an estimate that knows no uncertainty of its own.
POSITION, VELOCITY = 100.0 * u.m, 1.0 * _MPS
#: Normalised error squared, which a filter that knows its errors exceeds once in a million (chi-square, six degrees).
NEES = 38.258
#: Of an axis from where guidance has it point: that much costs 1.5 % of the thrust.
AXIS = 10.0 * u.deg
#: Of the thrust from what guidance asks for, as a share of the engines' full one.
THRUST = 0.02

_ROUNDING_S = 1e-6
_HALVINGS = 40


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Parting:
    """The moment from which on two lanes of a flight are no longer one.

    Attributes
    ----------
    time : Time
        When they part.
    elapsed : Quantity
        After the start of the flight.
    quantity : str
        ``"delta-v"``, ``"position"``, ``"velocity"``, ``"thrust"`` or ``"thrust axis"``.
    lane : str
        ``"measured"``, ``"estimated"`` or ``"commanded"``, which parts from what is true.
    apart : Quantity
        How far they are apart then.
    sigma : Quantity, optional
        What the filter took for the standard deviation of that.
    where : str
        The burn or the phase.
    """

    time: Time
    elapsed: u.Quantity
    quantity: str
    lane: str
    apart: u.Quantity
    sigma: u.Quantity | None
    where: str

    def __str__(self) -> str:
        clock = self.time.utc.strftime("%H:%M:%S")
        words = (
            f"{self.lane} and true {self.quantity} part at {clock} UTC, {self.elapsed.to_value(u.s):.1f} s after the "
            f"start, in '{self.where}': {_words(self.apart)} apart"
        )
        return words if self.sigma is None else f"{words}, where the filter takes {_words(self.sigma)} for its sigma"


def _words(quantity: u.Quantity) -> str:
    value, unit = float(quantity.value), quantity.unit.to_string().replace(" ", "")
    return f"{value:.0f} {unit}" if value >= 100.0 else f"{value:.3g} {unit}"


def partings(flight: FlightParts) -> tuple[Parting, ...]:
    """Return where the lanes of a flight part, in the order of time: of each burn, and of the navigation."""
    found = [*_of_burns(flight), *_of_navigation(flight), *_of_commands(flight)]
    return tuple(sorted(found, key=lambda each: float(each.elapsed.value)))


def _made(flight: FlightParts, t_s: float, **values: object) -> Parting:
    time = time_after(flight.scenario.state.epoch, t_s)
    return Parting(time=time, elapsed=t_s * u.s, **{"sigma": None, **values})  # type: ignore[arg-type]


def _of_burns(flight: FlightParts) -> Iterator[Parting]:
    """Yield where the sensed delta-v of a burn parts from the true one."""
    limit = float(DELTA_V.value)
    for record in flight.burns:
        begins, paths = None, _paths_of(record, flight)
        for path in paths:
            _, samples = path.at_parts(np.array([0.0, 1.0]))
            begins = _gap(samples[0, 0]) if begins is None else begins
            off = np.abs(_gap(samples) - begins)
            far = np.flatnonzero(off[:, 1] > limit)
            if off[0, 0] > limit or far.size:
                k = 0 if off[0, 0] > limit else int(far[0])
                t_s = path.ends_s[0] if off[0, 0] > limit else _crossing(path, k, begins, limit)
                apart = abs(float(_gap(path(t_s)) - begins))
                yield _made(flight, t_s, quantity="delta-v", lane="measured", apart=apart * _MPS, where=record.name)
                break


def _paths_of(record: BurnRecord, flight: FlightParts) -> list[Path]:
    begins_s = float(seconds_after(flight.scenario.state.epoch, record.ignition))
    ends_s = begins_s + float(record.duration.to_value(u.s))
    segments = [phase.segment for phase in flight.trajectory.phases if phase.name == record.name]
    return [
        segment.path
        for segment in segments
        if begins_s - _ROUNDING_S <= segment.start_s and segment.end_s <= ends_s + _ROUNDING_S
    ]


def _gap(y: NDArray[np.float64]) -> NDArray[np.float64]:
    gap: NDArray[np.float64] = y[..., motion.DV_SENSED] - y[..., motion.DV_TRUE]
    return gap


def _crossing(path: Path, k: int, begins: NDArray[np.float64], limit: float) -> float:
    """Return when a gap passes a limit within the k-th step, by bisection."""
    low, high = float(path.ends_s[k]), float(path.ends_s[k + 1])
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if abs(float(_gap(path(middle)) - begins)) > limit else (middle, high)
    return high


def _of_navigation(flight: FlightParts) -> Iterator[Parting]:
    """Yield where the estimate parts from the truth: by its own uncertainty, or else by what is off."""
    if flight.navigation is not None:
        errors = flight.navigation.estimated_state - flight.navigation.true_state
        t_s, nees = flight.navigation.elapsed_s, flight.navigation.normalised_errors
    else:
        known = [phase for phase in flight.trajectory.phases if phase.navigation_error is not None]
        errors = np.array([phase.navigation_error for phase in known], dtype=float).reshape(-1, 6)
        t_s, nees = np.array([phase.segment.start_s for phase in known]), np.full(len(known), np.nan)
    lengths = np.linalg.norm(errors.reshape(-1, 2, 3), axis=2)
    over = lengths / (float(POSITION.value), float(VELOCITY.value))
    is_apart = np.where(np.isfinite(nees), nees > NEES, np.any(over > 1.0, axis=1))
    if not is_apart.any():
        return
    k = int(np.argmax(is_apart))
    sigmas = None if flight.navigation is None or not np.isfinite(nees[k]) else _sigmas(flight.navigation, k)
    which = int(np.argmax(over[k] if sigmas is None else lengths[k] / sigmas))
    unit = (u.m, _MPS)[which]
    yield _made(
        flight,
        float(t_s[k]),
        quantity=("position", "velocity")[which],
        lane="estimated",
        apart=lengths[k, which] * unit,
        sigma=None if sigmas is None else sigmas[which] * unit,
        where=flight.trajectory.phase_at(float(t_s[k])).name,
    )


def _of_commands(flight: FlightParts) -> Iterator[Parting]:
    """Yield where thrust and its axis first part from what guidance asks for."""
    craft = flight.scenario.craft
    phases = [p for p in flight.trajectory.phases if p.commanded_n is not None and p.thrust_rate_n_s == 0.0]
    if craft is None or not phases:
        return
    wanted = np.array([phase.commanded_n for phase in phases])
    sizes, given = np.linalg.norm(wanted, axis=1), np.array([phase.thrust_n for phase in phases])
    axes = np.array([np.full(3, np.nan) if phase.direction is None else phase.direction for phase in phases])
    sines, cosines = np.linalg.norm(np.cross(axes, wanted), axis=1), np.sum(axes * wanted, axis=1)
    off_deg = np.where((sizes > 0.0) & (given > 0.0), np.degrees(np.arctan2(sines, cosines)), 0.0)
    full_n = max(float(each.total_thrust.to_value(u.N)) for each in (craft.engine, *craft.other_engines.values()))
    for quantity, apart, limit, unit in (
        ("thrust", np.abs(given - sizes), THRUST * full_n, u.N),
        ("thrust axis", off_deg, float(AXIS.value), u.deg),
    ):
        far = np.flatnonzero(apart > limit)
        if far.size:
            phase = phases[far[0]]
            off = float(apart[far[0]]) * unit
            yield _made(flight, phase.segment.start_s, quantity=quantity, lane="commanded", apart=off, where=phase.name)


def _sigmas(navigation: NavigationHistory, k: int) -> NDArray[np.float64]:
    return np.array([navigation.position_sigma[k].to_value(u.m), navigation.velocity_sigma[k].to_value(_MPS)])
