"""One look of the flight computer: belief, law, limits, exits. Both drivers fly what it commands until the next."""

from math import atan2, isfinite, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.constants import STANDARD_GRAVITY_MPS2
from lunarsim.kernels.compiled import formula, kernel
from lunarsim.kernels.forces.motion import Environment, Propulsion, thrust
from lunarsim.kernels.geometry.orientation import angular_velocity_pa, euler_313
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.guidance.aim import axes_at, beside, on_ground, safest
from lunarsim.kernels.guidance.exits import NO_EXIT, exit_of, time_left
from lunarsim.kernels.guidance.law import FREE, UPRIGHT, called
from lunarsim.kernels.guidance.limits import (
    throttle_within,
    turned,
    within_tilt,
    within_view,
)
from lunarsim.kernels.guidance.memory import MEMORY, SHARED
from lunarsim.kernels.guidance.navigation import believed
from lunarsim.kernels.guidance.situation import (
    SITE,
    Site,
    Situation,
    Three,
    acceleration_without_thrust,
    cartesian,
    level,
    site_of,
)
from lunarsim.kernels.numerics.chebyshev import evaluate_with_rate
from lunarsim.kernels.records import Record, record

#: What the computer remembers over the whole flight; zero when it begins.
COMPUTER = record(
    [
        ("attitude", float, (3,)),  # of the thrust axis, ICRF; zero: not yet known
        ("throttle", float),  # as of the last look
        ("at_full", float),  # whether the engine is held at full throttle
        ("turn_rate_rad_s", float),  # of the attitude over the last cycle
        ("phase_start_s", float),  # after the start of the flight
        ("looks", float),  # so far
        ("looks_before", float),  # looks before the phase began
        ("downrange", float, (3,)),  # axis at the site, PA; zero: not yet chosen
        ("aim_m", float, (3,)),  # where the guidance aims, PA; zero: at the landing site
        ("diverted_downrange_m", float),  # by how much the phase has moved the aim
        ("diverted_crossrange_m", float),
        ("scanned_slope_rad", float),  # of the ground there
        ("without_command", float),  # how often a law gave no command that is a number
        ("below_glide_slope", float),  # looks at which the craft truly was below the glide slope
        ("out_of_view", float),  # looks whose attitude truly had the site out of view
        ("law", float, (MEMORY,)),  # the law's own memory
    ]
)

_SHORTEST_S = 1e-6  # of a cycle
_ROUNDING = 1.0 + 1e-10  # of a mass
_ON_LIMIT_RAD = 1e-6  # of an axis that lies on the edge of the view


class Guide(NamedTuple):
    """What all runs share of a guided phase."""

    law: int  #: its address
    idle: int  #: where the thrust axis points while the law wants no thrust
    frame: int
    quantities: NDArray[np.int64]  #: of the exits; -1: none
    signs: NDArray[np.int64]


class Command(NamedTuple):
    """What is flown until the next look."""

    exit: int  #: which exit is met; then nothing else counts
    throttle: float  #: share of full thrust
    direction: NDArray[np.float64]  #: ICRF unit vector of the thrust axis
    start_s: float  #: the engine runs from so many seconds after the look
    stop_s: float  #: to so many
    cycle_s: float  #: until the next look


@kernel
def moon_fixed(t_s: float, environment: Environment) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rotation from ICRF to PA axes and the Moon's angular velocity (rad/s, PA)."""
    angles, rates = np.empty(3), np.empty(3)
    evaluate_with_rate(environment.angles, environment.epoch_et_s + t_s, angles, rates)
    return np.array(euler_313(angles[0], angles[1], angles[2])), angular_velocity_pa(angles, rates)


@kernel
def begin(
    t_s: float,
    y: NDArray[np.float64],
    craft: Record,
    site_m: NDArray[np.float64],
    phase: Record,
    environment: Environment,
    ground: Ground,
    computer: Record,
) -> None:
    """Let a phase begin: the law has no memory, the computer keeps its own; a divert or a scan moves the aim."""
    computer.phase_start_s, computer.looks_before = t_s, computer.looks
    computer.law[:] = 0.0
    computer.diverted_downrange_m, computer.diverted_crossrange_m, computer.scanned_slope_rad = 0.0, 0.0, 0.0
    downrange_m, crossrange_m = phase.divert.downrange_m, phase.divert.crossrange_m
    scan = phase.hazard_detection
    scans = scan.radius_m > 0.0
    if not scans and downrange_m == 0.0 and crossrange_m == 0.0:
        return
    rot, omega = moon_fixed(t_s, environment)
    r_believed, _, site = _seen(y, rot, omega, craft, site_m, computer)
    if scans:
        # cameras see the ground from the craft: where the computer is off along the ground, so is what it aims at
        error = r_believed - rot @ y[0:3]
        error -= (error @ site.up) * site.up
        here = axes_at(on_ground(site.up * site.radius_m - error, ground), site.downrange)
        downrange_m, crossrange_m, computer.scanned_slope_rad = safest(
            here, scan.radius_m, scan.slope_rad, scan.footprint_m, scan.step_m, ground
        )
        chosen = beside(here, downrange_m, crossrange_m, ground)
        aim = chosen + error
        computer.aim_m[:] = aim * sqrt((chosen @ chosen) / (aim @ aim))
    else:
        computer.aim_m[:] = beside(site, downrange_m, crossrange_m, ground)
    computer.diverted_downrange_m, computer.diverted_crossrange_m = downrange_m, crossrange_m


@kernel
def aim_of(site_m: NDArray[np.float64], computer: Record) -> NDArray[np.float64]:
    """Return where the guidance aims (PA, m): the landing site, or where a divert or a scan has moved the aim."""
    aim: NDArray[np.float64] = computer.aim_m
    return aim.copy() if aim @ aim > 0.0 else site_m.copy()


@kernel
def _axes_about(
    position: NDArray[np.float64],
    r_pa: NDArray[np.float64],
    v_pa: NDArray[np.float64],
    computer: Record,
) -> Site:
    """Return a place (PA, m) and its axes; downrange is chosen at the first look and kept."""
    if computer.downrange @ computer.downrange == 0.0:
        computer.downrange[:] = site_of(position, r_pa, v_pa).downrange
    return axes_at(position, computer.downrange)


@kernel
def _seen(
    y: NDArray[np.float64],
    rot: NDArray[np.float64],
    omega: NDArray[np.float64],
    craft: Record,
    site_m: NDArray[np.float64],
    computer: Record,
) -> tuple[NDArray[np.float64], NDArray[np.float64], Site]:
    """Return the position and the velocity over the ground that are believed (PA), and the site's axes."""
    r_pa = rot @ y[0:3]
    v_pa = rot @ y[3:6] - np.cross(omega, r_pa)
    site = _axes_about(aim_of(site_m, computer), r_pa, v_pa, computer)
    r_believed, v_believed = believed(r_pa, v_pa, site, craft.navigation, int(computer.looks))
    return r_believed, v_believed, site


@kernel
def navigation_error(
    t_s: float,
    y: NDArray[np.float64],
    craft: Record,
    site_m: NDArray[np.float64],
    environment: Environment,
    computer: Record,
) -> NDArray[np.float64]:
    """Return by how much position (m) and velocity (m/s) are believed wrong at the coming look, ICRF, shape (6,)."""
    rot, omega = moon_fixed(t_s, environment)
    r_pa, v_pa, _ = _seen(y, rot, omega, craft, site_m, computer)
    error = np.empty(6)
    error[0:3] = rot.T @ r_pa - y[0:3]
    error[3:6] = rot.T @ (v_pa + np.cross(omega, r_pa)) - y[3:6]
    return error


@kernel
def look(
    t_s: float,
    y: NDArray[np.float64],
    craft: Record,
    site_m: NDArray[np.float64],
    phase: Record,
    guide: Guide,
    environment: Environment,
    computer: Record,
) -> Command:
    """Return what the computer commands in a state: ``phase`` is the record of a guided phase."""
    rot, omega = moon_fixed(t_s, environment)
    r_pa, v_pa, site = _seen(y, rot, omega, craft, site_m, computer)
    g_pa = acceleration_without_thrust(r_pa, v_pa, omega, environment.field.exact.gm)
    along = level(r_pa, v_pa, g_pa, site)
    seen = cartesian(r_pa, v_pa, g_pa, site) if guide.frame == SITE else along
    time_s, engine = t_s - computer.phase_start_s, craft.engine
    cycle_s = min(phase.cycle_time_s, phase.max_duration_s - time_s)
    axes = seen[4]
    attitude = axes @ (rot @ computer.attitude)
    mass_kg = y[6] + craft.navigation.mass_kg
    s = Situation(
        time_s,
        cycle_s,
        seen[0],
        seen[1],
        seen[2],
        seen[3],
        mass_kg,
        engine.thrust_n,
        engine.specific_impulse_s * STANDARD_GRAVITY_MPS2,
        engine.min_throttle,
        (attitude[0], attitude[1], attitude[2]),
        site.radius_m,
        environment.field.exact.gm,
    )
    shared = computer.law.view(SHARED)[0]
    shared.delay_s, shared.cut_s = 0.0, 0.0
    wanted = called(guide.law, (s, phase.parameters, computer.law))
    values = phase.exits
    met = exit_of(along[0], along[1], time_s, shared.to_go_s, guide.quantities, guide.signs, values)
    if met != NO_EXIT:
        return Command(met, 0.0, np.zeros(3), 0.0, 0.0, 0.0)
    cycle_s = max(min(cycle_s, time_left(time_s, shared.to_go_s, guide.quantities, values)), _SHORTEST_S)
    rot_icrf_from_local = rot.T @ axes.T
    vertical = rot.T @ along[4][2]
    from_site = rot.T @ (r_pa - site.radius_m * site.up)
    computer.looks += 1.0
    command = _within_limits(
        wanted, guide.idle, mass_kg, cycle_s, rot_icrf_from_local, vertical, from_site, craft, phase, computer
    )
    _watch(rot @ y[0:3], rot @ command.direction, site, phase, computer)
    return command


@kernel
def _watch(
    r_pa: NDArray[np.float64],
    axis_pa: NDArray[np.float64],
    site: Site,
    phase: Record,
    computer: Record,
) -> None:
    """Count the looks that leave the glide slope or the view of the site: what is told and not prevented."""
    way = r_pa - site.radius_m * site.up
    along = level(r_pa, np.zeros(3), np.zeros(3), site)[0]
    if atan2(along[2], sqrt(along[0] * along[0] + along[1] * along[1])) < phase.glide_slope_rad:
        computer.below_glide_slope += 1.0
    if axis_pa @ axis_pa > 0.0:
        angle = _angle(axis_pa, way)
        if angle < phase.field_of_view.low_rad - _ON_LIMIT_RAD or angle > phase.field_of_view.high_rad + _ON_LIMIT_RAD:
            computer.out_of_view += 1.0


@kernel
def _within_limits(
    wanted: Any,
    idle: int,
    mass_kg: float,
    cycle_s: float,
    rot_icrf_from_local: NDArray[np.float64],
    vertical: NDArray[np.float64],
    from_site: NDArray[np.float64],
    craft: Record,
    phase: Record,
    computer: Record,
) -> Command:
    """Return the command that engine and attitude control can follow, and remember it."""
    size = sqrt(wanted[0] * wanted[0] + wanted[1] * wanted[1] + wanted[2] * wanted[2])
    if not isfinite(size):  # a law that has lost its way switches off
        size = 0.0
        computer.without_command += 1.0
    old, engine = computer.attitude.copy(), craft.engine
    if size > 0.0:
        toward = rot_icrf_from_local @ np.array([wanted[0] / size, wanted[1] / size, wanted[2] / size])
        toward = within_view(toward, from_site, phase.field_of_view.low_rad, phase.field_of_view.high_rad)
        toward = within_tilt(toward, vertical, phase.max_tilt_rad)
    else:
        toward = _idle_attitude(idle, old, vertical)
    if not isfinite(toward @ toward):  # as where the local axes have no direction
        size, toward = 0.0, old.copy()
        computer.without_command += 1.0
    on = size > 0.0 and craft.propellant_mass_kg > 0.0
    throttle, at_full = throttle_within(
        size * mass_kg / engine.thrust_n if on else 0.0,
        computer.throttle,
        computer.at_full != 0.0,
        cycle_s,
        engine,
        phase,
    )
    known = old @ old > 0.0 and toward @ toward > 0.0
    rate = min(craft.slew_rate_rad_s, phase.slew_rate_rad_s)
    direction = turned(old, toward, rate * cycle_s) if known else toward
    computer.turn_rate_rad_s = _angle(old, direction) / cycle_s if known else 0.0
    shared = computer.law.view(SHARED)[0]
    waits = shared.delay_s >= cycle_s  # the engine stays off for the whole cycle
    computer.attitude[:] = direction
    computer.at_full = 1.0 if at_full else 0.0
    computer.throttle = 0.0 if waits else throttle
    stop_s = min(shared.cut_s, cycle_s) if shared.cut_s > 0.0 else cycle_s
    return Command(
        NO_EXIT,
        throttle,
        direction,
        min(shared.delay_s, cycle_s),
        stop_s,
        cycle_s,
    )


@kernel
def _idle_attitude(kind: int, old: NDArray[np.float64], vertical: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where the thrust axis points while the engine is off: as it was, up, or nowhere in particular."""
    if kind == UPRIGHT:
        return vertical.copy()
    if kind == FREE:
        return np.zeros(3)
    return old.copy()


@kernel
def _angle(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    aside = np.cross(a, b)
    return float(np.arctan2(sqrt(aside @ aside), a @ b))


@formula
def is_empty(mass_kg: float, dry_mass_kg: float) -> bool:
    """Return whether the tank is empty, but for the rounding of the mass when it ran dry."""
    return bool(mass_kg <= dry_mass_kg * _ROUNDING)


@kernel
def point(y: NDArray[np.float64], propulsion: Propulsion, computer: Record) -> None:
    """Let the computer remember where a burn left the thrust axis; at rest, where nothing points it, as it was."""
    along = thrust((y[0], y[1], y[2]), (y[3], y[4], y[5]), 1.0, propulsion)
    if isfinite(along[0] + along[1] + along[2]):
        computer.attitude[:] = np.array([along[0], along[1], along[2]])
    rest(computer)


@formula
def rest(computer: Record) -> None:
    """Let the computer remember that the engine was off and the attitude at rest: after a coast, after a burn."""
    computer.throttle, computer.at_full, computer.turn_rate_rad_s = 0.0, 0.0, 0.0


@kernel
def axis_at(y: NDArray[np.float64], computer: Record) -> NDArray[np.float64]:
    """Return the craft's axis (ICRF unit vector) as it was left; where nothing ever pointed it, it lies on its side."""
    axis: NDArray[np.float64] = computer.attitude
    if axis @ axis > 0.0:
        return axis.copy()
    across = np.cross(y[0:3], y[3:6])
    size = sqrt(across @ across)
    if size > 0.0:
        return across / size
    aside = np.array([-y[1], y[0], 0.0]) if abs(y[0]) + abs(y[1]) > 0.0 else np.array([1.0, 0.0, 0.0])
    return aside / sqrt(aside @ aside)


@kernel
def from_place(
    t_s: float,
    y: NDArray[np.float64],
    place_pa: NDArray[np.float64],
    environment: Environment,
    computer: Record,
) -> Three:
    """Return where the craft truly is: downrange and crossrange of a place along the ground, and above it (m)."""
    rot, omega = moon_fixed(t_s, environment)
    r_pa = rot @ y[0:3]
    v_pa = rot @ y[3:6] - np.cross(omega, r_pa)
    site = _axes_about(place_pa, r_pa, v_pa, computer)
    position: Three = level(r_pa, v_pa, np.zeros(3), site)[0]
    return position
