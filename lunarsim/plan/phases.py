"""Phases of a plan: coasts and burns, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from astropy import units as u
from astropy.time import Time

from lunarsim import checks, declarations
from lunarsim.declarations import DESCENT_S, FAST_MPS, LONG_S, QUICK_DEG_S, REQUIRED, number
from lunarsim.errors import InputError
from lunarsim.kernels.driver.guided import MOST_CYCLES, SHORTEST_CYCLE_S
from lunarsim.plan.divert import Divert, HazardScan
from lunarsim.plan.exits import Exit
from lunarsim.plan.laws import LAWS, GuidanceLaw, has_time_to_go
from lunarsim.plan.steering import AgainstVelocity, Steering, check_steering

MOST_EXITS = 4
_SHORTEST_S = 1e-6  # of a phase


@dataclass(frozen=True, kw_only=True)
class Coast:
    """Flight without thrust for a duration."""

    duration: u.Quantity = number(
        REQUIRED, u.s, low=_SHORTEST_S, high=LONG_S, text="How long the craft coasts.", dispersible=True
    )
    name: str = "coast"

    def __post_init__(self) -> None:
        declarations.check(self)


@dataclass(frozen=True, kw_only=True)
class Burn:
    """A burn as the flight computer is told to fly it.

    It ends with whatever comes first: the accelerometer's integrated reading reaches
    ``target_delta_v``, the ``timer`` runs out, or the propellant does. A burn along or against the velocity ends too
    when the speed reaches zero, where it has no direction; from rest it does not begin.

    Parameters
    ----------
    ignition : Time
        Start of the burn; the craft coasts until then.
    target_delta_v : Quantity
        Delta-v at which the computer cuts off, as sensed by the accelerometer.
    timer : Quantity
        Longest duration that the computer allows.
    steering : Steering
        Default: against the velocity.
    throttle : float
        Share of the engine's full thrust, above 0 to 1, at which the engine can run; default 1.
    pitch_error, yaw_error : Quantity
        Angles by which the thrust is off the direction of the steering law; default 0. Pitch is right-handed about
        the orbit's normal r x v: a thrust against the velocity is turned towards the zenith, one along it towards
        the nadir. Yaw turns it towards that normal.
    name : str
        For the timeline.

    Raises
    ------
    InputError
        If a value is out of its bounds: the target from 1e-9 m/s to 100 km/s, the timer from 1e-6 s to 200 years, the
        throttle above 0 to 1, errors up to a turn.
    """

    ignition: Time
    target_delta_v: u.Quantity = number(
        REQUIRED, u.m / u.s, low=1e-9, high=FAST_MPS, text="At which the computer cuts off.", dispersible=True
    )
    timer: u.Quantity = number(
        REQUIRED, u.s, low=_SHORTEST_S, high=LONG_S, text="Longest duration of the burn.", dispersible=True
    )
    steering: Steering = field(default_factory=AgainstVelocity)
    throttle: float = number(1.0, u.one, above=0.0, high=1.0, text="Share of full thrust.", dispersible=True)
    pitch_error: u.Quantity = number(
        0.0, u.deg, low=-360.0, high=360.0, text="Of the thrust, about the orbit's normal.", dispersible=True
    )
    yaw_error: u.Quantity = number(
        0.0, u.deg, low=-360.0, high=360.0, text="Of the thrust, towards the orbit's normal.", dispersible=True
    )
    name: str = "burn"

    def __post_init__(self) -> None:
        checks.instant("ignition", self.ignition)
        declarations.check(self)
        check_steering(self.steering)


@dataclass(frozen=True, kw_only=True)
class Guided:
    """A phase in which the computer looks at each cycle where it believes to be, and commands thrust.

    It ends with whatever comes first: an exit is met, as the computer believes, or the ``longest`` time is over.

    Parameters
    ----------
    name : str
        For the timeline, such as ``"braking"``.
    law : GuidanceLaw
        What commands the thrust, such as :class:`QuadraticGuidance`.
    exits : sequence of Exit
        Conditions that end the phase, up to four; the first in the list counts where several are met.
    longest : Quantity
        Time after which the phase ends in any case, so that a phase whose exits are never met ends too.
    cycle : Quantity
        Time between looks; the command is held in between. Default 1 s.
    turn_rate : Quantity, optional
        Limit of the attitude's rate in this phase, if below the craft's own.
    largest_tilt : Quantity
        Of the thrust axis from the vertical; default 180 deg, no limit.
    throttle : tuple of two floats
        Least and greatest throttle in this phase, within those of the engine; default 0 to 1.
    glide_slope : Quantity
        Angle above the horizontal, seen from the site, under which the craft should not come; default: none. It
        is watched, not enforced: the flight's timeline says where it is left.
    view_of_site : tuple of two Quantities
        Least and greatest angle from the craft's underside (against its thrust axis) at which the site is in view of
        a camera or a window; default: no limit. The thrust axis is turned no farther than keeps it there, as far as
        ``largest_tilt`` and the attitude's rate allow; the timeline says where it is out of view.
    divert : Divert
        By how much the aim moves when the phase begins, for this phase and all that follow; default: it does not.
    hazard_scan : HazardScan
        How the ground is scanned when the phase begins, to aim at a safe place; default: not at all.

    Raises
    ------
    InputError
        If a value is out of its range, the law is none or aims below the ground, there are more than four exits, one
        is on the time to go of a law that has none, or both a divert and a hazard scan are given.
    """

    name: str
    law: GuidanceLaw
    exits: tuple[Exit, ...] = ()
    longest: u.Quantity = number(
        REQUIRED, u.s, low=_SHORTEST_S, high=DESCENT_S, text="Time after which the phase ends in any case."
    )
    cycle: u.Quantity = number(  # a landing is a million looks with the shortest, one with the longest
        1.0, u.s, low=SHORTEST_CYCLE_S, high=1e4, text="Time between looks.", dispersible=True
    )
    turn_rate: u.Quantity | None = number(
        None, u.deg / u.s, low=1e-6, high=QUICK_DEG_S, text="Limit of the attitude's rate."
    )
    largest_tilt: u.Quantity = number(180.0, u.deg, low=0.0, high=180.0, text="Of the thrust axis from the vertical.")
    throttle: tuple[float, float] = (0.0, 1.0)
    glide_slope: u.Quantity | None = number(
        None, u.deg, low=0.0, below=90.0, text="Above the horizontal, seen from the site."
    )
    view_of_site: tuple[u.Quantity, u.Quantity] | None = None
    divert: Divert | None = None
    hazard_scan: HazardScan | None = None

    def __post_init__(self) -> None:
        if isinstance(self.exits, Exit) or not isinstance(self.exits, Sequence):
            raise InputError(f"exits = {self.exits!r}: expected a list of Exit(...)")
        object.__setattr__(self, "exits", tuple(self.exits))
        if not isinstance(self.name, str) or not self.name.strip():
            raise InputError(f"name = {self.name!r}: expected a word for the timeline, such as 'braking'")
        declarations.check(self)
        if self.longest > MOST_CYCLES * self.cycle:
            raise InputError(
                f"longest = {self.longest} of phase '{self.name}' holds over a million cycles of {self.cycle}: "
                "expected a shorter phase or a longer cycle"
            )
        if not isinstance(self.law, LAWS):
            raise InputError(f"law = {self.law!r}: expected a guidance law such as EGuidance(...)")
        if len(self.exits) > MOST_EXITS or not all(isinstance(each, Exit) for each in self.exits):
            raise InputError(f"exits = {self.exits!r}: expected up to {MOST_EXITS} Exit(...)")
        self._check_exits()
        if not has_time_to_go(self.law) and any(each.quantity == "time to go" for each in self.exits):
            raise InputError(
                f"phase '{self.name}' ends on a time to go, and {self.law.title} has none: give an exit on another "
                "quantity, such as altitude"
            )
        self._check_target()
        self._check_aim()
        _check_throttle(self.throttle)
        if self.view_of_site is not None:
            _check_view(self.view_of_site)

    @property
    def ends_before_target(self) -> bool:
        """Whether the phase ends before its law's time is over."""
        time_to_go = getattr(self.law, "time_to_go", None)
        short = time_to_go is not None and self.longest < time_to_go
        return short or any(each.quantity == "time to go" and each.limit > 0.0 * u.s for each in self.exits)

    def _check_exits(self) -> None:
        """Refuse conditions that can never be met, as far as that is known before the flight."""
        for each in self.exits:
            late = each.quantity == "time" and each.above is not None and each.above >= self.longest
            slow = each.quantity in {"speed", "horizontal speed"} and each.below is not None and each.below.value < 0.0
            if late or slow:
                why = f"the phase ends after its longest = {self.longest}" if late else "a speed is never negative"
                raise InputError(f"exit '{each}' of phase '{self.name}' can never be met: {why}")

    def _check_aim(self) -> None:
        for name, kind in (("divert", Divert), ("hazard_scan", HazardScan)):
            given = getattr(self, name)
            if given is not None and not isinstance(given, kind):
                raise InputError(f"{name} = {given!r}: expected {kind.__name__}(...)")
        if self.divert is not None and self.hazard_scan is not None:
            raise InputError(f"divert and hazard_scan of phase '{self.name}' are both given: expected one of them")

    def _check_target(self) -> None:
        """Refuse a target below the ground, unless the phase ends before it gets there."""
        altitude = getattr(self.law, "target_altitude", 0.0 * u.m)
        if altitude < 0.0 * u.m and not self.ends_before_target:
            raise InputError(
                f"target_altitude = {altitude:g} of phase '{self.name}' lies below the site: expected zero or more, or "
                "an exit before it is reached, such as 'time to go below 10 s'"
            )


def _check_view(view: object) -> None:
    if not (isinstance(view, tuple | list) and len(view) == 2):
        raise InputError(f"view_of_site = {view!r}: expected two angles, such as (20 deg, 65 deg)")
    least, most = (checks.quantity("view_of_site", angle, u.deg, minimum=0.0) for angle in view)
    if not least < most <= 180.0 * u.deg:
        raise InputError(f"view_of_site = {view[0]}, {view[1]}: expected two angles up to 180 deg, the smaller first")


def _check_throttle(throttle: object) -> None:
    if not (isinstance(throttle, tuple | list) and len(throttle) == 2):
        raise InputError(f"throttle = {throttle!r}: expected two shares of full thrust, such as (0.1, 1.0)")
    least, most = (checks.number("throttle", share) for share in throttle)
    if not 0.0 <= least <= most <= 1.0 or most == 0.0:
        raise InputError(
            f"throttle = {throttle}: expected two shares of full thrust from 0 to 1, the smaller first, not both zero, "
            "such as (0.1, 1.0)"
        )


Phase = Coast | Burn | Guided
