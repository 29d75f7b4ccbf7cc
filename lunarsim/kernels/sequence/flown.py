"""What a run is flown with: its plan, its records, its legs, and the table of functions that a driver is."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.motion import Environment, Propulsion
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.guidance.look import Guide
from lunarsim.kernels.records import Record, Records
from lunarsim.kernels.sequence.onsets import next_change, present
from lunarsim.kernels.sequence.transients import OFF


class Plan(NamedTuple):
    """What all runs of a campaign share: the kinds of the phases, the laws of burns and of guided phases."""

    kinds: NDArray[np.int64]
    steering: NDArray[np.int64]
    laws: NDArray[np.int64]  #: addresses in this process: of guidance laws, and of steering laws of the user's, else 0
    idle: NDArray[np.int64]  #: where the thrust axis points while a law wants no thrust
    frames: NDArray[np.int64]
    quantities: NDArray[np.int64]  #: of the exits, shape (phases, 4), or addresses in this process; -1: none
    signs: NDArray[np.int64]
    navigates: bool  #: whether the computer keeps an estimate of its own, and follows each leg
    navigation: int  #: the address of what follows a leg in machine code, in this process; 0: nothing does there
    engines: NDArray[np.int64]  #: which of the craft's engines the phases use; 0: the main one
    watches: bool  #: whether the computer has a monitor


@formula
def guide_of(plan: Plan, k: int) -> Guide:
    """Return what all runs share of a guided phase."""
    return Guide(plan.laws[k], plan.idle[k], plan.frames[k], plan.quantities[k], plan.signs[k])


class Flown(NamedTuple):
    """What is flown: the records of a run, where it flies, and what its computer remembers."""

    run: Record
    changes: Records  #: of the craft by faults: for each choice of those that wait for an event, in the order of time
    phases: Records
    plan: Plan
    environment: Environment
    ground: Ground
    computer: Record
    known: bool  #: whether none of its numbers is NaN


@formula
def craft_at(t_s: float, flown: Flown, which: int = 0) -> Record:
    """Return the craft as its faults have left it by a time, with one of its engines in use; 0: the main one."""
    there = present(t_s, flown.run.state.epoch_s, flown.run.onsets)
    craft = flown.run.craft
    for i in range(flown.changes.size):
        change = flown.changes[i]
        if change.at_s <= t_s and change.present == there and change.engine == which:
            craft = change.craft
    return craft


@formula
def craft_now(t_s: float, flown: Flown) -> Record:
    """Return the craft as its faults have left it by a time, with the engine that was used last."""
    return craft_at(t_s, flown, int(flown.computer.engine.which))


@formula
def next_change_after(t_s: float, flown: Flown) -> float:
    """Return when, after a time, a fault next changes the craft; infinite if none does."""
    first_s = next_change(t_s, flown.run.state.epoch_s, flown.run.onsets)
    for i in range(flown.changes.size):  # each choice, and each engine, changes at the same times
        if flown.changes[i].at_s > t_s and flown.changes[i].present == 0.0:
            return min(first_s, float(flown.changes[i].at_s))
    return first_s


class Leg(NamedTuple):
    """A part of a phase that is flown with one engine setting."""

    phase: int  #: which
    end_s: float
    propulsion: Propulsion
    target_dv_mps: float  #: the sensed delta-v that cuts the engine off; infinite where nothing does
    onsets: Record  #: of the run: the heights for which faults wait end a leg
    engine: int = OFF  #: what it does, see :mod:`lunarsim.kernels.sequence.transients`


class Driver(NamedTuple):
    """What flies the legs, and what is told on the way; each takes first what it works on, the ``means``."""

    #: ``(means, t_s, y, leg) -> (t_s, ended)``: moves ``y`` on to the end of a leg, or to what ends it before.
    fly_to: Any
    #: ``(means, t_s, y, phase)``: a burn ignites, or a guided phase begins.
    begins: Any
    #: ``(means, t_s, y, phase, flown) -> Command``: the computer looks.
    look: Any
    #: ``(means, t_s, y, phase, reason)``: a burn is commanded to stop, or cannot go on.
    cuts: Any
    #: ``(means, t_s, y, phase, reason, start_s, before, cut_s)``: a burn or a guided phase is over, from a state
    #: before; the burn's engine had been commanded to stop at a time.
    ends: Any
    #: ``(means, leg, craft, flown)``: the navigation follows what was flown, a :class:`FlownLeg`.
    follow: Any
    #: ``(means, t_s, y, phase, monitor, flown)``: a monitor has called; what was done stands in ``computer.watch``.
    alarmed: Any
