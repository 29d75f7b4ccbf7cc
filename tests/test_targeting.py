"""Targeting: numbers of a scenario that make its flight reach goals, and what is said where none do."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from random_flights import EPOCH, MPS

import lunarsim as ls
from lunarsim import constants
from lunarsim.planning.targeting.goals import check_moment
from lunarsim.planning.targeting.problem import Problem

R, GM = constants.MOON_RADIUS_M, constants.GM_MOON_M3_S2
MOON = ls.Moon(gravity=ls.GravityField.grail(degree=0), third_bodies=())
SHARP = ls.Engine(thrust=1e6 * u.N, specific_impulse=3000 * u.s)  # so that a burn lasts less than 0.1 s


@pytest.fixture(scope="module")
def circular():
    """A craft at 100 km about a point mass, which brakes by 10 m/s in an instant."""
    state = ls.State([R + 1e5, 0, 0] * u.m, [0, 0, np.sqrt(GM / (R + 1e5))] * MPS, EPOCH)
    craft = ls.Spacecraft(dry_mass=900 * u.kg, propellant_mass=100 * u.kg, engine=SHARP)
    burn = ls.Burn(ignition=EPOCH + 60 * u.s, target_delta_v=10 * MPS, timer=10 * u.s, name="lowering")
    return ls.Scenario(name="circular", state=state, craft=craft, moon=MOON, plan=(burn, ls.Coast(duration=4000 * u.s)))


def transfer_mps(perilune_m):
    """Return by how much a circular orbit at 100 km is braked for a perilune (vis viva)."""
    r, low = R + 1e5, R + perilune_m
    return np.sqrt(GM / r) - np.sqrt(2.0 * GM * low / (r * (r + low)))


DELTA_V = {"plan.0.target_delta_v": (1 * MPS, 40 * MPS)}
PERILUNE = ls.Goal("perilune", 20 * u.km, at="lowering")


def test_a_perilune_takes_the_delta_v_of_vis_viva(circular):
    found = ls.target(circular, vary=DELTA_V, reach=[PERILUNE])
    assert found.delta_v.to_value(MPS) == pytest.approx(transfer_mps(20e3), rel=1e-6)
    assert found.flight.integrator == "DOP853"
    assert abs(found.reached[0].miss) < 1 * u.m
    assert found.scenario == ls.with_values(circular, found.values)


def test_an_angle_is_met_the_shorter_way_round(circular):
    # a tenth of a degree to the west is said by way of a turn to the east
    node = ls.simulate(circular).burns[0].after.elements().node_longitude
    goal = ls.Goal("node longitude", node + 359.9 * u.deg, at="lowering")
    found = ls.target(circular, vary={"plan.0.ignition": (-30 * u.s, 900 * u.s)}, reach=[goal])
    # the node of an orbit about a point mass stays among the stars: the Moon turns under it
    turn_s = 0.1 / 360.0 * 27.321661 * 86400.0
    assert found.values["plan.0.ignition"].to_value(u.s) == pytest.approx(turn_s, rel=0.02)  # the Moon librates


def test_derivatives_are_those_of_the_closed_form(circular):
    problem = Problem(circular, DELTA_V, [ls.Goal("perilune", 20 * u.km, at="lowering", tolerance=1 * u.m)])
    x = problem.start
    (slope,) = problem.slopes(problem.misses, x)[0] / 39.0  # m of perilune for one m/s
    perilunes = np.linspace(20e3, 90e3, 70001)
    closed = np.interp(-10.0, -transfer_mps(perilunes), np.gradient(perilunes, transfer_mps(perilunes)))
    assert slope == pytest.approx(closed, rel=1e-4)


def test_more_unknowns_than_goals_change_as_little_as_can_be(circular):
    vary = {**DELTA_V, "orbit.perilune": (60 * u.km, 100 * u.km)}
    begins = ls.with_values(circular, {"orbit.perilune": 95 * u.km})
    found = ls.target(begins, vary=vary, reach=[PERILUNE])
    problem = Problem(begins, vary, [PERILUNE])
    x = (np.array([v.si.value for v in found.values.values()]) - problem.low) / (problem.high - problem.low)
    row = problem.slopes(problem.misses, x)[0]
    change = x - problem.start
    # along the goal's surface no change is smaller: the change is normal to it (Lagrange)
    across = change - row * (row @ change) / (row @ row)
    assert np.linalg.norm(across) < 1e-3 * np.linalg.norm(change)


@pytest.mark.slow
def test_the_least_delta_v_turns_no_thrust_aside(circular):
    vary = {**DELTA_V, "plan.0.yaw_error": (-60 * u.deg, 60 * u.deg)}
    begins = ls.with_values(circular, {"plan.0.yaw_error": 20 * u.deg})
    found = ls.target(begins, vary=vary, reach=[PERILUNE], least="delta-v")
    assert abs(found.values["plan.0.yaw_error"].to_value(u.deg)) < 0.5
    assert found.delta_v.to_value(MPS) == pytest.approx(transfer_mps(20e3), rel=1e-4)


@pytest.mark.slow
def test_a_place_at_perilune_is_met_over_the_turning_moon():
    planned = ls.load_scenario("luna25").without_faults()
    found = ls.target(
        planned,
        vary={**DELTA_V, "plan.0.ignition": (-600 * u.s, 600 * u.s)},
        reach=[
            ls.Goal("perilune", 18 * u.km, at="pre-landing burn"),
            ls.Goal("latitude", -65 * u.deg, at="perilune"),
        ],
    )
    perilune = next(event for event in found.flight.timeline if event.kind is ls.EventKind.PERILUNE)
    assert perilune.true.state.latitude.to_value(u.deg) == pytest.approx(-65.0, abs=1e-6)
    assert all(abs(each.miss).value <= each.goal.tolerance_si for each in found.reached)


@pytest.mark.parametrize(
    ("vary", "reach", "message"),
    [
        ({"plan.0.target_delta_v": (9 * MPS, 11 * MPS)}, [PERILUNE], "target_delta_v = 11 m / s is at a bound"),
        ({"plan.0.timer": (9 * u.s, 11 * u.s)}, [PERILUNE], "does not depend on what is varied"),
        (DELTA_V, [ls.Goal("altitude", 0 * u.km, at="impact")], "does not come to 'altitude at impact'"),
    ],
)
def test_goals_out_of_reach_are_told_with_what_holds_the_search(circular, vary, reach, message):
    with pytest.raises(ls.TargetingError, match=message):
        ls.target(circular, vary=vary, reach=reach)


@pytest.mark.parametrize(
    ("vary", "reach", "message"),
    [
        (DELTA_V, [PERILUNE, PERILUNE], "2 goals for 1 unknowns"),
        (DELTA_V, [], "0 goals"),
        ({"plan.0.target_delta_v": (40 * MPS, 1 * MPS)}, [PERILUNE], "smaller bound first"),
        ({"plan.0.target_delta_v": (20 * MPS, 40 * MPS)}, [PERILUNE], "lies outside"),
        ({"plan.0.target_deltav": (1 * MPS, 40 * MPS)}, [PERILUNE], "no such number"),
        ({"plan.0.target_delta_v": (1 * u.s, 40 * u.s)}, [PERILUNE], "target_delta_v"),
        ({"craft.accelerometer.powered": (0 * u.one, 1 * u.one)}, [PERILUNE], "cannot be varied"),
        (DELTA_V, [replace(PERILUNE, at="raising")], "did you mean"),
    ],
)
def test_a_problem_that_is_none_is_refused(circular, vary, reach, message):
    with pytest.raises(ls.InputError, match=message):
        ls.target(circular, vary=vary, reach=reach)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"quantity": "periselene", "value": 1 * u.km}, "did you mean|known"),
        ({"quantity": "perilune", "value": 1 * u.s}, "value"),
        ({"quantity": "perilune", "value": np.nan * u.km}, "value"),
        ({"quantity": "time", "value": 1 * u.s}, "value"),
        ({"quantity": "perilune", "value": 1 * u.km, "tolerance": -1 * u.m}, "tolerance"),
    ],
)
def test_a_goal_that_is_none_is_refused(given, message):
    with pytest.raises(ls.InputError, match=message):
        ls.Goal(**given)


@pytest.mark.parametrize(
    ("quantity", "value", "message"),
    [
        ("latitude", 100 * u.deg, "no state has such a latitude; expected from -90 deg to 90 deg"),
        ("latitude", -91 * u.deg, "latitude"),
        ("flight path angle", 1.6 * u.rad, "flight path angle"),
        ("inclination", -1 * u.deg, "expected from 0 deg to 180 deg"),
        ("perilune", -3000 * u.km, "no state has such a perilune"),
        ("apolune", -3000 * u.km, "or more"),
        ("altitude", -1738 * u.km, "altitude"),
        ("speed", -1 * MPS, "speed"),
    ],
)
def test_a_goal_that_no_state_has_is_refused(quantity, value, message):
    with pytest.raises(ls.InputError, match=message):
        ls.Goal(quantity, value)


def test_a_goal_may_lie_at_the_edge_of_what_a_state_has():
    for quantity, value in (("latitude", -90 * u.deg), ("inclination", 180 * u.deg), ("perilune", -R * u.m)):
        assert ls.Goal(quantity, value).value == value


@pytest.mark.parametrize("name", ["perilune", "end", "ignition"])
def test_a_burn_named_as_another_moment_makes_the_goal_ambiguous(circular, name):
    burn, coast = circular.plan
    begins = replace(circular, plan=(replace(burn, name=name), coast))
    with pytest.raises(ls.InputError, match=f"at = '{name}': a burn of the plan has that name"):
        ls.target(begins, vary=DELTA_V, reach=[replace(PERILUNE, at=name)])
    # where no goal is about it, a burn has what name it likes
    check_moment(replace(PERILUNE, at="apolune"), begins)


@pytest.mark.parametrize("moment", ["start", "ignition", "first thrust"])
def test_what_never_comes_after_the_last_burn_is_no_moment_of_a_goal(circular, moment):
    with pytest.raises(ls.InputError, match=f"at = '{moment}'.*lowering"):
        ls.target(circular, vary=DELTA_V, reach=[replace(PERILUNE, at=moment)])


def test_guidance_may_start_the_engine_after_the_last_burn():
    check_moment(replace(PERILUNE, at="ignition"), ls.load_scenario("chandrayaan3"))  # all of it is guided


def hyperbola(excess_mps, b_m, far_m, axes):
    """Return a state far out on a hyperbola with its asymptote along the first axis and B along the second."""
    s, t, _ = axes
    r = -far_m * s + b_m * t
    v = np.sqrt(excess_mps**2 + 2.0 * GM / np.linalg.norm(r))
    return ls.State(r * u.m, v * s * MPS, Time("2023-08-16T09:03:00", scale="utc"))


@pytest.mark.parametrize(("share", "angle"), [(1.0, 0.0), (0.4, 2.1), (3.0, -1.2)])
def test_the_b_plane_of_a_far_state_is_where_a_straight_line_goes(share, angle):
    pole = ls.orbits.b_plane  # the axes are built from the Moon's pole, as a state of an equatorial orbit shows it
    level = ls.State.from_elements(
        perilune=100 * u.km,
        apolune=100 * u.km,
        inclination=0 * u.deg,
        node_longitude=0 * u.deg,
        epoch=Time("2023-08-16T09:03:00", scale="utc"),
    )
    up = np.cross(level.position.value, level.velocity.value)
    up /= np.linalg.norm(up)
    s = np.array([0.3, -0.8, 0.2])
    s /= np.linalg.norm(s)
    t = np.cross(s, up) / np.linalg.norm(np.cross(s, up))
    r = np.cross(s, t)
    aside = np.cos(angle) * t + np.sin(angle) * r
    far = 1e13
    plane = pole(hyperbola(1000.0 * share, 5e6, far, (s, aside, np.cross(s, aside))))
    assert plane.b_dot_t.to_value(u.m) == pytest.approx(5e6 * np.cos(angle), abs=20.0)
    assert plane.b_dot_r.to_value(u.m) == pytest.approx(5e6 * np.sin(angle), abs=20.0)
    assert plane.excess_speed.to_value(MPS) == pytest.approx(1000.0 * share, rel=1e-6)


def test_the_b_plane_is_the_same_all_along_a_hyperbola():
    state = ls.State([2e7, 5e6, 1e6] * u.m, [-1500, 20, 30] * MPS, EPOCH)
    flight = ls.propagate(state, 5 * u.h, ls.Moon(gravity=ls.GravityField.grail(degree=0), third_bodies=()))
    early, late = (ls.orbits.b_plane(flight.at(EPOCH + t)) for t in (0 * u.h, 5 * u.h))
    # the pole of date moves by some arc seconds an hour
    assert np.hypot(early.b_dot_t, early.b_dot_r).to_value(u.m) == pytest.approx(
        np.hypot(late.b_dot_t, late.b_dot_r).to_value(u.m), abs=0.01
    )
    p = np.hypot(early.b_dot_t, early.b_dot_r).to_value(u.m)
    a = GM / early.excess_speed.to_value(MPS) ** 2
    low = R + state.perilune.to_value(u.m)
    assert p == pytest.approx(low * np.sqrt(1.0 + 2.0 * a / low), rel=1e-9)  # the periapsis of an impact parameter


def test_a_closed_orbit_has_no_b_plane():
    state = ls.State([R + 1e5, 0, 0] * u.m, [0, 1600, 0] * MPS, EPOCH)
    with pytest.raises(ls.InputError, match="closed orbit"):
        ls.orbits.b_plane(state)
