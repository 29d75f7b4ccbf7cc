"""Which of three accelerometers is in use, or what was commanded in their place."""

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.records import Record

#: In place of the number of an accelerometer: what was commanded stands for what is sensed.
COMMANDED = 3


@formula
def unit_in_use(craft: Record, in_use: float) -> Record:
    """Return the record of an accelerometer by its number: of the first, or of a spare."""
    unit = craft.accelerometer
    if in_use == 1.0:
        unit = craft.second_accelerometer
    elif in_use == 2.0:
        unit = craft.third_accelerometer
    return unit
