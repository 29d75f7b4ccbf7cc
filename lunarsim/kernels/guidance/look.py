"""One look of the flight computer: belief, law, limits, exits. Both drivers fly what it commands until the next."""

from math import atan2, isfinite, pi, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.constants import STANDARD_GRAVITY_MPS2
from lunarsim.kernels.compiled import formula, kernel
from lunarsim.kernels.forces.gravity_grid import exact_field
from lunarsim.kernels.forces.motion import Environment, Propulsion, thrust
from lunarsim.kernels.forces.steering import Motion
from lunarsim.kernels.geometry.orientation import euler_313, spin_pa
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.guidance.aim import axes_at, beside, on_ground, safest
from lunarsim.kernels.guidance.attitude import BODY
from lunarsim.kernels.guidance.exits import NO_EXIT, exit_of, time_left
from lunarsim.kernels.guidance.law import FREE, UPRIGHT, called
from lunarsim.kernels.guidance.limits import (
    full_thrust,
    throttle_within,
    turned,
    within_tilt,
    within_view,
)
from lunarsim.kernels.guidance.memory import ENGINE, MEMORY, SHARED
from lunarsim.kernels.guidance.monitors import WATCH
from lunarsim.kernels.guidance.navigation import believed
from lunarsim.kernels.guidance.situation import (
    SITE,
    Axes,
    Seen,
    Site,
    Situation,
    acceleration_without_thrust,
    along_moon,
    cartesian,
    level,
    site_of,
)
from lunarsim.kernels.navigation.estimate import TRUTH
from lunarsim.kernels.navigation.memory import MEMORY as NAVIGATION_MEMORY
from lunarsim.kernels.numerics.chebyshev import evaluate_with_rate
from lunarsim.kernels.numerics.vectors import (
    Three,
    across,
    added,
    along_axes,
    angle_between,
    combined,
    cross,
    from_axes,
    length,
    scaled,
    three,
    write,
)
from lunarsim.kernels.records import Record, record

#: What the computer remembers over the whole flight; zero when it begins.
COMPUTER = record(
    [
        ("attitude", float, (3,)),  # of the thrust axis as commanded, ICRF; zero: not yet known
        ("body", BODY),  # the true axis, where the craft has an attitude control
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
        ("navigation", NAVIGATION_MEMORY),  # where it keeps an estimate of its own
        ("engine", ENGINE),  # of what truly runs
        ("watch", WATCH),  # its monitors'
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
    rot, omega = _moon_fixed(t_s, environment)
    return np.array(rot), np.array(omega)


@formula
def _moon_fixed(t_s: float, environment: Environment) -> Any:
    """Return :func:`moon_fixed` row by row, and as a vector."""
    angles, rates = np.empty(3), np.empty(3)
    evaluate_with_rate(environment.angles, environment.epoch_et_s + t_s, angles, rates)
    return euler_313(angles[0], angles[1], angles[2]), spin_pa(angles, rates)


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
    rot, omega = _moon_fixed(t_s, environment)
    r_pa, v_pa = _over_ground(y, rot, omega)
    r_believed, _, site = _believed(r_pa, v_pa, rot, omega, craft, site_m, computer)
    if scans:
        # cameras see the ground from the craft: where the computer is off along the ground, so is what it aims at
        error = across(combined(1.0, r_believed, -1.0, r_pa), site.up)
        here = axes_at(on_ground(combined(site.radius_m, site.up, -1.0, error), ground), site.downrange)
        downrange_m, crossrange_m, computer.scanned_slope_rad = safest(
            here, scan.radius_m, scan.slope_rad, scan.footprint_m, scan.step_m, ground
        )
        chosen = beside(here, downrange_m, crossrange_m, ground)
        aim = added(chosen, error)
        write(scaled(length(chosen) / length(aim), aim), computer.aim_m)
    else:
        write(beside(site, downrange_m, crossrange_m, ground), computer.aim_m)
    computer.diverted_downrange_m, computer.diverted_crossrange_m = downrange_m, crossrange_m


@formula
def _over_ground(y: NDArray[np.float64], rot: Axes, omega: Three) -> tuple[Three, Three]:
    """Return position (m) and velocity over the turning ground (m/s), PA axes."""
    r_pa = along_axes(rot, (y[0], y[1], y[2]))
    return r_pa, combined(1.0, along_axes(rot, (y[3], y[4], y[5])), -1.0, cross(omega, r_pa))


@formula
def _axes_about(position: Three, r_pa: Three, v_pa: Three, computer: Record) -> Site:
    """Return a place (PA, m) and its axes; downrange is chosen at the first look and kept."""
    if length(computer.downrange) == 0.0:
        write(site_of(position, r_pa, v_pa).downrange, computer.downrange)
    return axes_at(position, three(computer.downrange))


@formula
def _believed(
    r_pa: Three, v_pa: Three, rot: Axes, omega: Three, craft: Record, site_m: NDArray[np.float64], computer: Record
) -> tuple[Three, Three, Site]:
    """Return the position and the velocity over the ground that are believed (PA), and the axes of the aim."""
    own = computer.navigation
    estimates = craft.navigation.kind != TRUTH and own.begun != 0.0
    if estimates:
        r, v = own.position_m, own.velocity_mps
        r_pa, v_pa = _over_ground(np.array((r[0], r[1], r[2], v[0], v[1], v[2])), rot, omega)
    aim = three(computer.aim_m)  # zero unless a divert or a scan has moved it
    site = _axes_about(aim if length(aim) > 0.0 else three(site_m), r_pa, v_pa, computer)
    if estimates:
        return r_pa, v_pa, site
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
    rot, omega = _moon_fixed(t_s, environment)
    r_pa, v_pa = _over_ground(y, rot, omega)
    r_believed, v_believed, _ = _believed(r_pa, v_pa, rot, omega, craft, site_m, computer)
    dr = from_axes(rot, r_believed)
    dv = from_axes(rot, added(v_believed, cross(omega, r_believed)))
    return np.array(
        (dr[0] - y[0], dr[1] - y[1], dr[2] - y[2], dv[0] - y[3], dv[1] - y[4], dv[2] - y[5]),
    )


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
    rot, omega = _moon_fixed(t_s, environment)
    r_true, v_true = _over_ground(y, rot, omega)
    r_pa, v_pa, site = _believed(r_true, v_true, rot, omega, craft, site_m, computer)
    gm = exact_field(environment.field).gm
    g_pa = acceleration_without_thrust(r_pa, v_pa, omega, gm)
    along = level(r_pa, v_pa, g_pa, site)
    seen = cartesian(r_pa, v_pa, g_pa, site) if guide.frame == SITE else along
    time_s, engine = t_s - computer.phase_start_s, craft.engine
    cycle_s = min(phase.cycle_time_s, phase.max_duration_s - time_s)
    mass_kg = y[6] + craft.navigation.mass_kg
    s = Situation(
        time_s,
        cycle_s,
        seen.position,
        seen.velocity,
        seen.free,
        seen.scale,
        mass_kg,
        full_thrust(engine),
        engine.specific_impulse_s * STANDARD_GRAVITY_MPS2,
        engine.min_throttle,
        along_axes(seen.axes, along_axes(rot, three(computer.attitude))),
        site.radius_m,
        gm,
    )
    shared = computer.law.view(SHARED)[0]
    shared.delay_s, shared.cut_s = 0.0, 0.0
    wanted = called(guide.law, (s, phase.parameters, computer.law))
    values = phase.exits
    estimate = s if guide.frame != SITE else _along_the_moon(s, along, along_axes(rot, three(computer.attitude)))
    met = exit_of(estimate, shared.to_go_s, guide.quantities, guide.signs, values, phase.conditions)
    if met != NO_EXIT:
        return Command(met, 0.0, np.zeros(3), 0.0, 0.0, 0.0)
    cycle_s = max(min(cycle_s, time_left(time_s, shared.to_go_s, guide.quantities, values)), _SHORTEST_S)
    computer.looks += 1.0
    toward = from_axes(rot, from_axes(seen.axes, wanted))
    vertical = from_axes(rot, along.axes[2])
    from_site = from_axes(rot, combined(1.0, r_pa, -site.radius_m, site.up))
    command = _within_limits(toward, guide.idle, mass_kg, cycle_s, vertical, from_site, craft, phase, computer)
    axis = three(computer.body.axis) if computer.body.begun != 0.0 else three(command.direction)
    _watch(r_true, along_axes(rot, axis), site, phase, computer)
    return command


@formula
def _along_the_moon(s: Situation, along: Seen, attitude_pa: Three) -> Situation:
    """Return a situation in coordinates along the Moon, as :func:`situation.level` gives them."""
    return Situation(
        s.time_s,
        s.cycle_s,
        along.position,
        along.velocity,
        along.free,
        along.scale,
        s.mass_kg,
        s.thrust_n,
        s.exhaust_velocity_mps,
        s.min_throttle,
        along_axes(along.axes, attitude_pa),
        s.radius_m,
        s.gm,
    )


@formula
def _watch(r_pa: Three, axis_pa: Three, site: Site, phase: Record, computer: Record) -> None:
    """Count the looks that leave the glide slope or the view of the site: what is told and not prevented."""
    along = along_moon(r_pa, site)
    if atan2(along[2], sqrt(along[0] * along[0] + along[1] * along[1])) < phase.glide_slope_rad:
        computer.below_glide_slope += 1.0
    low_rad, high_rad = phase.field_of_view.low_rad, phase.field_of_view.high_rad
    if (low_rad > 0.0 or high_rad < pi) and length(axis_pa) > 0.0:
        angle = angle_between(axis_pa, combined(1.0, r_pa, -site.radius_m, site.up))
        if angle < low_rad - _ON_LIMIT_RAD or angle > high_rad + _ON_LIMIT_RAD:
            computer.out_of_view += 1.0


@formula
def _within_limits(
    wanted: Three,
    idle: int,
    mass_kg: float,
    cycle_s: float,
    vertical: Three,
    from_site: Three,
    craft: Record,
    phase: Record,
    computer: Record,
) -> Command:
    """Return the command that engine and attitude control can follow, and remember it; vectors are in ICRF axes."""
    size = length(wanted)
    if not isfinite(size):  # a law that has lost its way switches off
        size = 0.0
        computer.without_command += 1.0
    old, engine = three(computer.attitude), craft.engine
    if size > 0.0:
        toward = scaled(1.0 / size, wanted)
        toward = within_view(toward, from_site, phase.field_of_view.low_rad, phase.field_of_view.high_rad)
        toward = within_tilt(toward, vertical, phase.max_tilt_rad)
    else:
        toward = _idle_attitude(idle, old, vertical)
    if not isfinite(length(toward)):  # as where the local axes have no direction
        size, toward = 0.0, old
        computer.without_command += 1.0
    on = size > 0.0 and craft.propellant_mass_kg > 0.0
    throttle, at_full = throttle_within(
        size * mass_kg / full_thrust(engine) if on else 0.0,
        computer.throttle,
        computer.at_full != 0.0,
        cycle_s,
        engine,
        phase,
    )
    known = length(old) > 0.0 and length(toward) > 0.0
    rate = min(craft.slew_rate_rad_s, phase.slew_rate_rad_s)
    direction = turned(old, toward, rate * cycle_s) if known else toward
    computer.turn_rate_rad_s = angle_between(old, direction) / cycle_s if known else 0.0
    shared = computer.law.view(SHARED)[0]
    waits = shared.delay_s >= cycle_s  # the engine stays off for the whole cycle
    write(direction, computer.attitude)
    computer.at_full = 1.0 if at_full else 0.0
    computer.throttle = 0.0 if waits else throttle
    stop_s = min(shared.cut_s, cycle_s) if shared.cut_s > 0.0 else cycle_s
    return Command(
        NO_EXIT,
        throttle,
        np.array(direction),
        min(shared.delay_s, cycle_s),
        stop_s,
        cycle_s,
    )


@formula
def _idle_attitude(kind: int, old: Three, vertical: Three) -> Three:
    """Return where the thrust axis points while the engine is off: as it was, up, or nowhere in particular."""
    if kind == UPRIGHT:
        return vertical
    if kind == FREE:
        return 0.0, 0.0, 0.0
    return old


@formula
def is_empty(mass_kg: float, dry_mass_kg: float) -> bool:
    """Return whether the tank is empty, but for the rounding of the mass when it ran dry."""
    return bool(mass_kg <= dry_mass_kg * _ROUNDING)


@kernel
def point(t_s: float, y: NDArray[np.float64], propulsion: Propulsion, computer: Record) -> None:
    """Let the computer remember where a burn left the thrust axis; at rest, where nothing points it, as it was."""
    along = thrust(Motion(t_s, (y[0], y[1], y[2]), (y[3], y[4], y[5]), y[6]), 1.0, propulsion)
    if isfinite(along[0] + along[1] + along[2]):
        write(along, computer.attitude)
    rest(computer)


@formula
def rest(computer: Record) -> None:
    """Let the computer remember that the engine was off and the attitude at rest: after a coast, after a burn."""
    computer.throttle, computer.at_full, computer.turn_rate_rad_s = 0.0, 0.0, 0.0


@formula
def axis_at(y: NDArray[np.float64], computer: Record) -> Three:
    """Return the craft's axis (ICRF unit vector) as it was left; where nothing ever pointed it, it lies on its side."""
    axis = three(computer.body.axis) if computer.body.begun != 0.0 else three(computer.attitude)
    if length(axis) > 0.0:
        return axis
    normal = cross((y[0], y[1], y[2]), (y[3], y[4], y[5]))
    if length(normal) == 0.0:
        normal = (-y[1], y[0], 0.0) if abs(y[0]) + abs(y[1]) > 0.0 else (1.0, 0.0, 0.0)
    return scaled(1.0 / length(normal), normal)


@formula
def from_place(
    t_s: float,
    y: NDArray[np.float64],
    place_pa: NDArray[np.float64],
    environment: Environment,
    computer: Record,
) -> Three:
    """Return where the craft truly is: downrange and crossrange of a place along the ground, and above it (m)."""
    rot, omega = _moon_fixed(t_s, environment)
    r_pa, v_pa = _over_ground(y, rot, omega)
    return along_moon(r_pa, _axes_about(three(place_pa), r_pa, v_pa, computer))
