"""The engine as it is set: off, in a burn, or as guidance commands it; and the sensor that watches it."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.motion import Propulsion
from lunarsim.kernels.forces.steering import FIXED
from lunarsim.kernels.guidance.limits import exhaust_velocity
from lunarsim.kernels.guidance.look import Command
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.redundancy import COMMANDED, commanded_over_true, unit_in_use
from lunarsim.kernels.simd.asked import Own


@formula
def engine_off() -> Propulsion:
    """Return an engine that is off, and nothing sensed."""
    nobody = Own(0, 0.0, 0)
    return Propulsion(0.0, 1.0, FIXED, np.zeros(3), False, 1.0, 0.0, 0.0, 0.0, nobody, nobody)


@formula
def burn_propulsion(craft: Record, burn: Record, steering: int, law: int, start_s: float, in_use: float) -> Propulsion:
    """Return the engine in a burn, and the sensor that watches it, in a flight that began at a time.

    ``steering`` is the code of a steering law, ``law`` the address of one of the user's own; ``in_use`` says which
    accelerometer it is.
    """
    watched = sensing(craft, in_use)
    return Propulsion(
        craft.engine.thrust_n * burn.throttle * (1.0 + craft.engine.thrust_error),
        exhaust_velocity(burn.throttle, craft.engine),
        steering,
        _unit(burn.direction),
        watched.powered,
        watched.scale_factor,
        watched.bias_mps2,
        burn.pitch_error_rad,
        burn.yaw_error_rad,
        Own(law, burn.ignition_s, np.int64(burn.own_steering.ctypes.data)),
        _own_sensor(craft, start_s, in_use),
    )


@formula
def propulsion_of(command: Command, craft: Record, start_s: float, in_use: float) -> Propulsion:
    """Return the engine as commanded, and the sensor that watches it, in a flight that began at a time."""
    watched = sensing(craft, in_use)
    return Propulsion(
        command.throttle * craft.engine.thrust_n * (1.0 + craft.engine.thrust_error),
        exhaust_velocity(command.throttle, craft.engine),
        FIXED,
        command.direction,
        watched.powered,
        watched.scale_factor,
        watched.bias_mps2,
        0.0,
        0.0,
        Own(0, 0.0, 0),
        _own_sensor(craft, start_s, in_use),
    )


class Sensing(NamedTuple):
    """What the computer integrates in a burn."""

    powered: bool
    scale_factor: float
    bias_mps2: float


@formula
def sensing(craft: Record, in_use: float) -> Sensing:
    """Return the accelerometer that is in use; or one that tells what was commanded."""
    if in_use == COMMANDED:
        return Sensing(True, commanded_over_true(craft), 0.0)
    unit = unit_in_use(craft, in_use)
    return Sensing(unit.powered != 0.0, unit.scale_factor, unit.bias_mps2)


@formula
def _own_sensor(craft: Record, start_s: float, in_use: float) -> Own:
    """Return a sensor of the user's; its numbers stay where they are, in the records of the run."""
    if in_use == COMMANDED:
        return Own(0, 0.0, 0)
    sensor = unit_in_use(craft, in_use)
    return Own(int(sensor.address), start_s, np.int64(sensor.own.ctypes.data))


@formula
def _unit(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, z = direction[0], direction[1], direction[2]
    length = sqrt(x * x + y * y + z * z)
    return direction / length if length > 0.0 else direction.copy()
