"""What can be wrong with the plan as it was loaded: constants, times of commands, alignment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from astropy import units as u

from lunarsim.declarations import FAST_MPS, LONG_S, REQUIRED, number
from lunarsim.errors import InputError
from lunarsim.faults.faults import Fault, fault
from lunarsim.plan import Burn, Phase

_MOST_BURNS = 1e4


@dataclass(frozen=True, kw_only=True)
class _OfBurn(Fault):
    """A defect of one of the burns: other numbers of it."""

    burn: float = number(0.0, u.one, low=0.0, high=_MOST_BURNS, text="Which of the burns, counted from 0.", whole=True)

    def loaded(self, planned: Burn) -> dict[str, Any]:
        """Return the numbers of a burn that were loaded otherwise, by their names."""
        raise NotImplementedError

    def apply_to_plan(self, plan: tuple[Phase, ...]) -> tuple[Phase, ...]:
        """Return the plan as it was loaded."""
        k, planned = _burn(plan, self.burn)
        return (*plan[:k], replace(planned, **self.loaded(planned)), *plan[k + 1 :])


@fault("wrong timer")
class WrongTimer(_OfBurn):
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

    def loaded(self, _: Burn) -> dict[str, Any]:
        """Return another timer."""
        return {"timer": self.timer}


@fault("wrong target")
class WrongTarget(_OfBurn):
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

    def loaded(self, _: Burn) -> dict[str, Any]:
        """Return another target."""
        return {"target_delta_v": self.target_delta_v}


@fault("late command")
class LateCommand(_OfBurn):
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

    def loaded(self, planned: Burn) -> dict[str, Any]:
        """Return another ignition."""
        return {"ignition": planned.ignition + self.delay}


@fault("thrust misaligned")
class ThrustMisaligned(_OfBurn):
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

    def loaded(self, planned: Burn) -> dict[str, Any]:
        """Return another direction of thrust."""
        return {"pitch_error": planned.pitch_error + self.pitch, "yaw_error": planned.yaw_error + self.yaw}


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
