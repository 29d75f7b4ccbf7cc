"""Which measurements a Kalman filter takes, and what it does when it has rejected many."""

from types import MappingProxyType

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.records import Record, record

#: The ground that the computer carries.
SPHERE, TERRAIN = 0, 1
MAPS = MappingProxyType({"sphere": SPHERE, "terrain": TERRAIN})

#: What follows so many rejections in a row.
IGNORE, ACCEPT, REINITIALISE = 0, 1, 2
RULES = MappingProxyType({"ignore": IGNORE, "accept": ACCEPT, "reinitialise": REINITIALISE})

#: What the computer remembers of a sensor that corrects the filter; zero when the flight begins.
AIDING = record(
    [
        ("next_sample", float),  # its number, counted from the start of the flight
        ("valid", float),  # whether the last sample was
        ("lost", float),  # how often a sample was not valid after one that was
        ("acquired", float),  # how often one was valid after one that was not
        ("taken", float),  # measurements that corrected the filter
        ("rejected", float),
        ("in_a_row", float),  # rejected since the last that was taken
        ("ignored", float),  # for good
        ("chi_square", float),  # sum of the normalised innovations squared, of what was taken
        ("numbers", float),  # how many they were
        ("innovation", float),  # the largest of the last sample, in standard deviations
        ("measured", float, (3,)),  # what it said: a range (m), or a velocity in body axes (m/s)
    ]
)

TAKE, REJECT, START_AGAIN = 0, 1, 2


@formula
def heard(aiding: Record, valid: bool) -> None:
    """Remember whether a sample was valid."""
    was = aiding.valid != 0.0
    if valid and not was:
        aiding.acquired += 1.0
    if was and not valid:
        aiding.lost += 1.0
    aiding.valid = 1.0 if valid else 0.0


@formula
def told(aiding: Record, chi_square: float, numbers: float, innovation: float) -> None:
    """Remember the normalised innovations of a sample, squared and summed up, and the largest in its deviations."""
    aiding.chi_square += chi_square
    aiding.numbers += numbers
    aiding.innovation = innovation


@formula
def judged(aiding: Record, innovation: float, navigation: Record) -> int:
    """Return what is done with a sample: TAKE, REJECT, or START_AGAIN and take it.

    ``innovation`` is the largest of its numbers, in standard deviations; one that is NaN passes no gate.
    """
    verdict = TAKE
    if not innovation <= navigation.gate:
        if aiding.in_a_row < navigation.rejections or navigation.on_rejections == IGNORE:
            aiding.rejected += 1.0
            aiding.in_a_row += 1.0
            if aiding.in_a_row >= navigation.rejections and navigation.on_rejections == IGNORE:
                aiding.ignored = 1.0
            return REJECT
        if navigation.on_rejections == REINITIALISE:
            verdict = START_AGAIN
    aiding.taken += 1.0
    aiding.in_a_row = 0.0
    return verdict
