"""The equations of motion: all forces summed, mass flow, true and sensed delta-v."""

from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, kernel, part_of_kernel
from lunarsim.kernels.forces.gravity import HarmonicField, harmonics, harmonics_of_eight, point_mass
from lunarsim.kernels.forces.gravity_grid import ResidualGrid, exact_field, gridded, gridded_of_eight
from lunarsim.kernels.forces.near_earth import NearEarth, pole_at, with_oblateness
from lunarsim.kernels.forces.own import OwnForces, with_own
from lunarsim.kernels.forces.radiation import Sunlight, push_of_light
from lunarsim.kernels.forces.shadow import contacts
from lunarsim.kernels.forces.steering import OWN, Motion, mispointed, own_direction, thrust_direction
from lunarsim.kernels.forces.third_body import third_body
from lunarsim.kernels.forces.tide import solid_tide
from lunarsim.kernels.geometry.orientation import euler_313, rows_at
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate, evaluate_at_eight
from lunarsim.kernels.numerics.vectors import added
from lunarsim.kernels.sensors.accelerometer import accelerometer, own_reading
from lunarsim.kernels.simd.asked import NONE, Own
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, LanesType, everywhere, load
from lunarsim.kernels.simd.points import Eights, Real, component
from lunarsim.kernels.within_callers import OPTIONS

#: Places in the vector that is integrated: position (m) and velocity (m/s) in ICRF axes, mass (kg),
#: and the delta-v since the start of the flight (m/s): true, and as the accelerometer sensed it.
POSITION = slice(0, 3)
VELOCITY = slice(3, 6)
MASS = 6
DV_TRUE = 7
DV_SENSED = 8
SIZE = 9


class Environment(NamedTuple):
    """The Moon and its sky during one flight."""

    epoch_et_s: float  #: start of the flight, TDB seconds past J2000
    field: ResidualGrid  #: the static field; a grid without cells is the exact field
    angles: ChebyshevTable  #: PA orientation angles
    body_gm: NDArray[np.float64]  #: shape (bodies,), m3/s2
    body_positions: ChebyshevTable  #: Moon-centred, ICRF axes, 3 components a body (m)
    third_bodies: int  #: so many of the bodies, the first ones, attract the craft
    love_number: float  #: k2 of the tide that all the bodies raise; 0 where it is off
    sunlight: Sunlight
    forces: OwnForces  #: of the user's own
    earth: NearEarth | None = None  #: where it is more than a distant point mass


class Propulsion(NamedTuple):
    """One engine setting and the sensor that watches it; zero thrust and no sensor in a coast.

    The thrust is constant, or linear in time: it rises to ``thrust_n`` at ``full_s``, or falls from it.
    """

    thrust_n: float  #: the greatest of the leg
    exhaust_velocity_mps: float
    steering: int
    direction: NDArray[np.float64]
    sensor_powered: bool
    sensor_scale_factor: float
    sensor_bias_mps2: float
    pitch_error_rad: float
    yaw_error_rad: float
    own_steering: Own = NONE
    own_sensor: Own = NONE
    thrust_rate_n_s: float = 0.0
    full_s: float = 0.0  #: when the thrust is ``thrust_n``, after the start of the flight; any where it is constant


class Sky(NamedTuple):
    """What depends on time alone: the rotation from ICRF to PA axes, row by row, and the bodies' positions (m).

    Nine and three a body; a tuple and an array for one moment, :class:`Eights` for eight. And the Earth's axis, where
    the Earth may be near.
    """

    rot: Any
    bodies: Any
    pole: Any = (0.0, 0.0, 1.0)


def attraction(x: Any, y: Any, z: Any, field: Any) -> tuple[Real, Real, Real]:
    """Return the acceleration (m/s2) by the static field at one position or eight (m), all in PA."""
    raise NotImplementedError


@overload(attraction, strict=False, jit_options=OPTIONS, inline="always")
def _attraction(x: Any, y: Any, z: Any, field: Any) -> Any:  # noqa: ARG001
    exact = field.instance_class is HarmonicField
    if isinstance(x, LanesType):
        return _attraction_of_harmonics_at_eight if exact else _attraction_at_eight
    return _attraction_of_harmonics if exact else _attraction_at_one


def _attraction_of_harmonics(x: Any, y: Any, z: Any, field: HarmonicField) -> Any:
    return harmonics(x, y, z, field)


def _attraction_of_harmonics_at_eight(x: Any, y: Any, z: Any, field: HarmonicField) -> Any:
    return harmonics_of_eight(x, y, z, field)


def _attraction_at_one(x: Any, y: Any, z: Any, field: ResidualGrid) -> Any:
    return gridded(x, y, z, field)


def _attraction_at_eight(x: Any, y: Any, z: Any, field: ResidualGrid) -> Any:
    return gridded_of_eight(x, y, z, field)


@part_of_kernel
def gravity(r: Any, sky: Sky, field: Any) -> tuple[Real, Real, Real]:
    """Return the acceleration (m/s2, ICRF axes) by the Moon's static field at one position or eight (m)."""
    exact = exact_field(field)
    if exact.degree < 2:
        return point_mass(r[0], r[1], r[2], exact.gm)
    xx, xy, xz = component(sky.rot, 0), component(sky.rot, 1), component(sky.rot, 2)
    yx, yy, yz = component(sky.rot, 3), component(sky.rot, 4), component(sky.rot, 5)
    zx, zy, zz = component(sky.rot, 6), component(sky.rot, 7), component(sky.rot, 8)
    ax, ay, az = attraction(
        xx * r[0] + xy * r[1] + xz * r[2],
        yx * r[0] + yy * r[1] + yz * r[2],
        zx * r[0] + zy * r[1] + zz * r[2],
        field,
    )
    return xx * ax + yx * ay + zx * az, xy * ax + yy * ay + zy * az, xz * ax + yz * ay + zz * az


@part_of_kernel
def pull_of_sky(r: Any, mass_kg: Real, sky: Sky, environment: Environment) -> tuple[Real, Real, Real]:
    """Return the acceleration (m/s2, ICRF axes) at one position or eight (m) that comes of the bodies in the sky.

    Their attraction, with the oblateness of a near Earth, the tide that they raise in the Moon, and the pressure of
    sunlight.
    """
    total = (0.0 * r[0], 0.0 * r[1], 0.0 * r[2])
    radius_m = exact_field(environment.field).radius_m
    for b in range(environment.body_gm.size):
        d = component(sky.bodies, 3 * b), component(sky.bodies, 3 * b + 1), component(sky.bodies, 3 * b + 2)
        gm = environment.body_gm[b]
        if b < environment.third_bodies:
            total = added(total, third_body(r, d, gm))
        if environment.love_number > 0.0:
            total = added(total, solid_tide(r, d, gm, environment.love_number, radius_m))
        total = added(total, push_of_light(b, r, d, mass_kg, environment.sunlight))
    return with_oblateness(total, r, sky, environment.earth)


@part_of_kernel
def thrust_at(t_s: Real, propulsion: Propulsion) -> Real:
    """Return the thrust (N) at one time or eight within a leg."""
    return propulsion.thrust_n + propulsion.thrust_rate_n_s * (t_s - propulsion.full_s)


@part_of_kernel
def burned(t_s: float, after_s: Real, propulsion: Propulsion) -> Real:
    """Return the propellant (kg) that is burned in one span of time or eight (s) from a time on, within a leg."""
    flow_kg_s = thrust_at(t_s, propulsion) / propulsion.exhaust_velocity_mps
    return (flow_kg_s + 0.5 * propulsion.thrust_rate_n_s / propulsion.exhaust_velocity_mps * after_s) * after_s


@part_of_kernel
def commanded_direction(now: Motion, propulsion: Propulsion) -> tuple[Real, Real, Real]:
    """Return the unit vector (ICRF axes) of a steering law in one state or eight, without pointing errors."""
    if propulsion.steering == OWN:
        return own_direction(propulsion.own_steering, now)
    return thrust_direction(propulsion.steering, propulsion.direction, now.v)


@part_of_kernel
def thrust(now: Motion, specific_force: Real, propulsion: Propulsion) -> tuple[Real, Real, Real]:
    """Return the acceleration (m/s2, ICRF axes) by the engine in one state or eight."""
    u = commanded_direction(now, propulsion)
    if propulsion.pitch_error_rad != 0.0 or propulsion.yaw_error_rad != 0.0:
        u = mispointed(u, now.r, now.v, propulsion.pitch_error_rad, propulsion.yaw_error_rad)
    return specific_force * u[0], specific_force * u[1], specific_force * u[2]


@part_of_kernel
def senses_by_itself(propulsion: Propulsion) -> bool:
    """Return whether a sensor of the user's is on, of whose reading nothing is known beforehand."""
    return propulsion.own_sensor.address != 0 and propulsion.sensor_powered


@part_of_kernel
def sensed(t_s: Real, mass_kg: Real, specific_force: Real, propulsion: Propulsion) -> Real:
    """Return what the accelerometer reports (m/s2)."""
    if senses_by_itself(propulsion):
        return own_reading(propulsion.own_sensor, t_s, specific_force, mass_kg)
    return accelerometer(
        specific_force, propulsion.sensor_powered, propulsion.sensor_scale_factor, propulsion.sensor_bias_mps2
    )


@kernel
def shadow_contacts(t_s: float, y: NDArray[np.float64], environment: Environment) -> tuple[float, float]:
    """Return the angles (rad) of the craft from the Moon's penumbra and umbra; see :func:`shadow.contacts`.

    Where radiation is on, a zero of either ends a segment: the force is continuous there, and so is its first
    derivative, but the penumbra of a low orbit lasts 10 s, within one step. Integrated across, a day in a 100 km
    orbit errs by 0.08 m at degree 50 and by 1.1 m about a point mass, at the default tolerances; ended there, by
    less than 2 mm and 0.03 mm, as without radiation. NaN if the environment has no Sun.
    """
    sunlight = environment.sunlight
    if sunlight.body < 0:
        return np.nan, np.nan
    positions = np.empty(3 * environment.body_gm.size)
    evaluate(environment.body_positions, environment.epoch_et_s + t_s, positions)
    sun = positions[3 * sunlight.body : 3 * sunlight.body + 3]
    return contacts(y[0:3], sun, sunlight.sun_radius_m, sunlight.moon_radius_m)


@kernel
def derivative(
    t_s: float, y: NDArray[np.float64], environment: Environment, propulsion: Propulsion
) -> NDArray[np.float64]:
    """Return dy/dt at ``t_s`` seconds after the start of the flight; see the places of ``y`` above."""
    r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
    sky = sky_at(environment.epoch_et_s + t_s, environment)
    total = added(gravity(r, sky, environment.field), pull_of_sky(r, y[MASS], sky, environment))
    total = with_own(total, t_s, y, environment, environment.forces)
    out = np.zeros(SIZE)
    if propulsion.thrust_n > 0.0:
        thrust_n = thrust_at(t_s, propulsion)
        specific_force = thrust_n / y[MASS]
        total = added(total, thrust(Motion(t_s, r, v, y[MASS]), specific_force, propulsion))
        out[MASS] = -thrust_n / propulsion.exhaust_velocity_mps
        out[DV_TRUE] = specific_force
        out[DV_SENSED] = sensed(t_s, y[MASS], specific_force, propulsion)
    out[0], out[1], out[2] = v
    out[3], out[4], out[5] = total
    return out


@formula
def sky_at(et_s: float, environment: Environment) -> Sky:
    """Return the rotation to PA axes and the bodies' positions at a time, TDB seconds past J2000."""
    x, y, z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
    if exact_field(environment.field).degree >= 2:
        x, y, z = rows_at(environment.angles, et_s)
    bodies = np.empty(3 * environment.body_gm.size)
    if bodies.size > 0:
        evaluate(environment.body_positions, et_s, bodies)
    return Sky(x + y + z, bodies, pole_at(et_s, environment.earth))


@part_of_kernel
def no_sky(environment: Environment) -> Sky:
    """Return what stands for :func:`sky_at_eight` as long as nobody looks at it."""
    zero = everywhere(0.0)
    rows = (zero, zero, zero, zero, zero, zero, zero, zero, zero)
    return Sky(rows, Eights(np.empty(0)), pole_at(zero, environment.earth))


@part_of_kernel
def sky_at_eight(et_s: Lanes, environment: Environment) -> Sky:
    """Return :func:`sky_at` at eight times."""
    angles, bodies = np.empty(3 * WIDTH), np.empty(3 * environment.body_gm.size * WIDTH)
    evaluate_at_eight(environment.angles, et_s, angles)
    rows = euler_313(load(angles, 0), load(angles, WIDTH), load(angles, 2 * WIDTH))
    if bodies.size > 0:
        evaluate_at_eight(environment.body_positions, et_s, bodies)
    return Sky(rows[0] + rows[1] + rows[2], Eights(bodies), pole_at(et_s, environment.earth))
