"""Time along a flight: TDB seconds after its start, whatever scale the user speaks.

A second of UTC or TAI and one of TDB differ by up to 3.3e-10: half a millimetre of flight in twenty minutes.
"""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray


def time_after(start: Time, seconds: float | NDArray[np.float64]) -> Time:
    """Return the time some TDB seconds after ``start``, in the scale and format of ``start``."""
    time = getattr(start.tdb + seconds * u.s, start.scale)
    time.format = start.format
    return time


def seconds_after(start: Time, time: Time) -> NDArray[np.float64]:
    """Return how many TDB seconds ``time`` lies after ``start``."""
    return np.asarray((time.tdb - start.tdb).to_value(u.s))
