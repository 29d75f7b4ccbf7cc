"""Paths of a campaign: each one moves the flight, and moves it alike in the compiled and in the reference driver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import landing_example
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time

import lunarsim as ls
from lunarsim.campaign import (
    Campaign,
    Discrete,
    JointNormal,
    Normal,
    Probability,
    Uniform,
    dispersible,
    edited,
    nominal,
)
from lunarsim.campaign.executors.flying import flown as fly
from lunarsim.campaign.inputs.paths import Path, find, is_fault, is_onset
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.campaign.outputs import ended_alike
from lunarsim.declarations import declared
from lunarsim.errors import InputError, ModelWarning
from lunarsim.kernels import codes
from lunarsim.kernels.ground.terrain import raised
from lunarsim.moon.orientation import et_seconds

#: What both drivers must share; as promised. Measured over all paths: 0.015 m, 8e-6 s, 3e-10 s.
POSITION_M, TIME_S, CUTOFF_S = 1.0, 1e-3, 1e-6

EPOCH = Time("2023-08-19T08:00:00", scale="tdb")

#: By how much a path is moved, in its unit, by how its name ends; the flights below are such that each is felt.
STEPS = {
    **dict.fromkeys([f"guidance.target_{axis}_rate" for axis in ("downrange", "crossrange", "altitude")], 0.2),
    "guidance.lead_time": 0.3,
    "guidance.time_to_go": 2.0,
    "guidance.vertical_time_constant": 0.3,
    "state.epoch": -40.0,
    "orbit.perilune": 1500.0,
    "orbit.apolune": -1200.0,
    "orbit.inclination": 0.01,
    "orbit.node_longitude": -0.02,
    "orbit.argument_of_perilune": 0.015,
    "orbit.true_anomaly": 0.012,
    "state.radial": 700.0,
    "state.transverse": -800.0,
    "state.normal": 900.0,
    "state.radial_rate": 0.8,
    "state.transverse_rate": -0.7,
    "state.normal_rate": 0.9,
    "gm": 3e7,
    "elevation": 400.0,
    "love_number": 0.01,
    "radiation_area": 2.0,
    "radiation_coefficient": -0.2,
    "dry_mass": 30.0,
    "propellant_mass": -20.0,
    "thrust": 5.0,
    "specific_impulse": -6.0,
    "powered": -1.0,
    "scale_factor": 0.02,
    "bias": 0.004,
    "ignition": 20.0,
    "timer": -60.0,
    "target_delta_v": -3.0,
    "throttle": -0.1,
    "pitch_error": 0.03,
    "yaw_error": -0.04,
    "duration": -500.0,
    "accelerometer off": -1.0,
    "accelerometer off.onset": 40.0,
    "thrust_error": 0.02,
    "specific_impulse_error": 0.03,
    "misalignment_pitch": 0.02,
    "misalignment_yaw": -0.03,
    "ignition_delay": 0.4,
    "build_up": 0.8,
    "tail_off": 0.6,
    "unusable_propellant": 1.0,
    "navigation.downrange": 40.0,
    "navigation.crossrange": -30.0,
    "navigation.altitude": 6.0,
    "navigation.downrange_rate": 0.3,
    "navigation.crossrange_rate": -0.2,
    "navigation.altitude_rate": 0.1,
    "navigation.altitude_scale": 0.02,
    "navigation.mass": 5.0,
    "navigation.position_noise": 1.0,
    "navigation.velocity_noise": 0.05,
    "navigation.altitude_noise": 0.4,
    "navigation.seed": 17.0,
    "cycle_time": 0.5,
}


def luna25():
    """Luna-25 over a field of degree 8; its fault may be there or not."""
    scenario = ls.load_scenario("luna25")
    return replace(scenario, moon=replace(scenario.moon, gravity=ls.GravityField.grail(8)))


def sunlit():
    """A craft without a burn, in sunlight and in the Moon's shadow, with the tide; it passes 12 km above the ground."""
    craft = ls.Spacecraft(
        dry_mass=300 * u.kg,
        propellant_mass=50 * u.kg,
        engine=ls.Engine(thrust=1 * u.N, specific_impulse=300 * u.s),
        radiation_area=12 * u.m**2,
        radiation_coefficient=1.3,
    )
    state = ls.State.from_elements(
        perilune=12 * u.km,
        apolune=90 * u.km,
        inclination=85 * u.deg,
        node_longitude=20 * u.deg,
        argument_of_perilune=70 * u.deg,
        true_anomaly=200 * u.deg,
        epoch=EPOCH,
    )
    moon = ls.Moon(gravity=ls.GravityField.grail(8), third_bodies=("earth",), tide=True, radiation=True)
    plan = (ls.Coast(duration=1 * u.hour), ls.Coast(duration=1 * u.hour))
    return ls.Scenario(name="sunlit", state=state, craft=craft, moon=moon, plan=plan)


def two_burns():
    """A burn in a fixed direction that lowers the orbit into the ground, and one that is too weak to lift it again."""
    state = ls.State.from_elements(
        perilune=60 * u.km,
        apolune=80 * u.km,
        inclination=30 * u.deg,
        node_longitude=100 * u.deg,
        argument_of_perilune=15 * u.deg,
        true_anomaly=50 * u.deg,
        epoch=EPOCH,
    )
    craft = ls.Spacecraft(
        dry_mass=700 * u.kg,
        propellant_mass=200 * u.kg,
        engine=ls.Engine(thrust=500 * u.N, specific_impulse=300 * u.s),
        accelerometer=ls.Accelerometer(scale_factor=0.98, bias=0.002 * u.m / u.s**2),
    )
    backwards = -state.velocity.to_value(u.m / u.s) / state.speed.to_value(u.m / u.s)
    first = ls.Burn(
        ignition=EPOCH + 60 * u.s,
        target_delta_v=32 * u.m / u.s,
        timer=75 * u.s,
        steering=ls.FixedDirection(backwards * u.one),
        throttle=0.9,
        yaw_error=2 * u.deg,
        name="down",
    )
    second = ls.Burn(
        ignition=EPOCH + 900 * u.s,
        target_delta_v=4 * u.m / u.s,
        timer=70 * u.s,
        steering=ls.AlongVelocity(),
        throttle=0.2,
        pitch_error=1 * u.deg,
        name="up",
    )
    plan = (first, ls.Coast(duration=700 * u.s), second, ls.Coast(duration=2 * u.hour))
    moon = ls.Moon(gravity=ls.GravityField.grail(2), third_bodies=("earth", "sun", "jupiter"))
    return ls.Scenario(name="two burns", state=state, craft=craft, moon=moon, plan=plan)


def landing():
    """The landing of the tests, with noise."""
    noise = ls.Navigation(position_noise=2 * u.m, velocity_noise=0.03 * u.m / u.s, altitude_noise=0.3 * u.m, seed=5)
    return landing_example.landing(replace(landing_example.LANDER, navigation=noise))


SCENARIOS = {"luna25": luna25, "sunlit": sunlit, "two burns": two_burns, "landing": landing}


@pytest.fixture(scope="module", params=SCENARIOS)
def scenario(request):
    return SCENARIOS[request.param]()


def paths_of(scenario):
    """Return the paths to try; the steps of orbits would take a landing into the ground."""
    names = dispersible(scenario)
    return [
        name for name in names if not (scenario.guided and name.startswith(("orbit.", "state.r", "state.t", "state.n")))
    ]


def moved(scenario, name, share=1.0):
    """Return values that move one path by a share of its step, and what must be with it to be felt."""
    step = next(step for end, step in STEPS.items() if name.endswith(end))
    if step == -1.0:  # of what is there or not
        share = 1.0
    values = {name: float(nominal(scenario, name).value) + share * step}
    if name == "moon.terrain.elevation" and scenario.name == "sunlit":
        values[name] += 12_500.0
    if name.startswith("plan.") and name.endswith("duration") and scenario.name != "sunlit":
        values[name] = 600.0 * share  # the last coast would end on the ground
    if name == "craft.unusable_propellant":  # so much that the tanks run dry
        values[name] = share * (float(nominal(scenario, "craft.propellant_mass").value) - 3.0)
    if "accelerometer." in name or name.endswith("target_delta_v"):
        values |= {fault: 0.0 for fault in dispersible(scenario) if is_fault(fault)}
    return values


def felt(scenario, name):
    """Return the scenario as far as a path can be dispersed in it: what a fault sets cannot."""
    return scenario.without_faults() if name == "craft.accelerometer.powered" else scenario


def flown(scenario, values):
    """Fly one run with the compiled driver; return its results."""
    rows = Rows.of(scenario, values)
    return fly(rows, rows.table({name: np.array([value]) for name, value in values.items()}), 1e-3)


def test_every_path_that_can_be_dispersed_changes_the_flight(scenario):
    unmoved, silent = {}, []
    for name in paths_of(scenario):
        case, values = felt(scenario, name), moved(felt(scenario, name), name)
        others = tuple(sorted(set(values) - {name})) + (() if case is scenario else ("without faults",))
        if others not in unmoved:
            unmoved[others] = flown(case, {other: values[other] for other in values if other != name})
        results = flown(case, values)
        assert results.runs[0].failure == codes.SOUND, name
        if ended_alike(results.runs[0], unmoved[others].runs[0]):
            silent.append(name)
    assert silent == []


def numbers_of(scenario, values):
    """Return the numbers of one run in terms that do not depend on where the epoch and the ground are counted from."""
    rows = Rows.of(scenario, values)
    drawn = rows.table({name: np.array([value]) for name, value in values.items()})
    run, phases = drawn.runs[0], drawn.phases[0]
    start_s, ground = run.state.epoch_s, raised(rows.ground, run.moon.terrain.elevation_m)
    epoch_s = rows.environment.epoch_et_s + start_s
    run.state.epoch_s = run.moon.terrain.elevation_m = 0.0
    for k, kind in enumerate(rows.plan.kinds):
        if kind == codes.BURN:
            phases[k].burn.ignition_s -= start_s
    return drawn, epoch_s, ground, rows.plan


def roundings(count):
    """Return the relative error that so many roundings can leave, with a margin of ten."""
    return 10.0 * count * np.finfo(float).eps / 2.0


@pytest.mark.parametrize(
    ("share", "step"), [(0.37, 3), *(pytest.param(share, 1, marks=pytest.mark.slow) for share in (0.37, 1.0))]
)
def test_the_row_of_a_dispersed_value_is_that_of_the_scenario_with_this_value(scenario, share, step):
    """By default of every third path, other ones in each scenario."""
    # a dispersed onset is an event to the sequence: that it flies as the time does, both drivers are held to below
    names = [name for name in paths_of(scenario) if not is_onset(name)]
    for name in names[list(SCENARIOS).index(scenario.name) % step :: step]:
        case = felt(scenario, name)
        values = moved(case, name, share)
        drawn, epoch_s, ground, plan = numbers_of(case, values)
        expected, expected_epoch_s, expected_ground, expected_plan = numbers_of(edited(case, values), {})
        # seconds since J2000 are kept to 1e-7 s in both, a Time to 1e-11 s; all else to roundings. A state is made of
        # sines and cosines, which differ by processor and by how many are taken at once: of its length it is right
        state, expected_state = drawn.runs[0].state, expected.runs[0].state
        for vector in ("position_m", "velocity_mps"):
            bound = roundings(30) * np.linalg.norm(expected_state[vector])  # products and sums on the way from elements
            np.testing.assert_allclose(state[vector], expected_state[vector], rtol=0, atol=bound, err_msg=name)
            state[vector] = expected_state[vector]
        for records, others in zip(drawn, expected, strict=True):
            row, other = records.view(np.float64).ravel(), others.view(np.float64).ravel()
            np.testing.assert_allclose(row, other, rtol=roundings(4), atol=2e-11, err_msg=name)  # units and sums
        assert epoch_s == pytest.approx(expected_epoch_s, abs=3e-7)
        assert ground.radius_m == pytest.approx(expected_ground.radius_m, abs=1e-9)
        np.testing.assert_array_equal(plan.kinds, expected_plan.kinds)
        np.testing.assert_array_equal(plan.steering, expected_plan.steering)
        np.testing.assert_array_equal(plan.laws, expected_plan.laws)


def assert_alike(results, flight, start, name=""):
    """Assert that a run and a reference flight are one flight."""
    end = flight.outcome.state
    kinds = {codes.IMPACT: ls.Impact, codes.IN_ORBIT: ls.InOrbit, codes.ALOFT: ls.Aloft, codes.ESCAPE: ls.Escape}
    run = results.runs[0]
    assert isinstance(flight.outcome, kinds[run.outcome]), name
    apart = np.linalg.norm([run.x_m, run.y_m, run.z_m] - end.position.to_value(u.m))
    assert apart < POSITION_M, name
    assert abs(run.end_s - (end.epoch - start).to_value(u.s)) < TIME_S, name
    for burn, record in zip(flight.burns, results.burns[0], strict=False):
        assert abs(record.duration_s - burn.duration.to_value(u.s)) < CUTOFF_S, name
        assert abs(record.ignition_s - (burn.ignition - start).to_value(u.s)) < CUTOFF_S, name
        assert record.dv_mps == pytest.approx(burn.delta_v.to_value(u.m / u.s), abs=1e-6)  # 1 us at 1 m/s2
        assert record.propellant_kg == pytest.approx(burn.propellant.to_value(u.kg), abs=1e-6)


@pytest.mark.slow
def test_both_drivers_fly_a_dispersed_value_alike(scenario):
    for name in paths_of(scenario):
        case = felt(scenario, name)
        values = moved(case, name)
        assert_alike(flown(case, values), ls.simulate(edited(case, values)), case.state.epoch, name)


def test_both_drivers_fly_all_values_moved_at_once_alike(scenario):
    case = scenario.without_faults()
    for share in (0.2, -0.15, 0.3):
        values = {}
        for name in paths_of(case):
            if name.endswith(("powered", "duration", "propellant_mass")):
                continue
            if share > 0.0 or not name.endswith(
                ("epoch", "ignition", "throttle", "lead_time", "delay", "build_up", "tail_off", "unusable_propellant")
            ):  # not before the start, not over 1, not below 0
                values |= moved(case, name, share)
        if case.name == "sunlit":
            values["moon.terrain.elevation"] = 400.0
        assert_alike(flown(case, values), ls.simulate(edited(case, values)), case.state.epoch)


def test_the_scenario_itself_is_flown_alike(scenario):
    assert_alike(flown(scenario, {}), ls.simulate(scenario), scenario.state.epoch)


def test_the_nominal_values_give_the_scenario_back(scenario):
    values = {name: float(nominal(scenario, name).value) for name in paths_of(scenario)}
    again = edited(scenario, values)
    expected, _, _, _ = numbers_of(scenario, {})
    actual, _, _, _ = numbers_of(again, {})
    # through the orbital elements and back: measured 2e-9 m of 1.8e6 m
    for again_, once in zip(actual, expected, strict=True):
        np.testing.assert_allclose(again_.view(float), once.view(float), rtol=1e-13, atol=1e-8)


def test_what_a_flight_cannot_feel_cannot_be_dispersed():
    burning, coasting = dispersible(luna25()), dispersible(sunlit())
    assert not [name for name in coasting if name.startswith("craft.engine") or "accelerometer" in name]
    assert "moon.love_number" in coasting
    assert "craft.radiation_area" in coasting
    assert "moon.love_number" not in burning
    assert "craft.radiation_area" not in burning
    assert "faults.accelerometer off" in burning
    assert "faults.accelerometer off" not in dispersible(luna25().without_faults())


def test_where_sunlight_presses_the_mass_can_be_dispersed_without_a_burn():
    assert {"craft.dry_mass", "craft.propellant_mass"} <= set(dispersible(sunlit()))


def test_a_grid_is_made_for_one_gm(tmp_path):
    site = 1.74e6 * np.array([1.0, 0.0, 0.0]) * u.m
    grid = ls.GriddedField.build(ls.GravityField.grail(8), corridor=site, cache=tmp_path)
    assert "moon.gravity.gm" not in dispersible(replace(sunlit(), moon=replace(sunlit().moon, gravity=grid)))


def test_a_path_knows_its_unit_and_whether_it_is_an_offset():
    scenario = luna25()
    assert find(scenario, "craft.engine.thrust") == Path("craft.engine.thrust", declared(ls.Engine)["thrust"])
    assert find(scenario, "craft.engine.thrust").unit == u.N
    assert find(scenario, "plan.0.pitch_error").unit == u.rad
    assert find(scenario, "plan.0.ignition").offset
    assert nominal(scenario, "plan.0.ignition") == 0 * u.s
    assert nominal(scenario, "craft.engine.thrust") == 265.797 * u.N
    assert nominal(scenario, "orbit.perilune").to_value(u.km) == pytest.approx(83.17, abs=1e-9)  # there and back
    assert nominal(scenario, "faults.accelerometer off") == 1.0


def test_editing_a_scenario_leaves_it_as_it_was():
    scenario = luna25()
    other = edited(scenario, {"craft.engine.thrust": 300.0, "faults.accelerometer off": 0.0})
    assert scenario.craft.engine.thrust == 265.797 * u.N
    assert scenario.faults
    assert other.craft.engine.thrust == 300 * u.N
    assert other.faults == ()
    assert other.moon is scenario.moon


THRUST = Normal(266 * u.N, 1 * u.N)


@pytest.mark.parametrize(
    ("dispersions", "words"),
    [
        ({"craft.engine.thrst": THRUST}, r"path 'craft.engine.thrst': .*did you mean 'craft.engine.thrust'"),
        ({"plan.7.timer": THRUST}, r"path 'plan.7.timer': the scenario 'luna25' has no such value"),
        ({"moon.love_number": Normal(0.024, 0.001)}, "no such value that its flight would feel"),
        ({"craft.engine.thrust": Normal(266 * u.s, 1 * u.s)}, r"craft.engine.thrust: .* is in 's': expected .* 'N'"),
        ({"plan.0.pitch_error": Normal(0.0, 0.1)}, r"plan.0.pitch_error: .* is in ''.*'rad'"),
        (
            {
                "craft.engine.thrust": THRUST,
                ("craft.engine.thrust", "plan.0.timer"): JointNormal([266 * u.N, 127 * u.s], np.diag([1.0, 0.1])),
            },
            "'craft.engine.thrust' is dispersed twice",
        ),
        (
            {("craft.engine.thrust", "craft.engine.thrust"): JointNormal([266 * u.N, 266 * u.N], np.diag([1.0, 1.0]))},
            "'craft.engine.thrust' is dispersed twice",
        ),
        (
            {("craft.engine.thrust", "plan.0.timer"): THRUST},
            r"craft.engine.thrust, plan.0.timer: .* gives 1 values: expected as many as paths, 2",
        ),
        (
            {"faults.accelerometer off": Discrete([0.0, 1.0])},
            r"expected how probable the fault is.*Probability\(0\.1\)",
        ),
        ({"faults.engine off": Probability(0.5)}, "path 'faults.engine off': .* no such value"),
        ({"craft.engine.thrust": 266 * u.N}, r"craft.engine.thrust: .*266.*expected a distribution such as Normal"),
        ({"craft.engine.thrust": Normal}, "expected a distribution such as Normal"),
        ({}, "dispersions is empty"),
        ([], "dispersions is empty: expected a mapping"),
    ],
)
def test_dispersions_that_make_no_sense_are_refused_with_words(dispersions, words):
    with pytest.raises(InputError, match=words):
        Campaign(luna25(), dispersions)


def test_a_scenario_that_is_none_is_refused():
    with pytest.raises(InputError, match=r"scenario = 'luna25': expected a Scenario; read it first: load_scenario"):
        Campaign("luna25", {"craft.engine.thrust": THRUST})


def test_a_fault_and_the_value_that_it_sets_cannot_both_be_dispersed():
    both = {"craft.accelerometer.powered": Discrete([0.0, 1.0]), "faults.accelerometer off": Probability(0.5)}
    with pytest.raises(InputError, match=r"'craft.accelerometer.powered' is dispersed, and 'faults.accelerometer off'"):
        Campaign(luna25(), both).run(10, seed=1)


def test_a_value_that_a_standing_fault_sets_cannot_be_dispersed():
    """Else the compiled driver would fly what the campaign says and the reference driver what the fault says."""
    with pytest.raises(InputError, match=r"craft\.accelerometer\.powered.*accelerometer off"):
        Campaign(luna25(), {"craft.accelerometer.powered": Discrete([0.0, 1.0])}).run(10, seed=1)


@dataclass(frozen=True, kw_only=True)
class WeakEngine(ls.Fault):
    """The engine gives nine tenths of its thrust."""

    title: ClassVar[str] = "weak engine"

    def apply(self, craft):
        return replace(craft, engine=replace(craft.engine, thrust=0.9 * craft.engine.thrust))


def test_two_faults_may_be_there_in_any_combination():
    scenario = luna25().with_faults(ls.AccelerometerOff(), WeakEngine())
    names = ["faults.accelerometer off", "faults.weak engine", "plan.0.timer"]
    for off in (0.0, 1.0):
        for weak in (0.0, 1.0):
            values = dict(zip(names, (off, weak, 120.0), strict=True))
            case = edited(scenario, values)
            assert len(case.faults) == off + weak
            assert_alike(flown(scenario, values), ls.simulate(case), scenario.state.epoch)
    with pytest.raises(InputError, match=r"'craft.engine.thrust' is dispersed, and 'faults.weak engine' sets it too"):
        Rows.of(scenario, ["craft.engine.thrust", *names])


def test_a_value_that_changes_nothing_is_warned_of():
    campaign = Campaign(luna25(), {"plan.0.target_delta_v": Uniform(10 * u.m / u.s, 15 * u.m / u.s)})
    with pytest.warns(ModelWarning, match=r"plan.0.target_delta_v: .* changes nothing in the scenario 'luna25'"):
        campaign.run(2, seed=1)


def test_a_value_that_only_a_run_without_the_fault_feels_is_not_warned_of(recwarn):
    dispersions = {
        "plan.0.target_delta_v": Uniform(10 * u.m / u.s, 15 * u.m / u.s),
        "faults.accelerometer off": Probability(0.5),
    }
    Campaign(luna25(), dispersions).run(2, seed=1)
    assert not [warning for warning in recwarn if warning.category is ModelWarning]


def test_units_of_a_dispersion_are_those_of_its_path_times_a_factor():
    in_kn = Campaign(luna25(), {"craft.engine.thrust": Uniform(0.26 * u.kN, 0.27 * u.kN)}).run(5, seed=1)
    in_n = Campaign(luna25(), {"craft.engine.thrust": Uniform(260 * u.N, 270 * u.N)}).run(5, seed=1)
    np.testing.assert_allclose(in_kn.column("craft.engine.thrust"), in_n.column("craft.engine.thrust"), rtol=1e-15)
    assert in_kn.dataset["craft.engine.thrust"].attrs["units"] == "N"
    np.testing.assert_allclose(in_kn.column("latitude_deg"), in_n.column("latitude_deg"), rtol=0, atol=1e-9)


def test_epochs_are_offsets_and_the_ignition_stays_where_it_is():
    scenario = replace(luna25(), plan=(replace(luna25().plan[0], ignition=luna25().state.epoch + 10 * u.s),))
    results = flown(scenario, {"state.epoch": 4.0})
    assert results.burns[0, 0].ignition_s == pytest.approx(
        10.0, abs=4e-9
    )  # a second of UTC has 1 + 3.3e-10 of TDB at most
    late = flown(scenario, {"state.epoch": 14.0})
    assert late.runs[0].failure == codes.LATE


def test_the_epoch_of_a_row_is_that_of_the_scenario():
    rows = Rows.of(luna25(), ["state.epoch"])
    assert rows.environment.epoch_et_s == float(et_seconds(luna25().state.epoch))
    assert rows.table({"state.epoch": np.array([3.0, -2.0])}).runs["state"]["epoch_s"].tolist() == [3.0, -2.0]
