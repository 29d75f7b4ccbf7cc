"""Random burns and landings with odd engines, for tests of both drivers; flight i is the same in each run."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
from astropy import units as u
from astropy.time import Time

import lunarsim as ls
from lunarsim import constants, detectors
from lunarsim.campaign.columns import outputs
from lunarsim.campaign.executors.flying import flown
from lunarsim.campaign.heldout import Apart, apart
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.campaign.outcome import FAILURES
from lunarsim.flight.integrator_comparison import IntegratorComparison
from lunarsim.plan import GuidanceLaw

MPS = u.m / u.s
EPOCH = Time("2023-08-19T10:00:00", scale="tdb")
SITE = ls.Site(latitude=-20 * u.deg, longitude=30 * u.deg)
MOON = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
NEVER = 1e5 * MPS


def log_uniform(rng: random.Random, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def odd_engine(rng: random.Random, thrust_n: float) -> ls.Engine:
    """An engine with any range of throttles, keep-out band, rate and error."""
    least = rng.choice([0.0, 0.0, 0.1, 0.5, 0.8, 1.0])
    bottom, top = sorted((rng.uniform(least, 1.0), rng.uniform(least, 1.0)))
    impulse = rng.uniform(50.0, 450.0)
    return ls.Engine(
        thrust=thrust_n * u.N,
        specific_impulse=impulse * u.s,
        min_throttle=least,
        specific_impulse_at_min_throttle=rng.choice([None, rng.uniform(0.3, 1.5) * impulse * u.s]),
        throttle_rate=rng.choice([None, log_uniform(rng, 1e-2, 10.0) / u.s]),
        throttle_keep_out=(bottom, top) if rng.random() < 0.4 and least <= bottom < top else None,
        thrust_error=rng.choice([0.0, rng.uniform(-0.3, 0.3)]),
    )


def a_throttle(rng: random.Random, engine: ls.Engine) -> float:
    """A throttle at which an engine runs; its limits come as often as what lies between."""
    bottom, top = engine.throttle_keep_out or (1.0, 1.0)
    least = max(engine.min_throttle, 1e-3)
    while True:
        throttle = rng.choice([least, bottom, top, 1.0, rng.uniform(least, 1.0)])
        if engine.runs_at(throttle):
            return throttle


def odd_craft(rng: random.Random, weights: tuple[float, float]) -> ls.Spacecraft:
    """A craft of any size, with a thrust of so many of its weights on the Moon, and a sensor that may be wrong."""
    dry = log_uniform(rng, 1e-2, 1e4)
    thrust = log_uniform(rng, *weights) * dry * constants.MOON_GRAVITY_MPS2
    sensor = ls.Accelerometer(
        scale_factor=rng.choice([1.0, rng.uniform(0.5, 1.5)]),
        bias=rng.choice([0.0, rng.uniform(-0.1, 0.1)]) * u.m / u.s**2,
    )
    return ls.Spacecraft(
        dry_mass=dry * u.kg,
        propellant_mass=log_uniform(rng, 1e-3, 3.0) * dry * u.kg,
        engine=odd_engine(rng, thrust),
        accelerometer=sensor,
        slew_rate=rng.choice([None, log_uniform(rng, 0.5, 50.0) * u.deg / u.s]),
    )


def odd_state(rng: random.Random) -> ls.State:
    """A low orbit, or flight straight up or down, at rest, or nearly so."""
    up, ahead = np.linalg.qr(np.array([[rng.gauss(0.0, 1.0) for _ in range(2)] for _ in range(3)]))[0].T
    height = log_uniform(rng, 1e2, 1e5)
    radius = constants.MOON_RADIUS_M + height
    circular = np.sqrt(constants.GM_MOON_M3_S2 / radius)
    kind = rng.choice(["orbit", "orbit", "steep", "vertical", "nearly vertical", "rest", "nearly rest"])
    rise, along = {
        "orbit": (rng.uniform(-50.0, 50.0), circular * rng.uniform(0.98, 1.2)),
        "steep": (rng.uniform(-500.0, 300.0), rng.uniform(0.0, 500.0)),
        "vertical": (rng.uniform(-300.0, 300.0), 0.0),
        "nearly vertical": (rng.uniform(-300.0, 300.0), log_uniform(rng, 1e-6, 1.0)),
        "rest": (0.0, 0.0),
        "nearly rest": (rng.gauss(0.0, 1e-3), log_uniform(rng, 1e-7, 1e-2)),
    }[kind]
    return ls.State(radius * up * u.m, (rise * up + along * ahead) * MPS, EPOCH)


def a_burn(rng: random.Random, engine: ls.Engine, ignition_s: float) -> ls.Burn:
    direction = [rng.gauss(0.0, 1.0) for _ in range(3)]
    fixed = ls.FixedDirection(direction=direction * u.one)
    errors = [rng.choice([0.0, rng.uniform(-20.0, 20.0)]) * u.deg for _ in range(2)]
    return ls.Burn(
        ignition=EPOCH + ignition_s * u.s,
        target_delta_v=rng.choice([NEVER, log_uniform(rng, 1e-3, 3e3) * MPS]),
        timer=log_uniform(rng, 1e-2, 1e3) * u.s,
        steering=rng.choice([ls.AgainstVelocity(), ls.AgainstVelocity(), ls.AlongVelocity(), fixed]),
        throttle=a_throttle(rng, engine),
        pitch_error=errors[0],
        yaw_error=errors[1],
    )


def burning(rng: random.Random) -> ls.Scenario:
    """One to three burns from anywhere, of anything between a hundredth and ten thousand weights."""
    craft = odd_craft(rng, (1e-2, rng.choice([10.0, 1e4])))
    burns, t_s = [], rng.choice([0.0, rng.uniform(0.0, 100.0)])
    for _ in range(rng.choice([1, 1, 2, 3])):
        burns.append(a_burn(rng, craft.engine, t_s))
        t_s += burns[-1].timer.value + rng.uniform(1e-3, 60.0)
    faults = rng.choice([(), (ls.AccelerometerOff(),)])
    plan = (*burns, ls.Coast(duration=rng.uniform(1.0, 1200.0) * u.s))
    return ls.Scenario(name="burns", state=odd_state(rng), craft=craft, moon=MOON, plan=plan, faults=faults)


def a_law(rng: random.Random, engine: ls.Engine) -> GuidanceLaw:
    """Any law with any sensible target."""
    to_go = rng.uniform(5.0, 120.0) * u.s
    low = {"target_altitude": rng.uniform(0.0, 100.0) * u.m, "target_altitude_rate": -rng.uniform(0.0, 5.0) * MPS}
    throttle = a_throttle(rng, engine)
    laws: list[Callable[[], GuidanceLaw]] = [
        lambda: ls.EGuidance(time_to_go=to_go, **low),
        lambda: ls.QuadraticGuidance(time_to_go=to_go, **low),
        lambda: ls.FractionalPolynomial(time_to_go=to_go, first_exponent=0.5, second_exponent=1.5, **low),
        lambda: ls.ZemZev(time_to_go=rng.choice([None, to_go]), **low),
        lambda: ls.DescentRate(target_altitude_rate=-rng.uniform(0.0, 20.0) * MPS),
        lambda: ls.GravityTurn(**low),
        lambda: ls.GravityTurn(throttle=throttle, **low),
        lambda: ls.PitchGuidance(throttle=throttle, **low),
        lambda: ls.BangBang(target_downrange=rng.choice([None, 0.0 * u.m]), **low),
        lambda: ls.AttitudeHold(throttle=throttle),
        ls.EngineOff,
    ]
    return rng.choice(laws)()


def an_exit(rng: random.Random) -> ls.Termination:
    return rng.choice(
        [
            lambda: ls.Termination(quantity="altitude", below=rng.uniform(0.0, 1e3) * u.m),
            lambda: ls.Termination(quantity="speed", below=rng.uniform(0.0, 50.0) * MPS),
            lambda: ls.Termination(quantity="altitude rate", above=rng.uniform(-20.0, 0.0) * MPS),
            lambda: ls.Termination(quantity="time", above=rng.uniform(0.0, 20.0) * u.s),
        ]
    )()


def a_phase(rng: random.Random, engine: ls.Engine, k: int) -> ls.Guided:
    return ls.Guided(
        name=f"phase {k}",
        law=a_law(rng, engine),
        terminations=[an_exit(rng) for _ in range(rng.choice([0, 1, 1, 2]))],
        max_duration=rng.uniform(20.0, 80.0) * u.s,
        cycle_time=rng.choice([0.5, 1.0, 2.0, 7.3]) * u.s,
        max_tilt=rng.choice([180.0, 60.0]) * u.deg,
    )


def landing(rng: random.Random) -> ls.Scenario:
    """A burn or none, and one to three guided phases, from a descent towards a site, steep, or straight above it."""
    craft = odd_craft(rng, (1.5, rng.choice([10.0, 1e3])))
    speed = rng.choice([1e-9, 1e-3, rng.uniform(1.0, 300.0)])
    state = ls.State.from_approach(
        latitude=SITE.latitude,
        longitude=SITE.longitude,
        azimuth=rng.uniform(0.0, 360.0) * u.deg,
        range_to_go=rng.choice([0.0, rng.uniform(0.0, 2e4)]) * u.m,
        altitude=log_uniform(rng, 50.0, 2e4) * u.m,
        speed=speed * MPS,
        flight_path_angle=rng.choice([-90.0, rng.uniform(-89.0, 10.0)]) * u.deg,
        epoch=EPOCH,
    )
    burns = [a_burn(rng, craft.engine, 0.0)] if rng.random() < 0.3 else []
    phases = [a_phase(rng, craft.engine, k) for k in range(rng.choice([1, 2, 3]))]
    fall = ls.Guided(name="free fall", law=ls.EngineOff(), max_duration=300 * u.s, cycle_time=5 * u.s)
    plan = (*burns, *phases, fall)
    return ls.Scenario(name="landing", state=state, craft=craft, moon=MOON, plan=plan, landing_site=SITE)


def random_scenario(i: int) -> ls.Scenario | None:
    """Flight i, or none where what was drawn is refused."""
    rng = random.Random(f"flight {i}")
    try:
        return (burning if rng.random() < 0.6 else landing)(rng)
    except ls.InputError:
        return None


def compiled(scenario: ls.Scenario, tolerance_m: float = 1e-6) -> dict[str, float]:
    """What the compiled driver says of a scenario, by the names of a campaign's columns."""
    rows = Rows.of(scenario, ())
    return {name: column[0] for name, column in outputs(flown(rows, rows.bases, tolerance_m), scenario).items()}


def both(scenario: ls.Scenario) -> tuple[Apart, ls.Flight | None, str]:
    """How far the drivers are apart, the reference flight, and why either could not go on."""
    row = compiled(scenario)
    failure = FAILURES[int(row["failure"])]
    try:
        flight = ls.simulate(scenario)
    except ls.LunarsimError as error:
        return Apart(0.0, 0.0, 0.0, 0.0, {}, bool(failure)), None, f"reference: {error}; compiled: {failure}"
    if failure:
        return Apart(0.0, 0.0, 0.0, 0.0, {}, False), flight, f"compiled: {failure}"
    return apart(row, flight), flight, ""


def by_either(scenario: ls.Scenario, detect: Sequence[detectors.Detector] = ()) -> IntegratorComparison | None:
    """Fly a scenario by both integrators and compare; None where neither flies it."""
    try:
        flight = ls.simulate(scenario, detect=detect, integrator="DOP853")
    except ls.LunarsimError as one:
        try:
            ls.simulate(scenario, detect=detect, integrator="collocation")
        except ls.LunarsimError as other:
            assert type(one) is type(other), f"{one} / {other}"  # noqa: PT017
            return None
        raise
    return flight.cross_check(detect=detect)
