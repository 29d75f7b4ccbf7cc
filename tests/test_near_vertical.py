"""States at rest, in vertical flight and near both: bound or not by the energy, apsides and elements against mpmath."""

from dataclasses import replace

import mpmath as mp
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import example, given
from hypothesis import strategies as st

import lunarsim as ls
from lunarsim import constants
from lunarsim.campaign import nominal
from lunarsim.campaign.inputs.paths import edited
from lunarsim.kernels.geometry import orbit as kernels
from lunarsim.kernels.geometry.elements import elements_from_state
from lunarsim.moon.orientation import rot_me_from_icrf
from lunarsim.orbits import rot_rtn_from_icrf

GM, RADIUS_M = constants.GM_MOON_M3_S2, constants.MOON_RADIUS_M
EPOCH = Time("2023-08-19T11:10:00", scale="utc")
MPS = u.m / u.s
ROUNDING = 2.0**-53
STEPS = 60  # roundings on the way to a result, at most 20 of them in a row for any component; with a margin

unit = st.floats(0.0, 1.0)
directions = st.tuples(unit, unit)


def direction_of(pair):
    longitude, sine = 2.0 * np.pi * pair[0], 2.0 * pair[1] - 1.0
    cosine = np.sqrt(1.0 - sine * sine)
    return np.array([cosine * np.cos(longitude), cosine * np.sin(longitude), sine])


@st.composite
def states(draw):
    """Return states from rest to escape, from vertical to horizontal, over all places and towards all sides."""
    radius = RADIUS_M + 10.0 ** draw(st.floats(0.0, 7.0))
    escape = np.sqrt(2.0 * GM / radius)
    speed = draw(st.one_of(st.floats(-9.0, 0.0).map(lambda power: escape * 10.0**power), st.floats(0.3, 1.5)))
    speed = speed * escape if 0.3 <= speed <= 1.5 else speed
    up = direction_of(draw(directions))
    aside = np.cross(up, direction_of(draw(directions)))
    aside = aside / np.linalg.norm(aside) if np.linalg.norm(aside) > 1e-3 else np.cross(up, [1.0, 0.0, 0.0])
    tilt = draw(st.one_of(st.floats(-11.0, 0.0).map(lambda power: 10.0**power), st.floats(0.0, np.pi / 2)))
    tilt = max(tilt, 1e-11)
    sign = draw(st.sampled_from([-1.0, 1.0]))
    return radius * up, speed * (sign * np.cos(tilt) * up + np.sin(tilt) * aside)


def exact(r, v):
    """Return the vectors as mpmath has them, and what they give: a, e, p and the radii of the apsides."""
    mp.mp.dps = 40
    r, v, gm = mp.matrix([*map(float, r)]), mp.matrix([*map(float, v)]), mp.mpf(GM)
    radius, h = mp.norm(r), cross(r, v)
    inverse_a = 2 / radius - dot(v, v) / gm
    vector = [((dot(v, v) - gm / radius) * r[k] - dot(r, v) * v[k]) / gm for k in range(3)]
    p, e = dot(h, h) / gm, mp.norm(mp.matrix(vector))
    return r, v, h, vector, inverse_a, e, p


def cross(a, b):
    return mp.matrix([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def dot(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def conditions(r, v):
    """Return by how much a rounding of the state moves its energy, its angular momentum and its eccentricity.

    The energy is a difference, relative to its two terms; so is r x v, whose parts are as large as r v; the
    eccentricity is (p / r - 1, h r.v / (gm r)), and moves with these.
    """
    _, _, h, _, inverse_a, _, p = exact(r, v)
    radius, speed = np.linalg.norm(r), np.linalg.norm(v)
    energy = float((2.0 / radius + speed**2 / GM) / abs(inverse_a)) if inverse_a else np.inf
    momentum = float(radius * speed / mp.norm(h))
    e_sin = float(mp.norm(h) * speed / GM)
    return energy, momentum, 1.0 + (float(p) / radius * 2.0 + e_sin) * (1.0 + momentum)


@given(states())
def test_perilune_and_apolune_are_those_of_mpmath_from_rest_to_escape_and_vertical_to_horizontal(state):
    r, v = state
    _, _, _, _, inverse_a, e, p = exact(r, v)
    energy, momentum, eccentricity = conditions(r, v)
    low, high = kernels.apsides(r, v, GM)
    assert 0.0 <= low <= np.linalg.norm(r) <= high
    assert abs(low - p / (1 + e)) <= STEPS * ROUNDING * (momentum + eccentricity) * low
    if energy * STEPS * ROUNDING < 1.0:  # else rounding decides whether the orbit is open
        assert np.isinf(high) == (inverse_a <= 0)
    if np.isfinite(high) and inverse_a > 0:
        assert abs(high - (1 + e) / inverse_a) <= STEPS * ROUNDING * (energy + eccentricity) * high


#: Its energy is zero to the last bit, and its eccentricity more than one by rounding.
PARABOLA = np.array([0.0, 0.0, -6192182.901043704]), np.array([0.0, -1101.5660607395453, 608.3561122114819])


@given(states())
@example(PARABOLA)
def test_elements_are_those_of_mpmath_near_rest_and_near_vertical(state):
    r, v = state
    _, _, h, vector, inverse_a, e, _ = exact(r, v)
    energy, momentum, eccentricity = conditions(r, v)
    a, found_e, inclination, node, argument, anomaly = elements_from_state(GM, r, v)
    if energy * STEPS * ROUNDING < 0.1:
        assert abs(a * inverse_a - 1) <= 2 * STEPS * ROUNDING * energy
    assert abs(found_e - e) <= STEPS * ROUNDING * eccentricity
    assert found_e == 1.0 if np.isinf(a) else (found_e <= 1.0) if a > 0.0 else (found_e >= 1.0)
    tilt = mp.atan2(mp.hypot(h[0], h[1]), h[2])
    assert abs(inclination - tilt) <= STEPS * ROUNDING * (momentum + 1.0)
    for angle in (node, argument):
        assert 0.0 <= angle < 2.0 * np.pi
    assert -np.pi < anomaly <= np.pi
    if mp.sin(tilt) < 1e-6 or e < 1e-6:
        return  # the next test: what the angles are by convention there
    of_plane = STEPS * ROUNDING * (momentum + 1.0) / float(mp.sin(tilt))
    of_perilune = STEPS * ROUNDING * (eccentricity + momentum) / float(e)
    assert turn(node, mp.atan2(h[0], -h[1])) <= of_plane
    n = mp.matrix([-h[1], h[0], 0]) / mp.hypot(h[0], h[1])
    ahead = cross(h / mp.norm(h), n)
    assert turn(argument, mp.atan2(dot(vector, ahead), dot(vector, n))) <= of_plane + of_perilune
    along = cross(h / mp.norm(h), mp.matrix(vector))
    assert turn(anomaly, mp.atan2(dot(mp.matrix(r), along), dot(mp.matrix(r), vector))) <= of_perilune


def turn(first, second):
    return abs((mp.mpf(first) - second + mp.pi) % (2 * mp.pi) - mp.pi)


@given(directions, st.floats(1.0, 6.0), st.one_of(st.just(0.0), st.floats(-1500.0, -1e-9), st.floats(1e-9, 1500.0)))
def test_a_state_at_rest_or_in_vertical_flight_has_apsides_and_a_named_error_for_what_it_lacks(up, height, speed):
    up = direction_of(up)
    state = ls.State((RADIUS_M + 10.0**height) * up * u.m, speed * up * MPS, EPOCH)
    r = mp.mpf(float(np.linalg.norm(state.position.value)))
    highest = 1 / (1 / r - mp.mpf(float(np.linalg.norm(state.velocity.value))) ** 2 / (2 * mp.mpf(GM)))  # energy alone
    assert abs(state.apolune.to_value(u.m) + RADIUS_M - highest) <= STEPS * ROUNDING * highest  # at most half of escape
    assert state.perilune.to_value(u.km) == pytest.approx(-1737.4, abs=1e-9)  # through the centre
    assert "nan" not in repr(state)
    how = "moves along its radius" if speed else "is at rest"
    for method, lacks in (("elements", "inclination, node and argument of perilune"), ("to_orbit", "a boinor Orbit")):
        with pytest.raises(ls.InputError, match=f"{how}, so that it has no orbital plane: {lacks}"):
            getattr(state, method)()
    with pytest.raises(ls.InputError, match=f"{how}.*the transverse and normal directions"):
        rot_rtn_from_icrf(state)


@pytest.mark.parametrize("sideways", [0.0, 1e-300, 1e-8, 1e-4, 100.0])
def test_a_craft_at_rest_or_nearly_so_stands_in_its_apolune(sideways):
    state = ls.State([1757.4, 0, 0] * u.km, [0, sideways, 0] * MPS, EPOCH)
    assert state.apolune.to_value(u.km) == pytest.approx(20.0, abs=1e-9)  # rounding of 1757 km
    p = (1757.4e3 * sideways) ** 2 / GM  # and e = 1 - p / r
    assert state.perilune.to_value(u.m) + RADIUS_M == pytest.approx(p / (2.0 - p / 1757.4e3), rel=1e-12, abs=1e-9)


def test_an_escape_orbit_begins_where_the_energy_is_zero():
    for factor, is_open in ((1.0 - 1e-12, False), (1.0 + 1e-12, True)):
        for tilt in (0.0, 1e-9, 1.0, np.pi / 2):
            speed = factor * np.sqrt(2.0 * GM / 1.8e6)
            state = ls.State([1.8e6, 0, 0] * u.m, [speed * np.cos(tilt), speed * np.sin(tilt), 0] * MPS, EPOCH)
            assert np.isinf(state.apolune) == is_open
            assert ("escape orbit" in repr(state)) == is_open


ROUND_KM = st.floats(1.0, 5000.0)


@given(ROUND_KM, st.floats(0.0, 360.0), st.floats(-360.0, 360.0), st.sampled_from([0.0, 1e-15, 30.0, 90.0, 180.0]))
def test_round_and_equatorial_orbits_have_the_angles_of_their_convention_and_come_back(height, node, anomaly, tilt):
    state = ls.State.from_elements(
        perilune=height * u.km,
        apolune=height * u.km,
        inclination=tilt * u.deg,
        node_longitude=node * u.deg,
        true_anomaly=anomaly * u.deg,
        epoch=EPOCH,
    )
    found = state.elements()
    angles = {name: getattr(found, name).to_value(u.deg) for name in ("node_longitude", "argument_of_perilune")}
    assert all(0.0 <= angle < 360.0 for angle in angles.values())
    assert -180.0 < found.true_anomaly.to_value(u.deg) <= 180.0
    again = ls.State.from_elements(
        perilune=state.perilune,
        apolune=state.apolune,
        inclination=found.inclination,
        epoch=EPOCH,
        true_anomaly=found.true_anomaly,
        **{name: angle * u.deg for name, angle in angles.items()},
    )
    # altitudes of 5e6 m are rounded by 1e-9 m, angles by 6e-14 deg; a dropped perilune moves by 1e-14 of the radius
    np.testing.assert_allclose(again.position.to_value(u.m), state.position.to_value(u.m), rtol=0, atol=1e-7)
    np.testing.assert_allclose(again.velocity.to_value(MPS), state.velocity.to_value(MPS), rtol=0, atol=1e-10)


def test_by_convention_an_equatorial_node_lies_at_longitude_zero_and_a_round_orbits_perilune_in_its_node():
    speed = np.sqrt(GM / 2e6)
    for sense, tilt in ((1.0, 0.0), (-1.0, np.pi)):
        slower = elements_from_state(GM, np.array([0.0, 2e6, 0.0]), np.array([sense * -0.9 * speed, 0.0, 0.0]))
        assert slower[2:4] == (tilt, 0.0)
        assert slower[5] == np.pi  # it stands in the apolune, a quarter of a turn from the node
        assert slower[4] == pytest.approx((sense * np.pi / 2 - np.pi) % (2 * np.pi), abs=1e-15)
    inclined = elements_from_state(GM, np.array([0.0, 2e6, 0.0]), np.array([-0.6, 0.0, 0.8]) * speed)
    assert inclined[3:] == pytest.approx((np.pi / 2, 0.0, 0.0), abs=1e-15)
    assert inclined[1] < 1e-14


@given(st.floats(-1e-12, 1e-12))
def test_angles_never_reach_a_full_turn_by_rounding(angle):
    assert 0.0 <= kernels.around(angle) < 2.0 * np.pi
    assert 0.0 <= np.degrees(kernels.around(angle)) < 360.0
    rot = rot_me_from_icrf(EPOCH)
    r_me, v_me = 1.8e6 * np.array([np.cos(angle), np.sin(angle), 0.0]), np.array([0.0, 100.0, 1600.0])
    state = ls.State(rot.T @ r_me * u.m, rot.T @ v_me * MPS, EPOCH)
    assert 0.0 <= state.elements().node_longitude.to_value(u.deg) < 360.0
    assert 0.0 <= state.longitude.to_value(u.deg) < 360.0


def vertical_descent(speed=0.0):
    """A craft that falls from 20 km and brakes for a while, straight up."""
    up = [1.0, 0.0, 0.0]
    craft = ls.Spacecraft(
        dry_mass=700 * u.kg,
        propellant_mass=200 * u.kg,
        engine=ls.Engine(thrust=2500 * u.N, specific_impulse=300 * u.s),
    )
    burn = ls.Burn(
        ignition=EPOCH + 30 * u.s,
        target_delta_v=1e4 * MPS,
        timer=20 * u.s,
        steering=ls.FixedDirection(up * u.one),
    )
    return ls.Scenario(
        name="vertical descent",
        state=ls.State(1757.4 * np.array(up) * u.km, speed * np.array(up) * MPS, EPOCH),
        craft=craft,
        moon=ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=()),
        plan=(burn, ls.Coast(duration=10 * u.s)),
    )


@pytest.mark.parametrize("speed", [0.0, -30.0])
def test_a_vertical_descent_whose_thrust_alone_is_dispersed_flies_alike_in_both_drivers_and_is_no_escape(speed):
    campaign = ls.Campaign(vertical_descent(speed), {"craft.engine.thrust": ls.Normal(2500 * u.N, 50 * u.N)})
    result = campaign.run(4, seed=1)
    assert set(result.rates()) == {"still aloft"}
    held = result.cross_check(2)
    assert held.different == ()
    assert held.position < 1 * u.m  # as promised
    assert "still aloft" in str(result.rerun(0).outcome)


@pytest.mark.parametrize("path", ["state.radial", "state.normal_rate", "orbit.inclination", "orbit.apolune"])
def test_dispersing_the_state_of_a_vertical_descent_is_refused_by_name_before_anything_is_flown(path):
    unit = u.deg if path == "orbit.inclination" else MPS if path.endswith("rate") else u.m
    with pytest.raises(ls.InputError, match=f"is at rest.*'{path}' has no meaning.*small velocity across the radius"):
        ls.Campaign(vertical_descent(), {path: ls.Normal(0 * unit, 1 * unit)})


def test_dispersing_elements_of_an_escape_orbit_is_refused_by_name():
    scenario = vertical_descent()
    fast = replace(scenario, state=ls.State(scenario.state.position, [100, 2600, 0] * MPS, EPOCH))
    with pytest.raises(ls.InputError, match=r"'orbit\.perilune' cannot be dispersed.*escape orbit.*has no apolune"):
        ls.Campaign(fast, {"orbit.perilune": ls.Normal(0 * u.m, 1 * u.m)})


def test_values_of_a_vertical_descent_that_are_not_its_state_are_edited_without_axes():
    edited_one = edited(vertical_descent(), {"craft.engine.thrust": 2600.0, "state.epoch": 2.0})
    assert edited_one.craft.engine.thrust == 2600 * u.N
    with pytest.raises(ls.InputError, match="no orbital plane"):
        nominal(vertical_descent(), "orbit.perilune")


def test_a_craft_thrown_straight_up_passes_its_apolune_once_where_the_energy_says(point_moon):
    start = ls.State([1757.4, 0, 0] * u.km, [100, 0, 0] * MPS, EPOCH)
    flight = ls.propagate(start, 130 * u.s, point_moon)
    (event,) = [event for event in flight.timeline if event.kind.value in ("perilune", "apolune")]
    assert event.kind.value == "apolune"
    apolune_m = start.apolune.to_value(u.m)
    assert event.true.state.altitude.to_value(u.m) == pytest.approx(apolune_m, abs=1e-3)  # integration
    assert isinstance(flight.outcome, ls.flight.Aloft)
