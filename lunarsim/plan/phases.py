"""Phases of a plan: coasts and burns, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf, pi

from astropy import units as u
from astropy.time import Time

from lunarsim import checks, declarations
from lunarsim.declarations import DESCENT_S, FAST_MPS, LONG_S, QUICK_DEG_S, REQUIRED, number, pair
from lunarsim.errors import InputError
from lunarsim.kernels.sequence.refusals import MOST_CYCLES, MOST_EXITS, SHORTEST_CYCLE_S
from lunarsim.plan.divert import Divert, HazardDetection
from lunarsim.plan.laws import LAWS, GuidanceLaw
from lunarsim.plan.own_termination import CONDITIONS, Condition
from lunarsim.plan.steering import AgainstVelocity, Steering, check_steering
from lunarsim.plan.terminations import Termination

MAX_TERMINATIONS = MOST_EXITS
_SHORTEST_S = 1e-6  # of a phase


@dataclass(frozen=True, kw_only=True)
class Coast:
    """Flight without thrust for a duration.

    Parameters
    ----------
    duration : Quantity
        How long the craft coasts, from 1e-6 s to 200 years.
    name : str
        For the timeline.

    Raises
    ------
    InputError
        If the duration is out of its bounds.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.Coast(duration=3 * u.hour, name="fall").duration
    <Quantity 3. h>
    """

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
        A law such as :class:`AgainstVelocity`, the default; in files its title, or a table of its
        `type` and its numbers.
    throttle : float
        Share of the engine's full thrust, above 0 to 1, at which the engine can run; default 1.
    pitch_error, yaw_error : Quantity
        Angles by which the thrust is off the direction of the steering law; default 0. Pitch is right-handed about
        the orbit's normal r x v: a thrust against the velocity is turned towards the zenith, one along it towards
        the nadir. Yaw turns it towards that normal.
    engine : str
        Which of the craft's ``other_engines`` burns; default "", the main one.
    name : str
        For the timeline.

    Raises
    ------
    InputError
        If a value is out of its bounds: the target from 1e-9 m/s to 100 km/s, the timer from 1e-6 s to 200 years, the
        throttle above 0 to 1, errors up to a turn.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> burn = ls.Burn(ignition=Time("2026-01-01"), target_delta_v=16.6 * u.m / u.s, timer=127 * u.s)
    >>> burn.steering
    AgainstVelocity()
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
        0.0,
        u.deg,
        low=-360.0,
        high=360.0,
        text="Of the thrust, about the orbit's normal: against the velocity, towards the zenith.",
        dispersible=True,
    )
    yaw_error: u.Quantity = number(
        0.0, u.deg, low=-360.0, high=360.0, text="Of the thrust, towards the orbit's normal.", dispersible=True
    )
    engine: str = ""
    name: str = "burn"

    def __post_init__(self) -> None:
        checks.instant("ignition", self.ignition)
        declarations.check(self)
        check_steering(self.steering)


@dataclass(frozen=True, kw_only=True)
class Guided:
    """A phase in which the computer estimates at each cycle where it is, and commands thrust.

    It ends with whatever comes first: a termination condition is met, as the computer estimates, or
    the ``max_duration`` is over.

    Parameters
    ----------
    name : str
        For the timeline, such as ``"braking"``.
    law : GuidanceLaw
        What commands the thrust, such as :class:`QuadraticGuidance`.
    terminations : sequence of Termination
        Conditions that end the phase, up to four, those of your own (:func:`lunarsim.termination`) among them; the
        first in the list counts where several are met.
    max_duration : Quantity
        Time after which the phase ends in any case, so that a phase whose terminations are never met ends too.
    cycle_time : Quantity
        Time between guidance cycles; the command is held in between. Default 1 s.
    slew_rate : Quantity, optional
        Limit of the attitude's rate in this phase, if below the craft's own.
    max_tilt : Quantity
        Of the thrust axis from the vertical; default 180 deg, no limit.
    throttle : tuple of two floats
        Minimum and maximum throttle in this phase, within those of the engine; default 0 to 1.
    glide_slope : Quantity
        Angle above the horizontal, seen from the site, under which the craft should not come; default: none. It
        is watched, not enforced: the flight's timeline says where it is left.
    field_of_view : tuple of two Quantities
        Minimum and maximum angle from the craft's underside (against its thrust axis) at which the site is in view of
        a camera or a window; default: no limit. The thrust axis is turned no farther than keeps it there, as far as
        ``max_tilt`` and the attitude's rate allow; the timeline says where it is out of view.
    divert : Divert
        By how much the target moves when the phase begins, for this phase and all that follow; default: it does not.
    hazard_detection : HazardDetection
        How hazards are detected and avoided when the phase begins; default: not at all.
    engine : str
        Which of the craft's ``other_engines`` is used; default "", the main one.

    Raises
    ------
    InputError
        If a value is out of its range, the law is none or has a target below the ground, there are more
        than four terminations, one is on the time to go of a law that has none, or both a divert and a hazard detection
        are given.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> law = ls.DescentRate(target_altitude_rate=-1 * u.m / u.s)
    >>> phase = ls.Guided(name="terminal", law=law, max_duration=60 * u.s)
    >>> phase.cycle_time
    <Quantity 1. s>
    """

    name: str
    law: GuidanceLaw
    terminations: tuple[Termination | Condition, ...] = ()
    max_duration: u.Quantity = number(
        REQUIRED, u.s, low=_SHORTEST_S, high=DESCENT_S, text="Time after which the phase ends in any case."
    )
    cycle_time: u.Quantity = number(  # a landing is a million cycles with the shortest, one with the longest
        1.0,
        u.s,
        low=SHORTEST_CYCLE_S,
        high=1e4,
        text="Between guidance cycles; commands are held in between.",
        dispersible=True,
    )
    slew_rate: u.Quantity | None = number(
        None,
        u.deg / u.s,
        low=1e-6,
        high=QUICK_DEG_S,
        absent=inf,
        text="Limit of the attitude's rate, if below the craft's own.",
    )
    max_tilt: u.Quantity = number(180.0, u.deg, low=0.0, high=180.0, text="Of the thrust axis from the vertical.")
    throttle: tuple[float, float] = pair(
        (0.0, 1.0), u.one, (0.1, 1.0), "Minimum and maximum in this phase, within those of the engine."
    )
    glide_slope: u.Quantity | None = number(
        None,
        u.deg,
        low=0.0,
        below=90.0,
        absent=-pi,
        text="Angle above the horizontal, seen from the site, that is watched.",
    )
    field_of_view: tuple[u.Quantity, u.Quantity] | None = pair(
        None, u.deg, (20.0, 65.0), "Angles from the craft's underside between which the site is seen.", absent=(0.0, pi)
    )
    divert: Divert | None = None
    hazard_detection: HazardDetection | None = None
    engine: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.terminations, Termination) or not isinstance(self.terminations, Sequence):
            raise InputError(f"terminations = {self.terminations!r}: expected a list of Termination(...)")
        object.__setattr__(self, "terminations", tuple(self.terminations))
        if not isinstance(self.name, str) or not self.name.strip():
            raise InputError(f"name = {self.name!r}: expected a word for the timeline, such as 'braking'")
        declarations.check(self)
        if self.max_duration > MOST_CYCLES * self.cycle_time:
            raise InputError(
                f"max_duration = {self.max_duration} of phase '{self.name}' holds over a million cycles of "
                f"{self.cycle_time}: expected a shorter phase or a longer cycle_time"
            )
        if type(self.law) not in LAWS.values():
            raise InputError(f"law = {self.law!r}: expected a guidance law such as EGuidance(...)")
        if len(self.terminations) > MAX_TERMINATIONS or not all(
            isinstance(each, Termination) or type(each) in CONDITIONS.values() for each in self.terminations
        ):
            raise InputError(
                f"terminations = {self.terminations!r}: expected up to {MAX_TERMINATIONS} Termination(...), "
                "or of classes that lunarsim.termination has made"
            )
        self._check_terminations()
        if not self.law.knows_time_to_go and any(each.quantity == "time to go" for each in self._ours):
            raise InputError(
                f"phase '{self.name}' ends on a time to go, and {self.law.title} has none: give a termination on "
                "another quantity, such as altitude"
            )
        self._check_target()
        self._check_target_change()
        _check_throttle(self.throttle)
        if self.field_of_view is not None:
            _check_view(self.field_of_view)

    @property
    def _ours(self) -> list[Termination]:
        return [each for each in self.terminations if isinstance(each, Termination)]

    @property
    def ends_before_target(self) -> bool:
        """Whether the phase ends before its law's time is over."""
        time_to_go = getattr(self.law, "time_to_go", None)
        short = time_to_go is not None and self.max_duration < time_to_go
        return short or any(each.quantity == "time to go" and each.limit > 0.0 * u.s for each in self._ours)

    def _check_terminations(self) -> None:
        """Refuse conditions that can never be met, as far as that is known before the flight."""
        for each in self._ours:
            late = each.quantity == "time" and each.above is not None and each.above >= self.max_duration
            slow = each.quantity in {"speed", "horizontal speed"} and each.below is not None and each.below.value < 0.0
            if late or slow:
                why = (
                    f"the phase ends after its max_duration = {self.max_duration}"
                    if late
                    else "a speed is never negative"
                )
                raise InputError(f"termination '{each}' of phase '{self.name}' can never be met: {why}")

    def _check_target_change(self) -> None:
        for name, kind in (("divert", Divert), ("hazard_detection", HazardDetection)):
            given = getattr(self, name)
            if given is not None and not isinstance(given, kind):
                raise InputError(f"{name} = {given!r}: expected {kind.__name__}(...)")
        if self.divert is not None and self.hazard_detection is not None:
            raise InputError(f"divert and hazard_detection of phase '{self.name}' are both given: expected one of them")

    def _check_target(self) -> None:
        """Refuse a target below the ground, unless the phase ends before it gets there."""
        altitude = getattr(self.law, "target_altitude", 0.0 * u.m)
        if altitude < 0.0 * u.m and not self.ends_before_target:
            raise InputError(
                f"target_altitude = {altitude:g} of phase '{self.name}' lies below the site: expected zero or more, or "
                "a termination before it is reached, such as 'time to go below 10 s'"
            )


def _check_view(view: object) -> None:
    if not (isinstance(view, tuple | list) and len(view) == 2):
        raise InputError(f"field_of_view = {view!r}: expected two angles, such as (20 deg, 65 deg)")
    least, most = (checks.quantity("field_of_view", angle, u.deg, minimum=0.0) for angle in view)
    if not least < most <= 180.0 * u.deg:
        raise InputError(f"field_of_view = {view[0]}, {view[1]}: expected two angles up to 180 deg, the smaller first")


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
