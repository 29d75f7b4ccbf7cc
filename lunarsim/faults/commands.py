"""What can be wrong with commands on their way to the flight computer: lost, delayed, doubled, reordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from astropy import units as u

from lunarsim.craft import ReceivedCommand
from lunarsim.declarations import LONG_S, REQUIRED, number
from lunarsim.errors import InputError, nearest
from lunarsim.faults.faults import Fault, Received, fault
from lunarsim.kernels.sensors.noise import COMPUTER, uniforms

_SEEDS = 2.0**53  # whole numbers that a float holds
_STREAMS = 16 * COMPUTER  # beyond those of the kernels: each kind of fault draws from one of its own


@dataclass(frozen=True, kw_only=True)
class CommandFault(Fault):
    """What the faults of commands have in common: which commands they may hit, and how probably each.

    They act before the computer packs what it receives, in the order doubled, lost, delayed, reordered, whatever the
    order in which they are listed. Each copy of a command is hit, or not, by itself.

    Parameters
    ----------
    command : str
        The name of the command; default: any of the sequence.
    probability : float
        With which each of them is hit, independently of the others; default 1.
    seed : float
        Of what is random, a whole number. What is drawn follows from it and from the seed of the computer: a campaign
        that disperses ``craft.computer.seed`` draws for each run anew.
    cause, onset, end
        As of all faults: those commands may be hit that are due in this time; those before the start of the flight too,
        unless it begins later.
    """

    edits: ClassVar[tuple[str, ...]] = ("commands",)

    command: str = ""
    probability: float = number(1.0, u.one, low=0.0, high=1.0, text="With which each of the commands is hit.")
    seed: float = number(0.0, u.one, low=0.0, high=_SEEDS, text="Of what is random.", whole=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.command, str):
            raise InputError(f"command = {self.command!r}: expected the name of a command, or nothing for any of them")

    def hit(self, received: Received, seed: float) -> list[int]:
        """Return which commands are hit, by their places; those that are lost already are not.

        Raises
        ------
        InputError
            If there is no command, or none of this name.
        """
        possible, stream = self.may_hit(received), _STREAMS + self.stage
        most = max(each.number for each in received) + 1
        draws = uniforms(np.array([seed]), stream, int(self.seed), most)[0]
        return [k for k in possible if draws[received[k].number] <= self.probability]

    def may_hit(self, received: Received) -> list[int]:
        """Return which commands may be hit, whatever is drawn, by their places; errors are as of :meth:`hit`."""
        names = {each.command.name for each in received}
        if not names:
            raise InputError("the scenario has no commands: expected one with a sequence, such as 'luna25-commands'")
        if self.command and self.command not in names:
            raise InputError(
                f"command = {self.command!r}: the scenario has no such command; {nearest(self.command, names)}"
            )
        if self.begins is None:
            raise InputError(
                f"onset = {self.onset!r}: commands are packed before the flight, when nobody knows when that comes; "
                "expected a time, such as 60 s"
            )
        since_s = float(self.begins.to_value(u.s))
        until_s = np.inf if self.passes is None else float(self.passes.to_value(u.s))
        return [
            k
            for k, each in enumerate(received)
            if not each.lost and self.command in ("", each.command.name) and since_s <= max(each.time_s, 0.0) < until_s
        ]

    def changed(self, one: ReceivedCommand, **values: Any) -> ReceivedCommand:
        """Return a command with other values, and with this fault among those that have changed it."""
        told = f"{one.fault}, {self.title}" if one.fault else self.title
        return one._replace(fault=told, **values)


def _by_time(received: list[ReceivedCommand]) -> Received:
    return tuple(sorted(received, key=lambda one: one.time_s))


@fault("command doubled")
class CommandDoubled(CommandFault):
    """A command comes twice, and takes a second place in the data arrays.

    Parameters
    ----------
    after : Quantity
        How much later it comes again; default 0.
    command, probability, seed, cause, onset, end
        As of all faults of commands.
    """

    stage = 1
    most_copies = 2

    after: u.Quantity = number(0.0, u.s, low=0.0, high=LONG_S, text="How much later it comes again.")

    def apply_to_commands(self, received: Received, seed: float) -> Received:
        """Return the commands with the second ones."""
        numbers = max((each.number for each in received), default=-1) + 1
        again = [
            self.changed(received[k], number=numbers + received[k].number, time_s=received[k].time_s + self._after_s)
            for k in self.hit(received, seed)
        ]
        return _by_time([*received, *again])

    @property
    def _after_s(self) -> float:
        return float(self.after.to_value(u.s))


@fault("command lost")
class CommandLost(CommandFault):
    """A command does not reach the computer, and takes no place in the data arrays.

    Parameters
    ----------
    command, probability, seed, cause, onset, end
        As of all faults of commands.
    """

    stage = 2

    def apply_to_commands(self, received: Received, seed: float) -> Received:
        """Return the commands, those that are hit marked as lost."""
        hit = set(self.hit(received, seed))
        return tuple(self.changed(each, lost=True) if k in hit else each for k, each in enumerate(received))


@fault("command delayed")
class CommandDelayed(CommandFault):
    """A command reaches the computer late, and is packed among those that are due then.

    Parameters
    ----------
    delay : Quantity
        By which it is late; negative: early. The commands are sent together: none comes before the flight begins or,
        where that is earlier, before the first of them is due.
    command, probability, seed, cause, onset, end
        As of all faults of commands.
    """

    stage = 3

    delay: u.Quantity = number(REQUIRED, u.s, low=-LONG_S, high=LONG_S, text="By which it is late; negative: early.")

    def apply_to_commands(self, received: Received, seed: float) -> Received:
        """Return the commands in the order of their times.

        Raises
        ------
        InputError
            If one that may be hit would come before they are sent.
        """
        self._check_early(received)
        delay_s, hit = float(self.delay.to_value(u.s)), set(self.hit(received, seed))
        late = [self.changed(one, time_s=one.time_s + delay_s) if k in hit else one for k, one in enumerate(received)]
        return _by_time(late)

    def _check_early(self, received: Received) -> None:
        sent_s, delay_s = min((0.0, *(each.time_s for each in received))), float(self.delay.to_value(u.s))
        for k in self.may_hit(received):
            due_s = received[k].time_s
            if delay_s < 0.0 and due_s + delay_s < sent_s:
                raise InputError(
                    f"delay = {self.delay}: command '{received[k].command.name}', due at {due_s:g} s, would come "
                    f"before it is sent, which is {sent_s:g} s after the start of the flight at the latest: expected "
                    f"at least {sent_s - due_s:g} s"
                )


@fault("command reordered")
class CommandReordered(CommandFault):
    """A command is overtaken: it changes places, and times, with the next one of another name.

    One that has changed places is not hit again, and does not change with a third.

    Parameters
    ----------
    command, probability, seed, cause, onset, end
        As of all faults of commands.
    """

    stage = 4

    def apply_to_commands(self, received: Received, seed: float) -> Received:
        """Return the commands in their new order.

        Raises
        ------
        InputError
            If the command that is named is the last: nothing can overtake it.
        """
        names = [each.command.name for each in received]
        if self.command in names and names.index(self.command) + names.count(self.command) == len(names):
            raise InputError(f"command = {self.command!r}: it is the last of the sequence: expected one before others")
        order, moved = list(received), set[int]()
        for k in self.hit(received, seed):
            follows = (
                i
                for i in range(k + 1, len(order))
                if i not in moved and not order[i].lost and order[i].command.name != order[k].command.name
            )
            other = next(follows, None)
            if k not in moved and other is not None:
                first, second = order[k], order[other]
                order[k] = self.changed(second, time_s=first.time_s)
                order[other] = self.changed(first, time_s=second.time_s)
                moved |= {k, other}
        return tuple(order)
