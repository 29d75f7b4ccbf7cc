"""Shaded relief under maps: pale, so that what is drawn over it can be read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from numpy.typing import NDArray

from lunarsim.analysis import ShadedRelief, has_relief, shaded_relief
from lunarsim.analysis.hillshade import lit
from lunarsim.moon import Terrain
from lunarsim.plots.style.colours import paper, shade
from lunarsim.plots.style.window import Window

_DEEPEST = 0.42  # of the ink, where no light falls
_COLUMNS, _ROWS = 420, 260

#: From points on axes, shape (n, 2), to ME latitudes and longitudes in degrees.
Inverse = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]


def under_map(ax: Axes, terrain: Terrain, window: Window) -> None:
    """Draw the relief of a terrain under a map in longitude and latitude; nothing for a sphere."""
    if not has_relief(terrain):
        return
    edges = [window.west, window.east, window.south, window.north]
    _draw(ax, shaded_relief(terrain, edges * u.deg, columns=_COLUMNS, rows=_ROWS), edges)


def under_plane(ax: Axes, terrain: Terrain, inverse: Inverse, metres: tuple[float, float]) -> None:
    """Draw the relief of a terrain under axes of a local plane, lit from the upper left; nothing for a sphere.

    Parameters
    ----------
    ax : Axes
        With their limits set.
    terrain : Terrain
        A map of heights.
    inverse : callable
        Gives latitudes and longitudes of points on the axes.
    metres : tuple of two float
        The units of the axes.
    """
    if not has_relief(terrain):
        return
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    wide, tall = (right - left) / _COLUMNS, (top - bottom) / _ROWS
    x, y = np.meshgrid(left + wide * (np.arange(_COLUMNS) + 0.5), top - tall * (np.arange(_ROWS) + 0.5))
    latitude, longitude = inverse(np.stack([x.ravel(), y.ravel()], axis=1))
    heights = terrain.height_where_known(latitude * u.deg, longitude * u.deg).to_value(u.m).reshape(x.shape)
    _draw(ax, lit(heights, wide * metres[0], tall * metres[1]), [left, right, bottom, top])


def _draw(ax: Axes, relief: ShadedRelief, edges: list[float]) -> None:
    dark, light = shade(_DEEPEST, ax), paper(ax)
    if sum(to_rgb(light)) < sum(to_rgb(dark)):  # a dark style: what is lit is the brighter all the same
        dark, light = light, dark
    colours = LinearSegmentedColormap.from_list("relief", [dark, light])
    limits = ax.get_xlim(), ax.get_ylim()
    extent = (edges[0], edges[1], edges[2], edges[3])
    ax.imshow(relief.brightness, cmap=colours, vmin=0.2, vmax=1.0, extent=extent, aspect="auto", zorder=-1.0)
    ax.set_xlim(limits[0])
    ax.set_ylim(limits[1])
