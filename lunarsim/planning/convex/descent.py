"""Convex powered descent: the least propellant to a target over flat ground, with limits on thrust and path.

Lossless convexification: Acikmese & Ploen 2007, doi:10.2514/1.27553; Blackmore, Acikmese & Scharf 2010,
doi:10.2514/1.47202. With z = ln m, u = thrust / m and a slack sigma that bounds the size of u, the problem is a
second-order cone program for a given time of flight; the time is searched. Between nodes u and sigma are linear in
time, and the motion is exact for that. The upper bound sigma <= T e^-z is not convex; it is replaced by its tangent
about the mass of the solution before, which lies inside it, and the program is solved again. Gravity is uniform, the
ground is flat and does not turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u

from lunarsim import checks, constants
from lunarsim.craft.engine import Engine
from lunarsim.errors import InputError
from lunarsim.planning.convex.problem import Descent, cvxpy
from lunarsim.planning.convex.search import solution

_GRAVITY = constants.MOON_GRAVITY_MPS2 * u.m / u.s**2
_AT_SITE = np.zeros(3) * u.m
_AT_REST = np.zeros(3) * u.m / u.s


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvexDescent:
    """A descent of least propellant; axes downrange, crossrange, up from the site.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> descent = ls.ConvexDescent(
    ...     times=[0, 41] * u.s,
    ...     positions=[[-1000, 0, 1500], [0, 0, 0]] * u.m,
    ...     velocities=[[50, 0, -30], [0, 0, 0]] * u.m / u.s,
    ...     thrusts=[[-1, 0, 2], [0, 0, 2]] * u.kN,
    ...     masses=[900, 866] * u.kg,
    ...     status="Solved",
    ... )
    >>> print(descent.propellant, descent.flight_time)
    34.0 kg 41.0 s
    """

    times: u.Quantity  #: shape (n,), from the start
    positions: u.Quantity  #: shape (n, 3)
    velocities: u.Quantity  #: shape (n, 3)
    thrusts: u.Quantity  #: shape (n, 3)
    masses: u.Quantity  #: shape (n,)
    status: str  #: the solver's word: "optimal", or "optimal_inaccurate"

    @property
    def propellant(self) -> u.Quantity:
        """Propellant burned."""
        return self.masses[0] - self.masses[-1]

    @property
    def flight_time(self) -> u.Quantity:
        """Time from the start to the target."""
        return self.times[-1]


def plan_convex_descent(
    position: u.Quantity,
    velocity: u.Quantity,
    *,
    mass: u.Quantity,
    dry_mass: u.Quantity,
    engine: Engine,
    min_throttle: float = 0.0,
    target_position: u.Quantity = _AT_SITE,
    target_velocity: u.Quantity = _AT_REST,
    free_downrange: bool = False,
    glide_slope: u.Quantity | None = None,
    max_tilt: u.Quantity | None = None,
    flight_time: u.Quantity | None = None,
    gravity: u.Quantity = _GRAVITY,
    nodes: int = 100,
) -> ConvexDescent:
    """Return the descent of least propellant to a target; needs ``pip install 'lunarsim[convex]'``.

    Parameters
    ----------
    position, velocity : Quantity, shape (3,)
        At the start: downrange, crossrange (positive left), up from the site; over the ground.
    mass, dry_mass : Quantity
        At the start, and without propellant.
    engine : Engine
        Its thrust and specific impulse.
    min_throttle : float
        Share of full thrust below which the engine cannot burn, 0 to 1. Above 0 it cannot be switched off either.
        Default 0.
    target_position, target_velocity : Quantity, shape (3,)
        At the end; default the site, at rest.
    free_downrange : bool
        If true the descent ends at any downrange position. Default false.
    glide_slope : Quantity or None
        Least elevation of the path as seen from the target, above 0 and below 90 degrees; default none.
    max_tilt : Quantity or None
        Of the thrust from the vertical, up to 90 degrees; default none.
    flight_time : Quantity or None
        Default: searched for the least propellant.
    gravity : Quantity
        Uniform; default that of the Moon's mean sphere, 1.624 m/s2.
    nodes : int
        Points in time; default 100.

    Raises
    ------
    InputError
        If an argument is out of its range, or no descent meets the limits; the text says which limit stands in the
        way.
    LunarsimError
        If cvxpy or Clarabel is not installed.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> engine = ls.Engine(thrust=4 * u.kN, specific_impulse=310 * u.s)
    >>> found = ls.plan_convex_descent(
    ...     [-1000, 0, 1500] * u.m, [50, 0, -30] * u.m / u.s, mass=900 * u.kg, dry_mass=600 * u.kg, engine=engine
    ... )
    >>> print(f"{found.propellant:.0f} in {found.flight_time:.0f}")
    34 kg in 41 s
    """
    cvxpy()
    if not isinstance(nodes, int) or nodes < 10:
        raise InputError(f"nodes = {nodes!r}: expected a whole number, at least 10")
    descent = Descent(
        position=checks.quantity("position", position, u.m, shape=(3,)).value,
        velocity=checks.quantity("velocity", velocity, u.m / u.s, shape=(3,)).value,
        target_position=checks.quantity("target_position", target_position, u.m, shape=(3,)).value,
        target_velocity=checks.quantity("target_velocity", target_velocity, u.m / u.s, shape=(3,)).value,
        mass_kg=checks.quantity("mass", mass, u.kg, positive=True).value,
        dry_mass_kg=checks.quantity("dry_mass", dry_mass, u.kg, positive=True).value,
        thrust_n=engine.total_thrust.to_value(u.N),
        least_thrust_n=checks.number("min_throttle", min_throttle, minimum=0.0, maximum=1.0)
        * engine.total_thrust.to_value(u.N),
        exhaust_velocity_mps=engine.exhaust_velocity.value,
        gravity_mps2=checks.quantity("gravity", gravity, u.m / u.s**2, positive=True).value,
        glide_slope_rad=_angle("glide_slope", glide_slope, below=90.0),
        largest_tilt_rad=_angle("max_tilt", max_tilt, below=90.0 + 1e-9),
        free_downrange=free_downrange,
    )
    _check_start(descent)
    time = None if flight_time is None else checks.quantity("flight_time", flight_time, u.s, positive=True).value
    return _described(descent, time, nodes)


def _described(descent: Descent, flight_time_s: float | None, nodes: int) -> ConvexDescent:
    found = solution(descent, flight_time_s, nodes)
    return ConvexDescent(
        times=found.times * u.s,
        positions=found.positions * u.m,
        velocities=found.velocities * (u.m / u.s),
        thrusts=found.thrust_accelerations * found.masses[:, None] * u.N,
        masses=found.masses * u.kg,
        status=found.status,
    )


def _angle(name: str, value: u.Quantity | None, *, below: float) -> float | None:
    if value is None:
        return None
    angle = checks.quantity(name, value, u.deg, positive=True)
    if not angle.value < below:
        raise InputError(f"{name} = {value}: expected an angle above 0 and below {below:.3g} deg")
    return float(angle.to_value(u.rad))


def _check_start(descent: Descent) -> None:
    """Raise an error for what no engine and no path can mend."""
    for name, height in (("position", descent.position[2]), ("target_position", descent.target_position[2])):
        if height < 0.0:
            raise InputError(f"{name} is {-height:.6g} m below the ground: expected a height of at least 0 m")
    if descent.dry_mass_kg >= descent.mass_kg:
        raise InputError(
            f"dry_mass = {descent.dry_mass_kg:.6g} kg leaves no propellant in a mass of {descent.mass_kg:.6g} kg"
        )
    if descent.glide_slope_rad is not None and not descent.free_downrange:
        away = descent.position - descent.target_position
        elevation = np.arctan2(away[2], np.hypot(away[0], away[1]))
        if elevation < descent.glide_slope_rad:
            raise InputError(
                f"position stands {np.degrees(elevation):.4g} deg above the horizontal of the target, below "
                f"glide_slope = {np.degrees(descent.glide_slope_rad):.4g} deg: start steeper, or lower the glide slope"
            )
