"""Shaded relief: the cosine between the ground and the light, and pictures under maps."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from astropy import units as u
from matplotlib.axes import Axes

import lunarsim as ls
from lunarsim.analysis.hillshade import AZIMUTH_DEG, ELEVATION_DEG, lit

SINE = np.sin(np.radians(ELEVATION_DEG))


def plane(to_east: float, to_north: float) -> np.ndarray:
    """Return heights of a plane of these slopes, pixels of 100 m, rows from north to south."""
    x, y = np.meshgrid(100.0 * np.arange(8), -100.0 * np.arange(8))
    return to_east * x + to_north * y


def test_level_ground_is_as_bright_as_the_sine_of_the_elevation_of_the_light() -> None:
    relief = lit(plane(0.0, 0.0), 100.0, 100.0)
    assert relief.brightness == pytest.approx(SINE)
    assert relief.exaggeration == 1.0


def test_ground_that_faces_the_light_is_white_and_ground_edge_on_to_it_is_black() -> None:
    azimuth = np.radians(AZIMUTH_DEG)  # a slope of 45 deg down towards the light has its normal along the light
    down = -np.tan(np.radians(90.0 - ELEVATION_DEG))
    facing = plane(down * np.sin(azimuth), down * np.cos(azimuth))
    assert lit(facing, 100.0, 100.0).brightness == pytest.approx(1.0)
    assert lit(-facing, 100.0, 100.0).brightness == pytest.approx(0.0, abs=1e-12)


def test_brightness_is_the_cosine_between_the_normal_and_the_light() -> None:
    to_east, to_north = 0.31, -0.45
    normal = np.array([-to_east, -to_north, 1.0]) / np.sqrt(to_east**2 + to_north**2 + 1.0)
    azimuth, elevation = np.radians(AZIMUTH_DEG), np.radians(ELEVATION_DEG)
    light = [np.cos(elevation) * np.sin(azimuth), np.cos(elevation) * np.cos(azimuth), np.sin(elevation)]
    assert lit(plane(to_east, to_north), 100.0, 100.0).brightness == pytest.approx(normal @ light)


def test_gentle_ground_is_exaggerated_and_the_relief_is_that_of_the_steeper_ground() -> None:
    heights = np.outer(np.hanning(12), np.hanning(12))
    gentle, steep = lit(10.0 * heights, 1000.0, 1000.0), lit(100.0 * heights, 1000.0, 1000.0)
    assert gentle.exaggeration == pytest.approx(10.0 * steep.exaggeration)
    assert gentle.brightness == pytest.approx(steep.brightness)


def test_ground_that_is_not_known_has_no_brightness() -> None:
    terrain = ls.Terrain.from_array(np.outer(np.hanning(6), np.hanning(6)) * u.km, window=(-1, 1, -1, 1) * u.deg)
    lit_map = ls.analysis.shaded_relief(terrain, [-2, 2, -2, 2] * u.deg, columns=20, rows=20).brightness
    assert np.isnan(lit_map[0]).all()
    assert np.isfinite(lit_map[8:12, 8:12]).all()


@pytest.mark.parametrize("azimuth", [0.0, 90.0, 165.6, -30.0])
def test_a_turn_to_downrange_and_back_leaves_a_point_where_it_was(azimuth: float) -> None:
    points = np.random.default_rng(3).normal(0.0, 1e4, (20, 2))
    turned = ls.statistics.downrange_crossrange(points, azimuth)
    assert ls.statistics.east_north(turned, azimuth) == pytest.approx(points)


@pytest.mark.parametrize("window", [[1, 0, 0, 1], [0, 1, 1, 0], [0, 1, -91, 0], [0, 400, 0, 1]])
def test_a_window_upside_down_or_beyond_a_pole_is_refused(window: list[float]) -> None:
    terrain = ls.Terrain.from_array(np.eye(3) * u.km, window=(-1, 1, -1, 1) * u.deg)
    with pytest.raises(ls.InputError, match=r"window = .*expected west < east"):
        ls.analysis.shaded_relief(terrain, window * u.deg)


def hilly() -> ls.Terrain:
    return ls.Terrain.from_array(
        np.random.default_rng(5).uniform(0, 900, (60, 120)) * u.m, window=(-90, 90, 0, 360) * u.deg, name="hills"
    )


@pytest.mark.parametrize("turned", [None, 30 * u.deg])
def test_a_footprint_lies_over_the_relief_of_its_terrain_only_if_one_is_given(turned: u.Quantity | None) -> None:
    places = np.random.default_rng(1).normal(0.0, 0.2, (2, 50))
    footprint = ls.statistics.footprint(places[0] - 57.0, places[1] + 61.0)
    assert not images(ls.plots.footprint(footprint, downrange_azimuth=turned))
    assert not images(ls.plots.footprint(footprint, terrain=ls.Terrain.sphere(), downrange_azimuth=turned))
    ax = ls.plots.footprint(footprint, terrain=hilly(), downrange_azimuth=turned)
    (picture,) = images(ax)
    assert picture.get_extent() == pytest.approx([*ax.get_xlim(), *ax.get_ylim()])
    plt.close("all")


def test_the_relief_below_a_footprint_is_where_the_ground_is() -> None:
    mound = np.zeros((181, 361))
    mound[90, 180] = 5e3  # a summit at 0 N 180 E, half a degree off by the pixels' centres
    terrain = ls.Terrain.from_array(mound * u.m, window=(-90, 90, 0, 360) * u.deg)
    footprint = ls.statistics.footprint([-2.0, 2.0, 0.0], [178.0, 182.0, 180.0])
    for turned in (None, 70 * u.deg):
        ax = ls.plots.footprint(footprint, terrain=terrain, downrange_azimuth=turned)
        brightness = np.asarray(images(ax)[0].get_array())
        rows, columns = np.nonzero(np.abs(brightness - SINE) > 0.02)  # the mound alone is not level
        assert rows.mean() == pytest.approx(brightness.shape[0] / 2, rel=0.03)
        assert columns.mean() == pytest.approx(brightness.shape[1] / 2, rel=0.03)
    plt.close("all")


def images(ax: Axes) -> list:
    return [each for each in ax.images if each.get_zorder() < 0.0]
