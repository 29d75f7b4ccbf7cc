"""Guidance laws beside each other: what each costs, how hard it drives the engine, and the path that it flies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
from astropy import units as u
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from lunarsim import checks
from lunarsim.analysis import GuidanceComparison, GuidanceRow
from lunarsim.errors import InputError
from lunarsim.plots.descent import history as descent_history
from lunarsim.plots.style import style
from lunarsim.plots.style.colours import ink, paper
from lunarsim.plots.style.style import Curve

_PATH_IN = 2.6
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # with the colours, so that laws are told apart in grey as well
_LEAST_SPREAD = 0.05  # of the values, for their differences to be shown
_LEAST_MISS_M = 0.01  # where the logarithmic axis of misses ends
_TEXT_ROOM = 1.0  # of the width of what is drawn, for texts that all stand on one side


class GuidanceAxes(NamedTuple):
    """The panels of a comparison of guidance laws."""

    propellant: Axes
    time: Axes
    peak_throttle: Axes
    miss: Axes
    margin: Axes
    path: Axes  #: altitude over range to go


def compare_guidance(rows: Sequence[GuidanceRow], *, bound: u.Quantity | None = None) -> GuidanceAxes:
    """Draw what several guidance laws cost for one landing.

    Parameters
    ----------
    rows : sequence of GuidanceRow
        One to seven, as they stand from top to bottom.
    bound : Quantity, optional
        The propellant that no law can do with less of; default: that of the comparison, where ``rows`` is one.

    Returns
    -------
    GuidanceAxes
        A point per law on each panel, with its number; propellant also in excess of the bound. A law that did not land
        has no propellant: what became of it stands in its place, and its other points are hollow. Below, the paths of
        the laws that have a flight, as :func:`descent_profile` draws them.

    Raises
    ------
    InputError
        If there are no rows or more than seven, a row is not a GuidanceRow, or a quantity is of a wrong dimension.

    Examples
    --------
    >>> import lunarsim as ls
    >>> scenario = ls.load_scenario("chandrayaan3")
    >>> rows = ls.compare_guidance(scenario, {"as flown": scenario.guided[0].law}, phase="rough braking")
    >>> axes = ls.plots.compare_guidance(rows)
    """
    bound = rows.bound if bound is None and isinstance(rows, GuidanceComparison) else bound
    _check(rows, bound)
    figure = plt.figure(
        figsize=(style.WIDTH_IN, 2.0 * (0.24 * len(rows) + 0.75) + _PATH_IN), dpi=style.DPI, layout="constrained"
    )
    axes = _panels(figure, len(rows))
    style.write_title(axes.propellant, f"{len(rows)} guidance laws, one landing")
    least = None if bound is None else float(bound.to_value(u.kg))
    _draw(axes.propellant, rows, "Propellant (kg)", lambda r: _si(r.propellant, u.kg), _masses(least), bound=least)
    _draw(axes.time, rows, "Time (s)", lambda r: _si(r.time, u.s), lambda x: f"{x:.0f}")
    _draw(axes.peak_throttle, rows, "Peak throttle (%)", _peak, lambda x: f"{x:.0f}")
    _draw(axes.miss, rows, "Miss (m)", lambda r: _si(r.miss, u.m), _metres, logarithmic=True)
    _draw(axes.margin, rows, "Propellant left (kg)", lambda r: _si(r.margin, u.kg), lambda x: f"{x:,.0f}")
    if least is not None:
        _bound(axes.propellant, least)
    _explain_hollow(axes.margin, rows)
    _draw_paths(axes.path, rows)
    return axes


def _check(rows: Sequence[GuidanceRow], bound: u.Quantity | None) -> None:
    if not 1 <= len(rows) <= len(_MARKERS):
        raise InputError(f"compare_guidance got {len(rows)} rows: expected 1 to {len(_MARKERS)}, one for each law")
    for i, row in enumerate(rows):
        if not isinstance(row, GuidanceRow):
            raise InputError(f"rows[{i}] = {row!r}: expected a GuidanceRow")
        for name, unit in (("propellant", u.kg), ("time", u.s), ("miss", u.m), ("margin", u.kg)):
            if getattr(row, name) is not None:
                checks.quantity(f"{name} of '{row.label}'", getattr(row, name), unit)
    if bound is not None:
        checks.quantity("bound", bound, u.kg, positive=True)


def _panels(figure: Figure, rows: int) -> GuidanceAxes:
    """Return two rows of panels with points, the laws named at the left edge, and the paths below."""
    points = 0.24 * rows + 0.75
    grid = figure.add_gridspec(3, 1, height_ratios=(points, points, _PATH_IN))
    wide, narrow = grid[0].subgridspec(1, 2), grid[1].subgridspec(1, 3)
    propellant, margin = (figure.add_subplot(cell) for cell in (wide[0], wide[1]))
    time, peak, miss = (figure.add_subplot(narrow[i]) for i in range(3))
    return GuidanceAxes(propellant, time, peak, miss, margin, figure.add_subplot(grid[2]))


def _draw(
    ax: Axes,
    rows: Sequence[GuidanceRow],
    label: str,
    value: Callable[[GuidanceRow], float | None],
    words: Callable[[float], str],
    *,
    logarithmic: bool = False,
    bound: float | None = None,
) -> None:
    """Draw one value of every law as a point, and write it beside; the axis reaches to the bound, if there is one."""
    style.dress(ax, label, "")
    known = {i: found for i, row in enumerate(rows) if (found := value(row)) is not None}
    if logarithmic:
        ax.set_xscale("log")
        ax.xaxis.set_minor_formatter(NullFormatter())
        known = {i: max(x, _LEAST_MISS_M) for i, x in known.items()}
    for i, row in enumerate(rows):
        x = known.get(i)
        if x is not None:
            ax.plot([x], [i], linestyle="", markersize=5.5, label=row.label, **_marker(row, i))
    ax.set_yticks(range(len(rows)), [row.label for row in rows], **style.LITERAL)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0.0)
    spec = ax.get_subplotspec()
    if spec is None or not spec.is_first_col():  # the laws are named at the left edge
        ax.tick_params(labelleft=False)
    _limit(ax, list(known.values()), bound, logarithmic=logarithmic)
    for i, row in enumerate(rows):
        if i in known:
            _write(ax, i, known[i], words, bound)
        else:
            _write_missing(ax, i, row)


def _marker(row: GuidanceRow, i: int) -> dict[str, Any]:
    """Return how the points of a law look: hollow where it did not land."""
    fill = paper() if row.propellant is None else style.color(i)
    return {"marker": _MARKERS[i], "color": style.color(i), "markerfacecolor": fill}


def _write_missing(ax: Axes, i: int, row: GuidanceRow) -> None:
    """Write what became of a law that has no value, in its place."""
    look: dict[str, Any] = {"va": "center", "ha": "center", "fontsize": style.TEXT_SIZE - 1.0, "color": ink(ax)}
    ax.annotate(
        row.ending or "none", (0.5, i), xycoords=("axes fraction", "data"), style="italic", **style.LITERAL, **look
    )


def _write(ax: Axes, row: int, x: float, words: Callable[[float], str], bound: float | None) -> None:
    """Write the number of a point on that side of it that has more room; away from the bound, if there is one."""
    look: dict[str, Any] = {"va": "center", "fontsize": style.TEXT_SIZE - 1.0, "color": ink(ax)}
    place = ax.transAxes.inverted().transform(ax.transData.transform((x, row)))[0]
    on_right = place <= 0.5 if bound is None else x >= bound
    side: dict[str, Any] = {"ha": "left", "xytext": (6.0, 0.0)} if on_right else {"ha": "right", "xytext": (-6.0, 0.0)}
    ax.annotate(words(x), (x, row), textcoords="offset points", **side, **look)


def _limit(ax: Axes, points: list[float], bound: float | None, *, logarithmic: bool) -> None:
    """Set limits with some room about the points, and for the texts on the far side of a bound."""
    values = points if bound is None else [*points, bound]
    if not values:
        ax.set_xticks([])
        return
    least, most = min(values), max(values)
    if logarithmic:
        ax.set_xlim(least / (most / least) ** 0.2 / 10.0, most * (most / least) ** 0.2 * 10.0)
        return
    ax.locator_params(axis="x", nbins=4)
    # values that are all but one would be told apart by their roundings, on an axis that needs an offset
    room = max(most - least, _LEAST_SPREAD * abs(most)) or 1.0
    below = 0.25 if bound is None else _TEXT_ROOM if least < bound else 0.15
    above = 0.25 if bound is None or most == bound else _TEXT_ROOM
    ax.set_xlim(least - below * room, most + above * room)


def _metres(x: float) -> str:
    return f"{x:,.0f}" if x >= 100.0 else f"{x:.2g}"


def _masses(least: float | None) -> Callable[[float], str]:
    if least is None:
        return lambda x: f"{x:,.0f}"
    return lambda x: f"{x:,.0f} ({100.0 * (x / least - 1.0):+.1f} %)".replace("-", "\N{MINUS SIGN}")


def _bound(ax: Axes, least: float) -> None:
    """Draw the bound of the propellant as a line, within the view."""
    ax.axvline(least, color=ink(ax), linewidth=1.0, linestyle=":", zorder=1)
    words = f"dotted: least possible, {least:,.0f} kg; (excess)"
    ax.set_title(words, fontsize=style.TEXT_SIZE - 1.0, loc="left", color=ink(ax))


def _explain_hollow(ax: Axes, rows: Sequence[GuidanceRow]) -> None:
    """Say above the axes what hollow points are, where there are some."""
    if any(row.propellant is None for row in rows):
        ax.set_title("hollow: did not land", fontsize=style.TEXT_SIZE - 1.0, loc="left", color=ink(ax))


def _draw_paths(ax: Axes, rows: Sequence[GuidanceRow]) -> None:
    """Draw altitude over range to go of every law that flew."""
    flights = [(i, row.flight) for i, row in enumerate(rows) if row.flight is not None]
    if not flights:
        ax.set_axis_off()
        ax.text(0.5, 0.5, "no flights to draw", ha="center", fontsize=style.TEXT_SIZE, color=ink(ax))
        return
    style.dress(ax, "Range to go (km)", "Altitude (km)")
    data = descent_history.data([flight for _, flight in flights])
    for (i, flight), datum in zip(flights, data, strict=True):
        zero_s = descent_history.zero_s(flight, None)
        view_s = descent_history.view_s([flight], [zero_s], None)
        drawn = descent_history.history(flight, datum, zero_s, view_s)
        curve: Curve = style.numbered(flight, rows[i].label, i)
        look: dict[str, Any] = {**_marker(rows[i], i), "linestyle": curve.dashes, "linewidth": 1.4}
        every = max(drawn.range_m.size // 6, 1)
        marks: dict[str, Any] = {"markersize": 4.5, "markevery": (i * every // len(rows), every)}
        ax.plot(drawn.range_m / 1e3, drawn.altitude_m / 1e3, label=curve.label, **look, **marks)
    ax.axhline(0.0, color=ink(ax), linewidth=0.8, zorder=1)
    ax.invert_xaxis()
    ax.set_ylabel(f"Altitude (km)\n{data[0].words}", fontsize=style.AXIS_SIZE, **style.LITERAL)


def _peak(row: GuidanceRow) -> float | None:
    return None if row.peak_throttle is None else 100.0 * row.peak_throttle


def _si(value: u.Quantity | None, unit: u.UnitBase) -> float | None:
    return None if value is None else float(value.to_value(unit))
