"""Each number of a component is declared once, with a unit and bounds, and refused beyond them by its name."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st

import lunarsim as ls
from lunarsim import declarations
from lunarsim.craft.navigation import InertialNavigation
from lunarsim.declarations import REQUIRED, Number, Switch, declared, number
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.orbits.numbers import APPROACH, ELEMENTS
from lunarsim.plan.laws.to_target import ToTarget

EPOCH = Time("2023-08-19T10:00:00", scale="tdb")
MPS = u.m / u.s
ENGINE = ls.Engine(thrust=4.2 * u.kN, specific_impulse=310 * u.s)
PUSH = {"time_to_go": 100 * u.s}

#: Of every component that declares numbers, one that can be made: what has to be given.
COMPONENTS = {
    ls.Accelerometer: {},
    ls.AccelerometerOff: {},
    ls.Engine: {"thrust": 4.2 * u.kN, "specific_impulse": 310 * u.s},
    ls.LandingGear: {
        "vertical_speed": 3 * MPS,
        "horizontal_speed": 1 * MPS,
        "tilt": 10 * u.deg,
        "slope": 10 * u.deg,
        "stance": 2 * u.m,
        "mass_centre_height": 2 * u.m,
    },
    ls.Navigation: {},
    ls.DeadReckoning: {},
    ls.KalmanFilter: {},
    ls.Altimeter: {},
    ls.AttitudeControl: {},
    ls.Gyro: {},
    ls.StarTracker: {},
    ls.TouchdownSwitch: {},
    ls.Velocimeter: {},
    ls.Spacecraft: {"dry_mass": 1000 * u.kg, "propellant_mass": 350 * u.kg, "engine": ENGINE},
    ls.Coast: {"duration": 1 * u.hour},
    ls.Burn: {"ignition": EPOCH, "target_delta_v": 24.3 * MPS, "timer": 127 * u.s},
    ls.Guided: {"name": "braking", "law": ls.EGuidance(**PUSH), "max_duration": 500 * u.s},
    ls.Divert: {},
    ls.HazardDetection: {"radius": 10 * u.m, "slope": 5 * u.deg},
    ls.AttitudeHold: {},
    ls.BangBang: {},
    ls.DescentRate: {},
    ls.EGuidance: PUSH,
    ls.FractionalPolynomial: PUSH,
    ls.GravityTurn: {},
    ls.PitchGuidance: {},
    ls.QuadraticGuidance: PUSH,
    ls.ZemZev: {},
    ls.FlightComputer: {"array_size": 4},
    ls.ThrustMonitor: {"window": 5 * u.s},
    ls.AccelerometerVote: {"window": 5 * u.s, "tolerance": 1 * MPS / u.s},
    ls.AccelerationMonitor: {"window": 5 * u.s, "highest": 10 * MPS / u.s},
    ls.RangeMonitor: {"highest": 10 * u.km},
    ls.TimeTaggedCommand: {"name": "switch on"},
    ls.Site: {"latitude": 1 * u.deg, "longitude": 2 * u.deg},
    ls.Moon: {},
    ls.Earth: {},
    ls.ProfilePoint: {"label": "high gate", "mass": 1000 * u.kg},
    Accuracy: {},
}
NUMBERS = [
    (component, name, declaration)
    for component in COMPONENTS
    for name, declaration in declared(component).items()
    if isinstance(declaration, Number)
]
IDS = [f"{component.__name__}.{name}" for component, name, _ in NUMBERS]


def made(component, name, declaration, value):
    """Make a component with one number, in the unit of its declaration."""
    given = float(value) if declaration.unit == u.one else float(value) * declaration.unit
    return component(**{**COMPONENTS[component], name: given})


def edges(declaration):
    """Return the lower and the upper bound, and whether each is itself within."""
    low, high = (declaration.low, declaration.above), (declaration.high, declaration.below)
    return [(next(b for b in pair if b is not None), pair[0] is not None) for pair in (low, high)]


def test_every_component_with_numbers_is_looked_at_here():
    known = set()
    for name in ("craft", "plan", "moon", "flight", "campaign"):
        package = importlib.import_module(f"lunarsim.{name}")
        for module in pkgutil.walk_packages(package.__path__, f"lunarsim.{name}."):
            members = vars(importlib.import_module(module.name)).values()
            known |= {each for each in members if isinstance(each, type) and dataclasses.is_dataclass(each)}
    declaring = {each for each in known if declared(each)}
    campaigns = {"Campaign", "DispersedScenario"}
    elsewhere = campaigns | {"StationInView", "AtHeight", "AtLatitude", "AtLongitude", "AtEarthHeight"}  # in theirs
    bases = {ToTarget, ls.Fault, ls.Sensor, ls.NavigationSystem, InertialNavigation}
    assert {each.__name__ for each in declaring - bases - set(COMPONENTS)} == elsewhere


@pytest.mark.parametrize(("component", "name", "declaration"), NUMBERS, ids=IDS)
def test_a_number_is_refused_by_its_name_just_beyond_its_bounds(component, name, declaration):
    (low, low_in), (high, high_in) = edges(declaration)
    for beyond in (np.nextafter(low, -np.inf) if low_in else low, np.nextafter(high, np.inf) if high_in else high):
        with pytest.raises(ls.InputError, match=rf"^{name}.* = .*: expected (from|above) .* to ") as error:
            made(component, name, declaration, beyond)
        assert declaration.bounds in str(error.value)


@pytest.mark.parametrize(("component", "name", "declaration"), NUMBERS, ids=IDS)
def test_a_number_at_its_bounds_is_taken_or_does_not_go_with_another(component, name, declaration):
    (low, low_in), (high, high_in) = edges(declaration)
    for within in (low if low_in else np.nextafter(low, np.inf), high if high_in else np.nextafter(high, -np.inf)):
        words = ""
        try:
            made(component, name, declaration, within)
        except ls.InputError as error:
            words = str(error)
        assert declaration.bounds not in words


@given(st.sampled_from(NUMBERS), st.floats(allow_nan=True, allow_infinity=True))
def test_no_number_out_of_its_bounds_is_ever_taken(which, value):
    component, name, declaration = which
    if not declaration.holds(value):
        with pytest.raises(ls.InputError, match=name):
            made(component, name, declaration, value)


@pytest.mark.parametrize(("component", "name", "declaration"), NUMBERS, ids=IDS)
def test_a_number_says_what_it_is_and_its_default_lies_within_its_bounds(component, name, declaration):
    assert declaration.text.endswith(".")
    default = next(each.default for each in dataclasses.fields(component) if each.name == name)
    if default is not REQUIRED and default is not None:
        assert declaration.holds(default if declaration.unit == u.one else default.to_value(declaration.unit))


@pytest.mark.parametrize("powered", [1, 0.5, "yes", None])
def test_a_switch_is_on_or_off(powered):
    with pytest.raises(ls.InputError, match=rf"powered = {powered!r}: expected True or False"):
        ls.Accelerometer(powered=powered)


@pytest.mark.parametrize(
    ("bounds", "words", "within", "beyond"),
    [
        ({"low": 1.0, "high": 1e5}, "from 1 s to 100000 s", [1.0, 1e5], [0.999, 1e6, np.nan]),
        ({"above": 0.0, "high": 1.0}, "above 0 s and up to 1 s", [1e-300, 1.0], [0.0, 1.1]),
        ({"low": 0.0, "below": 90.0}, "from 0 s to below 90 s", [0.0, 89.9], [-1e-9, 90.0]),
    ],
)
def test_bounds_are_at_least_or_more_than_and_say_so(bounds, words, within, beyond):
    declaration = Number(unit=u.s, **bounds)
    assert declaration.bounds == words
    assert np.all(declaration.holds(within))
    assert not np.any(declaration.holds(beyond))
    minutes = declaration.to(u.min)
    assert np.all(minutes.holds(np.array(within[:1]) / 60.0))
    assert not np.any(minutes.holds(np.array(beyond) / 60.0))


def test_a_number_without_a_bound_cannot_be_declared():
    for bounds in ({"low": 0.0}, {"high": 0.0}, {"low": 0.0, "above": 0.0, "high": 1.0}):
        with pytest.raises(ls.InputError, match="expected one lower bound"):
            number(0.0, u.m, **bounds)


def test_a_component_of_a_users_own_declares_its_numbers_in_the_same_way():
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Sensor:
        rate: u.Quantity = number(REQUIRED, u.Hz, low=1.0, high=100.0, text="Of readings.")
        lag: u.Quantity | None = number(None, u.s, low=0.0, high=1.0, text="Of readings.")
        gain: float = number(1.0, u.one, low=0.5, high=2.0, text="Reported over true.")

        def __post_init__(self) -> None:
            declarations.check(self)

    assert Sensor(rate=0.002 * u.kHz).lag is None
    with pytest.raises(TypeError, match="rate"):
        Sensor()
    with pytest.raises(ls.InputError, match=r"rate = 0\.5 Hz: expected from 1 Hz to 100 Hz"):
        Sensor(rate=0.5 * u.Hz)
    with pytest.raises(ls.InputError, match=r"gain = 3\.0: expected from 0\.5 to 2"):
        Sensor(rate=2 * u.Hz, gain=3.0)
    with pytest.raises(ls.InputError, match="lag = 1 has no unit"):
        Sensor(rate=2 * u.Hz, lag=1)


ORBIT = {
    "perilune": 18 * u.km,
    "apolune": 100 * u.km,
    "inclination": 82 * u.deg,
    "node_longitude": 270 * u.deg,
    "argument_of_perilune": 40 * u.deg,
    "true_anomaly": 0 * u.deg,
}
TO_SITE = {
    "latitude": -69 * u.deg,
    "longitude": 32 * u.deg,
    "azimuth": 180 * u.deg,
    "range_to_go": 700 * u.km,
    "altitude": 18 * u.km,
    "speed": 1.7 * u.km / u.s,
    "flight_path_angle": 0 * u.deg,
    "crossrange": 0 * u.m,
}


@pytest.mark.parametrize(
    ("make", "options", "known"),
    [(ls.State.from_elements, ORBIT, ELEMENTS), (ls.State.from_approach, TO_SITE, APPROACH)],
    ids=["elements", "approach"],
)
def test_a_start_is_refused_beyond_the_bounds_of_its_numbers(make, options, known):
    assert set(known) == set(options)
    for name, declaration in known.items():
        (low, _), (high, _) = edges(declaration)
        for beyond in (np.nextafter(low, -np.inf), np.nextafter(high, np.inf), 1e300, -1e30):
            with pytest.raises(ls.InputError, match=rf"^{name} = .*: expected {declaration.bounds[:4]}"):
                make(**{**options, name: beyond * declaration.unit}, epoch=EPOCH)


@pytest.mark.parametrize(
    ("position", "velocity", "words"),
    [
        ([1.8e6, 0, 0] * u.m, [0, 0.9 * 299_792_458, 0] * MPS, "velocity = .*: expected from -1e"),
        ([1.8e6, 0, 0] * u.m, [0, 1e300, 0] * MPS, "velocity = .*: expected from -1e"),
        ([1.8e26, 0, 0] * u.m, [0, 1600, 0] * MPS, "position = .*: expected from -1e"),
    ],
)
def test_a_state_is_that_of_a_craft_near_the_moon_and_slower_than_light(position, velocity, words):
    with pytest.raises(ls.InputError, match=words):
        ls.State(position, velocity, EPOCH)


@pytest.mark.parametrize("elevation", [-1737399 * u.m, -20.001 * u.km, 20.001 * u.km, 1e300 * u.m])
def test_the_ground_lies_within_20_km_of_the_sphere(elevation):
    terrain = ls.Terrain.sphere()
    window = (0 * u.deg, 1 * u.deg, 0 * u.deg, 1 * u.deg)
    for make in (
        lambda: ls.Terrain.sphere(elevation),
        lambda: terrain.raised(elevation),
        lambda: ls.Terrain.from_array(np.zeros((2, 2)) * u.m, window=window, outside=elevation),
    ):
        with pytest.raises(ls.InputError, match=r"expected from -20000 m to 20000 m"):
            make()


@pytest.mark.parametrize("limit", [1e300 * u.km, -1e30 * u.km])
def test_a_condition_that_ends_a_phase_is_refused_beyond_its_bounds(limit):
    for quantity in ("altitude", "range to go"):
        with pytest.raises(ls.InputError, match=f"below of the termination on {quantity} = .* expected from"):
            ls.Termination(quantity=quantity, below=limit)


def test_a_craft_of_a_microgram_is_refused_before_it_is_flown():
    with pytest.raises(ls.InputError, match=r"dry_mass = 1e-09 kg: expected from 0\.001 kg"):
        ls.Spacecraft(
            dry_mass=1e-9 * u.kg,
            propellant_mass=0 * u.kg,
            engine=ls.Engine(thrust=300 * u.N, specific_impulse=310 * u.s),
        )


def test_a_switch_holds_zero_and_one():
    assert Switch().holds([0.0, 1.0]).all()
    assert not Switch().holds([0.5, -1.0, np.nan]).any()


@pytest.mark.parametrize("julian_date", [1e300, 1e9, -1e9])
def test_a_time_that_no_calendar_reaches_is_refused(julian_date):
    never = Time(julian_date, format="jd", scale="utc")
    for make in (
        lambda: ls.State([1.8e6, 0, 0] * u.m, [0, 1600, 0] * MPS, never),
        lambda: ls.State.from_elements(**ORBIT, epoch=never),
        lambda: ls.Burn(ignition=never, target_delta_v=1 * MPS, timer=1 * u.s),
    ):
        with pytest.raises(ls.InputError, match=r"(epoch|ignition) = Julian date .*: expected from 0 to 1e\+07"):
            make()
