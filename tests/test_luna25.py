"""The case that lunarsim must carry: Luna-25's last burn, against what was published."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time

import lunarsim as ls
from lunarsim.inquiry import Estimate, Observation, propagated
from lunarsim.scenarios import luna25_reconstruction as reconstruction


@pytest.fixture(scope="module")
def scenario() -> ls.Scenario:
    return ls.load_scenario("luna25")


@pytest.fixture(scope="module")
def planned(scenario: ls.Scenario) -> ls.Flight:
    return ls.simulate(scenario.without_faults())


@pytest.fixture(scope="module")
def flown(scenario: ls.Scenario) -> ls.Flight:
    return ls.simulate(scenario)


def test_the_planned_burn_of_84_s_leaves_an_orbit_of_18_by_100_km(planned: ls.Flight) -> None:
    burn = planned.burns[0]
    assert burn.cutoff is ls.Cutoff.SENSED_DELTA_V
    assert u.isclose(burn.duration, 84 * u.s, atol=1e-4 * u.s)  # digits of target_delta_v in the file
    assert abs(burn.after.perilune - 18 * u.km) < 1 * u.km  # digits of the source
    assert abs(burn.after.apolune - 100 * u.km) < 3 * u.km
    assert isinstance(planned.outcome, ls.InOrbit)


def test_the_dead_accelerometer_leaves_the_cut_off_to_the_timer(flown: ls.Flight) -> None:
    burn = flown.burns[0]
    assert burn.cutoff is ls.Cutoff.TIMER
    assert u.isclose(burn.duration, 127 * u.s, atol=1e-6 * u.s)
    assert burn.delta_v_sensed == 0 * u.m / u.s
    assert 24 * u.m / u.s < burn.delta_v < 27 * u.m / u.s  # the range that others derived


def test_the_flown_craft_strikes_near_the_crater_at_the_published_time(scenario: ls.Scenario, flown: ls.Flight) -> None:
    crater, impact = scenario.sites["crater"], flown.outcome
    assert isinstance(impact, ls.Impact)
    assert Time("2023-08-19T11:57:00") < impact.time < Time("2023-08-19T11:58:30")
    assert abs(impact.latitude - crater.latitude) < 0.3 * u.deg
    assert abs(impact.longitude - crater.longitude) < 0.6 * u.deg
    assert u.isclose(impact.elevation, -360 * u.m, atol=1e-3 * u.m)  # root of the clearance
    assert abs(impact.speed - 1699 * u.m / u.s) < 4 * u.m / u.s  # derived by others
    assert abs(impact.flight_path_angle + 1.3 * u.deg) < 0.4 * u.deg


def test_the_fault_alone_parts_the_two_flights(planned: ls.Flight, flown: ls.Flight) -> None:
    ignition = planned.burns[0].ignition
    before_cutoff = ignition + 83.9 * u.s
    apart = np.linalg.norm(planned.at(before_cutoff).position - flown.at(before_cutoff).position)
    assert apart < 1e-5 * u.m  # measured 1e-7 m: the two interpolants of one step
    assert planned.scenario.plan is flown.scenario.plan
    assert planned.scenario.state is flown.scenario.state


@pytest.mark.parametrize(
    "argument",
    [90 * u.deg, *(pytest.param(each, marks=pytest.mark.slow) for each in (0, 180, 270) * u.deg)],
    ids="{:.0f}".format,
)
def test_the_orbit_of_16_august_passes_the_crater_with_nothing_tuned(
    scenario: ls.Scenario, argument: u.Quantity
) -> None:
    state = reconstruction.state_of_16_august(scenario, argument)
    flight = ls.propagate(state, 3.2 * u.day)
    impact_time = Time("2023-08-19T11:57:30")
    times = impact_time + np.arange(-62, 63, 0.25) * u.min
    states = flight.at(times)
    latitude = states.latitude.to_value(u.deg)
    crater = scenario.sites["crater"]
    (southbound,) = np.nonzero((latitude[:-1] > crater.latitude.value) & (latitude[1:] <= crater.latitude.value))
    assert southbound.size > 0  # a revolution takes 118 min
    for i in southbound:
        # the phase along the orbit was not published; the Moon turns 0.55 deg under the plane each hour
        hours = (times[i] - impact_time).to_value(u.hour)
        assert abs(states.longitude[i].deg + 0.55 * hours - crater.longitude.value) < 1.3


@pytest.fixture(scope="module")
def solved(scenario: ls.Scenario) -> tuple[Estimate, list[Observation]]:
    return reconstruction.solve(scenario)


@pytest.mark.slow
def test_the_reconstruction_gives_the_numbers_of_the_scenario_file(
    scenario: ls.Scenario, solved: tuple[Estimate, list[Observation]]
) -> None:
    solution, _ = solved
    case = reconstruction.with_values(scenario, solution.values)
    filed, found = scenario.state.elements(), case.state.elements()
    assert abs(scenario.state.perilune - case.state.perilune) < 0.01 * u.km  # digits of the file
    assert abs(scenario.state.apolune - case.state.apolune) < 0.01 * u.km
    for name in ("inclination", "node_longitude", "argument_of_perilune", "true_anomaly"):
        assert abs(getattr(filed, name) - getattr(found, name)) < 0.001 * u.deg  # digits of the file, and the search
    assert abs(scenario.craft.engine.thrust - solution.values["thrust"]) < 0.001 * u.N
    burn = reconstruction.planned_by_timer(case).burns[0]
    assert abs(scenario.plan[0].target_delta_v - burn.delta_v) < 2e-5 * u.m / u.s


@pytest.mark.slow
def test_the_reconstruction_fits_within_the_uncertainties(solved: tuple[Estimate, list[Observation]]) -> None:
    solution, known = solved
    assert max(abs(residual) for residual in solution.residuals.values()) < 2.0
    assert {o.name for o in known if not o.background} >= {"impact latitude", "impact time", "planned perilune"}


def test_each_number_that_the_script_infers_has_its_interval_or_says_that_it_is_not_determined(
    scenario: ls.Scenario,
) -> None:
    inferred = [each for each in scenario.provenance.values() if each.script]
    assert len(inferred) == 8
    for each in inferred:
        assert each.interval is not None or each.note.startswith("not determined"), each.value


@pytest.mark.slow
def test_the_intervals_of_the_file_presume_nothing_of_the_engines_of_the_trim_burn(scenario: ls.Scenario) -> None:
    loose, _ = reconstruction.solve(scenario, scenario.published["soft_landing_thrust"])
    centre = reconstruction.as_in_file(scenario, loose.values)
    sigmas = propagated(reconstruction.UNKNOWNS, loose, lambda values: reconstruction.as_in_file(scenario, values))
    certificates = {key.rpartition(".")[2]: each for key, each in scenario.provenance.items() if each.script}
    for name, value in centre.items():
        if certificates[name].interval is not None:
            low, high = (u.Quantity(end) for end in certificates[name].interval)
            assert u.isclose(low, value - 1.645 * sigmas[name], rtol=0.01, atol=0.5 * value.unit)  # digits of the file
            assert u.isclose(high, value + 1.645 * sigmas[name], rtol=0.01, atol=0.5 * value.unit)
    assert sigmas["argument_of_perilune"] > 90 * u.deg
