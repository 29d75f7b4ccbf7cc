"""A steering law of the user's own: as good as the package's, in both drivers, plain or compiled."""

from dataclasses import replace
from math import cos, pi, sin

import numba
import numpy as np
import pytest
from astropy import units as u
from random_flights import EPOCH, MOON, MPS, both, compiled
from scipy.integrate import quad
from test_scenario_files import VALID, write

import lunarsim as ls
from lunarsim import constants
from lunarsim.campaign import nominal
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.kernels.forces import steering
from lunarsim.plan.steering import STEERING

NEVER = 1e4 * MPS
LOW = ls.State([constants.MOON_RADIUS_M + 1e5, 0, 0] * u.m, [0, 1600, 0] * MPS, EPOCH)
FAR = ls.State([9e8, 0, 0] * u.m, [0, 100, 0] * MPS, EPOCH)  # where the Moon pulls with 6e-6 m/s2
CRAFT = ls.Spacecraft(
    dry_mass=600 * u.kg, propellant_mass=900 * u.kg, engine=ls.Engine(thrust=3 * u.kN, specific_impulse=320 * u.s)
)


def own_law(title, direction, **numbers):
    """Make a law of a function and of the numbers that it declares."""
    annotations = dict.fromkeys(numbers, u.Quantity)
    body = {**numbers, "direction": direction, "__annotations__": annotations, "__qualname__": title}
    return ls.steering_law(title)(type("Own", (), body))


def along(state, own):
    """The velocity, but for its length."""
    v = state.velocity
    return 3.0 * v[0], 3.0 * v[1], 3.0 * v[2]


def against(state, own):
    v = state.velocity
    return -v[0], -v[1], -v[2]


def turning(state, own):
    """A direction that turns in inertial space from x towards y, from the ignition on."""
    return cos(own.rate_rad_s * state.time_s), sin(own.rate_rad_s * state.time_s), 0.0


def a_rate():
    return ls.number(0.5, u.deg / u.s, low=-10.0, high=10.0, text="Of the turn.", dispersible=True)


ALONG = {"plain": own_law("along, plain", along), "compiled": own_law("along, compiled", numba.njit(along))}
AGAINST = own_law("against, plain", against)
TURNING = {
    "plain": own_law("turning, plain", turning, rate=a_rate()),
    "compiled": own_law("turning, compiled", numba.njit(turning), rate=a_rate()),
}
EACH = pytest.mark.parametrize("kind", ["plain", "compiled"])


def scenario(law, state=LOW, timer=300 * u.s, **options):
    burn = ls.Burn(ignition=EPOCH + 10 * u.s, target_delta_v=NEVER, timer=timer, steering=law, **options)
    plan = (burn, ls.Coast(duration=200 * u.s))
    return ls.Scenario(name="own steering", state=state, craft=CRAFT, moon=MOON, plan=plan)


def apart_m(flight, other):
    return float(np.linalg.norm((flight.outcome.state.position - other.outcome.state.position).to_value(u.m)))


@EACH
def test_the_law_along_the_velocity_written_again_by_a_user_flies_as_ours(kind):
    ours, theirs = (ls.simulate(scenario(law)) for law in (ls.AlongVelocity(), ALONG[kind]()))
    assert apart_m(theirs, ours) < 1e-6  # of 800 km: roundings of two ways to take a length
    mistaken = ls.simulate(scenario(AGAINST()))
    assert apart_m(mistaken, ours) > 1e5


@EACH
@pytest.mark.parametrize("errors", [{}, {"pitch_error": 3 * u.deg, "yaw_error": -2 * u.deg}], ids=["meant", "errs"])
def test_both_drivers_fly_a_users_law_alike_and_as_ours(kind, errors):
    found, flight, why = both(scenario(ALONG[kind](), **errors))
    assert found.alike, why
    assert found.position_m < 1e-3
    assert apart_m(flight, ls.simulate(scenario(ls.AlongVelocity(), **errors))) < 1e-3


def turned_delta_v(rate_rad_s, timer_s):
    """The integral of thrust over mass along a direction that turns, without gravity (m/s)."""
    flow = 3e3 / (320 * constants.STANDARD_GRAVITY_MPS2)

    def of(component):
        return quad(lambda t: 3e3 / (1500.0 - flow * t) * component(rate_rad_s * t), 0.0, timer_s, epsabs=1e-12)[0]

    return np.array([of(cos), of(sin), 0.0])


@EACH
def test_a_direction_that_turns_from_ignition_on_gives_the_delta_v_of_its_integral(kind):
    found, flight, why = both(scenario(TURNING[kind](rate=0.9 * u.deg / u.s), FAR))
    assert found.alike, why
    assert found.position_m < 1e-3
    coast = ls.propagate(FAR, flight.duration, MOON)
    gained = (flight.outcome.state.velocity - coast.outcome.state.velocity).to_value(MPS)
    # the pull changes along the 40 km between the two by 6e-10 m/s2, for 500 s
    np.testing.assert_allclose(gained, turned_delta_v(0.9 * pi / 180.0, 300.0), rtol=0, atol=3e-7)


def test_a_flight_says_where_a_users_law_has_pointed_the_thrust():
    flight = ls.simulate(scenario(TURNING["plain"](rate=0.5 * u.deg / u.s)))
    since_s = flight.elapsed.to_value(u.s) - 10.0
    burning = (since_s > 0.0) & (since_s < 299.9)
    angle = np.radians(0.5) * since_s[burning]
    pointed = flight.thrust_direction.value[burning]
    np.testing.assert_allclose(pointed, np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1), rtol=0, atol=1e-12)


@EACH
def test_a_number_of_a_law_and_the_start_are_dispersed_and_both_drivers_fly_them_alike(kind):
    one, path = scenario(TURNING[kind]()), "plan.0.steering.rate"
    assert nominal(one, path).to_value(u.deg / u.s) == pytest.approx(0.5)
    scatter = {path: ls.Uniform(0.2 * u.deg / u.s, 0.8 * u.deg / u.s), "state.epoch": ls.Uniform(-5 * u.s, 5 * u.s)}
    campaign = ls.Campaign(one, scatter).run(4, seed=1)
    drawn = [campaign.rerun(i).scenario.plan[0].steering.rate.to_value(u.rad / u.s) for i in range(4)]
    assert drawn == pytest.approx(campaign.dataset[path].values, rel=1e-12)
    assert campaign.cross_check(4, seed=1).position.to_value(u.m).max() < 1e-2
    assert np.ptp(campaign.dataset["vx_mps"].values) > 10.0


def test_a_number_of_a_law_beyond_its_bounds_is_no_run():
    wide = ls.Campaign(
        scenario(TURNING["compiled"]()),
        {"plan.0.steering.rate": ls.Normal(0 * u.deg / u.s, 10 * u.deg / u.s)},
    ).run(12, seed=2)
    beyond = np.abs(wide.dataset["plan.0.steering.rate"].values) > np.radians(10.0)
    assert 0 < beyond.sum() < 12
    assert (wide.dataset["outcome"].values == 0).tolist() == beyond.tolist()  # the code of a failed run


def test_the_hash_of_a_campaign_holds_a_law_by_its_title_and_its_code():
    def digest(law):
        return Rows.of(scenario(law), ()).digest()

    def other(state, own):
        return -sin(own.rate_rad_s * state.time_s), cos(own.rate_rad_s * state.time_s), 0.0

    assert digest(TURNING["plain"]()) == digest(TURNING["plain"]())
    again = own_law("turning again", other, rate=a_rate())
    before = digest(again())
    del STEERING["turning again"]
    assert digest(own_law("turning again", turning, rate=a_rate())()) != before
    assert digest(TURNING["plain"](rate=1 * u.deg / u.s)) != digest(TURNING["plain"]())


def test_a_scenario_file_names_a_users_law_by_its_title_and_gives_its_numbers(tmp_path):
    def law_in(words):
        text = VALID.replace('timer = "127 s"', f'timer = "127 s"\nsteering = {words}')
        return ls.load_scenario(write(tmp_path, text)).plan[0].steering

    assert law_in('{ type = "turning, plain", rate = "0.7 deg/s" }') == TURNING["plain"](rate=0.7 * u.deg / u.s)
    assert law_in('"turning, compiled"') == TURNING["compiled"]()
    assert law_in('{ type = "along velocity" }') == ls.AlongVelocity()
    with pytest.raises(ls.ScenarioError, match=r"rate = 11\.0 deg / s: expected from -10 deg / s to 10 deg / s"):
        law_in('{ type = "turning, plain", rate = "11 deg/s" }')
    with pytest.raises(ls.ScenarioError, match=r"plan\.0\.steering\.type = 'turning': did you mean"):
        law_in('"turning"')
    with pytest.raises(ls.ScenarioError, match=r"steering.*speed"):
        law_in('{ type = "turning, plain", speed = "1 deg/s" }')
    with pytest.raises(ls.ScenarioError, match=r"plan\.0\.steering: 7 is no steering law: expected the title of one"):
        law_in("7")


def test_a_saved_flight_under_a_users_law_is_the_same_flight(tmp_path, monkeypatch):
    flight = ls.simulate(scenario(TURNING["plain"](rate=0.3 * u.deg / u.s)))
    flight.save(tmp_path / "own.flight")
    loaded = ls.Flight.load(tmp_path / "own.flight")
    assert loaded == flight
    assert loaded.scenario.plan[0].steering == TURNING["plain"](rate=0.3 * u.deg / u.s)
    assert loaded != ls.simulate(scenario(TURNING["plain"](rate=0.4 * u.deg / u.s)))
    monkeypatch.delitem(ls.plan.steering.STEERING, "turning, plain")
    with pytest.raises(ls.DataError, match=r"the steering law 'turning, plain' is not known here: import the module"):
        ls.Flight.load(tmp_path / "own.flight")


def nowhere(state, own):
    return (0.0, 0.0, 0.0) if state.time_s > 50.0 else (1.0, 0.0, 0.0)


def lost(state, own):
    return (np.nan if state.time_s > 50.0 else 1.0), 0.0, 0.0


def endless(state, own):
    return (1e300 if state.time_s > 50.0 else 1.0), 1.0, 0.0


@pytest.mark.parametrize("wrap", [lambda f: f, numba.njit], ids=["plain", "compiled"])
@pytest.mark.parametrize("direction", [nowhere, lost, endless])
def test_a_law_that_gives_no_direction_ends_the_flight_by_name_and_is_a_failed_run(direction, wrap):
    title = f"{direction.__name__} {wrap.__name__}"
    one = scenario(own_law(title, wrap(direction))())
    with pytest.raises(ls.IntegrationError, match=rf"steering law '{title}',: the integration stopped 60\.\d+ s after"):
        ls.simulate(one)
    row = compiled(one)
    assert row["outcome"] == 0
    assert "the integration cannot go on" in ls.campaign.outcome.FAILURES[int(row["failure"])]


def fails(state, own):
    if state.time_s > 50.0:
        raise ValueError("no way there")
    return 1.0, 0.0, 0.0


@pytest.mark.parametrize("wrap", [lambda f: f, numba.njit], ids=["plain", "compiled"])
def test_a_law_that_raises_ends_a_flight_and_a_campaign_with_its_name(wrap):
    law = own_law(f"fails {wrap.__name__}", wrap(fails))
    said = f"steering law '{law.title}' ended with ValueError: no way there"
    for fly in (ls.simulate, compiled):
        with pytest.raises(ls.IntegrationError, match=said):
            fly(scenario(law()))


def test_a_direction_that_is_not_three_numbers_is_refused_by_name():
    two = own_law("two numbers", numba.njit(lambda state, own: (0.0, 1.0)))
    with pytest.raises(ls.InputError, match="steering law 'two numbers': its direction cannot be compiled"):
        ls.simulate(scenario(two()))
    words = own_law("words", lambda state, own: "up")
    with pytest.raises(ls.IntegrationError, match=r"steering law 'words' gave 'up', 0\.000 s after ignition: expected"):
        ls.simulate(scenario(words()))


@pytest.mark.parametrize(
    ("direction", "said"),
    [
        (lambda state: (0.0, 0.0, 0.0), r"its direction takes \(state\): expected direction\(state, own\)"),
        (None, "its direction is missing"),
        (7, "its direction is missing"),
    ],
)
def test_a_direction_of_the_wrong_signature_is_refused_by_name(direction, said):
    with pytest.raises(ls.InputError, match=f"steering law 'odd': {said}"):
        own_law("odd", direction)


def test_what_cannot_be_a_steering_law_is_refused_with_its_name():
    with pytest.raises(ls.InputError, match=r"title = 'along velocity': .*AlongVelocity has this title"):
        own_law("along velocity", along)
    with pytest.raises(ls.InputError, match=r"title = 'a\.b': expected words without a dot, such as 'pitch program'"):
        own_law("a.b", along)
    with pytest.raises(ls.InputError, match="its field 'gain' is declared neither by"):
        own_law("undeclared", along, gain=1.0)
    with pytest.raises(ls.InputError, match="'many' declares 17 numbers: expected up to 16"):
        own_law("many", along, **{f"n{i}": ls.number(0.0, u.m, low=0.0, high=1.0) for i in range(17)})
    with pytest.raises(ls.InputError, match="its number 'maybe' may be None, which no function is told"):
        own_law("unsure", along, maybe=ls.number(None, u.m, low=0.0, high=1.0))
    with pytest.raises(ls.InputError, match=r"rate = 11.0 deg / s: expected from -10 deg / s to 10 deg / s"):
        TURNING["plain"](rate=11 * u.deg / u.s)


def test_the_code_of_users_laws_belongs_to_those_alone_that_the_decorator_has_made():
    class Pretends:
        def lower(self):
            return steering.OWN, np.zeros(3)

    with pytest.raises(ls.InputError, match="gave the code 3, which is no law's"):
        scenario(Pretends())
    assert np.all(np.isnan(steering.thrust_direction(steering.OWN, np.zeros(3), (1.0, 2.0, 3.0))))


def test_a_law_knows_mass_and_place_and_flies_on_after_a_fault_in_the_burn():
    """Straight up as long as the craft is heavy, ahead when it is light: by mass, which a fault makes last longer."""

    @ls.fault("half the thrust")
    class HalfTheThrust(ls.Fault):
        def apply(self, craft):
            return replace(craft, engine=replace(craft.engine, thrust_error=-0.5))

    @ls.steering_law("by mass")
    class ByMass:
        @staticmethod
        def direction(state, own):
            share = (1500.0 - state.mass_kg) / 300.0
            (x, y, z), (vx, vy, vz) = state.position, state.velocity
            return x / 1.8e6 + share * vx / 1.6e3, y / 1.8e6 + share * vy / 1.6e3, z / 1.8e6 + share * vz / 1.6e3

    one = replace(scenario(ByMass()), faults=(HalfTheThrust(onset=100 * u.s),))
    found, flight, why = both(one)
    assert found.alike, why
    assert found.position_m < 1e-3
    assert apart_m(flight, ls.simulate(scenario(ByMass()))) > 1e3
