"""The estimate of a crater's size: the limits of the scaling law, and craters that spacecraft have made."""

import numpy as np
import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.moon.crater import Target, crater_diameter, crater_estimate

MASS, SPEED, ANGLE = 1000 * u.kg, 2 * u.km / u.s, 60 * u.deg


def exponent(of, low, high, **options):
    """Logarithmic slope of the diameter between two values of one argument."""
    arguments = {"mass": MASS, "speed": SPEED, "impact_angle": ANGLE, **options}
    small, large = (crater_diameter(**{**arguments, of: value}) for value in (low, high))
    return float(np.log(large / small) / np.log(high / low))


def test_in_sand_diameters_grow_with_mass_and_speed_as_gravity_scaling_has_it():
    # Schmidt & Housen 1987 for dry sand: D ~ m^0.277 at fixed density, U^0.34; from mu = 0.41 by hand
    assert exponent("mass", 10 * u.kg, 1000 * u.kg) == pytest.approx(0.277, abs=5e-4)
    assert exponent("speed", 0.5 * u.km / u.s, 5 * u.km / u.s) == pytest.approx(0.340, abs=5e-4)


def test_in_rock_a_small_crater_grows_with_the_cube_root_of_the_mass_as_strength_scaling_has_it():
    found = exponent("mass", 1e-6 * u.kg, 1e-4 * u.kg, target="hard rock")
    assert found == pytest.approx(1 / 3, abs=1e-3)  # gravity is left with less than a thousandth


def test_only_the_velocity_into_the_ground_counts():
    slanting = crater_diameter(MASS, SPEED, 30 * u.deg)
    head_on = crater_diameter(MASS, SPEED / 2, 90 * u.deg)
    assert slanting.to_value(u.m) == pytest.approx(head_on.to_value(u.m), rel=1e-14)  # sin 30 deg: rounding


def test_the_law_for_sand_is_the_published_one_of_the_other_normalisation():
    # Schmidt & Housen 1987, as Richardson 2009, table 1, has it: pi_V = 0.24 (3.22 g a / U^2)^-0.51
    a, g = np.cbrt(3 * 1000 / (4 * np.pi * 200)), 1.6242
    volume = 0.24 * (3.22 * g * a / (2000 * np.sin(np.pi / 3)) ** 2) ** -0.51 * 1000 / 1700
    expected = 2 * 1.3 * 1.33 * np.cbrt(volume)
    # 0.24 and 0.51 are printed to two digits, which the cube root turns into 1 % and 1.5 %
    assert crater_diameter(MASS, SPEED, ANGLE).to_value(u.m) == pytest.approx(expected, rel=0.025)


@pytest.mark.parametrize(
    ("mass_kg", "speed_mps", "angle_deg", "density", "observed_m"),
    [
        # mass NSSDCA 1964-041A, speed and crater NASA SP-362, figure 122; the angle to the ground is not printed
        (365.7, 2650, 65, 200, 14),
        # speed Encyclopedia Astronautica, crater LROC image M109420042LE; 14 t of stage in 18 x 6.6 m, steep
        (14000, 2579, 75, 23, 30),
        (14000, 2550, 70, 23, 40),  # Apollo 14: NASA SP-362, figure 121
        # GRAIL A: LROC featured image 596; 2 deg to the horizontal into a steep slope, taken as 20 deg
        (130, 1600, 22, 165, 5),
        (130, 1600, 22, 165, 6),  # GRAIL B: LROC featured sites, view 37
        # Luna-25: LRO, RBC 1 September 2023; mass, speed and the angle to LOLA's ground are this project's own
        (1335, 1699.5, 14, 200, 10),
    ],
    ids=["ranger 7", "apollo 13 s-ivb", "apollo 14 s-ivb", "grail a", "grail b", "luna-25"],
)
def test_craters_of_spacecraft_are_met_within_a_fifth_without_tuning(
    mass_kg, speed_mps, angle_deg, density, observed_m
):
    estimate = crater_estimate(
        mass_kg * u.kg, speed_mps * u.m / u.s, angle_deg * u.deg, projectile_density=density * u.kg / u.m**3
    )
    # the range of targets and beyond it what the law leaves open: measured 0.85 (Apollo 14) and 1.12 (Apollo 13)
    assert estimate.low.to_value(u.m) / 1.2 < observed_m < estimate.high.to_value(u.m) * 1.2


def test_a_hard_target_leaves_the_smaller_crater():
    sizes = [crater_diameter(MASS, SPEED, ANGLE, target=target).to_value(u.m) for target in Target]
    assert sizes == sorted(sizes, reverse=True)
    estimate = crater_estimate(MASS, SPEED, ANGLE)
    assert [estimate.high.to_value(u.m), estimate.low.to_value(u.m)] == sizes[:2]


def test_an_estimate_is_among_the_public_names():
    assert ls.crater_estimate is crater_estimate


def test_an_estimate_reads_as_a_range():
    assert str(crater_estimate(1335 * u.kg, 1699.5 * u.m / u.s, 14 * u.deg)) == "9 to 11 m"


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"mass": 0 * u.kg}, ["mass = 0.0 kg: expected above 0 kg and up to 1e+09 kg"]),
        ({"speed": 3 * u.m}, ["speed = 3.0 m", "wrong dimension"]),
        ({"impact_angle": 0 * u.deg}, ["impact_angle = 0.0 deg: expected above 0 deg and up to 90 deg"]),
        ({"impact_angle": 91 * u.deg}, ["impact_angle = 91.0 deg: expected above 0 deg and up to 90 deg"]),
        ({"target": "dry sands"}, ["target 'dry sands'", "did you mean 'dry sand'"]),
    ],
)
def test_bad_input_is_named(options, parts):
    with pytest.raises(ls.InputError) as error:
        crater_diameter(**{"mass": MASS, "speed": SPEED, "impact_angle": ANGLE, **options})
    assert all(part in str(error.value) for part in parts)
