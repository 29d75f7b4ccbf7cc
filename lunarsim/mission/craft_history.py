"""What commands and faults make of a craft in the course of a flight."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.craft import Execution, FlightComputer, Spacecraft, TimeTaggedCommand, sent
from lunarsim.errors import InputError
from lunarsim.faults import CraftChange, Fault, commands_with_faults, with_faults

_START = 0.0 * u.s


def check_commands(craft: Spacecraft | None, commands: Sequence[TimeTaggedCommand]) -> None:
    """Refuse commands that nobody carries out, or whose target the craft does not have.

    Raises
    ------
    InputError
        The text names the command.
    """
    if not commands:
        return
    if craft is None or craft.computer is None:
        raise InputError(
            f"commands holds '{commands[0].name}', and the craft has no computer to carry it out: give it "
            "computer=FlightComputer(array_size=...)"
        )
    names = [command.name for command in commands]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"commands has '{twice}' twice: give each a name of its own, or one of them copies")
    for command in commands:
        command.carried_out(craft)


def executions_of(
    craft: Spacecraft | None, commands: Sequence[TimeTaggedCommand], faults: Sequence[Fault]
) -> tuple[Execution, ...]:
    """Return what becomes of each command."""
    computer = packing_computer(craft, faults) if commands else None
    if computer is None:
        return ()
    return computer.executions_of(commands_with_faults(sent(commands), faults, computer.seed))


def execution_times(
    computer: FlightComputer,
    commands: Sequence[TimeTaggedCommand],
    faults: Sequence[Fault],
    seeds: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return when the commands that have a target are carried out (s), for each seed of the computer.

    Returns
    -------
    ndarray, shape (n, commands with a target, as they are received with any of the seeds)
        NaN: not at all, or not received.
    """
    each = sent(commands)
    if not any(fault.edits_commands for fault in faults):
        return computer.execution_times(commands, seeds)
    received_of = [commands_with_faults(each, faults, float(seed)) for seed in seeds]
    alike: dict[tuple[tuple[int, float, bool], ...], list[int]] = {}
    for i, received in enumerate(received_of):  # runs that receive the same are packed at once
        alike.setdefault(tuple((one.number, one.time_s, one.lost) for one in received), []).append(i)
    most = max((one.number for received in received_of for one in received), default=-1) + 1
    times_s, has_target = np.full((len(seeds), most), np.nan), np.zeros(most, dtype=bool)
    for runs in alike.values():
        received = received_of[runs[0]]
        found = computer.execution_times_of(received, seeds[runs])
        times_s[runs, : found.shape[1]] = found
        has_target[[one.number for one in received if one.command.target]] = True
    return times_s[:, has_target]


def packing_computer(craft: Spacecraft | None, faults: Sequence[Fault]) -> FlightComputer | None:
    """Return the computer that packs the commands: with the faults that are there at the start."""
    if craft is None:
        return None
    return with_faults(craft, [fault for fault in _by_onset(faults) if fault.is_there(_START)]).computer


def most_changes(commands: Sequence[TimeTaggedCommand], faults: Sequence[Fault]) -> int:
    """Return how many changes of a craft in flight there can be, however the commands are packed."""
    setting = sum(int(command.copies) for command in commands if command.target)
    setting *= prod(fault.most_copies for fault in faults)
    timed = [fault for fault in faults if fault.begins is not None]
    return setting + sum(bool(fault.begins > _START) + (fault.passes is not None) for fault in timed)


def craft_by(
    craft: Spacecraft,
    executions: Sequence[Execution],
    faults: Sequence[Fault],
    by: u.Quantity,
    beside: Sequence[Fault] = (),
) -> Spacecraft:
    """Return a craft as commands have set it by a time, with the faults that are there then, and some others beside.

    A fault lasts: a command that switches on what has failed does not mend it.
    """
    for execution in sorted(_carried_out(executions), key=lambda each: each[0]):
        if execution[0] <= by:
            craft = execution[1].carried_out(craft)
    return with_faults(craft, [*(fault for fault in _by_onset(faults) if fault.is_there(by)), *beside])


def craft_changes(craft: Spacecraft, executions: Sequence[Execution], faults: Sequence[Fault]) -> list[CraftChange]:
    """Return what commands and faults make of a craft in flight, in their order; no faults that wait for an event."""
    timed = [fault for fault in faults if fault.begins is not None]
    changes: list[tuple[u.Quantity, Fault | TimeTaggedCommand, bool]] = [
        *((time, command, False) for time, command in _carried_out(executions) if time > _START),
        *((fault.begins, fault, False) for fault in timed if fault.begins > _START),
        *((fault.passes, fault, True) for fault in timed if fault.passes is not None),
    ]
    changes.sort(key=lambda each: each[0])
    return [CraftChange(at, cause, craft_by(craft, executions, faults, at), passes) for at, cause, passes in changes]


def _by_onset(faults: Sequence[Fault]) -> list[Fault]:
    timed = [(fault.begins, fault) for fault in faults if fault.begins is not None]
    return [fault for _, fault in sorted(timed, key=lambda each: each[0])]


def _carried_out(executions: Sequence[Execution]) -> list[tuple[u.Quantity, TimeTaggedCommand]]:
    """Return the commands that set something, and when they are carried out."""
    return [(each.time, each.command) for each in executions if each.time is not None and each.command.target]
