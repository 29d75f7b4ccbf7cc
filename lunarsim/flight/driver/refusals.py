"""Why a scenario, or a run of a campaign, could not be flown, in words."""

from __future__ import annotations

from typing import Any

from lunarsim.kernels import codes
from lunarsim.kernels.forces.own import MOST_FORCES
from lunarsim.mission.scenario import Scenario

_NO_FORCE = "{} raised an error, or gave no finite numbers: rerun such a run to see why"

#: Why a run could not be flown, by its code; empty for those that could.
FAILURES = {
    codes.SOUND: "",
    codes.NOT_FINITE: "a value is not finite, out of its bounds, or impossible, such as a perilune above the apolune",
    codes.NO_MASS: "the dry mass or the propellant mass is out of its bounds, or there is no propellant for a landing",
    codes.NO_THRUST: "the thrust or the specific impulse is out of its bounds, or the thrust less than the weight",
    codes.NO_TIME: "a timer, a duration or a cycle is out of its bounds, or nothing is flown",
    codes.NO_TARGET: "the target delta-v of a burn is out of its bounds",
    codes.THROTTLE_OUT_OF_RANGE: "the engine cannot run at the throttle of a burn: not above 0 and up to 1, below its "
    "least, or within its forbidden band",
    codes.LATE: "a burn's ignition comes before what precedes it ends",
    codes.BELOW_GROUND: "the flight starts below the ground, or where the terrain is not known",
    codes.GROUND_UNKNOWN: "the flight comes low where the terrain is not known",
    codes.NOT_CONVERGED: "the integration cannot go on: its steps, or the cycles of a phase, became too short",
    codes.OUTSIDE_SKY: "the flight is more than a day earlier or later than planned, or outside 1900 to 2050",
    codes.TOO_STRONG: "the thrust accelerates the empty craft by more than 100 km/s2, too much to be resolved",
    **{codes.NO_FORCE + k: _NO_FORCE.format(f"force {k} of the Moon") for k in range(MOST_FORCES)},
}


def failure_in_words(code: int, scenario: Scenario) -> str:
    """Return why a run of a scenario could not be flown, with the title of the force where that is one."""
    if code < codes.NO_FORCE:
        return FAILURES[code]
    force: Any = scenario.moon.forces[code - codes.NO_FORCE]
    return _NO_FORCE.format(f"force '{force.title}'")
