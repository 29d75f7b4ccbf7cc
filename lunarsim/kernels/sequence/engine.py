"""The engine as it is set: off, in a burn, or as guidance commands it; and the sensor that watches it."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.motion import Environment, Propulsion
from lunarsim.kernels.forces.steering import FIXED, off_by
from lunarsim.kernels.guidance.limits import exhaust_velocity, full_thrust, valve_position
from lunarsim.kernels.guidance.look import Command, moon_fixed
from lunarsim.kernels.numerics.vectors import cross, from_axes, three
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.body import body_axes
from lunarsim.kernels.sensors.redundancy import COMMANDED, unit_in_use
from lunarsim.kernels.simd.asked import Own


@formula
def engine_off() -> Propulsion:
    """Return an engine that is off, and nothing sensed."""
    nobody = Own(0, 0.0, 0)
    return Propulsion(0.0, 1.0, FIXED, np.zeros(3), False, 1.0, 0.0, 0.0, 0.0, nobody, nobody, 0.0, 0.0)


@formula
def burn_propulsion(
    craft: Record, burn: Record, steering: int, law: int, start_s: float, in_use: float, mass_kg: float
) -> Propulsion:
    """Return the engine in a burn, and the sensor that watches it, in a flight that began at a time.

    ``steering`` is the code of a steering law, ``law`` the address of one of the user's own. ``in_use``
    says which accelerometer it is. The thrust is that to which it rises; ``mass_kg`` is the craft's.
    """
    engine = craft.engine
    throttle = valve_position(burn.throttle, burn.throttle, engine)
    watched = sensing(craft, in_use, burn.throttle, throttle, mass_kg)
    return Propulsion(
        true_thrust(throttle, engine),
        true_exhaust_velocity(throttle, engine),
        steering,
        _unit(burn.direction),
        watched.powered,
        watched.scale_factor,
        watched.bias_mps2,
        burn.pitch_error_rad + engine.misalignment_pitch_rad,
        burn.yaw_error_rad + engine.misalignment_yaw_rad,
        Own(law, burn.ignition_s, np.int64(burn.own_steering.ctypes.data)),
        _own_sensor(craft, start_s, in_use),
        0.0,
        0.0,
    )


@formula
def propulsion_of(
    command: Command,
    direction: NDArray[np.float64],
    craft: Record,
    memory: Record,
    start_s: float,
    in_use: float,
    mass_kg: float,
) -> Propulsion:
    """Return the engine as commanded, and the sensor that watches it, in a flight that began at a time.

    The thrust, to which it rises, points along a ``direction`` (ICRF); the ``memory`` is of how the engine runs.
    """
    throttle = valve_position(command.throttle, memory.throttle, craft.engine)
    return _held(
        craft,
        true_thrust(throttle, craft.engine),
        true_exhaust_velocity(throttle, craft.engine),
        direction,
        start_s,
        in_use,
        sensing(craft, in_use, command.throttle, throttle, mass_kg),
    )


@formula
def as_it_ran(craft: Record, memory: Record, start_s: float, in_use: float, mass_kg: float) -> Propulsion:
    """Return the engine as it ran last, and the sensor that watches it, in a flight that began at a time."""
    direction = np.array(three(memory.direction))
    watched = sensing(craft, in_use, memory.throttle, memory.throttle, mass_kg)
    return _held(craft, memory.thrust_n, memory.exhaust_velocity_mps, direction, start_s, in_use, watched)


class Sensing(NamedTuple):
    """What the computer integrates in a burn."""

    powered: bool
    scale_factor: float
    bias_mps2: float


@formula
def _held(
    craft: Record,
    thrust_n: float,
    exhaust_velocity_mps: float,
    direction: NDArray[np.float64],
    start_s: float,
    in_use: float,
    watched: Sensing,
) -> Propulsion:
    """Return an engine whose thrust holds its direction."""
    return Propulsion(
        thrust_n,
        exhaust_velocity_mps,
        FIXED,
        direction,
        watched.powered,
        watched.scale_factor,
        watched.bias_mps2,
        0.0,
        0.0,
        Own(0, 0.0, 0),
        _own_sensor(craft, start_s, in_use),
        0.0,
        0.0,
    )


@formula
def sensing(craft: Record, in_use: float, commanded: float, throttle: float, mass_kg: float) -> Sensing:
    """Return the accelerometer that is in use; or one that tells what was commanded.

    That is a throttle of the thrust and the mass that the computer knows; the valve has another ``throttle``, and the
    craft truly a ``mass_kg``. Of an engine that gives nothing it tells that as a bias: no leg integrates it, see
    :func:`told_alone`.
    """
    if in_use == COMMANDED:
        given, known_kg = throttle * (1.0 + craft.engine.thrust_error), mass_kg + craft.navigation.mass_kg
        if given > 0.0:
            return Sensing(True, commanded / given * mass_kg / known_kg, 0.0)
        return Sensing(True, 0.0, commanded * full_thrust(craft.engine) / known_kg)
    unit = unit_in_use(craft, in_use)
    return Sensing(unit.powered != 0.0, unit.scale_factor, unit.bias_mps2)


@formula
def told_alone(propulsion: Propulsion, in_use: float) -> float:
    """Return the acceleration (m/s2) that is commanded to an engine that gives nothing, where that is what is told."""
    return propulsion.sensor_bias_mps2 if in_use == COMMANDED and propulsion.thrust_n <= 0.0 else 0.0


@formula
def thrust_line(
    t_s: float,
    axis: NDArray[np.float64],
    engine: Record,
    site_m: NDArray[np.float64],
    downrange: NDArray[np.float64],
    environment: Environment,
) -> NDArray[np.float64]:
    """Return where a thrust points that is misaligned against the craft's axis (unit vectors, ICRF).

    Pitch and yaw are those of :func:`mispointed`, in the axes of the body. Its left is that of the flight at the
    landing site, from ``site_m`` and the axis ``downrange`` there (PA): that has a direction in vertical descent too.
    """
    pitch_rad, yaw_rad = engine.misalignment_pitch_rad, engine.misalignment_yaw_rad
    if pitch_rad == 0.0 and yaw_rad == 0.0:
        return axis
    rot, _ = moon_fixed(t_s, environment)
    left = rot.T @ np.array(cross(three(site_m), three(downrange)))
    ahead, up, aside = off_by(pitch_rad, yaw_rad)
    return np.array(from_axes(body_axes(three(axis), three(left)), (up, aside, ahead)))


@formula
def held_along(propulsion: Propulsion, direction: NDArray[np.float64]) -> Propulsion:
    """Return an engine as it is set, whose thrust holds a direction."""
    return _steered(propulsion, FIXED, direction, 0.0, 0.0)


@formula
def without_misalignment(propulsion: Propulsion, burn: Record) -> Propulsion:
    """Return an engine in a burn whose thrust goes along the craft's axis."""
    pitch_rad, yaw_rad = burn.pitch_error_rad, burn.yaw_error_rad
    return _steered(propulsion, propulsion.steering, propulsion.direction, pitch_rad, yaw_rad)


@formula
def _steered(
    propulsion: Propulsion, steering: int, direction: NDArray[np.float64], pitch_rad: float, yaw_rad: float
) -> Propulsion:
    """Return an engine as it is set, but for where its thrust goes."""
    return Propulsion(
        propulsion.thrust_n,
        propulsion.exhaust_velocity_mps,
        steering,
        direction,
        propulsion.sensor_powered,
        propulsion.sensor_scale_factor,
        propulsion.sensor_bias_mps2,
        pitch_rad,
        yaw_rad,
        propulsion.own_steering,
        propulsion.own_sensor,
        propulsion.thrust_rate_n_s,
        propulsion.full_s,
    )


@formula
def true_thrust(throttle: float, engine: Record) -> float:
    """Return the thrust (N) that an engine, or a cluster, truly gives at a throttle."""
    return float(full_thrust(engine) * throttle * (1.0 + engine.thrust_error))


@formula
def true_exhaust_velocity(throttle: float, engine: Record) -> float:
    """Return the exhaust velocity (m/s) that an engine truly has at a throttle."""
    return float(exhaust_velocity(throttle, engine) * (1.0 + engine.specific_impulse_error))


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
