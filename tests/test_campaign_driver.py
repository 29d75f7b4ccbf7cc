"""The compiled driver against the reference driver: the same flights, the same ends, the same refusals."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from deep_ground import sphere_of

import lunarsim as ls
from lunarsim import constants
from lunarsim.campaign import CUTOFFS, FAILURES, Campaign, Discrete, JointNormal, Normal, Uniform, edited, nominal
from lunarsim.campaign.executors.flying import flown as fly
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.errors import InputError
from lunarsim.kernels import codes

#: What both drivers must share, as promised.
POSITION, TIME, CUTOFF = 1 * u.m, 1 * u.ms, 1 * u.us

RADIUS_M = constants.MOON_RADIUS_M
EPOCH = Time("2023-08-19T08:00:00", scale="tdb")
EVERYWHERE = (-90 * u.deg, 90 * u.deg, 0 * u.deg, 360 * u.deg)
NEVER = 1e5 * u.m / u.s  # a target that is not reached
CRAFT = ls.Spacecraft(
    dry_mass=700 * u.kg,
    propellant_mass=200 * u.kg,
    engine=ls.Engine(thrust=900 * u.N, specific_impulse=300 * u.s),
    radiation_area=12 * u.m**2,
    radiation_coefficient=1.3,
)


def orbit(perilune_km, apolune_km, *, inclination=85, anomaly=180, epoch=EPOCH):
    return ls.State.from_elements(
        perilune=perilune_km * u.km,
        apolune=apolune_km * u.km,
        inclination=inclination * u.deg,
        node_longitude=20 * u.deg,
        argument_of_perilune=130 * u.deg,
        true_anomaly=anomaly * u.deg,
        epoch=epoch,
    )


def moon(degree=8, **options):
    field = ls.GravityField.grail(degree) if degree else ls.GravityField.point_mass()
    return ls.Moon(gravity=field, **options)


def coasting(state, duration, **options):
    craft = options.pop("craft", None)
    plan = (ls.Coast(duration=duration),)
    return ls.Scenario(name="coasting", state=state, moon=moon(**options), plan=plan, craft=craft)


def burning(state, *, tail=2 * u.hour, world=None, craft=CRAFT, **options):
    burn = ls.Burn(**{"ignition": EPOCH + 30 * u.s, "target_delta_v": NEVER, "timer": 60 * u.s, **options})
    plan = (burn, ls.Coast(duration=tail))
    return ls.Scenario(name="burning", state=state, moon=world or moon(), plan=plan, craft=craft)


def flown(scenario, values=None):
    """Fly runs with the compiled driver; return their results."""
    values = {name: np.asarray(column, dtype=float) for name, column in (values or {}).items()}
    rows = Rows.of(scenario, values)
    return fly(rows, rows.table(values), 1e-3)


def end_of(results):
    """Where the first of some runs ended (m)."""
    return np.array([results.runs[axis][0] for axis in ("x_m", "y_m", "z_m")])


def assert_alike(held):
    assert held.different == ()
    assert held.position < POSITION
    assert held.time < TIME
    assert held.cutoff < CUTOFF


@pytest.fixture(scope="module")
def lola():
    folder = os.environ.get("LUNARSIM_DATA")
    if not folder:
        pytest.skip("LUNARSIM_DATA is not set: it names the folder with LDEM_4.IMG")
    return ls.Terrain.from_file(Path(folder, "LDEM_4.IMG"))


@pytest.fixture(scope="module")
def gridded(tmp_path_factory):
    return ls.GriddedField.build(ls.GravityField.grail(), cache=tmp_path_factory.mktemp("grids"))


@pytest.mark.slow
@pytest.mark.parametrize("ground", ["sphere", "LOLA"])
@pytest.mark.parametrize("field", ["exact", "gridded"])
def test_luna25s_dispersed_flights_end_where_and_when_those_of_the_reference_driver_do(field, ground, request):
    campaign = ls.load_campaign("luna25")
    world = campaign.scenario.moon
    if field == "gridded":
        world = replace(world, gravity=request.getfixturevalue("gridded"))
    if ground == "LOLA":
        world = replace(world, terrain=request.getfixturevalue("lola"))
    campaign = replace(campaign, scenario=replace(campaign.scenario, moon=world))
    result = campaign.run(40, seed=20230819)
    assert {"impact", "in orbit"} <= set(result.rates())
    assert_alike(result.cross_check(40))


def test_a_run_that_is_rerun_is_the_run_of_the_campaign():
    result = ls.load_campaign("luna25").run(4, seed=3)
    for i in range(4):
        flight, row = result.rerun(i), result.dataset.isel(run=i)
        state = flight.outcome.state
        end = np.array([float(row[name]) for name in ("x_m", "y_m", "z_m")])
        assert np.linalg.norm(end - state.position.to_value(u.m)) < POSITION.value
        assert float(row["latitude_deg"]) == pytest.approx(state.latitude.deg, abs=4e-5)  # a metre on the ground
        assert float(row["longitude_deg"]) == pytest.approx(state.longitude.deg % 360.0, abs=1e-4)  # at 69 deg south
        assert float(row["altitude_m"]) == pytest.approx(state.altitude.to_value(u.m), abs=1.0)
        assert float(row["speed_mps"]) == pytest.approx(state.speed.to_value(u.m / u.s), abs=1e-3)  # 1 m at 1e-3 /s
        assert float(row["mass_kg"]) == pytest.approx(1346.0 - flight.burns[0].propellant.value, abs=1e-6)
        if isinstance(flight.outcome, ls.Impact):
            # the flight-path angle of the compiled driver is that of the inertial velocity
            r, v = state.position.value, state.velocity.to_value(u.m / u.s)
            expected = np.degrees(np.arcsin(r @ v / np.linalg.norm(r) / np.linalg.norm(v)))
            assert float(row["flight_path_deg"]) == pytest.approx(expected, abs=1e-4)  # 1 m of 1.7e6


SHARED = {"third_bodies": ("earth",), "radiation": True, "tide": True}


@pytest.mark.slow
@pytest.mark.parametrize("node_deg", [20, 110], ids=["the orbit's shadow is long", "it is short or none"])
def test_edges_of_the_shadow_are_flown_alike_over_some_orbits(node_deg):
    state = ls.State.from_elements(
        perilune=60 * u.km, apolune=120 * u.km, inclination=88 * u.deg, node_longitude=node_deg * u.deg, epoch=EPOCH
    )
    scenario = coasting(state, 10 * u.hour, craft=CRAFT, **SHARED)
    dispersions = {
        "craft.radiation_area": Uniform(6 * u.m**2, 30 * u.m**2),
        "orbit.inclination": Uniform(60 * u.deg, 120 * u.deg),
        "moon.love_number": Uniform(0.01, 0.04),
    }
    result = Campaign(scenario, dispersions).run(6, seed=5)
    held = result.cross_check(6)
    assert_alike(held)
    dark = replace(scenario, moon=replace(scenario.moon, radiation=False))
    unlit = flown(dark, {"orbit.inclination": [nominal(dark, "orbit.inclination").value]})
    lit = flown(scenario)
    apart = np.linalg.norm(end_of(unlit) - end_of(lit)) * u.m
    assert apart > 10.0 * held.position  # else nothing would be shown
    assert apart > 2 * u.m


def test_tanks_run_dry_in_both_drivers_at_the_same_moment():
    scenario = burning(orbit(40, 90), timer=100 * u.s, target_delta_v=45 * u.m / u.s)
    dispersions = {
        "craft.propellant_mass": Uniform(0.1 * u.kg, 40 * u.kg),
        "plan.0.timer": Uniform(20 * u.s, 70 * u.s),
        "craft.accelerometer.bias": Uniform(-0.2 * u.m / u.s**2, 0.3 * u.m / u.s**2),
    }
    result = Campaign(scenario, dispersions).run(30, seed=1)
    assert {CUTOFFS[code] for code in result.column("burn0_cutoff").tolist()} == {
        ls.Cutoff.PROPELLANT.value,
        ls.Cutoff.TIMER.value,
        ls.Cutoff.SENSED_DELTA_V.value,
    }
    assert_alike(result.cross_check(12))
    dry = result.column("burn0_cutoff") == codes.PROPELLANT_OUT
    np.testing.assert_allclose(result.column("mass_kg")[dry], 700.0, rtol=0, atol=1e-9)  # roundings: nothing is left


def test_an_empty_tank_ends_a_burn_where_it_begins():
    results = flown(burning(orbit(40, 90)), {"craft.propellant_mass": [0.0, 1.0]})
    burn = results.burns[:, 0]
    assert burn[0].cutoff == codes.PROPELLANT_OUT
    assert burn[0].duration_s == burn[0].dv_mps == 0.0
    assert burn[1].duration_s > 0.0


def test_the_rocket_equation_holds_for_every_run():
    result = Campaign(
        burning(orbit(60, 90)),
        {
            "craft.engine.thrust": Uniform(500 * u.N, 1500 * u.N),
            "craft.engine.specific_impulse": Uniform(200 * u.s, 400 * u.s),
            "craft.dry_mass": Uniform(300 * u.kg, 900 * u.kg),
        },
    ).run(200, seed=4)
    exhaust = result.column("craft.engine.specific_impulse") * 9.80665
    start = result.column("craft.dry_mass") + 200.0
    spent = result.column("burn0_propellant_kg")
    expected = exhaust * np.log(start / (start - spent))
    np.testing.assert_allclose(result.column("burn0_dv_mps"), expected, rtol=1e-12)  # steps of a minute; roundings
    np.testing.assert_allclose(spent, result.column("craft.engine.thrust") / exhaust * 60.0, rtol=1e-12)


def falling():
    """A state 10 km above the ground, a minute before the impact, and a burn that does not prevent it."""
    up = np.array([0.3, -0.5, 0.8]) / np.linalg.norm([0.3, -0.5, 0.8])
    ahead = np.cross(up, [0.0, 0.0, 1.0]) / np.linalg.norm(np.cross(up, [0.0, 0.0, 1.0]))
    state = ls.State((RADIUS_M + 1e4) * up * u.m, (1500.0 * ahead - 250.0 * up) * u.m / u.s, EPOCH)
    return burning(state, ignition=EPOCH + 5 * u.s, timer=200 * u.s)


def test_a_burn_that_ends_on_the_ground_does_so_in_both_drivers():
    dispersions = {
        "craft.engine.thrust": Uniform(300 * u.N, 1500 * u.N),
        "plan.0.ignition": Uniform(-2 * u.s, 8 * u.s),
        "moon.terrain.elevation": Uniform(-500 * u.m, 500 * u.m),
    }
    result = Campaign(falling(), dispersions).run(20, seed=2)
    assert set(result.column("burn0_cutoff").tolist()) == {codes.BURN_MET_GROUND}
    assert set(result.rates()) == {"impact"}
    assert_alike(result.cross_check(20))


def test_a_burn_after_the_impact_does_not_begin():
    scenario = falling()
    second = replace(scenario.plan[0], ignition=EPOCH + 1 * u.hour)
    results = flown(replace(scenario, plan=(*scenario.plan[:1], ls.Coast(duration=1 * u.min), second)))
    assert results.runs["outcome"][0] == codes.IMPACT
    second = results.burns[0, 1]
    assert second.cutoff == codes.NO_BURN
    assert np.isnan([second[name] for name in second.dtype.names if name != "cutoff"]).all()  # nothing like a result


@pytest.mark.parametrize("before_s", [5e-2, 2e-3, 8e-4, 4e-4, 1e-4, 1e-5, -1e-5, -1e-4, -4e-4, -2e-3])
def test_of_cut_off_and_impact_the_first_decides_however_close_they_come(before_s):
    scenario = falling()
    lasted_s = flown(scenario).burns[0, 0].duration_s
    exhaust = 300.0 * constants.STANDARD_GRAVITY_MPS2
    target = -exhaust * np.log1p(-900.0 / exhaust * (lasted_s - before_s) / 900.0)
    record = flown(scenario, {"plan.0.target_delta_v": [target]}).burns[0, 0]
    assert record.cutoff == (codes.SENSED_DELTA_V if before_s > 0.0 else codes.BURN_MET_GROUND)
    assert record.duration_s == pytest.approx(lasted_s - max(before_s, 0.0), abs=1e-6)  # as promised


def test_a_long_coast_stays_with_the_reference_driver():
    """A day in a low orbit about a field of degree 20, after which a millimetre a step has grown to what is allowed."""
    scenario = coasting(orbit(70, 100), 1 * u.day, degree=20)
    result = Campaign(scenario, {"state.transverse_rate": Normal(0 * u.m / u.s, 1 * u.m / u.s)}).run(3, seed=1)
    assert set(result.rates()) == {"in orbit"}
    assert result.rerun(0).integrator == "DOP853"  # not the campaign's own, which flies such a coast elsewhere
    assert_alike(result.cross_check(3))


def test_flights_that_escape_are_known_by_their_energy():
    scenario = burning(orbit(80, 100), timer=3000 * u.s, steering=ls.AlongVelocity(), tail=20 * u.hour)
    craft = replace(scenario.craft, propellant_mass=700 * u.kg)
    dispersions = {"plan.0.target_delta_v": Uniform(400 * u.m / u.s, 900 * u.m / u.s)}
    result = Campaign(replace(scenario, craft=craft), dispersions).run(12, seed=6)
    assert set(result.rates()) == {"escape", "in orbit"}
    assert result.column("altitude_m").max() > 3e7
    held = result.cross_check(12)
    assert_alike(held)


# A ridge across the way of a low orbit, under its lowest point, of a cosine's shape on pixels of 50 m.
RIDGE_M, PIXEL_M, PIXELS = 300.0, 50.0, 303
SHORTEST_CONTACT_M = 0.85  # half of what a craft flies in a millisecond: contacts that last less may be missed


def ridge(lowest, half_width_m):
    lat, lon = lowest.latitude.to_value(u.deg), lowest.longitude.to_value(u.deg)
    half_lat = np.degrees(0.5 * PIXEL_M * PIXELS / RADIUS_M)
    half_lon = half_lat / np.cos(np.radians(lat))
    north_m = PIXEL_M * (np.arange(PIXELS) - 0.5 * (PIXELS - 1))  # the orbit is polar: it crosses at right angles
    profile = 0.5 * RIDGE_M * (1.0 + np.cos(np.pi * np.minimum(np.abs(north_m) / half_width_m, 1.0)))
    window = (lat - half_lat, lat + half_lat, lon - half_lon, lon + half_lon)
    heights = np.repeat(profile[:, None], 7, axis=1) * u.m
    return ls.Terrain.from_array(heights, window=tuple(window * u.deg), outside=0 * u.m)


@pytest.fixture(scope="module", params=[100.0, 2000.0], ids=["a steep ridge", "a gentle ridge"])
def grazing(request):
    """A flight over a ridge, by how much it must rise (m) to be hit, and how surely this is known (m)."""
    deep = ls.Terrain.sphere(-20 * u.km)
    scenario = coasting(orbit(3, 100, inclination=90, anomaly=178), 70 * u.min, terrain=deep)
    flight = ls.simulate(scenario)
    lowest = next(event for event in flight.timeline if event.kind is ls.EventKind.PERILUNE).moment.true.state
    scenario = scenario.with_terrain(ridge(lowest, request.param))
    low, high = 1000.0, 4000.0
    while high - low > 1e-3:  # the reference driver's own verdict
        rise = 0.5 * (low + high)
        hit = isinstance(ls.simulate(raised(scenario, rise)).outcome, ls.Impact)
        low, high = (low, rise) if hit else (rise, high)
    beside_top = 0.5 * RIDGE_M * (1.0 - np.cos(np.pi * PIXEL_M / request.param)) / PIXEL_M  # its slope there
    return scenario, high, 0.02 + SHORTEST_CONTACT_M * beside_top  # and 2 cm between the drivers' paths


def raised(scenario, rise_m):
    return scenario.with_terrain(scenario.moon.terrain.raised(rise_m * u.m))


def test_a_ridge_that_a_run_grazes_is_hit_or_missed_by_both_drivers_alike(grazing):
    scenario, threshold_m, doubt_m = grazing
    offsets_m = np.concatenate([np.linspace(1.0, 10.0, 10), np.geomspace(1.0, 4.0, 5)]) * doubt_m
    offsets_m = np.concatenate([-offsets_m, offsets_m])
    hits = flown(scenario, {"moon.terrain.elevation": threshold_m + offsets_m}).runs["outcome"] == codes.IMPACT
    expected = [isinstance(ls.simulate(raised(scenario, threshold_m + d)).outcome, ls.Impact) for d in offsets_m]
    np.testing.assert_array_equal(hits, expected)
    np.testing.assert_array_equal(hits, offsets_m > 0.0)


def test_the_ridge_begins_to_be_hit_at_the_same_height_in_both_drivers(grazing):
    scenario, threshold_m, doubt_m = grazing
    offsets_m = np.linspace(-3.0, 3.0, 1201) * doubt_m
    hits = flown(scenario, {"moon.terrain.elevation": threshold_m + offsets_m}).runs["outcome"] == codes.IMPACT
    assert offsets_m[hits].min() > -doubt_m
    assert offsets_m[~hits].max() < doubt_m


def test_a_ridge_far_narrower_than_a_step_is_hit_in_every_one_of_a_thousand_runs(grazing):
    scenario, threshold_m, doubt_m = grazing
    random = np.random.default_rng(1)
    rises_m, rates_mps = random.uniform(0.0, 290.0, 1000), random.uniform(0.0, 0.05, 1000)
    results = flown(scenario, {"moon.terrain.elevation": threshold_m + rises_m, "state.transverse_rate": rates_mps})
    assert np.all(results.runs["evaluations"] < 60)  # of 50 km each, over 70 min
    higher_m = 1.05 * 4.0 * rates_mps / 9.0e-4  # by so much a push at apolune lifts perilune, 4 v / n
    in_the_way = rises_m > higher_m + 2.0 * doubt_m
    assert np.count_nonzero(in_the_way) > 300
    assert np.all(results.runs["outcome"][in_the_way] == codes.IMPACT)


def test_runs_that_come_low_where_the_ground_is_not_known_fail_with_the_reason_and_the_rest_go_on():
    window = (-89 * u.deg, -40 * u.deg, 0 * u.deg, 360 * u.deg)
    ground = ls.Terrain.from_array(np.zeros((49, 60)) * u.m, window=window)
    scenario = ls.load_campaign("luna25").scenario.with_terrain(ground)
    campaign = Campaign(scenario, {"plan.0.timer": Uniform(50 * u.s, 200 * u.s)})
    result = campaign.run(60, seed=1)
    failed = result.column("outcome") == codes.FAILED
    assert 0 < failed.sum() < 60
    assert result.failures() == {FAILURES[codes.GROUND_UNKNOWN]: int(failed.sum())}
    for i in np.flatnonzero(failed)[:3]:
        with pytest.raises(InputError, match="outside the window of terrain"):
            result.rerun(int(i))
    assert_alike(result.cross_check(10))


def test_runs_of_impossible_mass_fail_with_the_reason_and_the_rest_have_the_bits_they_have_alone():
    scenario = ls.load_campaign("luna25").scenario
    dispersions = {"craft.dry_mass": Normal(200 * u.kg, 200 * u.kg), "plan.0.timer": Normal(127 * u.s, 1 * u.s)}
    campaign = Campaign(scenario, dispersions)
    result = campaign.run(100, seed=1)
    failed = result.column("craft.dry_mass") <= 0.0
    assert 5 < failed.sum() < 40
    np.testing.assert_array_equal(result.column("outcome") == codes.FAILED, failed)
    assert result.failures() == {FAILURES[codes.NO_MASS]: int(failed.sum())}
    work = campaign.work(100, 1)
    for i in (*np.flatnonzero(failed)[:2], *np.flatnonzero(~failed)[:5]):
        for name, column in work(int(i), 1).items():
            assert column.tobytes() == result.column(name)[i : i + 1].tobytes()
    with pytest.raises(InputError, match="dry_mass"):
        result.rerun(int(np.flatnonzero(failed)[0]))
    assert_alike(result.cross_check(5))


def late_second_burn():
    first = ls.Burn(ignition=EPOCH + 30 * u.s, target_delta_v=10 * u.m / u.s, timer=300 * u.s)
    second = replace(first, ignition=EPOCH + 400 * u.s)
    plan = (first, second, ls.Coast(duration=10 * u.min))
    return ls.Scenario(name="two burns", state=orbit(60, 100), craft=CRAFT, moon=moon(2), plan=plan)


def simple():
    return burning(orbit(60, 100), tail=10 * u.min)


def low():
    return burning(orbit(10, 12), tail=10 * u.min)


def sunlit():
    return coasting(orbit(60, 100), 10 * u.min, craft=CRAFT, **SHARED)


@pytest.mark.parametrize(
    ("scenario", "path", "bad", "reason"),
    [
        (simple, "craft.dry_mass", 0.0, codes.NO_MASS),
        (simple, "craft.propellant_mass", -1.0, codes.NO_MASS),
        (simple, "craft.engine.thrust", 0.0, codes.NO_THRUST),
        (simple, "craft.engine.specific_impulse", -300.0, codes.NO_THRUST),
        (simple, "plan.0.timer", 0.0, codes.NO_TIME),
        (simple, "plan.1.duration", -1.0, codes.NO_TIME),
        (simple, "plan.0.target_delta_v", 0.0, codes.NO_TARGET),
        (simple, "plan.0.throttle", 0.0, codes.THROTTLE_OUT_OF_RANGE),
        (simple, "plan.0.throttle", 1.01, codes.THROTTLE_OUT_OF_RANGE),
        (simple, "plan.0.ignition", -31.0, codes.LATE),
        (simple, "state.epoch", 31.0, codes.LATE),
        (late_second_burn, "plan.1.ignition", -390.0, codes.LATE),
        (
            late_second_burn,
            "plan.1.ignition",
            -200.0,
            codes.LATE,
        ),  # after the first cut-off, before its timer runs out
        (low, "moon.terrain.elevation", 1.5e4, codes.BELOW_GROUND),
        (simple, "moon.terrain.elevation", 2e5, codes.NOT_FINITE),
        (simple, "orbit.perilune", 2e5, codes.NOT_FINITE),
        (simple, "orbit.perilune", -2e6, codes.NOT_FINITE),
        (simple, "state.radial", np.nan, codes.NOT_FINITE),
        (simple, "moon.gravity.gm", -1.0, None),
        (sunlit, "craft.radiation_area", -1.0, None),
        (sunlit, "craft.radiation_coefficient", 3.0, None),
        (sunlit, "craft.radiation_coefficient", 0.0, None),
        (sunlit, "moon.love_number", 0.0, None),
    ],
)
def test_what_the_reference_driver_refuses_fails_with_its_reason(scenario, path, bad, reason):
    scenario = scenario()
    good = float(nominal(scenario, path).value)
    results = flown(scenario, {path: [good, bad, good]})
    with pytest.raises(InputError):
        ls.simulate(edited(scenario, {path: bad}))
    assert results.runs["outcome"][1] == codes.FAILED
    if reason is not None:
        assert results.runs["failure"][1] == reason
    assert FAILURES[int(results.runs["failure"][1])]
    assert results.runs["failure"][0] == codes.SOUND
    assert results.runs[0].tobytes() == results.runs[2].tobytes()


def test_a_flight_beyond_the_tables_of_the_sky_fails_with_the_reason():
    results = flown(sunlit(), {"state.epoch": [0.0, 80_000.0, -80_000.0, 200_000.0, -90_000.0]})
    assert results.runs["failure"].tolist() == [*[codes.SOUND] * 3, *[codes.OUTSIDE_SKY] * 2]


def test_a_flight_through_the_middle_of_the_moon_ends():
    """A ground 10 m from the centre, and a fall towards it: it fails, or ends, and does not go on for ever."""
    state = ls.State([1.8e6, 0, 0] * u.m, [0, 1e-3, 0] * u.m / u.s, EPOCH)
    deep = coasting(state, 2 * u.hour, degree=0, terrain=sphere_of(10.0 * u.m), third_bodies=())
    results = flown(deep, {"state.radial": [0.0]})
    assert results.runs["failure"][0] in (codes.SOUND, codes.NOT_CONVERGED)
    assert results.runs["evaluations"][0] < 1e5


def test_a_run_that_starts_on_an_edge_of_the_shadow_goes_on():
    """Its first step begins where the edge ended the step before: it must not end there again and again."""
    results = flown(sunlit(), {"plan.0.duration": np.linspace(1.0, 7200.0, 200)})
    assert np.all(results.runs["failure"] == codes.SOUND)
    np.testing.assert_allclose(results.runs["end_s"], np.linspace(1.0, 7200.0, 200), rtol=0, atol=1e-9)  # roundings


@pytest.mark.slow
def test_a_finer_tolerance_brings_the_drivers_closer():
    campaign = replace(ls.load_campaign("luna25"), tolerance=1e-6 * u.m)
    fine = campaign.run(5, seed=8).cross_check(5)
    coarse = replace(campaign, tolerance=10 * u.m).run(5, seed=8).cross_check(5)
    assert fine.position < 2 * u.cm  # the reference driver's own error, at a grazing angle
    assert coarse.position > 3 * fine.position


def test_the_runs_beside_a_run_do_not_touch_it():
    campaign = ls.load_campaign("luna25")
    work = campaign.work(64, 5)
    values = work.values(0, 64)
    together = work.fly(values)
    backwards = work.fly({name: column[::-1].copy() for name, column in values.items()})
    for one, other in zip(together, backwards, strict=True):
        assert one.tobytes() == other[::-1].tobytes()


def test_correlated_states_are_flown_alike():
    names = ("state.radial", "state.transverse", "state.radial_rate")
    joint = JointNormal([0 * u.m, 0 * u.m, 0 * u.m / u.s], [[1e4, 5e3, 0], [5e3, 4e4, -3], [0, -3, 0.04]])
    campaign = Campaign(simple(), {names: joint, "plan.0.throttle": Discrete([0.5, 0.75, 1.0])})
    result = campaign.run(8, seed=1)
    assert_alike(result.cross_check(8))
    assert set(result.column("plan.0.throttle").tolist()) <= {0.5, 0.75, 1.0}
