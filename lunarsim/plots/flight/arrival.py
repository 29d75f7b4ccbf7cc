"""Where craft come to the Moon: the B-plane, with what would hit it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lunarsim.errors import InputError
from lunarsim.orbits import BPlane
from lunarsim.plots.style import legends, style
from lunarsim.plots.style.colours import ink, paper, shade
from lunarsim.statistics import Ellipse

Points = NDArray[np.float64]  # (n, 2)

_MARKERS = ("o", "x", "^", "s", "D", "v", "P")
_NARROW = 0.2  # of the impact circle: points closer together are drawn once more, larger
_ROOM = 1.25  # of the view, in what it holds
_WITHIN = 0.62  # half a side of the enlarged view, in radii of the circle in which it stands


def b_plane(
    planes: BPlane | Mapping[str, BPlane],
    *,
    aim: BPlane | None = None,
    ellipses: Sequence[Ellipse] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw arrivals in the B-plane: across the incoming asymptote, through the Moon's centre.

    Parameters
    ----------
    planes : BPlane, or mapping of str to BPlane
        From :func:`lunarsim.orbits.b_plane`, of one state or of many, such as runs: at most seven of them.
    aim : BPlane, optional
        Where they were to come, such as from :func:`lunarsim.orbits.aim`: a cross, and a dashed circle round the Moon.
    ellipses : sequence of Ellipse, optional
        Of errors: ``ls.statistics.covariance_ellipse(plane.points_m)``; the legend says what they hold.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Kilometres along T, in the Moon's equator of date, and along R, southward and drawn downward (Kizner 1961). In
        the filled circle a craft of the mean excess speed hits the Moon. Points that lie close together are drawn once
        more, larger, in axes within the circle.

    Raises
    ------
    InputError
        If there is no plane, more than seven, or one with nothing but NaN.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> r, v = [20000, 5000, 0] * u.km, [-1.5, 0, 0] * u.km / u.s
    >>> state = ls.State(r, v, Time("2023-08-16T09:03:00", scale="utc"))
    >>> aim = ls.orbits.aim(state, perilune=100 * u.km, inclination=90 * u.deg)
    >>> axes = ls.plots.b_plane(ls.orbits.b_plane(state), aim=aim)
    """
    groups = {"arrival": planes} if isinstance(planes, BPlane) else dict(planes)
    points = _points(groups)
    new, ax = ax is None, style.axes_for(ax, 5.6, "Arrival at the Moon, in the B-plane")
    radius = 1e-3 * float(np.mean([np.nanmean(each.impact_radius.to_value(u.m)) for each in groups.values()]))
    angle = np.linspace(0.0, 2.0 * np.pi, 361)
    circle = radius * np.stack([np.cos(angle), np.sin(angle)])
    ax.fill(*circle, color=shade(style.GROUND, ax), zorder=0, label=f"hits the Moon: B below {radius:,.0f} km")
    ax.plot(*circle, color=shade(0.5, ax), linewidth=0.8, zorder=1)
    _draw(ax, points, aim, ellipses)
    if aim is not None:
        x, y = 1e-3 * aim.points_m
        size = float(np.hypot(x, y))
        ax.plot(size * np.cos(angle), size * np.sin(angle), color=ink(ax), linewidth=0.7, linestyle=(0.0, (5.0, 3.0)))
    every = np.concatenate([*points.values(), *([] if aim is None else [1e-3 * aim.points_m[None]])])
    half = _ROOM * max(radius, float(np.nanmax(np.abs(every))))
    ax.set(xlim=(-half, half), ylim=(half, -half))
    ax.set_aspect("equal")
    style.dress(ax, "B along T, in the Moon's equator (km)", "B along R, southward (km)")
    many = [each for each in points.values() if len(each) > 1]
    if many and 0.0 < float(np.max(np.ptp(np.concatenate(many), axis=0))) < _NARROW * radius:
        shown = np.concatenate([*many, *(1e-3 * ellipse.outline() for ellipse in ellipses)])
        _enlarge(ax, lambda inner: _draw(inner, points, aim, ellipses), shown, _WITHIN * radius)
    _legend(ax, new=new)
    return ax


def _points(groups: Mapping[str, BPlane]) -> dict[str, Points]:
    """Return the points of each group, km, without those that are NaN."""
    if not 1 <= len(groups) <= len(_MARKERS):
        raise InputError(f"b_plane got {len(groups)} groups of arrivals: expected 1 to {len(_MARKERS)}")
    points = {name: 1e-3 * np.reshape(plane.points_m, (-1, 2)) for name, plane in groups.items()}
    points = {name: each[np.all(np.isfinite(each), axis=1)] for name, each in points.items()}
    for name, each in points.items():
        if not len(each):
            raise InputError(f"'{name}' has no arrival: all of its states are on closed orbits")
    return points


def _draw(ax: Axes, points: Mapping[str, Points], aim: BPlane | None, ellipses: Sequence[Ellipse]) -> None:
    for k, (name, each) in enumerate(points.items()):
        label = name if len(each) == 1 else f"{name} ({len(each):,})"
        size = 30.0 if len(each) == 1 else 9.0
        x, y = each.T
        ax.scatter(x, y, s=size, marker=_MARKERS[k], color=style.color(k), linewidth=0.8, label=label, zorder=3)
    for k, ellipse in enumerate(ellipses):
        label = f"{100.0 * ellipse.probability:g} % ellipse"
        ax.plot(*(1e-3 * ellipse.outline().T), color=style.color(k + 1), linewidth=1.2, label=label, zorder=4)
    if aim is not None:
        ax.plot(*(1e-3 * aim.points_m), "+", color=ink(ax), markersize=11.0, markeredgewidth=1.4, label="aim", zorder=5)


def _enlarge(ax: Axes, draw: Callable[[Axes], None], shown: Points, half: float) -> None:
    """Draw the points once more, larger, within the circle."""
    share = half / float(np.ptp(ax.get_xlim()))  # both axes are alike, with the Moon in the middle
    inner = ax.inset_axes((0.5 - share, 0.5 - share, 2.0 * share, 2.0 * share))
    draw(inner)
    low, high = shown.min(axis=0), shown.max(axis=0)
    middle, reach = 0.5 * (low + high), 0.6 * float(np.max(high - low))
    inner.set(xlim=(middle[0] - reach, middle[0] + reach), ylim=(middle[1] + reach, middle[1] - reach))
    inner.locator_params(nbins=4)
    inner.set_facecolor(paper(ax))
    inner.tick_params(labelsize=style.TEXT_SIZE - 1.0)
    inner.grid(color=shade(style.GRID, ax), linewidth=0.6)
    ax.indicate_inset_zoom(inner, edgecolor=ink(ax))


def _legend(ax: Axes, *, new: bool) -> None:
    """Write the legend: below the axes of a new figure, and above what others hold."""
    if not new:
        legends.on_top(ax)
        return
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    legend = figure.legend(
        loc="outside lower center", ncols=3, fontsize=style.TEXT_SIZE, labelcolor=ink(ax), frameon=False
    )
    legends.literal(legend)
