"""Convex descents: beside the burn of least propellant, above the bound, and why there is none."""

import sys

import numpy as np
import pytest
from astropy import units as u
from test_bang_bang import EXHAUST, FLAT, MASS, THRUST, G, descended, meditch

import lunarsim as ls
from lunarsim.constants import STANDARD_GRAVITY_MPS2
from lunarsim.errors import InputError, LunarsimError
from lunarsim.planning.convex.descent import plan_convex_descent

pytest.importorskip("cvxpy")

ENGINE = ls.Engine(thrust=THRUST * u.N, specific_impulse=EXHAUST / STANDARD_GRAVITY_MPS2 * u.s)
REST = {
    "mass": MASS * u.kg,
    "dry_mass": 700 * u.kg,
    "engine": ENGINE,
    "gravity": G * u.m / u.s**2,
}


def planned(downrange, height, along, up, **options):
    return plan_convex_descent(
        [downrange, 0.0, height] * u.m, [along, 0.0, up] * u.m / u.s, **{**REST, "nodes": 60, **options}
    )


def bound_kg(height, along, up):
    """One impulse at the ground: |a| >= |dE/dt| / v and v <= sqrt(2 E), with E = v^2 / 2 + g h."""
    return MASS * (1.0 - np.exp(-np.sqrt(along**2 + up**2 + 2.0 * G * height) / EXHAUST))


def test_a_vertical_descent_is_bang_bang():
    found = planned(0.0, 2000.0, 0.0, -10.0)
    by_law = descended(FLAT, 0.0, 2000.0, 0.0, -10.0)
    by_form = meditch(2000.0, -10.0)[1] * THRUST / EXHAUST
    print("convex, bang-bang, closed form (kg):", found.propellant, MASS - by_law.mass_kg, by_form)
    # Asked for: 5e-3. Measured 2e-4 with 60 nodes, which blur the switch.
    assert found.propellant.value == pytest.approx(MASS - by_law.mass_kg, rel=1e-3)
    assert found.propellant.value == pytest.approx(by_form, rel=1e-3)
    assert found.propellant.value > bound_kg(2000.0, 0.0, -10.0)
    assert found.status == "optimal"


def test_the_bound_on_thrust_follows_the_mass():
    found = planned(0.0, 30e3, 0.0, 0.0)
    # One pass, about the mass of the start, would stay 0.8 % below full thrust where 12 % of the mass are gone.
    assert np.linalg.norm(found.thrusts.value[-1]) == pytest.approx(THRUST, rel=5e-4)
    assert found.propellant.value == pytest.approx(meditch(30e3, 0.0)[1] * THRUST / EXHAUST, rel=1e-3)


@pytest.mark.parametrize(
    ("downrange", "height", "along", "up", "free"),
    [(0.0, 1500.0, 100.0, -50.0, True), (-3000.0, 2000.0, 80.0, -40.0, False)],
)
def test_a_planar_descent_is_bang_bang(downrange, height, along, up, free):
    found = planned(downrange, height, along, up, free_downrange=free)
    by_law = descended(FLAT, downrange, height, along, up, target_downrange=None if free else 0 * u.m)
    print("convex, bang-bang (kg):", found.propellant, MASS - by_law.mass_kg)
    assert found.propellant.value == pytest.approx(MASS - by_law.mass_kg, rel=1e-3)  # asked for: 5e-3; measured 1e-4
    assert found.propellant.value > bound_kg(height, along, up)


def test_the_motion_is_that_of_the_thrust_and_the_limits_are_kept():
    found = planned(-600.0, 1500.0, 30.0, -30.0, glide_slope=45 * u.deg, max_tilt=30 * u.deg, min_throttle=0.2)
    t, v = found.times.value, found.velocities.value
    thrusts = found.thrusts.value
    sizes = np.linalg.norm(thrusts, axis=1)
    a = thrusts / found.masses.value[:, None] - [0.0, 0.0, G]
    np.testing.assert_allclose(v[1:] - v[:-1], 0.5 * (a[1:] + a[:-1]) * np.diff(t)[:, None], atol=1e-4)
    # A part in a thousand: the bounds are tangents about the mass of the pass before.
    assert sizes.max() <= THRUST * 1.001
    assert sizes.min() >= 0.2 * THRUST * 0.999
    assert np.all(thrusts[:, 2] >= np.cos(np.radians(30.0)) * sizes * 0.999)
    aside = np.hypot(found.positions.value[:, 0], found.positions.value[:, 1])
    assert np.all(found.positions.value[:, 2] >= aside - 1e-3)
    # Lossless: what is burned is what the thrust takes.
    burned = np.trapezoid(sizes, t) / EXHAUST
    assert found.propellant.value == pytest.approx(burned, rel=5e-3)  # thrust is not quite linear between nodes


def test_limits_take_propellant():
    plain = planned(-600.0, 1500.0, 30.0, -30.0, nodes=30)
    limited = planned(-600.0, 1500.0, 30.0, -30.0, nodes=30, max_tilt=15 * u.deg, glide_slope=60 * u.deg)
    assert limited.propellant > plain.propellant


@pytest.mark.parametrize(
    ("start", "options", "words"),
    [
        ((0.0, -5.0, 0.0, 0.0), {}, "5 m below the ground"),
        ((0.0, 2000.0, 0.0, -10.0), {"target_position": [0, 0, -3] * u.m}, "target_position is 3 m below"),
        ((0.0, 2000.0, 0.0, -10.0), {"dry_mass": 1000 * u.kg}, "leaves no propellant"),
        ((-3000.0, 1000.0, 0.0, 0.0), {"glide_slope": 30 * u.deg}, "18.43 deg above the horizontal"),
        ((0.0, 2000.0, 0.0, -10.0), {"flight_time": 20 * u.s}, "flight_time = 20 s is too short"),
        ((0.0, 2000.0, 0.0, -10.0), {"flight_time": 2000 * u.s}, "flight_time = 2000 s is too long"),
        (
            (0.0, 2000.0, 0.0, -10.0),
            {"engine": ls.Engine(thrust=1500 * u.N, specific_impulse=316 * u.s)},
            "1500 N is below the weight of 1620 N",
        ),
        ((0.0, 2000.0, 0.0, -10.0), {"dry_mass": 980 * u.kg}, r"propellant of 20 kg is not enough: 33\.\d* kg"),
        pytest.param(
            (0.0, 300.0, 0.0, -60.0),
            {},
            "thrust of 4000 N is too weak to stop before the ground: 12000 N would do",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            (-100.0, 400.0, -30.0, -40.0),
            {"glide_slope": 75 * u.deg},
            "glide_slope = 75 deg: without it",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            (-2000.0, 1500.0, 90.0, -30.0),
            {"max_tilt": 5 * u.deg},
            "max_tilt = 5 deg: without it",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_stands_in_the_way_is_named(start, options, words):
    with pytest.raises(InputError, match=words) as raised:
        planned(*start, **options)
    print(raised.value)


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cvxpy", None)  # as Python marks a module that cannot be imported
    with pytest.raises(LunarsimError, match=r"pip install 'lunarsim\[convex\]'"):
        planned(0.0, 2000.0, 0.0, -10.0)
