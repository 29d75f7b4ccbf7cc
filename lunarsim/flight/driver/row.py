"""A scenario as one row of numbers, the form in which kernels take the craft, its errors and its phases."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.craft import Engine, Navigation, Spacecraft
from lunarsim.kernels import places
from lunarsim.kernels.driver.run import Plan
from lunarsim.mission.clock import seconds_after
from lunarsim.mission.scenario import Scenario
from lunarsim.mission.site import position_pa
from lunarsim.plan import Burn, Coast, Guided, Phase
from lunarsim.plan.laws.law import address

Row = NDArray[np.float64]

NO_LIMIT = 1e30  # rows hold finite numbers only
_KINDS = {Coast: places.COAST, Burn: places.BURN, Guided: places.GUIDED}


def row_of(scenario: Scenario, initial: Row, love_number: float, gm: float) -> Row:
    """Return the row of a scenario with its faults: see :mod:`lunarsim.kernels.places`.

    Parameters
    ----------
    scenario : Scenario
        What is flown.
    initial : ndarray, shape (9,)
        The vector that is integrated, at the start.
    love_number, gm : float
        Of the Moon.
    """
    craft = scenario.flown_craft
    row = np.zeros(places.PHASES + places.PHASE_SIZE * len(scenario.plan))
    row[places.POSITION], row[places.VELOCITY] = initial[0:3], initial[3:6]
    row[places.LIGHT], row[places.LOVE_NUMBER], row[places.GM] = 1.0, love_number, gm
    row[places.DRY_MASS] = 1.0
    if craft is not None:
        _write_craft(craft, row)
        _write_engine(craft.engine, row)
        _write_navigation(craft.navigation, row)
    if scenario.landing_site is not None:
        row[places.SITE] = position_pa(scenario.landing_site, scenario.moon.terrain)
    for k, phase in enumerate(scenario.plan):
        own = row[places.PHASES + k * places.PHASE_SIZE : places.PHASES + (k + 1) * places.PHASE_SIZE]
        _write_phase(scenario, phase, own)
    return row


def plan_of(scenario: Scenario) -> Plan:
    """Return what all runs of a scenario share of its plan."""
    phases = scenario.plan
    kinds = [
        places.COAST if isinstance(p, Coast) else places.BURN if isinstance(p, Burn) else places.GUIDED for p in phases
    ]
    steering = [p.steering.lower()[0] if isinstance(p, Burn) else 0 for p in phases]
    laws = [p.law.lower() if isinstance(p, Guided) else None for p in phases]
    most = places.EXITS.stop - places.EXITS.start
    quantities, signs = np.full((len(phases), most), -1), np.zeros((len(phases), most), dtype=np.int64)
    for k, phase in enumerate(phases):
        for i, condition in enumerate(phase.terminations if isinstance(phase, Guided) else ()):
            quantities[k, i], signs[k, i], _ = condition.lower()
    return Plan(
        kinds=np.array(kinds, dtype=np.int64),
        steering=np.array(steering, dtype=np.int64),
        laws=np.array([address(p.law) if isinstance(p, Guided) else 0 for p in phases], dtype=np.int64),
        idle=np.array([law.idle if law else 0 for law in laws], dtype=np.int64),
        frames=np.array([law.frame if law else 0 for law in laws], dtype=np.int64),
        quantities=quantities.astype(np.int64),
        signs=signs,
    )


def _write_craft(craft: Spacecraft, row: Row) -> None:
    row[places.DRY_MASS] = craft.dry_mass.to_value(u.kg)
    row[places.PROPELLANT] = craft.propellant_mass.to_value(u.kg)
    row[places.SENSOR_POWERED] = craft.accelerometer.powered
    row[places.SENSOR_SCALE] = craft.accelerometer.scale_factor
    row[places.SENSOR_BIAS] = craft.accelerometer.bias.to_value(u.m / u.s**2)
    if craft.gear is not None:
        row[places.GEAR] = np.nan_to_num(craft.gear.lower(), posinf=NO_LIMIT)
    row[places.TURN_RATE] = NO_LIMIT if craft.slew_rate is None else craft.slew_rate.to_value(u.rad / u.s)


def _write_engine(engine: Engine, row: Row) -> None:
    row[places.THRUST] = engine.thrust.to_value(u.N)
    row[places.EXHAUST_VELOCITY] = engine.exhaust_velocity.to_value(u.m / u.s)
    least = (
        engine.specific_impulse
        if engine.specific_impulse_at_min_throttle is None
        else engine.specific_impulse_at_min_throttle
    )
    row[places.EXHAUST_VELOCITY_LEAST] = least.to_value(u.s) * constants.STANDARD_GRAVITY_MPS2
    row[places.LEAST_THROTTLE] = engine.min_throttle
    row[places.THROTTLE_RATE] = NO_LIMIT if engine.throttle_rate is None else engine.throttle_rate.to_value(1 / u.s)
    row[places.BAND_BOTTOM], row[places.BAND_TOP] = engine.throttle_keep_out or (0.0, 0.0)
    row[places.THRUST_ERROR] = engine.thrust_error


def _write_navigation(errors: Navigation, row: Row) -> None:
    mps = u.m / u.s
    row[places.NAV_POSITION] = [x.to_value(u.m) for x in (errors.downrange, errors.crossrange, errors.altitude)]
    rates = (errors.downrange_rate, errors.crossrange_rate, errors.altitude_rate)
    row[places.NAV_VELOCITY] = [x.to_value(mps) for x in rates]
    row[places.NAV_ALTITUDE_SCALE], row[places.NAV_MASS] = errors.altitude_scale, errors.mass.to_value(u.kg)
    row[places.NAV_POSITION_NOISE] = errors.position_noise.to_value(u.m)
    row[places.NAV_VELOCITY_NOISE] = errors.velocity_noise.to_value(mps)
    row[places.NAV_ALTITUDE_NOISE] = errors.altitude_noise.to_value(u.m)
    row[places.NAV_SEED] = errors.seed


def _write_phase(scenario: Scenario, phase: Phase, own: Row) -> None:
    if isinstance(phase, Coast):
        own[places.DURATION] = phase.duration.to_value(u.s)
    elif isinstance(phase, Burn):
        _write_burn(scenario, phase, own)
    else:
        _write_guided(phase, own)


def _write_burn(scenario: Scenario, burn: Burn, own: Row) -> None:
    own[places.IGNITION] = float(seconds_after(scenario.state.epoch, burn.ignition))
    own[places.TIMER] = burn.timer.to_value(u.s)
    own[places.TARGET_DV] = burn.target_delta_v.to_value(u.m / u.s)
    own[places.THROTTLE], own[places.DIRECTION] = burn.throttle, burn.steering.lower()[1]
    own[places.PITCH_ERROR], own[places.YAW_ERROR] = burn.pitch_error.to_value(u.rad), burn.yaw_error.to_value(u.rad)


def _write_guided(phase: Guided, own: Row) -> None:
    own[places.LONGEST], own[places.CYCLE] = phase.max_duration.to_value(u.s), phase.cycle_time.to_value(u.s)
    own[places.LARGEST_TILT] = phase.max_tilt.to_value(u.rad)
    own[places.THROTTLE_FLOOR], own[places.THROTTLE_CEILING] = phase.throttle
    own[places.TURN_LIMIT] = NO_LIMIT if phase.slew_rate is None else phase.slew_rate.to_value(u.rad / u.s)
    _write_aim(phase, own)
    least, most = (0.0, np.pi) if phase.field_of_view is None else (x.to_value(u.rad) for x in phase.field_of_view)
    own[places.VIEW_LEAST], own[places.VIEW_MOST] = least, most
    own[places.GLIDE_SLOPE] = -np.pi if phase.glide_slope is None else phase.glide_slope.to_value(u.rad)
    for i, condition in enumerate(phase.terminations):
        own[places.EXITS.start + i] = condition.lower()[2]
    own[places.PARAMETERS] = phase.law.lower().parameters


def _write_aim(phase: Guided, own: Row) -> None:
    if phase.divert is not None:
        own[places.DIVERT_DOWNRANGE] = phase.divert.downrange.to_value(u.m)
        own[places.DIVERT_CROSSRANGE] = phase.divert.crossrange.to_value(u.m)
    if phase.hazard_detection is not None:
        scan = phase.hazard_detection
        own[places.SCAN_RADIUS], own[places.SCAN_SLOPE] = scan.radius.to_value(u.m), scan.slope.to_value(u.rad)
        own[places.SCAN_FOOTPRINT], own[places.SCAN_STEP] = scan.footprint.to_value(u.m), scan.step.to_value(u.m)
