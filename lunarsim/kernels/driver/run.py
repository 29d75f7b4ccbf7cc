"""Runs of a campaign, flown from start to end in compiled code."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.borrowed import borrowed
from lunarsim.kernels.codes import BELOW_GROUND, COAST, ON_GROUND, SOUND
from lunarsim.kernels.compiled import formula, kernel, threaded_kernel
from lunarsim.kernels.driver.earth_entry import is_below_entry
from lunarsim.kernels.driver.quadrature import TERMS
from lunarsim.kernels.driver.results import nothing, write_burn, write_end, write_touchdown
from lunarsim.kernels.driver.segment import LONGEST_STEP_S, Course, Steps, fly_to
from lunarsim.kernels.driver.window import Window, forget, no_window
from lunarsim.kernels.forces.gravity import HarmonicField
from lunarsim.kernels.forces.gravity_grid import ResidualGrid
from lunarsim.kernels.forces.motion import SIZE, Environment
from lunarsim.kernels.forces.near_earth import is_by_earth
from lunarsim.kernels.forces.own import OwnForces
from lunarsim.kernels.forces.radiation import Sunlight
from lunarsim.kernels.ground.terrain import Ground, raised
from lunarsim.kernels.guidance.look import COMPUTER, Command, look
from lunarsim.kernels.navigation.by_address import called
from lunarsim.kernels.navigation.path import FlownLeg
from lunarsim.kernels.records import Record, Records
from lunarsim.kernels.sequence.flown import Driver, Flown, Leg, Plan, craft_at, guide_of
from lunarsim.kernels.sequence.phases import fly_phases
from lunarsim.kernels.sequence.refusals import is_known


class Room(NamedTuple):
    """Room that runs use one after the other; it is kept by who flies them all, since a record keeps no array alive."""

    y: NDArray[np.float64]  #: the state
    coefficients: NDArray[np.float64]  #: a step's path
    memory: Records  #: the computer's
    window: Window
    not_kept: Steps


class Means(NamedTuple):
    """What a run is flown with, and where its results are written."""

    environment: Environment
    ground: Ground
    tolerance_m: float
    coefficients: NDArray[np.float64]  #: room for a step's path
    not_kept: Steps
    window: Window
    kinds: NDArray[np.int64]  #: of the phases
    out: Record
    burns: Records


@formula
def _fly_leg(means: Means, t_s: float, y: NDArray[np.float64], leg: Leg) -> tuple[float, int]:
    course = Course(
        means.environment,
        means.ground,
        leg.propulsion,
        leg.target_dv_mps,
        means.tolerance_m,
        LONGEST_STEP_S,
        means.coefficients,
        means.not_kept,
        means.window,
        leg.onsets,
    )
    t_s, ended, _, evaluations = fly_to(t_s, leg.end_s, y, course)
    means.out.evaluations += evaluations
    return t_s, ended


@formula
def _nothing_to_tell(means: Means, t_s: float, y: NDArray[np.float64], k: int) -> None:
    pass


@formula
def _no_alarm_to_tell(means: Means, t_s: float, y: NDArray[np.float64], k: int, monitor: int, flown: Flown) -> None:
    pass


@formula
def _look(means: Means, t_s: float, y: NDArray[np.float64], k: int, flown: Flown) -> Command:
    guide = guide_of(flown.plan, k)
    craft = craft_at(t_s, flown, flown.plan.engines[k])
    site_m, phase = flown.run.site_m, flown.phases[k].guided
    return look(t_s, y, craft, site_m, phase, guide, means.environment, flown.computer)


@formula
def _follow(means: Means, leg: FlownLeg, craft: Record, flown: Flown) -> None:
    environment, address = means.environment, flown.plan.navigation
    if address != 0:
        called(
            address,
            (leg, environment.angles, environment.field.exact, means.ground, craft, flown.computer.navigation),
        )


@formula
def _nothing_cut(means: Means, t_s: float, y: NDArray[np.float64], k: int, reason: int) -> None:
    pass


@formula
def _write_burn(
    means: Means,
    t_s: float,  # noqa: ARG001
    y: NDArray[np.float64],
    k: int,
    reason: int,
    start_s: float,
    before: NDArray[np.float64],
    cut_s: float,
) -> None:
    which = 0
    for i in range(k):
        which += means.kinds[i] != COAST
    write_burn(means.burns[which], reason, start_s, before, cut_s, y)


@threaded_kernel
def fly_runs(
    runs: Records,
    changes: Records,
    phases: Records,
    plan: Plan,
    environment: Environment,
    ground: Ground,
    tolerance_m: float,
    out: Records,
    burns: Records,
) -> None:
    """Fly runs and write their results; none depends on the runs beside it.

    Parameters
    ----------
    runs : structured array, shape (n,)
        What is flown, see :mod:`lunarsim.flight.driver.row`.
    changes : structured array, shape (n, changes)
        What each craft is from the onset of a fault on, for each choice of the faults that wait for an event.
    phases : structured array, shape (n, phases)
        The phases of each run.
    plan : Plan
        What the runs share of the plan.
    environment : Environment
        The Moon and its sky; its sunlight is that on 1 m2 of a black craft.
    ground : Ground
        The terrain.
    tolerance_m : float
        Local error of the position in a step.
    out : structured array, shape (n,)
        Written: how the runs ended, see :mod:`lunarsim.campaign.outputs`.
    burns : structured array, shape (n, burns and guided phases)
        Written: what each of them took.
    """
    runs, changes, phases, out, burns = borrowed((runs, changes, phases, out, burns))
    plan, environment, ground = borrowed((plan, environment, ground))
    room = Room(
        np.zeros(SIZE),
        np.empty((1, 3, TERMS)),
        np.zeros(1, COMPUTER),
        no_window(),
        Steps(np.empty(0), np.empty((0, SIZE)), np.empty((0, TERMS, SIZE))),
    )
    for i in range(runs.size):
        nothing(out[i : i + 1], burns[i])
        known = is_known(runs[i : i + 1], changes[i], phases[i])
        failure = fly_run(
            runs[i],
            changes[i],
            phases[i],
            known,
            plan,
            environment,
            ground,
            tolerance_m,
            borrowed(room),
            out[i],
            burns[i],
        )
        if failure != SOUND:  # nothing that could be taken for a result
            evaluations = out[i].evaluations
            nothing(out[i : i + 1], burns[i])
            out[i].failure, out[i].evaluations = failure, evaluations


@kernel
def fly_run(
    run: Record,
    changes: Records,
    phases: Records,
    known: bool,
    plan: Plan,
    environment: Environment,
    ground: Ground,
    tolerance_m: float,
    room: Room,
    out: Record,
    burns: Records,
) -> int:
    """Fly one run, write its results, and return why it could not be flown, or SOUND."""
    own, own_ground = _environment_of(run, environment), raised(ground, run.moon.terrain.elevation_m)
    y = room.y
    y[:] = 0.0
    y[0:3], y[3:6] = run.state.position_m, run.state.velocity_mps
    y[6] = run.craft.dry_mass_kg + run.craft.propellant_mass_kg
    room.memory.view(np.float64)[:] = 0.0
    computer = room.memory[0]
    forget(room.window)
    means = Means(own, own_ground, tolerance_m, room.coefficients, room.not_kept, room.window, plan.kinds, out, burns)
    flown = Flown(run, changes, phases, plan, own, own_ground, computer, known)
    driver = Driver(_fly_leg, _nothing_to_tell, _look, _nothing_cut, _write_burn, _follow, _no_alarm_to_tell)
    if is_below_entry(run.state.epoch_s, y, own, own.earth):
        return BELOW_GROUND
    t_s, ended, failure = fly_phases(driver, means, y, flown)
    if failure == SOUND:
        write_end(t_s, y, run, ended == ON_GROUND, own, own_ground, computer, out)
        if ended == ON_GROUND and not is_by_earth(y, own.earth):
            gear = craft_at(t_s, flown).gear
            write_touchdown(t_s, y, gear, run.site_m, own, own_ground, computer, out)
    return failure


@kernel
def _environment_of(run: Record, shared: Environment) -> Environment:
    """Return the environment of one run: what it shares with the others, and its own constants."""
    field, sunlight = shared.field, shared.sunlight
    exact = field.exact
    own_exact = HarmonicField(
        run.moon.gravity.gm_m3_s2, exact.radius_m, exact.degree, exact.c, exact.s, exact.up, exact.down, exact.sectoral
    )
    own_field = ResidualGrid(
        own_exact,
        field.low_degree,
        field.rot_chart_from_pa,
        field.first_rad,
        field.cells,
        field.start,
        field.step_rad,
        field.bottom_m,
        field.step_m,
        field.layers,
        field.coefficients,
    )
    strength_n_m2 = sunlight.strength_n_m2 * run.craft.radiation_coefficient * run.craft.radiation_area_m2
    light = Sunlight(sunlight.body, strength_n_m2, sunlight.sun_radius_m, sunlight.moon_radius_m)
    return Environment(
        shared.epoch_et_s,
        own_field,
        shared.angles,
        shared.body_gm,
        shared.body_positions,
        shared.third_bodies,
        run.moon.love_number,
        light,
        OwnForces(shared.forces.addresses, shared.forces.frames, run.moon.forces, run.state.epoch_s),
        shared.earth,
    )
