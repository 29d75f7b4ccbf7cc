"""The codes of a run's results, and what they mean in words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.errors import InputError, nearest
from lunarsim.flight.events import timeline
from lunarsim.flight.result.touchdown import VERDICTS
from lunarsim.kernels import codes
from lunarsim.plan.phases import MAX_TERMINATIONS

#: How a run ended, by its code.
OUTCOMES = {
    codes.FAILED: "failed",
    codes.IMPACT: "impact",
    codes.IN_ORBIT: "in orbit",
    codes.ESCAPE: "escape",
    codes.ALOFT: "still aloft",
    **{code: verdict.value for code, verdict in VERDICTS.items()},
}

#: All outcomes on the ground by one name: impacts and touchdowns of any verdict.
GROUND = "on the ground"
_ON_GROUND = (codes.IMPACT, *VERDICTS)

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
}

#: How a burn or a guided phase ended, by its code; empty where it did not begin. Terminations are counted from 1.
CUTOFFS = {
    codes.NO_BURN: "",
    **{code: cutoff.value for code, cutoff in timeline.CUTOFFS.items()},
    **{codes.AT_EXIT + k: f"termination {k + 1}" for k in range(MAX_TERMINATIONS)},
}


def codes_of(outcome: object) -> tuple[int, ...]:
    """Return the codes of an outcome: one, or those of all that end on the ground.

    Raises
    ------
    InputError
        If there is none of this name; the text gives the nearest.
    """
    if outcome == GROUND:
        return _ON_GROUND
    codes = tuple(code for code, name in OUTCOMES.items() if name == outcome)
    if not codes:
        raise InputError(f"outcome {outcome!r}: {nearest(str(outcome), [*OUTCOMES.values(), GROUND])}")
    return codes


def tally(codes: NDArray[Any]) -> dict[int, int]:
    """Return how often each code is among those of some runs."""
    found, counts = np.unique(codes, return_counts=True)
    return {int(code): int(count) for code, count in zip(found, counts, strict=True)}
