"""The events of a flight, in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

from astropy import units as u
from astropy.time import Time

from lunarsim import checks
from lunarsim.equality import by_value
from lunarsim.flight.events.moment import Moment, NavigationEstimate, Truth
from lunarsim.kernels import codes
from lunarsim.mission.over_ground import ground_velocity
from lunarsim.orbits import State

_MPS = u.m / u.s
_SPENT = {"delta_v": _MPS, "propellant": u.kg}


class EventKind(Enum):
    """What can happen on a flight.

    Examples
    --------
    >>> import lunarsim as ls
    >>> flight = ls.simulate(ls.load_scenario("luna25"))
    >>> [event.name for event in flight.timeline if event.kind is ls.EventKind.CUTOFF]
    ['cut-off (timer)']
    """

    START = "start"
    IGNITION = "ignition"
    FIRST_THRUST = "first thrust"
    CUTOFF = "cut-off"
    CUTOFF_IGNORED = "cut-off not obeyed"
    THRUST_GONE = "thrust gone"
    PHASE = "phase"
    FAULT = "fault"
    COMMAND = "command"
    COMMAND_DISPLACED = "command displaced"
    COMMAND_LOST = "command lost"
    COMMAND_MOVED = "command at another time"
    MONITOR = "monitor"
    GLIDE_SLOPE = "below the glide slope"
    OUT_OF_VIEW = "site out of view"
    DIVERT = "divert"
    NO_PROPELLANT = "no propellant for what guidance wants"
    GUIDANCE_LOST = "no command from guidance"
    ALTIMETER_ACQUIRED = "altimeter acquired"
    ALTIMETER_LOST = "altimeter lost"
    ALTIMETER_REJECTED = "altimeter rejected"
    ALTIMETER_ACCEPTED = "altimeter accepted again"
    ALTIMETER_IGNORED = "altimeter ignored"
    VELOCIMETER_ACQUIRED = "velocimeter acquired"
    VELOCIMETER_LOST = "velocimeter lost"
    VELOCIMETER_REJECTED = "velocimeter rejected"
    VELOCIMETER_ACCEPTED = "velocimeter accepted again"
    VELOCIMETER_IGNORED = "velocimeter ignored"
    FILTER_REINITIALISED = "filter reinitialised"
    PERILUNE = "perilune"
    APOLUNE = "apolune"
    PERIGEE = "perigee"
    APOGEE = "apogee"
    ENTRY = "entry interface"
    SPHERE_ENTERED = "sphere of influence entered"
    SPHERE_LEFT = "sphere of influence left"
    ASCENDING_NODE = "ascending node"
    DESCENDING_NODE = "descending node"
    PENUMBRA_ENTRY = "penumbra entry"
    PENUMBRA_EXIT = "penumbra exit"
    UMBRA_ENTRY = "umbra entry"
    UMBRA_EXIT = "umbra exit"
    RISE = "rise"
    SET = "set"
    ASCENDING = "ascending"
    DESCENDING = "descending"
    NORTHBOUND = "northbound"
    SOUTHBOUND = "southbound"
    EASTBOUND = "eastbound"
    WESTBOUND = "westbound"
    RISING = "rising"
    FALLING = "falling"
    IMPACT = "impact"
    TOUCHDOWN = "touchdown"
    END = "end"


class Cutoff(Enum):
    """Why a burn ended.

    Examples
    --------
    >>> import lunarsim as ls
    >>> flight = ls.simulate(ls.load_scenario("luna25"))
    >>> flight.burns[0].cutoff is ls.Cutoff.TIMER
    True
    """

    SENSED_DELTA_V = "sensed delta-v"
    TIMER = "timer"
    PROPELLANT = "propellant"
    IMPACT = "impact"
    ZERO_SPEED = "speed reached zero"
    MONITOR = "monitor"


LIMIT_OF_TIME = "limit of time"  #: how a guided phase ended that met none of its exits

#: Why a burn ended, by the code of the kernels.
CUTOFFS = {
    codes.SENSED_DELTA_V: Cutoff.SENSED_DELTA_V,
    codes.TIMER_RAN_OUT: Cutoff.TIMER,
    codes.PROPELLANT_OUT: Cutoff.PROPELLANT,
    codes.BURN_MET_GROUND: Cutoff.IMPACT,
    codes.ZERO_SPEED: Cutoff.ZERO_SPEED,
    codes.MONITOR_CALLED: Cutoff.MONITOR,
}


class _WhenAskedFor:
    """A field that may hold what makes it: a month in orbit has a thousand events, and few of them are read."""

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, _owner: type) -> Any:
        if instance is None:
            raise AttributeError(self._name)  # so dataclasses know that there is no default
        held = vars(instance)[self._name]
        if isinstance(held, partial):
            held = vars(instance)[self._name] = held()
        return held

    def __set__(self, instance: Any, value: Any) -> None:
        vars(instance)[self._name] = value


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Event:
    """Something that happened, with truth and belief at that moment.

    Examples
    --------
    >>> import lunarsim as ls
    >>> flight = ls.simulate(ls.load_scenario("luna25"))
    >>> for event in flight.timeline[:3]:
    ...     print(event.name, event.true.state.altitude.round(1))
    start 97956.5 m
    ignition (pre-landing burn) 97956.5 m
    cut-off (timer) 99143.9 m
    """

    kind: EventKind
    detail: str  #: the burn's name, the reason of a cut-off
    moment: Moment = _WhenAskedFor()  # type: ignore[assignment]

    @classmethod
    def logged(cls, kind: EventKind, detail: str, moment: partial[Moment]) -> Event:
        """Return an event whose moment is made when it is first asked for."""
        event = object.__new__(cls)
        vars(event).update(kind=kind, detail=detail, moment=moment)
        return event

    @property
    def time(self) -> Time:
        """When it happened."""
        return self.moment.time

    @property
    def true(self) -> Truth:
        """What was the case."""
        return self.moment.true

    @property
    def estimated(self) -> NavigationEstimate:
        """What the computer held to be the case."""
        return self.moment.estimated

    @property
    def name(self) -> str:
        """Kind and detail in words."""
        return f"{self.kind.value} ({self.detail})" if self.detail else self.kind.value

    def __str__(self) -> str:
        return f"{self.name}: {self.moment}"


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class BurnRecord:
    """How a burn went."""

    name: str  #: as the plan calls it
    ignition: Time  #: when the engine was commanded to start
    duration: u.Quantity  #: from then to the cut-off
    cutoff: Cutoff  #: which of the ways to end came first
    delta_v: u.Quantity  #: true, of this burn, with what the engine gave after the cut-off
    delta_v_sensed: u.Quantity  #: as the accelerometer's readings add up, of this burn
    target_delta_v: u.Quantity  #: at which the computer was to cut off, as sensed
    propellant: u.Quantity  #: used
    before: State  #: at ignition
    after: State  #: at cut-off, or when the thrust was gone

    def __post_init__(self) -> None:
        _check_record(self, {"duration": u.s, **_SPENT, "delta_v_sensed": _MPS, "target_delta_v": _MPS})
        checks.instant("ignition", self.ignition)


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class PhaseRecord:
    """How a guided phase went."""

    name: str  #: as the plan calls it
    law: str  #: of guidance
    start: Time
    end: Time
    ended_by: str  #: the exit that was met, "limit of time" and the exits never met, "touchdown" or "impact"
    delta_v: u.Quantity  #: true, of this phase
    propellant: u.Quantity  #: used
    before: State  #: at its start
    after: State  #: at its end
    site_elevation: u.Quantity  #: of the ground at the landing site, above the 1737.4 km sphere
    cycles: int = 0  #: of the computer
    cycles_below_glide_slope: int = 0  #: those at which the craft truly was below the glide slope
    cycles_out_of_view: int = 0  #: those whose attitude truly had the site out of view
    cycles_without_command: int = 0  #: those at which the law gave no command that is a number

    def __post_init__(self) -> None:
        _check_record(self, {**_SPENT, "site_elevation": u.m})
        for name in ("start", "end"):
            checks.instant(name, getattr(self, name))

    @property
    def duration(self) -> u.Quantity:
        """From its start to its end."""
        return (self.end - self.start).to(u.s)

    @property
    def velocity_after(self) -> tuple[u.Quantity, u.Quantity]:
        """Velocity over the turning ground at its end: upwards, and along the horizontal."""
        return ground_velocity(self.after)

    @property
    def height_after(self) -> u.Quantity:
        """Height above the ground of the landing site at its end."""
        return self.after.altitude - self.site_elevation


def _check_record(record: BurnRecord | PhaseRecord, units: dict[str, u.UnitBase]) -> None:
    """Refuse numbers of other dimensions, or states at many times."""
    for name, unit in units.items():
        checks.quantity(name, getattr(record, name), unit)
    for name in ("before", "after"):
        checks.instant(f"the epoch of {name}", getattr(record, name).epoch)
