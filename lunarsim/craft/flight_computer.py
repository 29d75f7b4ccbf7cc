"""The flight computer: commands, packed into data arrays of limited size, what becomes of each, and monitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u

from lunarsim import declarations
from lunarsim.craft.monitors import AccelerationMonitor, AccelerometerVote, Monitor, RangeMonitor, ThrustMonitor
from lunarsim.craft.packing_rules import Floats, arrays_of, check_packing
from lunarsim.declarations import LONG_S, Choice, Switch, choice, declared, number, switch
from lunarsim.errors import InputError, nearest
from lunarsim.kernels.sensors.noise import COMPUTER, uniforms

_MOST_COMMANDS = 10_000
_MOST_ROUNDS = 10_000
_DISPLACED = Choice(
    words={"dropped": 0, "delayed": 1}, text="what becomes of a command that shares an array with a higher priority"
)

#: The fields that hold the monitors of a computer.
MONITORS = ("thrust_monitor", "vote", "acceleration_monitor", "range_monitor")


@dataclass(frozen=True, kw_only=True)
class TimeTaggedCommand:
    """A command of a sequence.

    Parameters
    ----------
    name : str
        For the timeline.
    target : str
        The switch of the craft that it sets, such as ``"accelerometer.powered"``; default: none that is modelled.
    on : bool
        Whether it sets it on, or off; default on.
    time : Quantity
        When it is due, after the start of the flight; before it where negative. Default 0.
    priority : float
        A whole number, 1 the highest.
    copies : float
        How many such commands there are, in a row; default 1.

    Raises
    ------
    InputError
        If a number is out of its bounds.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> command = ls.TimeTaggedCommand(name="accelerometer on", target="accelerometer", time=10 * u.s)
    >>> command.on
    True
    """

    name: str
    target: str = ""
    on: bool = switch(True, "Whether it sets its target on, or off.")
    time: u.Quantity = number(0.0, u.s, low=-LONG_S, high=LONG_S, text="When it is due, after the start of the flight.")
    priority: float = number(1.0, u.one, low=1.0, high=1000.0, text="1 is the highest.", whole=True)
    copies: float = number(1.0, u.one, low=1.0, high=1000.0, text="How many such commands there are.", whole=True)

    def __post_init__(self) -> None:
        declarations.check(self)

    @property
    def title(self) -> str:
        """What the timeline calls it: its name."""
        return self.name

    def carried_out(self, craft: Any) -> Any:
        """Return the craft with the target set.

        Raises
        ------
        InputError
            If the craft has no such switch.
        """
        return self._set(craft, self.target.split(".")) if self.target else craft

    def _set(self, part: Any, names: Sequence[str]) -> Any:
        first, *rest = names
        if not rest and isinstance(declared(part).get(first), Switch):
            return replace(part, **{first: self.on})
        below = getattr(part, first, None) if rest else None
        if below is None or not hasattr(below, "__dataclass_fields__"):
            known = [name for name, each in declared(part).items() if isinstance(each, Switch)]
            raise InputError(
                f"command '{self.name}': target = {self.target!r} is no switch of the craft: "
                + (nearest(first, known) if known and not rest else "expected one such as 'accelerometer.powered'")
            )
        return replace(part, **{first: self._set(below, rest)})


class ReceivedCommand(NamedTuple):
    """A command as the computer receives it, each copy by itself.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> off = ls.TimeTaggedCommand(name="altimeter off", target="altimeter", on=False, time=10 * u.s)
    >>> ls.ReceivedCommand(off, number=0, time_s=10.0).lost
    False
    """

    command: TimeTaggedCommand  #: as it was sent
    number: int  #: of the sequence as it was sent, in the order of time, from 0; of what is received besides, more
    time_s: float  #: when it is due as it is received, after the start of the flight
    lost: bool = False  #: whether it is not received
    fault: str = ""  #: the titles of the faults that have changed it


class Execution(NamedTuple):
    """What became of a command.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> on = ls.TimeTaggedCommand(name="accelerometer on", target="accelerometer", time=10 * u.s)
    >>> (done,) = ls.FlightComputer().executions((on,))
    >>> isinstance(done, ls.Execution), done.time
    (True, <Quantity 10. s>)
    """

    command: TimeTaggedCommand
    time: u.Quantity | None  #: after the start of the flight; None: it was not carried out
    higher: int | None  #: the highest priority in its array, where that is higher than its own; None: it is not
    received: ReceivedCommand  #: as the computer received it


@dataclass(frozen=True, kw_only=True)
class FlightComputer:
    """A computer with monitors, that takes commands from data arrays of limited size, each array for one priority.

    Of an array that holds commands of different priority it carries out those of the highest, and the others are
    displaced. Packed by priority, no array does.

    Parameters
    ----------
    array_size : float
        How many commands an array holds; a whole number. Default 1: no command shares an array.
    packing : str
        The rule that packs them: ``"by priority"`` (default), ``"by arrival"``, ``"at random"``, or one of your own;
        see :func:`lunarsim.packing`.
    displaced : str
        What becomes of displaced commands: ``"dropped"`` (default), or ``"delayed"``: packed again.
    delay : Quantity
        How much later delayed commands are packed again; default 1 s.
    seed : float
        Of what is random; a whole number.
    thrust_monitor : ThrustMonitor, optional
        Whether the engine is on and too little is sensed; default: none. Monitors watch burns and guided phases.
    vote : AccelerometerVote, optional
        Whether the accelerometer in use is the odd one of three; default: none.
    acceleration_monitor : AccelerationMonitor, optional
        Whether readings of the accelerometer are possible; default: none.
    range_monitor : RangeMonitor, optional
        Whether ranges of the altimeter are possible; default: none.
    restart_time : Quantity
        How long a restart takes; the engine is off, and nothing is commanded. Default 10 s.
    keeps_sum : bool
        Whether the delta-v that was sensed in a burn outlives a restart, which else begins again at zero; default True.
    keeps_estimate : bool
        Whether the estimate of the navigation outlives a restart, which else begins again with the errors that it had
        at the start of the flight; default True. The attitude is kept.

    Raises
    ------
    InputError
        If there is no such rule, or a number is out of its bounds.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> computer = ls.FlightComputer(array_size=4, delay=0.5 * u.s)
    >>> computer.delay
    <Quantity 0.5 s>
    """

    array_size: float = number(1.0, u.one, low=1.0, high=1e4, text="How many commands a data array holds.", whole=True)
    packing: str = "by priority"
    displaced: str = choice("dropped", _DISPLACED)
    delay: u.Quantity = number(1.0, u.s, above=0.0, high=LONG_S, text="By which delayed commands are packed again.")
    seed: float = number(  # whole numbers that a float holds
        0.0, u.one, low=0.0, high=2.0**53, text="Of what is random.", dispersible=True, whole=True
    )
    thrust_monitor: ThrustMonitor | None = None
    vote: AccelerometerVote | None = None
    acceleration_monitor: AccelerationMonitor | None = None
    range_monitor: RangeMonitor | None = None
    restart_time: u.Quantity = number(
        10.0, u.s, low=0.0, high=LONG_S, text="How long a restart takes; the engine is off.", dispersible=True
    )
    keeps_sum: bool = switch(True, "Whether the sensed delta-v of a burn outlives a restart.")
    keeps_estimate: bool = switch(True, "Whether the estimate of the navigation outlives a restart.")

    def __post_init__(self) -> None:
        declarations.check(self)
        check_packing(self.packing)

    @property
    def monitors(self) -> tuple[Monitor, ...]:
        """The monitors that there are."""
        return tuple(each for each in (getattr(self, name) for name in MONITORS) if each is not None)

    def executions(self, commands: Sequence[TimeTaggedCommand]) -> tuple[Execution, ...]:
        """Return what becomes of commands, one after another as they are due; copies each by itself."""
        return self.executions_of(sent(commands))

    def executions_of(self, received: Sequence[ReceivedCommand]) -> tuple[Execution, ...]:
        """Return what becomes of commands as they are received, one after another as they are due."""
        each = _in_order(received)
        kept = [one for one in each if not one.lost]
        times_s, higher = self._executed(kept, np.array([self.seed]))
        packed = dict(zip([one.number for one in kept], zip(times_s[0], higher[0], strict=True), strict=True))
        found = []
        for one in each:
            time_s, best = packed.get(one.number, (np.nan, np.inf))
            displaced = best < one.command.priority
            time = None if np.isnan(time_s) else float(time_s) * u.s
            found.append(Execution(one.command, time, int(best) if displaced else None, one))
        return tuple(found)

    def execution_times(self, commands: Sequence[TimeTaggedCommand], seeds: Floats) -> Floats:
        """Return when the commands that have a target are carried out (s), for each seed; NaN: not at all.

        Parameters
        ----------
        commands : sequence of TimeTaggedCommand
            The sequence.
        seeds : ndarray, shape (n,)
            In place of :attr:`seed`.

        Returns
        -------
        ndarray, shape (n, commands with a target)
            As they are due.
        """
        each = sent(commands)
        return self.execution_times_of(each, seeds)[:, [bool(one.command.target) for one in each]]

    def execution_times_of(self, received: Sequence[ReceivedCommand], seeds: Floats) -> Floats:
        """Return when each of the commands is carried out (s), for each seed, by their numbers; NaN: not at all."""
        kept = [one for one in _in_order(received) if not one.lost]
        times_s = np.full((len(seeds), max((one.number for one in received), default=-1) + 1), np.nan)
        times_s[:, [one.number for one in kept]] = self._executed(kept, seeds)[0]
        return times_s

    def _executed(self, received: Sequence[ReceivedCommand], seeds: Floats) -> tuple[Floats, Floats]:
        """Return when each command of each run is carried out (s), and the highest priority in its first array."""
        priorities = np.array([one.command.priority for one in received], dtype=np.int64)
        due_s = np.array([one.time_s for one in received], dtype=float)
        shape = (len(seeds), len(received))
        times_s, first = np.full(shape, np.nan), np.zeros(shape)
        waiting = np.ones(shape, dtype=bool)
        for round_ in range(_MOST_ROUNDS if self.displaced == "delayed" else 1):
            draws, delay_s = uniforms(seeds, COMPUTER, round_, len(received)), round_ * float(self.delay.to_value(u.s))
            # runs in which the same commands wait are packed at once
            kinds, of_run = np.unique(waiting, axis=0, return_inverse=True)
            for k, chosen in enumerate(kinds):
                if chosen.any():
                    runs = np.ix_(of_run.ravel() == k, chosen)
                    best = self._highest(priorities[chosen], due_s[chosen] + delay_s, draws[runs])
                    done = priorities[chosen] == best
                    times_s[runs] = np.where(done, due_s[chosen] + delay_s, np.nan)
                    waiting[runs] = ~done
                    if round_ == 0:
                        first[runs] = best
            if not waiting.any():
                break
        return times_s, first

    def _highest(self, priorities: Any, times_s: Floats, draws: Floats) -> Floats:
        """Return the highest priority in the array of each command of each run."""
        arrays = arrays_of(self.packing, priorities, times_s, int(self.array_size), draws)
        runs = np.arange(len(draws))[:, np.newaxis]
        best = np.full(draws.shape, np.inf)
        np.minimum.at(best, (runs, arrays), np.broadcast_to(priorities, draws.shape).astype(float))
        return np.asarray(best[runs, arrays])


def sent(commands: Sequence[TimeTaggedCommand]) -> tuple[ReceivedCommand, ...]:
    """Return commands as they are sent: as they are due, copies one after another.

    Raises
    ------
    InputError
        If there are more than a computer takes.
    """
    each = [command for command in commands for _ in range(int(command.copies))]
    if len(each) > _MOST_COMMANDS:
        raise InputError(f"commands holds {len(each)} commands, copies among them: expected up to {_MOST_COMMANDS}")
    timed = sorted(((float(command.time.to_value(u.s)), command) for command in each), key=lambda pair: pair[0])
    return tuple(ReceivedCommand(command, k, time_s) for k, (time_s, command) in enumerate(timed))


def _in_order(received: Sequence[ReceivedCommand]) -> list[ReceivedCommand]:
    """Return commands as they are due."""
    return sorted(received, key=lambda one: one.time_s)
