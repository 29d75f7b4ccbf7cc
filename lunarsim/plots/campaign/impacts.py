"""Where the runs of a campaign came down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.errors import InputError
from lunarsim.mission import Site
from lunarsim.moon import Terrain
from lunarsim.plots.style import legends, notes, placing, relief, scale, style
from lunarsim.plots.style.colours import ink, paper
from lunarsim.plots.style.window import degrees_east, degrees_north
from lunarsim.statistics import CROSSRANGE, Density, Ellipse, Footprint, LocalPlane, downrange_crossrange, east_north

_Points = NDArray[np.float64]  # (n, 2)

_MOST_POINTS = 20_000  # of one outcome: more only hide each other
_NARROWEST = 0.3  # least ratio of the sides of a map
_HEIGHT_STRETCHED_IN = 3.2
_MOST_STRETCHED = 20.0  # times: more makes a line look like a disc
_LOOKS = (
    {"color": style.VERMILION, "marker": "x"},  # outcomes are told apart by colour and by shape
    {"color": style.BLUE, "marker": "o"},
    {"color": style.GREEN, "marker": "^"},
    {"color": style.PURPLE, "marker": "s"},
    {"color": style.ORANGE, "marker": "D"},
    {"color": style.SKY, "marker": "v"},
)
_DASHES: tuple[style.Dashes, ...] = ((0.0, (5.0, 2.0)), "-", (0.0, (1.5, 1.5)), (0.0, (6.0, 2.0, 1.5, 2.0)))


class _View(NamedTuple):
    """How places lie on the axes: the unit of each, and the direction that points right if that is not east."""

    metres: tuple[float, float]
    azimuth_deg: float | None

    @property
    def units(self) -> tuple[str, str]:
        """Names of the units."""
        x, y = ("km" if metres > 1.0 else "m" for metres in self.metres)
        return x, y

    def of(self, xy_m: _Points) -> _Points:
        """Return points on the axes."""
        turned = xy_m if self.azimuth_deg is None else downrange_crossrange(xy_m, self.azimuth_deg)
        return np.asarray(turned / self.metres)

    def back(self, points: _Points) -> _Points:
        """Return the metres east and north of points on the axes."""
        metres = np.asarray(points * self.metres)
        return metres if self.azimuth_deg is None else east_north(metres, self.azimuth_deg)


def footprint(
    footprints: Footprint | Mapping[str, Footprint],
    *,
    ellipses: Sequence[Ellipse] = (),
    densities: Sequence[Density] = (),
    sites: Mapping[str, Site] | None = None,
    downrange_azimuth: u.Quantity | None = None,
    to_scale: bool = True,
    terrain: Terrain | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw where the runs came down, east and north of a centre, or downrange and crossrange.

    Parameters
    ----------
    footprints : Footprint, or mapping of str to Footprint
        One, or one per outcome, at most six, all about the same centre.
    ellipses : sequence of Ellipse, optional
        Covariance ellipses, named in the legend by what they hold, with their semi-axes.
    densities : sequence of Density, optional
        Their contours are drawn, named in the legend by the share of the runs that they hold.
    sites : mapping of str to Site, optional
        Places to mark, such as the planned landing site; the view reaches out to them.
    downrange_azimuth : Quantity, optional
        Direction of flight over the ground, from north through east: it then points right, and crossrange, positive
        left of the motion, up; default: east and north.
    to_scale : bool
        Whether lengths are alike along both axes. If not, a long and narrow footprint is drawn wider, up to 20 times,
        and the label of the axis says how many.
    terrain : Terrain, optional
        A map of heights, whose relief is shaded below the runs.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Metres or kilometres. The legend stands beside them; on axes that were given above the runs. Of more than 20,000
        runs of an outcome, every second, third, ... is drawn, and the legend says so.

    Raises
    ------
    InputError
        If there is no footprint, there are more than six, or their centres differ.

    Examples
    --------
    >>> import lunarsim as ls
    >>> result = ls.load_campaign("luna25").run(200, seed=1)
    >>> impacts = result.footprint("impact")
    >>> axes = ls.plots.footprint(impacts, ellipses=[impacts.ellipse(0.95)], to_scale=False)
    """
    groups = {"": footprints} if isinstance(footprints, Footprint) else dict(footprints)
    plane = _shared_plane(groups)
    marks = [(site.title or key, _place(plane, site)) for key, site in (sites or {}).items()]
    places = [group.xy_m for group in groups.values()] + [ellipse.outline() for ellipse in ellipses]
    places += [place for _, place in marks]
    view = _view(places, downrange_azimuth, to_scale)
    limits = _limits([view.of(xy) for xy in places], to_scale)
    height = 0.8 + 4.2 * np.ptp(limits[1]) / np.ptp(limits[0]) if to_scale else _HEIGHT_STRETCHED_IN
    count = sum(min(len(group), _MOST_POINTS) for group in groups.values())
    given, ax = ax, style.axes_for(ax, float(np.clip(height, 2.6, 5.4)), f"Where {_runs(groups)} came down")
    handles = [_draw_runs(ax, *named, _LOOKS[i], view, count) for i, named in enumerate(groups.items())]
    for density in densities:
        handles += _draw_contours(ax, density, view)
    handles += [_draw_ellipse(ax, ellipse, _DASHES[i % len(_DASHES)], view) for i, ellipse in enumerate(ellipses)]
    placing.place(ax, [_mark(ax, title, *view.of(place)[0].tolist()) for title, place in marks], legend=False)
    _dress(ax, plane, view)
    if given is not None:
        _fit_below_legend(ax, view, limits, to_scale, _centre(plane), handles)
        _shade_relief(ax, terrain, plane, view)
        return ax
    _legend_beside(ax, handles)
    if to_scale:
        ax.set_xlim(*limits[0])
        ax.set_ylim(*limits[1])
        ax.set_aspect("equal", adjustable="box", anchor="W")
    style.lay_out(ax)  # it has room for the legend only once it has seen how narrow a box to scale is
    if not to_scale:
        times = _fit(ax, view, limits, to_scale)
        ax.set_ylabel(f"{ax.get_ylabel()},\n{scale.words(times)}")
    _shade_relief(ax, terrain, plane, view)
    return ax


def _shade_relief(ax: Axes, terrain: Terrain | None, plane: LocalPlane, view: _View) -> None:
    if terrain is not None:
        relief.under_plane(ax, terrain, lambda points: plane.inverse(view.back(points)), view.metres)


def _runs(groups: Mapping[str, Footprint]) -> str:
    return f"{sum(len(group) for group in groups.values()):,} runs"


def _legend_beside(ax: Axes, handles: Sequence[Line2D]) -> None:
    beside: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}
    legends.literal(ax.legend(handles=handles, fontsize=style.TEXT_SIZE, labelcolor=ink(ax), frameon=False, **beside))


def _fit(ax: Axes, view: _View, limits: _Points, to_scale: bool, strip: float = 0.0) -> float:
    """Fill axes as large as they are now; return how many times crossrange is drawn too large."""
    return scale.fill(ax, limits, view.metres, most=1.0 if to_scale else _MOST_STRETCHED, strip=strip)


def _fit_below_legend(
    ax: Axes, view: _View, limits: _Points, to_scale: bool, centre: str, handles: Sequence[Line2D]
) -> None:
    """Fill axes that were given, and write the legend above the runs, with what small labels have no room for."""
    first = f"about {centre}\n" if style.is_narrow(ax) else ""
    across = "north" if view.azimuth_deg is None else "crossrange"
    tall = legends.write(ax, f"{first}{across} {scale.words(_MOST_STRETCHED)}", handles=handles)
    times = _fit(ax, view, limits, to_scale, tall.share(ax))
    words = "" if to_scale else f"{across} {scale.words(times)}"
    legends.keep_on_top(ax, legends.write(ax, (first + words).strip(), handles=handles))


def _shared_plane(groups: Mapping[str, Footprint]) -> LocalPlane:
    if not 1 <= len(groups) <= len(_LOOKS):
        raise InputError(f"footprint got {len(groups)} footprints: expected 1 to {len(_LOOKS)}, one per outcome")
    for name, group in groups.items():
        if not isinstance(group, Footprint):
            raise InputError(f"footprints['{name}'] = {group!r}: expected a Footprint")
    first, *others = (group.plane for group in groups.values())
    if any(plane != first for plane in others):
        raise InputError(
            "the footprints have different centres: make all with the same about=, such as the first's plane"
        )
    return first


def _place(plane: LocalPlane, site: Site) -> _Points:
    return plane.forward(site.latitude.to_value(u.deg), site.longitude.to_value(u.deg))


def _view(places: Sequence[_Points], azimuth: u.Quantity | None, to_scale: bool) -> _View:
    turn = None if azimuth is None else float(checks.quantity("downrange_azimuth", azimuth, u.deg).value)
    plain = _View((1.0, 1.0), turn)
    reach_m = np.max([np.abs(plain.of(xy)).max(axis=0, initial=0.0) for xy in places], axis=0)
    if to_scale:
        reach_m[:] = reach_m.max()
    x, y = (1e3 if reach >= 5e3 else 1.0 for reach in reach_m)
    return _View((x, y), turn)


def _limits(places: Sequence[_Points], to_scale: bool) -> _Points:
    """Return the edges of the view, in rows for x and y: round all places, and not too narrow to read."""
    both = np.concatenate(places)
    least, most = both.min(axis=0), both.max(axis=0)
    width = 1.12 * (most - least)
    narrowest = _NARROWEST * float(width.max()) if to_scale else 0.0
    width = np.maximum(width, max(narrowest, 1e-6))
    return np.stack([(least + most - width) / 2.0, (least + most + width) / 2.0], axis=1)


def _centre(plane: LocalPlane) -> str:
    return f"{degrees_north(round(plane.latitude_deg, 3))}, {degrees_east(round(plane.longitude_deg, 3))}, ME"


def _dress(ax: Axes, plane: LocalPlane, view: _View) -> None:
    of = "" if style.is_narrow(ax) else f" of {_centre(plane)}"
    x_unit, y_unit = view.units
    if view.azimuth_deg is None:
        style.dress(ax, f"East{of} ({x_unit})", f"North ({y_unit})")
    else:
        way = f"towards {view.azimuth_deg % 360.0:.1f}° from north"
        style.dress(ax, f"Downrange{of}, {way} ({x_unit})", f"{CROSSRANGE.capitalize()} ({y_unit})")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5 if style.is_narrow(ax) else 7))


def _draw_runs(ax: Axes, name: str, group: Footprint, look: dict[str, str], view: _View, count: int) -> Line2D:
    """Draw the runs of one outcome, smaller and fainter the more there are of all."""
    step = max(-(-len(group) // _MOST_POINTS), 1)
    size = float(np.clip(120.0 / np.sqrt(max(count, 1)), 1.6, 5.0))
    x, y = view.of(group.xy_m[::step]).T
    runs: dict[str, Any] = {**look, "linestyle": "", "rasterized": True, "zorder": 2}
    runs["alpha"] = float(np.clip(40.0 / np.sqrt(max(count, 1)), 0.3, 0.9))
    ax.plot(x, y, markersize=size, markeredgewidth=0.2 * size if look["marker"] == "x" else 0.0, **runs)
    title = f"{name}: {len(group):,} runs" if name else f"{len(group):,} runs"
    drawn = f"\n(1 in {step} drawn)" if step > 1 else ""
    return Line2D([], [], color=look["color"], marker=look["marker"], linestyle="", markersize=5.0, label=title + drawn)


def _draw_contours(ax: Axes, density: Density, view: _View) -> list[Line2D]:
    widths = np.linspace(0.8, 1.6, len(density.levels_per_m2)).tolist()
    grid = view.of(np.stack([density.east_m.ravel(), density.north_m.ravel()], axis=1))
    x, y = grid.T.reshape(2, *density.per_m2.shape)
    ax.contour(x, y, density.per_m2, levels=density.levels_per_m2, colors=ink(ax), linewidths=widths, zorder=4)
    gap = " " if style.is_narrow(ax) else "\n"
    titles = [f"density contour round{gap}{100.0 * share:g} % of the runs" for share in density.probabilities]
    return [
        Line2D([], [], color=ink(ax), linewidth=width, label=title) for width, title in zip(widths, titles, strict=True)
    ]


def _draw_ellipse(ax: Axes, ellipse: Ellipse, dashes: style.Dashes, view: _View) -> Line2D:
    x, y = view.of(ellipse.outline()).T
    axes = " x ".join(_length(metres, view) for metres in (ellipse.semi_major_m, ellipse.semi_minor_m))
    label = f"{100.0 * ellipse.probability:g} % covariance ellipse\n(semi-axes {axes})"
    if style.is_narrow(ax):
        label = f"{100.0 * ellipse.probability:g} % ellipse, {axes}"
    (line,) = ax.plot(x, y, color=ink(ax), linewidth=1.4, linestyle=dashes, zorder=5, label=label)
    return line


def _length(metres: float, view: _View) -> str:
    """Return a length in the smaller of the axes' units, unless that takes many digits."""
    in_km = min(view.metres) > 1.0 or metres >= 1e3
    return f"{metres / 1e3:.3g} km" if in_km else f"{metres:.3g} m"


def _mark(ax: Axes, title: str, x: float, y: float) -> notes.Note:
    """Mark a place with a star, and return its name."""
    star: dict[str, Any] = {"marker": "*", "markersize": 13.0, "linestyle": "", "zorder": 7}
    ax.plot([x], [y], color=paper(ax), markeredgecolor=ink(ax), **star)
    return notes.Note(x, y, title, radius=7.0)
