"""One landing under several laws: rows that say what each flight did."""

from collections.abc import Sequence
from dataclasses import replace
from math import log

import landing_example
import pytest
from astropy import units as u

import lunarsim as ls

_MPS = u.m / u.s


@pytest.fixture(scope="module")
def site():
    return landing_example.SITE


@pytest.fixture(scope="module")
def targets():
    return {"time_to_go": 90 * u.s, "target_altitude": 60 * u.m, "target_altitude_rate": -2 * _MPS}


@pytest.fixture(scope="module")
def landing(targets):
    """The approach of the tests to its very end, by a craft that follows at once."""
    engine = ls.Engine(thrust=4 * u.kN, specific_impulse=310 * u.s)
    base = landing_example.landing(replace(landing_example.LANDER, engine=engine, slew_rate=None))
    to_the_end = [ls.Termination(quantity="time to go", below=0 * u.s)]
    approach = replace(base.plan[0], law=ls.EGuidance(**targets), terminations=to_the_end)
    vertical = replace(base.plan[1], terminations=(), max_duration=100 * u.s)
    return replace(base, plan=(approach, vertical))


@pytest.fixture(scope="module")
def rows(landing, targets):
    laws = {
        "as planned": ls.EGuidance(**targets),
        "fractional": ls.FractionalPolynomial(first_exponent=0.0, second_exponent=1.0, **targets),
        "ZEM/ZEV": ls.ZemZev(**targets),
        "quadratic": ls.QuadraticGuidance(frame="level", **targets),
    }
    return ls.compare_guidance(landing, laws)


def test_the_phase_with_most_delta_v_is_flown_under_each_law(rows):
    assert rows.phase == "approach"
    assert [row.label for row in rows] == ["as planned", "fractional", "ZEM/ZEV", "quadratic"]
    assert [row.flight.phases[0].law for row in rows] == [
        "E-guidance", "fractional polynomial", "ZEM/ZEV", "quadratic guidance",
    ]  # fmt: skip
    assert all(row.flight.phases[1].law == "rate of descent" for row in rows)


def test_the_law_of_the_scenario_gives_its_own_flight(rows, landing):
    own = ls.simulate(landing)
    assert rows[0].propellant.to_value(u.kg) == pytest.approx((own.mass[0] - own.mass[-1]).to_value(u.kg), rel=1e-12)
    assert rows[0].outcome == str(own.outcome)


def test_laws_that_are_the_same_cost_the_same(rows):
    # E-guidance is the fractional law with exponents 0 and 1 (Lu 2020), and ZEM/ZEV with the time given
    for row in rows[1:3]:
        assert row.propellant.to_value(u.kg) == pytest.approx(rows[0].propellant.to_value(u.kg), rel=1e-4)
        assert abs(row.miss - rows[0].miss) < 1 * u.m


def test_a_row_is_that_of_its_flight(rows, site, landing):
    craft = landing.craft
    for row in rows:
        assert (row.propellant + row.margin).to_value(u.kg) == pytest.approx(300)
        assert row.miss.to_value(u.m) == pytest.approx(row.flight.outcome.distance_to(site).to_value(u.m))
        assert row.time.to_value(u.s) == pytest.approx(row.flight.duration.to_value(u.s))  # the engine starts at once
        assert 0.0 < row.peak_throttle <= 1.0
        # exp of the Tsiolkovsky equation: what the delta-v needs
        ratio = (1.0 - row.propellant / craft.mass).to_value(u.one)
        assert row.delta_v.to_value(_MPS) == pytest.approx(
            -craft.engine.exhaust_velocity.to_value(_MPS) * log(ratio), rel=1e-6
        )


def test_rows_are_a_sequence_with_a_table_for_people(rows):
    assert isinstance(rows, Sequence)
    assert len(rows) == 4
    assert all(row.propellant > rows.bound > 0 * u.kg for row in rows)  # type: ignore[attr-defined]
    lines = str(rows).splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == [row.label for row in rows]


def test_a_fitted_time_to_go_costs_no_more_and_stays_within_the_engine(landing, targets):
    slow = ls.EGuidance(**{**targets, "time_to_go": 100 * u.s})
    (given,) = ls.compare_guidance(landing, [slow])
    (fitted,) = ls.compare_guidance(landing, [slow], fit_time=True)
    assert fitted.propellant < given.propellant
    assert fitted.peak_throttle < 1.0
    assert fitted.miss < 20 * u.m
    law = fitted.flight.scenario.guided[0].law
    assert 0.6 * slow.time_to_go < law.time_to_go < slow.time_to_go


def test_zem_zev_without_a_time_gets_one_when_times_are_fitted(landing, targets):
    law = ls.ZemZev(**{**targets, "time_to_go": None})
    (row,) = ls.compare_guidance(landing, {"own": law}, fit_time=True)
    assert row.flight.scenario.guided[0].law.time_to_go > 0 * u.s


def test_laws_of_a_sequence_are_labelled_by_their_titles(landing, targets):
    rows = ls.compare_guidance(
        landing, [ls.EGuidance(**targets), replace(ls.EGuidance(**targets), lead_time=0.5 * u.s)]
    )
    assert [row.label for row in rows] == ["E-guidance", "E-guidance (2)"]


def test_another_phase_can_be_named(landing):
    rows = ls.compare_guidance(landing, [ls.DescentRate(target_altitude_rate=-4 * _MPS)], phase="vertical descent")
    assert rows[0].flight.phases[1].duration < 17 * u.s  # 60 m at 4 m/s, and a second or two to get there


def test_bad_comparisons_are_refused(landing, targets, low_orbit, point_moon):
    with pytest.raises(ls.InputError, match="laws is empty"):
        ls.compare_guidance(landing, [])
    with pytest.raises(ls.InputError, match=r"phase = 'aproach'.*did you mean 'approach'"):
        ls.compare_guidance(landing, [ls.EGuidance(**targets)], phase="aproach")
    coast = ls.Scenario(name="coast", state=low_orbit, moon=point_moon, plan=(ls.Coast(duration=60 * u.s),))
    with pytest.raises(ls.InputError, match="no guided phase"):
        ls.compare_guidance(coast, [ls.EGuidance(**targets)])


@pytest.mark.parametrize(
    "laws",
    [
        ("E-guidance", "bang-bang"),  # the planned one, and that which comes closest to the bound
        pytest.param(("linear pitch", "ZEM/ZEV", "quadratic", "fractional"), marks=pytest.mark.slow),
    ],
    ids=", ".join,
)
def test_no_law_lands_with_less_propellant_than_the_bound_of_impulses(laws):
    chandrayaan = ls.load_scenario("chandrayaan3")
    braking = chandrayaan.plan[0].law
    names = ("downrange", "altitude", "downrange_rate", "altitude_rate")
    target = {f"target_{name}": getattr(braking, f"target_{name}") for name in names}
    time = {"time_to_go": braking.time_to_go}
    end = -1.9 * u.m / u.s**2  # near the deceleration with which E-guidance ends
    known = {
        "E-guidance": braking,
        "ZEM/ZEV": ls.ZemZev(**target, **time),
        "quadratic": ls.QuadraticGuidance(frame="level", target_downrange_acceleration=end, **target, **time),
        "fractional": ls.FractionalPolynomial(
            first_exponent=0.2, second_exponent=1.2, target_downrange_acceleration=end, **target, **time
        ),
        "linear pitch": ls.PitchGuidance(throttle=0.9, **target),
        "bang-bang": ls.BangBang(**target),
    }
    compared = ls.compare_guidance(chandrayaan, {name: known[name] for name in laws}, phase="rough braking")
    for row in compared:
        assert row.flight.outcome.verdict is ls.Verdict.LANDED, row.label
        assert row.propellant > compared.bound, row.label


GEAR = ls.LandingGear(vertical_speed=3 * _MPS, horizontal_speed=1 * _MPS, tilt=10 * u.deg, slope=10 * u.deg)


@pytest.mark.parametrize(("gear", "ending"), [(None, "on the ground"), (GEAR, "landed safely")])
def test_a_law_that_does_not_land_has_no_propellant_to_be_compared(landing, targets, gear, ending):
    scenario = replace(landing, craft=replace(landing.craft, gear=gear))
    fast = {**targets, "target_altitude_rate": -60 * _MPS}  # of which 60 m are too few to be stopped
    compared = ls.compare_guidance(scenario, {"safe": ls.EGuidance(**targets), "fast": ls.EGuidance(**fast)})
    assert [row.ending for row in compared] == [ending, "crashed"]
    safe, crashed = compared
    assert safe.propellant > compared.bound
    assert safe.margin > 0 * u.kg
    assert crashed.propellant is None
    assert crashed.margin is None
    assert crashed.miss < 10 * u.m  # where it lies is known


def test_a_law_that_leaves_the_craft_aloft_says_so(landing, targets):
    approach = replace(landing.plan[0], terminations=[ls.Termination(quantity="altitude", below=1 * u.km)])
    (row,) = ls.compare_guidance(replace(landing, plan=(approach,)), [ls.EGuidance(**targets)])
    assert row.ending == "still aloft"
    assert row.propellant is row.margin is row.miss is None


def test_a_law_that_the_phase_refuses_gets_a_row_with_the_reason():
    scenario = landing_example.landing()
    laws = {"as planned": scenario.plan[0].law, "no time to go": ls.DescentRate()}
    rows = {row.label: row for row in ls.compare_guidance(scenario, laws, phase="approach")}
    assert rows["as planned"].flight is not None
    assert "rate of descent has none" in rows["no time to go"].outcome
    assert rows["no time to go"].ending == "refused"


def test_a_fitted_time_to_go_keeps_to_the_throttle_of_its_phase(landing, targets):
    """Fitted to the engine alone, the law would ask the phase for more than it may give, and miss."""
    narrow = replace(landing.plan[0], throttle=(0.3, 0.5))
    scenario = replace(landing, plan=(narrow, *landing.plan[1:]))
    (row,) = ls.compare_guidance(scenario, {"E": ls.EGuidance(**targets)}, phase=narrow.name, fit_time=True)
    shares = [p.thrust_n / 4000.0 for p in row.flight.trajectory.phases if p.name == narrow.name and p.thrust_n > 0.0]
    inside = [share for share in shares if 0.3 < share < 0.5]
    assert len(inside) > 0.9 * len(shares)  # not held at a limit
    assert row.flight.phases[0].after.altitude.to_value(u.m) == pytest.approx(60.0, abs=1.0)
