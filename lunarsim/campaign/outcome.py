"""The codes of a run's results, and what they mean in words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.errors import InputError, nearest
from lunarsim.flight.driver import refusals
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
    codes.EARTH_ENTRY: "earth entry",
    codes.EARTH_ORBIT: "in earth orbit",
    **{code: verdict.value for code, verdict in VERDICTS.items()},
}

_WORDS = np.array([OUTCOMES[code] for code in sorted(OUTCOMES)])  # the codes are 0, 1, 2, ...

#: All outcomes on the ground by one name: impacts and touchdowns of any verdict.
GROUND = "on the ground"
_ON_GROUND = (codes.IMPACT, *VERDICTS)

#: Why a run could not be flown, by its code; empty for those that could.
FAILURES = refusals.FAILURES

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


def in_words(codes: NDArray[Any]) -> NDArray[np.str_]:
    """Return outcomes by their names, from their codes."""
    return np.asarray(_WORDS[codes])


def tally(codes: NDArray[Any]) -> dict[int, int]:
    """Return how often each code is among those of some runs."""
    found, counts = np.unique(codes, return_counts=True)
    return {int(code): int(count) for code, count in zip(found, counts, strict=True)}
