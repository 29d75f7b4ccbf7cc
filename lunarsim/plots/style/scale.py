"""Axes to scale, or with heights drawn a round number of times too large, in any layout of the figure."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lunarsim.plots.style import style


def fill(
    ax: Axes, limits: NDArray[np.float64], metres: tuple[float, float], *, most: float, strip: float = 0.0
) -> float:
    """Give axes limits that fill them and a fixed ratio of lengths; return how many times too large heights are drawn.

    Parameters
    ----------
    ax : Axes
        As large as they are now.
    limits : ndarray, shape (2, 2)
        What has to be seen, in rows for x and y.
    metres : (float, float)
        Length of the unit of each axis.
    most : float
        The greatest exaggeration; 1: to scale.
    strip : float
        Part of the height that is left for a legend on top.
    """
    size = np.array(style.size_in(ax)) * (1.0, 1.0 - strip)
    sides = np.ptp(limits, axis=1) * metres
    natural = sides[0] / size[0] / (sides[1] / size[1])
    times = style.round_number(min(natural, most)) if min(natural, most) > 1.0 else 1.0
    per_in = max(sides[0] / size[0], times * sides[1] / size[1])
    half = 0.5 * per_in * size / (1.0, times) / metres
    middle = limits.mean(axis=1)
    ax.set_xlim(middle[0] - half[0], middle[0] + half[0])
    ax.set_ylim(middle[1] - half[1], middle[1] + half[1])
    ax.set_aspect(times * metres[1] / metres[0], adjustable="box")
    return times


def words(times: float) -> str:
    """Return what an axis says of its exaggeration."""
    return "to scale" if times == 1.0 else f"drawn {times:g} times too large"
