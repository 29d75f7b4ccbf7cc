"""The equations of motion: all forces summed, mass flow, true and sensed delta-v."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.chebyshev import ChebyshevTable, evaluate
from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.gravity import point_mass
from lunarsim.kernels.gravity_grid import ResidualGrid, gridded
from lunarsim.kernels.orientation import rot_pa_from_icrf
from lunarsim.kernels.radiation import Sunlight, radiation_force
from lunarsim.kernels.sensors import accelerometer
from lunarsim.kernels.shadow import contacts
from lunarsim.kernels.steering import thrust_direction
from lunarsim.kernels.third_body import third_body
from lunarsim.kernels.tide import solid_tide

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


class Propulsion(NamedTuple):
    """One engine setting and the sensor that watches it; zero thrust and no sensor in a coast."""

    thrust_n: float
    exhaust_velocity_mps: float
    steering: int
    direction: NDArray[np.float64]
    sensor_powered: bool
    sensor_scale_factor: float
    sensor_bias_mps2: float


@kernel
def gravity(et_s: float, r: NDArray[np.float64], environment: Environment) -> NDArray[np.float64]:
    """Return the acceleration (m/s2, ICRF axes) by the Moon's static field at ``r`` (m)."""
    total = np.empty(3)
    if environment.field.exact.degree < 2:
        total[0], total[1], total[2] = point_mass(r[0], r[1], r[2], environment.field.exact.gm)
    else:
        rot = rot_pa_from_icrf(environment.angles, et_s)
        r_pa = rot @ r
        a_pa = np.empty(3)
        a_pa[0], a_pa[1], a_pa[2] = gridded(r_pa[0], r_pa[1], r_pa[2], environment.field)
        for i in range(3):
            total[i] = rot[0, i] * a_pa[0] + rot[1, i] * a_pa[1] + rot[2, i] * a_pa[2]
    return total


@kernel
def add_sky(
    et_s: float, r: NDArray[np.float64], mass_kg: float, environment: Environment, total: NDArray[np.float64]
) -> None:
    """Add to ``total`` the acceleration (m/s2, ICRF axes) at ``r`` (m) that comes of the bodies in the sky.

    Their attraction, the tide that they raise in the Moon, and the pressure of sunlight.
    """
    bodies = environment.body_gm.size
    if bodies == 0:
        return
    positions = np.empty(3 * bodies)
    evaluate(environment.body_positions, et_s, positions)
    for b in range(bodies):
        d = positions[3 * b : 3 * b + 3]
        gm = environment.body_gm[b]
        if b < environment.third_bodies:
            _add(total, third_body(r, d, gm), 1.0)
        if environment.love_number > 0.0:
            _add(total, solid_tide(r, d, gm, environment.love_number, environment.field.exact.radius_m), 1.0)
        if b == environment.sunlight.body and environment.sunlight.strength_n_m2 > 0.0:
            _add(total, radiation_force(r, d, environment.sunlight), 1.0 / mass_kg)


@kernel
def _add(total: NDArray[np.float64], term: tuple[float, float, float], factor: float) -> None:
    total[0] += factor * term[0]
    total[1] += factor * term[1]
    total[2] += factor * term[2]


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
    v = y[3:6]
    out = np.zeros(SIZE)
    out[0:3] = v
    et_s = environment.epoch_et_s + t_s
    out[3:6] = gravity(et_s, y[0:3], environment)
    add_sky(et_s, y[0:3], y[MASS], environment, out[3:6])
    if propulsion.thrust_n > 0.0:
        specific_force = propulsion.thrust_n / y[MASS]
        ux, uy, uz = thrust_direction(propulsion.steering, propulsion.direction, v)
        out[3] += specific_force * ux
        out[4] += specific_force * uy
        out[5] += specific_force * uz
        out[MASS] = -propulsion.thrust_n / propulsion.exhaust_velocity_mps
        out[DV_TRUE] = specific_force
        out[DV_SENSED] = accelerometer(
            specific_force,
            propulsion.sensor_powered,
            propulsion.sensor_scale_factor,
            propulsion.sensor_bias_mps2,
        )
    return out
