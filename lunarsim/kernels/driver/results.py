"""What a run reports: how it ended and where, and how it met the ground."""

from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.constants import MOON_RADIUS_M
from lunarsim.kernels.codes import (
    ALOFT,
    EARTH_ENTRY,
    EARTH_ORBIT,
    ESCAPE,
    FAILED,
    IMPACT,
    IN_ORBIT,
    NO_BURN,
    SOUND,
)
from lunarsim.kernels.compiled import formula, kernel, threaded_kernel
from lunarsim.kernels.forces.motion import Environment
from lunarsim.kernels.forces.near_earth import is_by_earth, orbits_earth
from lunarsim.kernels.geometry.orbit import apsides, around, flight_path_angle, spherical
from lunarsim.kernels.geometry.orientation import rot_pa_from_icrf
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.ground.touchdown import limits_of, touchdown_on
from lunarsim.kernels.guidance.look import axis_at, from_place
from lunarsim.kernels.navigation.covariance import normalised_error
from lunarsim.kernels.navigation.estimate import KALMAN
from lunarsim.kernels.numerics.vectors import length, three
from lunarsim.kernels.records import Record, Records


@kernel
def nothing(out: Records, burns: Records) -> None:
    """Write that a run could not be flown: all numbers are unknown, and no burn began."""
    _blank(out.view(np.float64))
    _blank(burns.view(np.float64))
    out[0].outcome, out[0].failure, out[0].evaluations = FAILED, SOUND, 0.0
    for k in range(burns.size):
        burns[k].cutoff = NO_BURN


@formula
def _blank(numbers: NDArray[np.float64]) -> None:
    for i in range(numbers.size):  # compiled in a tenth of the time of an assignment to the whole array
        numbers[i] = np.nan


@formula
def write_burn(
    burn: Record, cutoff: int, start_s: float, before: NDArray[np.float64], cut_s: float, y: NDArray[np.float64]
) -> None:
    """Write how a burn or a guided phase ended, and what it took, from the state before it to the one after it.

    It lasted to its cut-off; what the engine gave then, it took as well.
    """
    burn.cutoff, burn.ignition_s, burn.duration_s = cutoff, start_s, cut_s - start_s
    burn.dv_mps, burn.dv_sensed_mps = y[7] - before[7], y[8] - before[8]
    burn.propellant_kg = before[6] - y[6]


@kernel
def write_touchdown(
    t_s: float,
    y: NDArray[np.float64],
    gear: Record,
    site_m: NDArray[np.float64],
    environment: Environment,
    ground: Ground,
    computer: Record,
    out: Record,
) -> None:
    """Write how the craft met the ground, and the verdict where it has a landing gear."""
    limits, axis = limits_of(gear), axis_at(y, computer)
    et_s, turn_rate_rad_s = environment.epoch_et_s + t_s, computer.turn_rate_rad_s
    contact = touchdown_on(et_s, y[0:3], y[3:6], axis, turn_rate_rad_s, environment.angles, ground, limits)
    out.descent_rate_mps, out.horizontal_speed_mps = contact.vertical_mps, contact.horizontal_mps
    out.tilt_rad, out.slope_rad = contact.tilt_rad, contact.slope_rad
    if limits.vertical_mps > 0.0:
        out.outcome = contact.verdict
    if site_m @ site_m > 0.0:
        miss = from_place(t_s, y, site_m, environment, computer)
        out.downrange_miss_m, out.crossrange_miss_m = miss[0], miss[1]


@kernel
def write_end(
    t_s: float,
    y: NDArray[np.float64],
    run: Record,
    on_ground: bool,
    environment: Environment,
    ground: Ground,
    computer: Record,
    out: Record,
) -> None:
    """Write how a run ended, and where."""
    out.end_s, out.mass_kg = t_s, y[6]
    out.x_m, out.y_m, out.z_m, out.vx_mps, out.vy_mps, out.vz_mps = y[0], y[1], y[2], y[3], y[4], y[5]
    out.propellant_left_kg = y[6] - run.craft.dry_mass_kg
    out.cycles_below_glide_slope, out.cycles_out_of_view = computer.below_glide_slope, computer.out_of_view
    out.cycles_without_command = computer.without_command
    out.alarms = computer.watch.alarms
    write_navigation(y, run.craft.navigation.kind, computer.navigation, out)
    r_me = ground.rot_me_from_pa @ (rot_pa_from_icrf(environment.angles, environment.epoch_et_s + t_s) @ y[0:3])
    longitude_rad, out.latitude_rad, radius_m = spherical(r_me)
    out.longitude_rad, out.altitude_m = around(longitude_rad), radius_m - MOON_RADIUS_M
    out.speed_mps = sqrt(y[3:6] @ y[3:6])
    out.flight_path_rad = flight_path_angle(y[0:3], y[3:6])
    if on_ground:
        out.outcome = EARTH_ENTRY if is_by_earth(y, environment.earth) else IMPACT
        return
    gms, bodies, et_s = environment.body_gm, environment.body_positions, environment.epoch_et_s + t_s
    if orbits_earth(et_s, y, gms, bodies, environment.earth):
        out.outcome = EARTH_ORBIT
        return
    out.outcome = in_space(y[0:3], y[3:6], environment.field.exact.gm, ground.radius_m + ground.lowest_m)


@threaded_kernel
def write_ends(
    times_s: NDArray[np.float64],
    y: NDArray[np.float64],
    on_ground: NDArray[np.bool_],
    runs: Records,
    environment: Environment,
    ground: Ground,
    computers: Records,
    out: Records,
    perilunes_m: NDArray[np.float64],
) -> None:
    """Write how and where runs without guidance ended, from their times, shape (n,), and states, shape (n, 9).

    ``runs`` and ``computers`` hold one record for all of them; ``perilunes_m`` are the osculating perilune radii.
    """
    gm = environment.field.exact.gm
    for i in range(times_s.size):
        out[i].failure = SOUND
        write_end(times_s[i], y[i], runs[0], on_ground[i], environment, ground, computers[0], out[i])
        perilunes_m[i], _ = apsides(y[i, 0:3], y[i, 3:6], gm)


@formula
def write_navigation(y: NDArray[np.float64], kind: float, own: Record, out: Record) -> None:
    """Write how far the computer's own estimate is from the truth, and what a filter makes of that."""
    if own.begun == 0.0:
        return
    r, v = three(own.position_m), three(own.velocity_mps)
    dr, dv = (r[0] - y[0], r[1] - y[1], r[2] - y[2]), (v[0] - y[3], v[1] - y[4], v[2] - y[5])
    out.navigation_position_error_m, out.navigation_velocity_error_mps = length(dr), length(dv)
    out.navigation_altitude_error_m = length(r) - length((y[0], y[1], y[2]))
    out.navigation_altimeter_rejected = own.altimeter.rejected
    out.navigation_velocimeter_rejected = own.velocimeter.rejected
    out.navigation_restarts = own.restarts
    numbers = own.altimeter.numbers + own.velocimeter.numbers
    out.navigation_innovations = numbers
    if kind != KALMAN:
        return
    p = own.covariance
    out.navigation_position_sigma_m = sqrt(p[0, 0] + p[1, 1] + p[2, 2])
    out.navigation_velocity_sigma_mps = sqrt(p[3, 3] + p[4, 4] + p[5, 5])
    along = 0.0
    for i in range(3):
        for j in range(3):
            along += r[i] * p[i, j] * r[j]
    out.navigation_altitude_sigma_m = sqrt(along) / length(r)
    out.navigation_nees = normalised_error(p, dr + dv)
    out.navigation_nis = (own.altimeter.chi_square + own.velocimeter.chi_square) / numbers


@formula
def in_space(r: NDArray[np.float64], v: NDArray[np.float64], gm: float, lowest_ground_m: float) -> int:
    """Return how a flight ended that did not meet the ground: by its osculating orbit and the lowest ground (m)."""
    lowest, highest = apsides(r, v, gm)
    if not isfinite(highest):
        return ESCAPE
    return IN_ORBIT if lowest > lowest_ground_m else ALOFT
