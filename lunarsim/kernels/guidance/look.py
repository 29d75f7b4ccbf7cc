"""One look of the flight computer: belief, law, limits, exits. Both drivers fly what it commands until the next."""

from math import atan2, isfinite, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels import places
from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.forces.motion import Environment, Propulsion, thrust
from lunarsim.kernels.geometry.orientation import angular_velocity_pa, euler_313
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.guidance.aim import axes_at, beside, on_ground, safest
from lunarsim.kernels.guidance.exits import NO_EXIT, exit_of, time_left
from lunarsim.kernels.guidance.law import FREE, UPRIGHT, called
from lunarsim.kernels.guidance.limits import (
    exhaust_velocity,
    throttle_within,
    turned,
    until_empty,
    within_tilt,
    within_view,
)
from lunarsim.kernels.guidance.memory import CUT, DELAY, MEMORY, TO_GO
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

# Places in what the computer remembers over the whole flight.
ATTITUDE = slice(0, 3)  #: of the thrust axis, ICRF; zero: not yet known
LAST_THROTTLE = 3
AT_FULL = 4
PHASE_START = 5  #: s after the start of the flight
LOOKS = 6  #: so far
TURN_RATE = 7  #: of the attitude over the last cycle (rad/s)
DOWNRANGE = slice(8, 11)  #: axis at the site, PA; zero: not yet chosen
NO_COMMAND = 11  #: how often a law gave no command that is a number
AIM = slice(12, 15)  #: where the guidance aims, PA; zero: at the landing site
DIVERTED = slice(15, 17)  #: by how much the phase has moved the aim, downrange and crossrange (m)
SCANNED = 17  #: the slope of the ground there (rad)
BELOW_SLOPE = 18  #: looks at which the craft truly was below the glide slope
OUT_OF_VIEW = 19  #: looks whose attitude truly had the site out of view
FIRST_LOOK = 20  #: looks before the phase began
LAW = slice(21, 21 + MEMORY)  #: the law's own memory
COMPUTER = 21 + MEMORY

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
    thrust_n: float  #: true
    exhaust_velocity_mps: float
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
    row: NDArray[np.float64],
    phase: NDArray[np.float64],
    environment: Environment,
    ground: Ground,
    computer: NDArray[np.float64],
) -> None:
    """Let a phase begin: the law has no memory, the computer keeps its own; a divert or a scan moves the aim."""
    computer[PHASE_START], computer[FIRST_LOOK] = t_s, computer[LOOKS]
    computer[LAW] = 0.0
    computer[DIVERTED], computer[SCANNED] = 0.0, 0.0
    downrange_m, crossrange_m = phase[places.DIVERT_DOWNRANGE], phase[places.DIVERT_CROSSRANGE]
    scans = phase[places.SCAN_RADIUS] > 0.0
    if not scans and downrange_m == 0.0 and crossrange_m == 0.0:
        return
    rot, omega = moon_fixed(t_s, environment)
    r_believed, _, site = _seen(y, rot, omega, row, computer)
    if scans:
        # cameras see the ground from the craft: where the computer is off along the ground, so is what it aims at
        error = r_believed - rot @ y[0:3]
        error -= (error @ site.up) * site.up
        here = axes_at(on_ground(site.up * site.radius_m - error, ground), site.downrange)
        downrange_m, crossrange_m, computer[SCANNED] = safest(
            here,
            phase[places.SCAN_RADIUS],
            phase[places.SCAN_SLOPE],
            phase[places.SCAN_FOOTPRINT],
            phase[places.SCAN_STEP],
            ground,
        )
        chosen = beside(here, downrange_m, crossrange_m, ground)
        aim = chosen + error
        computer[AIM] = aim * sqrt((chosen @ chosen) / (aim @ aim))
    else:
        computer[AIM] = beside(site, downrange_m, crossrange_m, ground)
    computer[DIVERTED] = np.array([downrange_m, crossrange_m])


@kernel
def aim_of(row: NDArray[np.float64], computer: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where the guidance aims (PA, m): the landing site, or where a divert or a scan has moved the aim."""
    aim = computer[AIM]
    return aim.copy() if aim @ aim > 0.0 else row[places.SITE].copy()


@kernel
def _axes_about(
    position: NDArray[np.float64],
    r_pa: NDArray[np.float64],
    v_pa: NDArray[np.float64],
    computer: NDArray[np.float64],
) -> Site:
    """Return a place (PA, m) and its axes; downrange is chosen at the first look and kept."""
    if computer[DOWNRANGE] @ computer[DOWNRANGE] == 0.0:
        computer[DOWNRANGE] = site_of(position, r_pa, v_pa).downrange
    return axes_at(position, computer[DOWNRANGE])


@kernel
def _seen(
    y: NDArray[np.float64],
    rot: NDArray[np.float64],
    omega: NDArray[np.float64],
    row: NDArray[np.float64],
    computer: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], Site]:
    """Return the position and the velocity over the ground that are believed (PA), and the site's axes."""
    r_pa = rot @ y[0:3]
    v_pa = rot @ y[3:6] - np.cross(omega, r_pa)
    site = _axes_about(aim_of(row, computer), r_pa, v_pa, computer)
    r_believed, v_believed = believed(r_pa, v_pa, site, row, int(computer[LOOKS]))
    return r_believed, v_believed, site


@kernel
def navigation_error(
    t_s: float,
    y: NDArray[np.float64],
    row: NDArray[np.float64],
    environment: Environment,
    computer: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return by how much position (m) and velocity (m/s) are believed wrong at the coming look, ICRF, shape (6,)."""
    rot, omega = moon_fixed(t_s, environment)
    r_pa, v_pa, _ = _seen(y, rot, omega, row, computer)
    error = np.empty(6)
    error[0:3] = rot.T @ r_pa - y[0:3]
    error[3:6] = rot.T @ (v_pa + np.cross(omega, r_pa)) - y[3:6]
    return error


@kernel
def look(
    t_s: float,
    y: NDArray[np.float64],
    row: NDArray[np.float64],
    phase: NDArray[np.float64],
    guide: Guide,
    environment: Environment,
    computer: NDArray[np.float64],
) -> Command:
    """Return what the computer commands in a state: see the places of ``y``, ``row``, ``phase``, ``computer``."""
    rot, omega = moon_fixed(t_s, environment)
    r_pa, v_pa, site = _seen(y, rot, omega, row, computer)
    g_pa = acceleration_without_thrust(r_pa, v_pa, omega, environment.field.exact.gm)
    along = level(r_pa, v_pa, g_pa, site)
    seen = cartesian(r_pa, v_pa, g_pa, site) if guide.frame == SITE else along
    time_s = t_s - computer[PHASE_START]
    cycle_s = min(phase[places.CYCLE], phase[places.LONGEST] - time_s)
    axes = seen[4]
    attitude = axes @ (rot @ computer[ATTITUDE])
    mass_kg = y[6] + row[places.NAV_MASS]
    s = Situation(
        time_s,
        cycle_s,
        seen[0],
        seen[1],
        seen[2],
        seen[3],
        mass_kg,
        row[places.THRUST],
        row[places.EXHAUST_VELOCITY],
        row[places.LEAST_THROTTLE],
        (attitude[0], attitude[1], attitude[2]),
        site.radius_m,
        environment.field.exact.gm,
    )
    memory, parameters = computer[LAW], phase[places.PARAMETERS]
    memory[DELAY], memory[CUT] = 0.0, 0.0
    wanted = called(guide.law, s, parameters, memory)
    values = phase[places.EXITS]
    met = exit_of(along[0], along[1], time_s, memory[TO_GO], guide.quantities, guide.signs, values)
    if met != NO_EXIT:
        return Command(met, 0.0, 1.0, np.zeros(3), 0.0, 0.0, 0.0)
    cycle_s = max(min(cycle_s, time_left(time_s, memory[TO_GO], guide.quantities, values)), _SHORTEST_S)
    rot_icrf_from_local = rot.T @ axes.T
    vertical = rot.T @ along[4][2]
    from_site = rot.T @ (r_pa - site.radius_m * site.up)
    computer[LOOKS] += 1.0
    command = _within_limits(
        wanted, guide.idle, mass_kg, cycle_s, rot_icrf_from_local, vertical, from_site, row, phase, computer
    )
    _watch(rot @ y[0:3], rot @ command.direction, site, phase, computer)
    return command


@kernel
def _watch(
    r_pa: NDArray[np.float64],
    axis_pa: NDArray[np.float64],
    site: Site,
    phase: NDArray[np.float64],
    computer: NDArray[np.float64],
) -> None:
    """Count the looks that leave the glide slope or the view of the site: what is told and not prevented."""
    way = r_pa - site.radius_m * site.up
    along = level(r_pa, np.zeros(3), np.zeros(3), site)[0]
    if atan2(along[2], sqrt(along[0] * along[0] + along[1] * along[1])) < phase[places.GLIDE_SLOPE]:
        computer[BELOW_SLOPE] += 1.0
    if axis_pa @ axis_pa > 0.0:
        angle = _angle(axis_pa, way)
        if angle < phase[places.VIEW_LEAST] - _ON_LIMIT_RAD or angle > phase[places.VIEW_MOST] + _ON_LIMIT_RAD:
            computer[OUT_OF_VIEW] += 1.0


@kernel
def _within_limits(
    wanted: Any,
    idle: int,
    mass_kg: float,
    cycle_s: float,
    rot_icrf_from_local: NDArray[np.float64],
    vertical: NDArray[np.float64],
    from_site: NDArray[np.float64],
    row: NDArray[np.float64],
    phase: NDArray[np.float64],
    computer: NDArray[np.float64],
) -> Command:
    """Return the command that engine and attitude control can follow, and remember it."""
    size = sqrt(wanted[0] * wanted[0] + wanted[1] * wanted[1] + wanted[2] * wanted[2])
    if not isfinite(size):  # a law that has lost its way switches off
        size = 0.0
        computer[NO_COMMAND] += 1.0
    old = computer[ATTITUDE].copy()
    if size > 0.0:
        toward = rot_icrf_from_local @ np.array([wanted[0] / size, wanted[1] / size, wanted[2] / size])
        toward = within_view(toward, from_site, phase[places.VIEW_LEAST], phase[places.VIEW_MOST])
        toward = within_tilt(toward, vertical, phase[places.LARGEST_TILT])
    else:
        toward = _idle_attitude(idle, old, vertical)
    if not isfinite(toward @ toward):  # as where the local axes have no direction
        size, toward = 0.0, old.copy()
        computer[NO_COMMAND] += 1.0
    on = size > 0.0 and row[places.PROPELLANT] > 0.0
    throttle, at_full = throttle_within(
        size * mass_kg / row[places.THRUST] if on else 0.0,
        computer[LAST_THROTTLE],
        computer[AT_FULL] != 0.0,
        cycle_s,
        row,
        phase,
    )
    known = old @ old > 0.0 and toward @ toward > 0.0
    rate = min(row[places.TURN_RATE], phase[places.TURN_LIMIT])
    direction = turned(old, toward, rate * cycle_s) if known else toward
    computer[TURN_RATE] = _angle(old, direction) / cycle_s if known else 0.0
    memory = computer[LAW]
    waits = memory[DELAY] >= cycle_s  # the engine stays off for the whole cycle
    computer[ATTITUDE], computer[AT_FULL] = direction, 1.0 if at_full else 0.0
    computer[LAST_THROTTLE] = 0.0 if waits else throttle
    stop_s = min(memory[CUT], cycle_s) if memory[CUT] > 0.0 else cycle_s
    return Command(
        NO_EXIT,
        throttle * row[places.THRUST] * (1.0 + row[places.THRUST_ERROR]),
        exhaust_velocity(throttle, row),
        direction,
        min(memory[DELAY], cycle_s),
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


@kernel
def is_empty(mass_kg: float, dry_mass_kg: float) -> bool:
    """Return whether the tank is empty, but for the rounding of the mass when it ran dry."""
    return mass_kg <= dry_mass_kg * _ROUNDING


@kernel
def engine_runs(command: Command, mass_kg: float, dry_mass_kg: float) -> tuple[float, float]:
    """Return from when to when (s after the look) the engine runs: delay, cut, and the last of the propellant."""
    if command.thrust_n <= 0.0 or is_empty(mass_kg, dry_mass_kg):
        return 0.0, 0.0
    lasts_s = until_empty(mass_kg, dry_mass_kg, command.thrust_n, command.exhaust_velocity_mps)
    return command.start_s, min(command.stop_s, command.start_s + lasts_s)


@kernel
def point(y: NDArray[np.float64], propulsion: Propulsion, computer: NDArray[np.float64]) -> None:
    """Let the computer remember where a burn left the thrust axis; at rest, where nothing points it, as it was."""
    along = thrust((y[0], y[1], y[2]), (y[3], y[4], y[5]), 1.0, propulsion)
    if isfinite(along[0] + along[1] + along[2]):
        computer[ATTITUDE] = np.array([along[0], along[1], along[2]])
    rest(computer)


@kernel
def rest(computer: NDArray[np.float64]) -> None:
    """Let the computer remember that the engine was off and the attitude at rest: after a coast, after a burn."""
    computer[LAST_THROTTLE], computer[AT_FULL], computer[TURN_RATE] = 0.0, 0.0, 0.0


@kernel
def axis_at(y: NDArray[np.float64], computer: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the craft's axis (ICRF unit vector) as it was left; where nothing ever pointed it, it lies on its side."""
    axis = computer[ATTITUDE]
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
    computer: NDArray[np.float64],
) -> Three:
    """Return where the craft truly is: downrange and crossrange of a place along the ground, and above it (m)."""
    rot, omega = moon_fixed(t_s, environment)
    r_pa = rot @ y[0:3]
    v_pa = rot @ y[3:6] - np.cross(omega, r_pa)
    site = _axes_about(place_pa, r_pa, v_pa, computer)
    position: Three = level(r_pa, v_pa, np.zeros(3), site)[0]
    return position
