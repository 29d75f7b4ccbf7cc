"""What can be wrong with the plan as it was loaded: constants, times of commands, alignment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from astropy import units as u

from lunarsim.declarations import FAST_MPS, LONG_S, REQUIRED, number
from lunarsim.errors import InputError
from lunarsim.faults.faults import Fault, fault
from lunarsim.plan import Burn, Phase

_MOST_BURNS = 1e4
_WHICH = "Which of the burns, counted from 0."


@fault("wrong timer")
class WrongTimer(Fault):
    """A wrong time was loaded after which the computer ends a burn.

    Parameters
    ----------
    timer : Quantity
        What was loaded.
    burn : int
        Which of the burns, counted from 0; default the first.
    cause
        As of all faults. The plan is loaded before the flight: there is no onset and no end.
    """

    edits = ("plan.N.timer",)

    timer: u.Quantity = number(REQUIRED, u.s, low=1e-6, high=LONG_S, text="What was loaded.")
    burn: float = number(0.0, u.one, low=0.0, high=_MOST_BURNS, text=_WHICH, whole=True)

    def apply_to_plan(self, plan: tuple[Phase, ...]) -> tuple[Phase, ...]:
        """Return the plan with another timer."""
        return _loaded(plan, self.burn, timer=self.timer)


@fault("wrong target")
class WrongTarget(Fault):
    """A wrong delta-v was loaded at which the computer cuts a burn off.

    Parameters
    ----------
    target_delta_v : Quantity
        What was loaded.
    burn : int
        Which of the burns, counted from 0; default the first.
    cause
        As of all faults. The plan is loaded before the flight: there is no onset and no end.
    """

    edits = ("plan.N.target_delta_v",)

    target_delta_v: u.Quantity = number(REQUIRED, u.m / u.s, low=1e-9, high=FAST_MPS, text="What was loaded.")
    burn: float = number(0.0, u.one, low=0.0, high=_MOST_BURNS, text=_WHICH, whole=True)

    def apply_to_plan(self, plan: tuple[Phase, ...]) -> tuple[Phase, ...]:
        """Return the plan with another target."""
        return _loaded(plan, self.burn, target_delta_v=self.target_delta_v)


@fault("late command")
class LateCommand(Fault):
    """The command to ignite comes late, or early.

    Parameters
    ----------
    delay : Quantity
        By which it is late; negative: early.
    burn : int
        Which of the burns, counted from 0; default the first.
    cause
        As of all faults. The plan is loaded before the flight: there is no onset and no end.
    """

    edits = ("plan.N.ignition",)

    delay: u.Quantity = number(REQUIRED, u.s, low=-LONG_S, high=LONG_S, text="By which it is late; negative: early.")
    burn: float = number(0.0, u.one, low=0.0, high=_MOST_BURNS, text=_WHICH, whole=True)

    def apply_to_plan(self, plan: tuple[Phase, ...]) -> tuple[Phase, ...]:
        """Return the plan with another ignition."""
        planned = _burn(plan, self.burn)[1]
        return _loaded(plan, self.burn, ignition=planned.ignition + self.delay)


@fault("thrust misaligned")
class ThrustMisaligned(Fault):
    """The thrust of a burn is off the direction that its steering law gives.

    Parameters
    ----------
    pitch, yaw : Quantity
        What is added to the burn's ``pitch_error`` and ``yaw_error``; default 0.
    burn : int
        Which of the burns, counted from 0; default the first.
    cause
        As of all faults. There is no onset and no end.
    """

    edits = ("plan.N.pitch_error", "plan.N.yaw_error")

    pitch: u.Quantity = number(0.0, u.deg, low=-180.0, high=180.0, text="Added to the burn's pitch error.")
    yaw: u.Quantity = number(0.0, u.deg, low=-180.0, high=180.0, text="Added to the burn's yaw error.")
    burn: float = number(0.0, u.one, low=0.0, high=_MOST_BURNS, text=_WHICH, whole=True)

    def apply_to_plan(self, plan: tuple[Phase, ...]) -> tuple[Phase, ...]:
        """Return the plan with another direction of thrust."""
        planned = _burn(plan, self.burn)[1]
        errors = {"pitch_error": planned.pitch_error + self.pitch, "yaw_error": planned.yaw_error + self.yaw}
        return _loaded(plan, self.burn, **errors)


def _burn(plan: tuple[Phase, ...], number: float) -> tuple[int, Burn]:
    """Return where in the plan a burn stands, by its number among the burns, and the burn.

    Raises
    ------
    InputError
        If the plan has no such burn.
    """
    burns = [(k, phase) for k, phase in enumerate(plan) if isinstance(phase, Burn)]
    if not burns:
        raise InputError("the plan has no burn: expected one with a burn, such as that of 'luna25'")
    if number not in range(len(burns)):
        last = len(burns) - 1
        raise InputError(
            f"burn = {number:g}: the plan has {len(burns)} burn{'s' if last else ''}, counted from 0: expected "
            + (f"a whole number from 0 to {last}" if last else "0")
        )
    return burns[int(number)]


def _loaded(plan: tuple[Phase, ...], number: float, **values: Any) -> tuple[Phase, ...]:
    """Return a plan with other values in one of its burns."""
    k, burn = _burn(plan, number)
    return (*plan[:k], replace(burn, **values), *plan[k + 1 :])
