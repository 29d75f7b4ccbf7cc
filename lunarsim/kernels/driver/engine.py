"""The engine as it is set: off, in a burn, or as guidance commands it; and the sensor that watches it."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.motion import Propulsion
from lunarsim.kernels.forces.steering import FIXED
from lunarsim.kernels.guidance.limits import exhaust_velocity
from lunarsim.kernels.guidance.look import Command
from lunarsim.kernels.records import Record


@formula
def engine_off() -> Propulsion:
    """Return an engine that is off, and nothing sensed."""
    return Propulsion(0.0, 1.0, FIXED, np.zeros(3), False, 1.0, 0.0, 0.0, 0.0)


@formula
def burn_propulsion(craft: Record, burn: Record, steering: int) -> Propulsion:
    """Return the engine in a burn, and the sensor that watches it."""
    return Propulsion(
        craft.engine.thrust_n * burn.throttle * (1.0 + craft.engine.thrust_error),
        exhaust_velocity(burn.throttle, craft.engine),
        steering,
        _unit(burn.direction),
        craft.accelerometer.powered != 0.0,
        craft.accelerometer.scale_factor,
        craft.accelerometer.bias_mps2,
        burn.pitch_error_rad,
        burn.yaw_error_rad,
    )


@formula
def propulsion_of(command: Command, craft: Record) -> Propulsion:
    """Return the engine as commanded, and the sensor that watches it."""
    return Propulsion(
        command.throttle * craft.engine.thrust_n * (1.0 + craft.engine.thrust_error),
        exhaust_velocity(command.throttle, craft.engine),
        FIXED,
        command.direction,
        craft.accelerometer.powered != 0.0,
        craft.accelerometer.scale_factor,
        craft.accelerometer.bias_mps2,
        0.0,
        0.0,
    )


@formula
def _unit(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, z = direction[0], direction[1], direction[2]
    length = sqrt(x * x + y * y + z * z)
    return direction / length if length > 0.0 else direction.copy()
