"""Goals: what a flight is to reach, where on its way, and how closely."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim import checks, constants
from lunarsim.arguments import checked
from lunarsim.equality import by_value
from lunarsim.errors import InputError, listed, nearest
from lunarsim.flight import EventKind, Flight
from lunarsim.mission import Scenario
from lunarsim.mission.clock import seconds_after
from lunarsim.orbits import EarthState, State, b_plane
from lunarsim.plan import Burn, Guided

END = "end"
_TURN_DEG = 360.0


class Measure(NamedTuple):
    """How a quantity of a state is measured, and how closely it is met unless a goal says otherwise."""

    of: Callable[[Any], float]  #: from a State, or from an EarthState
    unit: u.UnitBase
    tolerance: float
    turns: bool = False  #: an angle that is the same after a turn
    low: float = -np.inf  #: what no state can be below, in ``unit``
    high: float = np.inf
    about_earth: bool = False


def _of(name: str, unit: u.UnitBase) -> Callable[[State], float]:
    return lambda state: float(getattr(state, name).to_value(unit))


def _of_earth(name: str, unit: u.UnitBase) -> Callable[[EarthState], float]:
    return lambda state: float(getattr(state, name).to_value(unit))


def _of_elements(name: str) -> Callable[[State], float]:
    return lambda state: float(getattr(state.elements(), name).to_value(u.deg))


def _of_b_plane(name: str) -> Callable[[State], float]:
    return lambda state: float(getattr(b_plane(state), name).to_value(u.m))


_MPS = u.m / u.s
_M, _DEG = 0.1, 1e-6  # 1e-6 deg are 3 cm on the Moon
_CENTRE = -constants.MOON_RADIUS_M  # of the Moon, as an altitude
#: What a goal may be about, by name. The time of a moment is the one that is no function of the state there.
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "perilune": Measure(_of("perilune", u.m), u.m, _M, low=_CENTRE),
        "apolune": Measure(_of("apolune", u.m), u.m, _M, low=_CENTRE),
        "altitude": Measure(_of("altitude", u.m), u.m, _M, low=_CENTRE),
        "speed": Measure(_of("speed", _MPS), _MPS, 1e-4, low=0.0),
        "flight path angle": Measure(_of("flight_path_angle", u.deg), u.deg, _DEG, low=-90.0, high=90.0),
        "latitude": Measure(_of("latitude", u.deg), u.deg, _DEG, low=-90.0, high=90.0),
        "longitude": Measure(_of("longitude", u.deg), u.deg, _DEG, turns=True),
        "inclination": Measure(_of_elements("inclination"), u.deg, _DEG, low=0.0, high=180.0),
        "node longitude": Measure(_of_elements("node_longitude"), u.deg, _DEG, turns=True),
        "b dot t": Measure(_of_b_plane("b_dot_t"), u.m, _M),
        "b dot r": Measure(_of_b_plane("b_dot_r"), u.m, _M),
        "perigee": Measure(_of_earth("perigee", u.m), u.m, _M, low=-constants.WGS84_RADIUS_M, about_earth=True),
        "earth latitude": Measure(_of_earth("latitude", u.deg), u.deg, _DEG, low=-90.0, high=90.0, about_earth=True),
        "earth longitude": Measure(_of_earth("longitude", u.deg), u.deg, _DEG, turns=True, about_earth=True),
        "earth inclination": Measure(
            lambda state: float(state.elements().inclination.to_value(u.deg)),
            *(u.deg, _DEG),
            low=0.0,
            high=180.0,
            about_earth=True,
        ),
        "earth speed": Measure(_of_earth("speed", _MPS), _MPS, 1e-4, low=0.0, about_earth=True),
        "earth flight path angle": Measure(
            _of_earth("flight_path_angle", u.deg), u.deg, _DEG, low=-90.0, high=90.0, about_earth=True
        ),
    }
)
TIME = "time"


class Reachable(Protocol):
    """What a search needs of a goal: how far a flight is off it, in which unit, and how closely it is to be met."""

    @property
    def name(self) -> str:
        """What is to be reached, and where."""
        ...

    @property
    def value(self) -> u.Quantity | Time:
        """What it is to be."""
        ...

    @property
    def unit(self) -> u.UnitBase:
        """The unit in which misses are measured."""
        ...

    @property
    def tolerance_si(self) -> float:
        """How closely it is to be met, in :attr:`unit`."""
        ...

    def miss(self, flight: Flight) -> float:
        """Return by how much a flight is above it, in :attr:`unit`; NaN where the flight does not come to it."""
        ...


_TOLERANCE_S = 1e-3


@checked
@by_value
@dataclass(frozen=True, eq=False)
class Goal:
    """A value that a flight is to have at a moment.

    Parameters
    ----------
    quantity : str
        ``"perilune"``, ``"apolune"``, ``"inclination"``, ``"node longitude"`` (osculating, to the Moon's equator of
        date), ``"altitude"``, ``"latitude"``, ``"longitude"`` (selenographic), ``"speed"``, ``"flight path angle"``
        (inertial), ``"b dot t"``, ``"b dot r"`` (see :func:`lunarsim.orbits.b_plane`), or ``"time"``. As seen from the
        Earth (see :class:`lunarsim.EarthState`): ``"perigee"``, ``"earth inclination"`` (osculating, GCRS), ``"earth
        latitude"`` (geodetic), ``"earth longitude"``, ``"earth speed"``, ``"earth flight path angle"`` (inertial).
    value : Quantity or Time
        A Time for ``"time"``.
    at : str
        ``"end"``, of the flight; the name of a burn: just after its cut-off; or an event of the timeline, such as
        ``"perilune"`` or ``"impact"``: the first one after the last burn. Default the end.
    tolerance : Quantity, optional
        How closely; default 0.1 m, 0.1 mm/s, 1e-6 deg, 1 ms.

    Raises
    ------
    InputError
        If there is no such quantity, the value is not finite, of another dimension or one that no state can have (a
        latitude above 90 deg, a perilune below the Moon's centre), or a tolerance not above zero.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> print(ls.Goal("perilune", 18 * u.km, at="pre-landing burn"))
    perilune after pre-landing burn = 18 km
    """

    quantity: str
    value: u.Quantity | Time
    at: str = END
    tolerance: u.Quantity | None = None

    def __post_init__(self) -> None:
        known = {*MEASURES, TIME}
        if self.quantity not in known:
            raise InputError(f"quantity = {self.quantity!r}: no goal can be about it; {nearest(self.quantity, known)}")
        if self.quantity == TIME:
            checks.instant("value", self.value)
        else:
            self._check_value(MEASURES[self.quantity])
        if self.tolerance is not None:
            checks.quantity("tolerance", self.tolerance, self.unit, positive=True)

    def _check_value(self, measure: Measure) -> None:
        value = float(checks.quantity("value", self.value, measure.unit).value)
        if not measure.low <= value <= measure.high:
            least, most = (f"{bound:g} {measure.unit}" for bound in (measure.low, measure.high))
            expected = f"from {least} to {most}" if np.isfinite(measure.high) else f"{least} or more"
            raise InputError(f"value = {self.value}: no state has such a {self.quantity}; expected {expected}")

    @property
    def unit(self) -> u.UnitBase:
        """The unit in which misses are measured."""
        return u.s if self.quantity == TIME else MEASURES[self.quantity].unit

    @property
    def tolerance_si(self) -> float:
        """How closely it is to be met, in :attr:`unit`."""
        if self.tolerance is not None:
            return float(self.tolerance.to_value(self.unit))
        return _TOLERANCE_S if self.quantity == TIME else MEASURES[self.quantity].tolerance

    @property
    def name(self) -> str:
        """What is to be reached, and where."""
        when = {END: "at the end"}.get(self.at, f"at {self.at}" if self.at in _EVENTS else f"after {self.at}")
        return f"{self.quantity} {when}"

    def miss(self, flight: Flight) -> float:
        """Return by how much a flight is above the goal, in :attr:`unit`; an angle the shorter way round.

        NaN where the flight does not come to the moment, or has no such quantity there.
        """
        state = moment_of(flight, self.at)
        if state is None:
            return np.nan
        if self.quantity == TIME:
            return float(seconds_after(self.value, state.epoch))
        measure = MEASURES[self.quantity]
        try:
            seen = state.to_earth(flight.scenario.moon.ephemeris) if measure.about_earth else state
            above = measure.of(seen) - float(self.value.to_value(measure.unit))
        except InputError:  # a state without an orbital plane, or without an asymptote
            return np.nan
        if measure.turns:
            above = (above + 0.5 * _TURN_DEG) % _TURN_DEG - 0.5 * _TURN_DEG
        return above if np.isfinite(above) else np.nan

    def __str__(self) -> str:
        value = self.value.isot if isinstance(self.value, Time) else f"{self.value:g}"
        return f"{self.name} = {value}"


_EVENTS = {kind.value: kind for kind in EventKind if kind not in {EventKind.START, EventKind.END}}
_ENGINE_STARTS = {EventKind.IGNITION.value, EventKind.FIRST_THRUST.value}


def check_moment(goal: Goal, scenario: Scenario) -> None:
    """Refuse a goal at a moment that no flight of a scenario can have, or that may be either of two.

    Raises
    ------
    InputError
        If it names neither the end, nor a burn of the plan, nor an event that can come after the last burn; or a name
        that several burns have, or a burn and an event.
    """
    burns = [phase.name for phase in scenario.plan if isinstance(phase, Burn)]
    events = {*_EVENTS} if _is_guided_last(scenario) else {*_EVENTS} - _ENGINE_STARTS
    if goal.at in _ENGINE_STARTS - events - {*burns}:
        raise InputError(
            f"at = {goal.at!r}: an event is looked for after the last burn, and there no engine starts; give the name "
            f"of a burn for the moment after its cut-off ({listed(burns) if burns else 'the plan has none'})"
        )
    if goal.at not in {END, *burns, *events}:
        raise InputError(
            f"at = {goal.at!r}: expected 'end', a burn of the plan ({listed(burns) if burns else 'it has none'}) or an "
            f"event after it; {nearest(goal.at, {END, *burns, *events})}"
        )
    if goal.at in burns and goal.at in {END, *_EVENTS}:
        raise InputError(
            f"at = {goal.at!r}: a burn of the plan has that name, which is also "
            f"{'that of the end of the flight' if goal.at == END else 'that of an event'}; give the burn another"
        )
    if burns.count(goal.at) > 1:
        raise InputError(f"at = {goal.at!r}: {burns.count(goal.at)} burns have that name; give each its own")


def _is_guided_last(scenario: Scenario) -> bool:
    """Return whether guidance can start the engine after the last burn."""
    kinds = [type(phase) for phase in scenario.plan if isinstance(phase, Burn | Guided)]
    return bool(kinds) and issubclass(kinds[-1], Guided)


def moment_of(flight: Flight, at: str) -> State | None:
    """Return the state at a moment of a flight; None where the flight does not come to it."""
    if at == END:
        return flight.outcome.state
    for burn in flight.burns:
        if burn.name == at:
            return burn.after
    after = flight.burns[-1].after.epoch if flight.burns else flight.start
    for event in flight.timeline:
        if event.kind is _EVENTS.get(at) and event.moment.time >= after:
            return flight.at(event.moment.time)
    return None
