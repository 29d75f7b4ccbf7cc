"""Several engines on one craft: phases name the one that they use, and all else is as if it were the only one."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from engine_example import BOTH, EXHAUST_MPS, MOON, START, engine_of
from landing_example import LANDER, landing

import lunarsim as ls
from lunarsim.campaign import dispersible

MAIN = engine_of()
CORRECTIVE = ls.Engine(thrust=100 * u.N, specific_impulse=250 * u.s, tail_off=0.5 * u.s)
CRAFT = ls.Spacecraft(
    dry_mass=700 * u.kg, propellant_mass=300 * u.kg, engine=MAIN, other_engines={"corrective": CORRECTIVE}
)


def burn(name, after_s, engine="", timer_s=10.0):
    ignition = START.epoch + after_s * u.s
    return ls.Burn(name=name, ignition=ignition, target_delta_v=1e4 * u.m / u.s, timer=timer_s * u.s, engine=engine)


def scenario(*plan, craft=CRAFT, faults=()):
    return ls.Scenario(name="two engines", state=START, craft=craft, moon=MOON, plan=plan, faults=faults)


TWO = (burn("braking", 5), burn("trim", 30, "corrective"), ls.Coast(duration=20 * u.s))


@BOTH
def test_each_burn_takes_the_propellant_of_its_own_engine(integrator):
    braking, trim = ls.simulate(scenario(*TWO), integrator=integrator).burns
    assert braking.propellant.value == pytest.approx(4000.0 * 10.0 / EXHAUST_MPS, rel=1e-9)
    assert trim.propellant.value == pytest.approx(100.0 * 10.25 / (250.0 * 9.80665), rel=1e-9)


@BOTH
def test_a_burn_of_another_engine_is_that_of_a_craft_which_has_it_alone(integrator):
    alone = replace(CRAFT, engine=CORRECTIVE, other_engines={})
    one = ls.simulate(scenario(burn("trim", 5, "corrective"), TWO[2]), integrator=integrator)
    other = ls.simulate(scenario(burn("trim", 5), TWO[2], craft=alone), integrator=integrator)
    assert np.array_equal(one.trajectory.end_y, other.trajectory.end_y)


@BOTH
def test_a_guided_phase_uses_the_engine_that_it_names(integrator):
    weak = ls.Engine(thrust=1 * u.N, specific_impulse=300 * u.s)
    plain = landing()
    craft = replace(
        LANDER, engine=replace(LANDER.engine, thrust=5 * u.N), other_engines={"centre": LANDER.engine, "weak": weak}
    )
    named = replace(plain, craft=craft, plan=tuple(replace(phase, engine="centre") for phase in plain.plan))
    one, other = (ls.simulate(each, integrator=integrator) for each in (plain, named))
    assert np.array_equal(one.trajectory.end_y, other.trajectory.end_y)


def test_a_lander_needs_one_engine_that_carries_it_among_those_of_its_guided_phases():
    weak, plain = ls.Engine(thrust=1 * u.N, specific_impulse=300 * u.s), landing()
    craft = replace(LANDER, other_engines={"weak": weak})
    first, *rest = plain.plan
    replace(plain, craft=craft, plan=(replace(first, engine="weak"), *rest))
    with pytest.raises(ls.InputError, match=r"craft\.other_engines\.weak\.thrust = 1 N is not more than the weight"):
        replace(plain, craft=craft, plan=tuple(replace(phase, engine="weak") for phase in plain.plan))


@BOTH
def test_a_burn_is_throttled_as_far_as_its_own_engine_can_be(integrator):
    craft = replace(CRAFT, engine=replace(MAIN, min_throttle=1.0))
    gentle = replace(burn("trim", 5, "corrective"), throttle=0.5)
    trim = ls.simulate(scenario(gentle, TWO[2], craft=craft), integrator=integrator).burns[0]
    assert trim.propellant.value == pytest.approx(0.5 * 100.0 * 10.25 / (250.0 * 9.80665), rel=1e-9)
    with pytest.raises(ls.InputError, match=r"burn 'braking' has throttle = 0\.5, at which the engine cannot run"):
        scenario(replace(burn("braking", 5), throttle=0.5), TWO[2], craft=craft)


@BOTH
def test_a_fault_hits_the_engine_that_it_names_and_no_other(integrator):
    weak = ls.faults.ThrustError(error=-0.5, engine="corrective", onset=35 * u.s)
    braking, trim = ls.simulate(scenario(*TWO, faults=(weak,)), integrator=integrator).burns
    assert braking.propellant.value == pytest.approx(4000.0 * 10.0 / EXHAUST_MPS, rel=1e-9)
    assert trim.propellant.value == pytest.approx(100.0 * 0.5 * (10.0 + 5.25) / (250.0 * 9.80665), rel=1e-9)
    main = ls.faults.ThrustError(error=-0.5, onset=35 * u.s)
    trim = ls.simulate(scenario(*TWO, faults=(main,)), integrator=integrator).burns[1]
    assert trim.propellant.value == pytest.approx(100.0 * 10.25 / (250.0 * 9.80665), rel=1e-9)


def test_an_engine_that_the_craft_has_not_is_refused_with_those_that_it_has():
    with pytest.raises(ls.InputError, match=r"phase 'trim' of the plan: engine = 'vernier': .* which are 'corrective'"):
        scenario(burn("trim", 5, "vernier"))
    with pytest.raises(ls.InputError, match=r"fault 'no ignition': engine = 'vernier': .* which are 'corrective'"):
        scenario(burn("trim", 5), faults=(ls.faults.NoIgnition(engine="vernier"),))
    with pytest.raises(ls.InputError, match=r"other_engines"):
        replace(CRAFT, other_engines={"corrective": 3})  # type: ignore[dict-item]
    with pytest.raises(ls.InputError, match=r"other_engines"):
        replace(CRAFT, other_engines={"a.b": CORRECTIVE})


def test_a_flight_with_two_engines_is_saved_and_loaded_as_it_is(tmp_path):
    flight = ls.simulate(scenario(*TWO))
    flight.save(tmp_path / "two.flight")
    loaded = ls.Flight.load(tmp_path / "two.flight")
    assert loaded.scenario == flight.scenario
    assert loaded.trajectory == flight.trajectory


def test_numbers_of_another_engine_are_set_by_their_paths():
    changed = ls.with_values(
        scenario(*TWO), {"craft.other_engines.corrective.thrust": 90 * u.N, "craft.engine.count": 2}
    )
    assert changed.craft.other_engines["corrective"].thrust == 90 * u.N
    assert changed.craft.engine.count == 2


def test_faults_of_another_engine_that_multiply_its_thrust_do_not_contradict_each_other():
    cluster = replace(CORRECTIVE, count=3)
    craft = replace(CRAFT, other_engines={"corrective": cluster})
    faults = (ls.faults.ThrustError(error=-0.1, engine="corrective"), ls.faults.EngineOut(engine="corrective"))
    flown = scenario(*TWO, craft=craft, faults=faults).flown_craft
    assert flown.other_engines["corrective"].thrust_error == pytest.approx(0.9 * 2.0 / 3.0 - 1.0)
    assert flown.engine == craft.engine
    stuck = [kind(engine="corrective", **more) for kind, more in ((ls.faults.ValveStuck, {"throttle": 0.5}),)]
    assert scenario(*TWO, craft=craft, faults=tuple(stuck)).flown_craft.engine.follows_throttle


FILE = """
name = "two engines"

[orbit]
perilune = "80 km"
apolune = "100 km"
inclination = "80 deg"
node_longitude = "10 deg"
argument_of_perilune = "20 deg"
true_anomaly = "30 deg"
epoch = "2023-08-19T10:00:00 TDB"

[craft]
dry_mass = "700 kg"
propellant_mass = "300 kg"
unusable_propellant = "4 kg"

[craft.engine]
thrust = "800 N"
count = 4
specific_impulse = "310 s"
ignition_delay = "0.1 s"

[craft.other_engines.centre]
thrust = "800 N"
specific_impulse = "305 s"

[[plan]]
type = "burn"
name = "fine braking"
engine = "centre"
ignition = "2023-08-19T10:01:00 TDB"
target_delta_v = "20 m/s"
timer = "100 s"
"""


def test_a_scenario_file_describes_them(tmp_path):
    path = tmp_path / "two.toml"
    path.write_text(FILE)
    craft = ls.load_scenario(path).craft
    assert craft.engine.total_thrust == 3200 * u.N
    assert craft.engine.ignition_delay == 0.1 * u.s
    assert craft.other_engines["centre"].specific_impulse == 305 * u.s
    assert craft.unusable_propellant == 4 * u.kg
    path.write_text(FILE.replace('engine = "centre"', 'engine = "center"'))
    with pytest.raises(ls.InputError, match=r"engine = 'center': expected .* which are 'centre'"):
        ls.load_scenario(path)


def test_the_numbers_of_engines_in_use_are_dispersed_each_by_itself():
    with_fault = scenario(*TWO, faults=(ls.faults.ThrustError(error=-0.5, onset=8 * u.s, engine="corrective"),))
    known = dispersible(with_fault)
    assert {"craft.engine.thrust", "craft.other_engines.corrective.thrust"} < known.keys()
    assert "craft.other_engines.corrective.thrust" not in dispersible(scenario(TWO[0]))
    dispersions = {
        "craft.other_engines.corrective.thrust": ls.Normal(100 * u.N, 5 * u.N),
        "craft.other_engines.corrective.tail_off": ls.Uniform(0.0 * u.s, 1.0 * u.s),
        "craft.engine.build_up": ls.Uniform(0.0 * u.s, 2.0 * u.s),
        "craft.unusable_propellant": ls.Uniform(0.0 * u.kg, 2.0 * u.kg),
        "faults.thrust error": ls.Probability(0.5),
    }
    result = ls.Campaign(with_fault, dispersions).run(12, seed=4)
    there = result.column("faults.thrust error")
    assert 0 < there.sum() < 12
    for i in (0, 5, 11):
        flight = result.rerun(i)
        for k, each in enumerate(flight.burns):
            assert each.propellant.value == pytest.approx(result.column(f"burn{k}_propellant_kg")[i], abs=1e-8)
