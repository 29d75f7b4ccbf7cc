"""When a sensor samples: at whole multiples of its period from the start of the flight on, whatever else goes on."""

from math import floor

from lunarsim.kernels.compiled import formula

_ROUNDING = 1e-9  # of a sample: a time that was made of its number


@formula
def samples_by(t_s: float, rate_per_s: float) -> int:
    """Return how many samples a sensor has taken by a time, that at the start of the flight not counted."""
    return floor(t_s * rate_per_s + _ROUNDING)


@formula
def time_of(sample: int, rate_per_s: float) -> float:
    """Return when (s since the start of the flight) a sensor takes a sample."""
    return sample / rate_per_s
