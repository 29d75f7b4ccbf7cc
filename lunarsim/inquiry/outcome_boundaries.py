"""Where the outcome of a flight changes: bisected over one number, mapped over two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.campaign.inputs.paths import Path
from lunarsim.campaign.outcome import OUTCOMES
from lunarsim.checks import number, quantity
from lunarsim.errors import InputError
from lunarsim.inquiry.varied_flights import Flown, Flyer, flown_on, flyer_of, sound_flights, varied_path_of
from lunarsim.kernels import codes
from lunarsim.mission import Scenario

_MPS = u.m / u.s
_MOST_POINTS = 1_000_000
_SMALLEST_MPS = 1e-6  # what the integration of two flights may leave between their delta-v, and no shortfall
_FINEST = 1e-5  # of the range, within which a boundary is found unless asked otherwise


class Boundary(NamedTuple):
    """Where the outcome changes along one number: between two values that are no farther apart than was asked."""

    low: u.Quantity
    high: u.Quantity
    below: str  #: the outcome at ``low``
    above: str  #: the outcome at ``high``

    def __str__(self) -> str:
        return f"{self.below} up to {self.low:.6g}, {self.above} from {self.high:.6g} on"

    @property
    def middle(self) -> u.Quantity:
        """The value half-way between."""
        return 0.5 * (self.low + self.high)


@dataclass(frozen=True, kw_only=True, eq=False)
class Survivability:
    """How a flight ends over one number.

    Attributes
    ----------
    scenario : Scenario
        What was flown, on for the orbits that were asked for.
    path : str
        The number that was varied.
    values : Quantity, shape (n,)
        The grid, in the unit of the lower end.
    outcomes : tuple of str
        How the flight ends at each value.
    survives : ndarray of bool, shape (n,)
        Whether the craft lands safely, where the plan has guided phases; else whether it does not meet the ground.
    boundaries : tuple of Boundary
        Where the outcome changes, in order: those between two neighbours of the grid that end differently.
    nominal_outcomes : tuple of str
        How the mission ends at each value without its faults.
    nominal_shortfall : Quantity, shape (n,)
        The cost to the mission without faults: by how much less delta-v its burns and guided phases give at each value
        than at the scenario's own value. Zero where the number does not touch it; negative where they give more.
    failures : tuple of str
        Why flights of the grid that are told as *failed* could not be flown, each reason once.
    """

    scenario: Scenario
    path: str
    values: u.Quantity
    outcomes: tuple[str, ...]
    survives: NDArray[np.bool_]
    boundaries: tuple[Boundary, ...]
    nominal_outcomes: tuple[str, ...]
    nominal_shortfall: u.Quantity
    failures: tuple[str, ...] = ()

    def survives_of(self, outcome: str) -> bool:
        """Return whether the craft survives an outcome."""
        return outcome in surviving(self.scenario)

    def __str__(self) -> str:
        found = [f"  {each}" for each in self.boundaries] or [f"  {self.outcomes[0]} throughout"]
        found += [f"  failed: {each}" for each in self.failures]
        return "\n".join([f"{self.scenario.name} over {self.path}, {self.values[0]:g} to {self.values[-1]:g}:", *found])


@dataclass(frozen=True, kw_only=True, eq=False)
class SurvivabilityMap:
    """How a flight ends over two numbers.

    Attributes
    ----------
    scenario : Scenario
        What was flown, on for the orbits that were asked for.
    paths : tuple of two str
        The numbers that were varied.
    values : tuple of two Quantity, shapes (n,) and (m,)
        The grid.
    outcomes : ndarray of str, shape (n, m)
        How the flight ends.
    survives : ndarray of bool, shape (n, m)
        As of :class:`Survivability`.
    nominal_shortfall : Quantity, shape (n,)
        What the first number costs the mission without faults, the second as the scenario has it; as of
        :class:`Survivability`.
    failures : tuple of str
        As of :class:`Survivability`.
    """

    scenario: Scenario
    paths: tuple[str, str]
    values: tuple[u.Quantity, u.Quantity]
    outcomes: NDArray[np.str_]
    survives: NDArray[np.bool_]
    nominal_shortfall: u.Quantity
    failures: tuple[str, ...] = ()


def survivability(
    scenario: Scenario,
    path: str,
    low: u.Quantity | float,
    high: u.Quantity | float,
    *,
    points: int = 33,
    tolerance: u.Quantity | float | None = None,
    orbits: float = 1.0,
) -> Survivability:
    """Return how a flight ends over one number, and where that changes.

    Parameters
    ----------
    scenario : Scenario
        What is flown, its faults included.
    path : str
        A number as :func:`lunarsim.with_values` takes it, such as ``"plan.0.timer"``; offsets are offsets. Those that a
        campaign may disperse are flown by the compiled driver, many in a second; others, such as
        ``"faults.accelerometer off.end"``, one by one.
    low, high : Quantity or float
        Between which values it is varied.
    points : int
        Of the first grid, 2 to a million: each change between two neighbours is bisected. What changes and changes back
        between two neighbours is not seen.
    tolerance : Quantity or float, optional
        How closely boundaries are found; default: 1e-5 of the range.
    orbits : float
        How long a flight without guided phases goes on after its last burn, in periods of the orbit at its start.

    Raises
    ------
    InputError
        If there is no such path, it is that of a switch, a seed or a whole number, a fault of the scenario sets the
        number, or a value is not possible.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> found = ls.survivability(ls.load_scenario("luna25"), "plan.0.timer", 84 * u.s, 130 * u.s)
    >>> print(found.boundaries[0])
    in orbit up to 106.107 s, still aloft from 106.108 s on
    """
    known = varied_path_of(scenario, path)
    first, last = _given(known, "low", low), _given(known, "high", high)
    if not last > first:
        raise InputError(f"high = {high}: expected more than low = {low}")
    _check_points("points", points)
    closest = (last - first) * _FINEST if tolerance is None else _amount(known, "tolerance", tolerance)
    if not closest > 0.0:
        raise InputError(f"tolerance = {tolerance}: expected more than zero")
    case = flown_on(scenario, orbits)
    flyer = flyer_of(case, (path,))
    values = np.linspace(first, last, points)
    flights = flyer.fly(values)
    outcomes = flights.outcomes
    sound, planned_mps = sound_flights(case, path, values)
    unit = _unit(known, low)
    return Survivability(
        scenario=case,
        path=path,
        values=(values * known.unit).to(unit),
        outcomes=_in_words(outcomes),
        survives=_survives(case, outcomes),
        boundaries=tuple(
            Boundary(each.low.to(unit), each.high.to(unit), each.below, each.above)
            for each in _boundaries(flyer, values, outcomes, closest, known)
        ),
        nominal_outcomes=_in_words(sound.outcomes),
        nominal_shortfall=_shortfall(sound, planned_mps),
        failures=flights.failures,
    )


def survivability_map(
    scenario: Scenario, values: Mapping[str, u.Quantity | NDArray[np.float64]], *, orbits: float = 1.0
) -> SurvivabilityMap:
    """Return how a flight ends over two numbers.

    Parameters
    ----------
    scenario : Scenario
        What is flown, its faults included.
    values : mapping of str to Quantity or array
        Two paths, as of :func:`survivability`, and the values of each, two or more in increasing order.
    orbits : float
        How long a flight without guided phases goes on after its last burn, in periods of the orbit at its start.

    Raises
    ------
    InputError
        If there are not two such paths, a fault of the scenario sets one of the numbers, or a value is not possible.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> sound = ls.load_scenario("luna25").without_faults()
    >>> values = {"plan.0.timer": [90, 127] * u.s, "craft.accelerometer.scale_factor": [0.0, 1.0] * u.one}
    >>> ls.survivability_map(sound, values).survives.tolist()
    [[True, True], [False, True]]
    """
    if len(values) != 2:
        raise InputError(f"values has {len(values)} paths: expected two, each with its values")
    case = flown_on(scenario, orbits)
    names = list(values)
    known = [varied_path_of(case, name) for name in names]
    axes = [_axis(path, values[path.name]) for path in known]
    _check_points("values", axes[0].size * axes[1].size)
    grid = [each.ravel() for each in np.meshgrid(*axes, indexing="ij")]
    flights = flyer_of(case, tuple(names)).fly(*grid)
    outcomes = flights.outcomes
    sound, planned_mps = sound_flights(case, names[0], axes[0])
    shape = (axes[0].size, axes[1].size)
    return SurvivabilityMap(
        scenario=case,
        paths=(names[0], names[1]),
        values=(
            (axes[0] * known[0].unit).to(_unit(known[0], values[names[0]])),
            (axes[1] * known[1].unit).to(_unit(known[1], values[names[1]])),
        ),
        outcomes=np.array(_in_words(outcomes)).reshape(shape),
        survives=_survives(case, outcomes).reshape(shape),
        nominal_shortfall=_shortfall(sound, planned_mps),
        failures=flights.failures,
    )


def _unit(path: Path, given: object) -> u.UnitBase:
    """Return the unit in which a number is told: that in which it was asked."""
    return given.unit if isinstance(given, u.Quantity) else path.unit


def _shortfall(sound: Flown, planned_mps: float) -> u.Quantity:
    missing = planned_mps - sound.delta_v_mps
    return np.where(np.abs(missing) < _SMALLEST_MPS, 0.0, missing) * _MPS


def _boundaries(
    flyer: Flyer, values: NDArray[np.float64], outcomes: NDArray[np.int64], closest: float, path: Path
) -> tuple[Boundary, ...]:
    """Bisect all changes between neighbours at once; an outcome that shows up between two others makes two changes."""
    at = np.flatnonzero(outcomes[1:] != outcomes[:-1])
    low, high, below, above = values[at], values[at + 1], outcomes[at], outcomes[at + 1]
    while low.size and np.max(high - low) > closest and low.size <= _MOST_POINTS:
        middle = 0.5 * (low + high)
        if not np.any((low < middle) & (middle < high)):  # neighbours among the numbers that there are
            break
        there = flyer.fly(middle).outcomes
        ends = np.concatenate([low, middle]), np.concatenate([middle, high])
        kinds = np.concatenate([below, there]), np.concatenate([there, above])
        changes = np.flatnonzero(kinds[0] != kinds[1])
        order = changes[np.argsort(ends[0][changes])]
        low, high, below, above = ends[0][order], ends[1][order], kinds[0][order], kinds[1][order]
    pairs = zip(low, high, _in_words(below), _in_words(above), strict=True)
    return tuple(Boundary(a * path.unit, b * path.unit, words, others) for a, b, words, others in pairs)


def surviving(scenario: Scenario) -> tuple[str, ...]:
    """Return the outcomes that a craft survives: on safe ground, if its plan has guided phases, else off the ground."""
    safe = (codes.LANDED,) if scenario.guided else (codes.IN_ORBIT, codes.ESCAPE, codes.ALOFT)
    return tuple(OUTCOMES[code] for code in safe)


def _survives(scenario: Scenario, outcomes: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.isin(_in_words(outcomes), surviving(scenario))


def _in_words(outcomes: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(OUTCOMES[int(code)] for code in outcomes)


def _given(path: Path, name: str, value: u.Quantity | float) -> float:
    """Return a value in the unit of its path, which the component would take."""
    plain = _amount(path, name, value)
    path.check(plain)
    return plain


def _amount(path: Path, name: str, value: u.Quantity | float) -> float:
    if path.unit == u.one:
        bare = value.to_value(u.one) if isinstance(value, u.Quantity) and value.unit.is_equivalent(u.one) else value
        return number(name, np.asarray(bare)[()] if isinstance(bare, np.ndarray) else bare)
    return float(quantity(name, value, path.unit).value)


def _axis(path: Path, values: u.Quantity | NDArray[np.float64]) -> NDArray[np.float64]:
    given = u.Quantity(values) if path.unit == u.one else values
    axis = np.asarray(quantity(path.name, given, path.unit, shape=None).value, dtype=float)
    if axis.ndim != 1 or axis.size < 2 or not np.all(np.diff(axis) > 0.0):
        raise InputError(f"{path.name} = {values}: expected two values or more, in increasing order")
    for value in (axis[0], axis[-1]):
        path.check(value)
    return axis


def _check_points(name: str, points: object) -> None:
    if isinstance(points, bool) or not isinstance(points, int | np.integer) or not 2 <= points <= _MOST_POINTS:
        raise InputError(f"{name}: {points!r} points: expected a whole number from 2 to {_MOST_POINTS}")
