"""The page of a descent: altitude, speeds, thrust, pitch and mass, phase by phase, beside what was published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
from astropy import units as u
from astropy.time import Time
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D

from lunarsim.errors import InputError
from lunarsim.flight import Flight
from lunarsim.mission import ProfilePoint
from lunarsim.mission.clock import time_after
from lunarsim.plots.descent import history as descent_history
from lunarsim.plots.descent import panels as descent_panels
from lunarsim.plots.descent import phases, published_points
from lunarsim.plots.descent.history import History
from lunarsim.plots.descent.panels import DescentAxes
from lunarsim.plots.style import legends, style
from lunarsim.plots.style.colours import ink
from lunarsim.plots.style.style import Curve

_HEIGHT_IN = 8.8
_LEAST_IN = (5.5, 6.5)  # width and height on which the texts of nine panels have room
_COLUMNS = (1.25, 1.0)  # widths: panels over time, panels over range
_CHARACTER_IN, _HANDLE_IN = 0.058, 0.5  # widths in the legend
_PANEL_PT = 190.0  # width of a panel over time, about


def descent_profile(
    *flights: Flight,
    labels: Sequence[str] | None = None,
    published: Sequence[ProfilePoint] | None = None,
    zero: Time | str | None = None,
    view: tuple[u.Quantity, u.Quantity] | None = None,
    figure: Figure | SubFigure | None = None,
) -> DescentAxes:
    """Draw a descent on a page: against time and against range to go, with its phases and what was published.

    Parameters
    ----------
    *flights : Flight
        One to seven, of crafts. The phases of a single flight are shaded, numbered and named below the page; of
        several flights their starts are marked.
    labels : sequence of str, optional
        One per flight; default: the scenarios' names, with their faults where names are equal.
    published : sequence of ProfilePoint, optional
        Drawn with their tolerances; default: those of the first scenario that has any.
    zero : Time or str, optional
        From when time counts: a time, or the name of the phase with whose start it counts; default: each flight's
        first ignition of the powered descent, which is that of the last burns less than 15 min apart.
    view : tuple of two Quantity, optional
        The times after zero between which the flights are drawn; default: from zero to the ground, or to the last
        cut-off.
    figure : Figure or SubFigure, optional
        An empty one to draw on, with a constrained layout, at least 5.5 by 6.5 inches; default: a new figure.

    Returns
    -------
    DescentAxes
        Speeds are relative to the turning Moon; inertial speeds among the published ones have a marker of their own,
        and are left out of altitude over speed. Published altitudes with neither time, range nor speed are lines there.
        Altitudes count from the landing site, or from the point of contact where no flight names one, or from the
        1737.4 km sphere where one stays up. Range to go is along the great circle to the landing site, or else to
        where the flight ended, from below the first ignition.

    Raises
    ------
    InputError
        If a flight has no craft, or an argument is not of the kind above.

    Examples
    --------
    >>> import lunarsim as ls
    >>> page = ls.plots.descent_profile(ls.simulate(ls.load_scenario("apollo11")))
    >>> page.altitude.figure.savefig("descent.png")
    """
    curves = style.curves("descent_profile", flights, labels)
    for curve in curves:
        if curve.flight.scenario.craft is None:
            raise InputError(f"'{curve.label}' has no craft, and so no thrust and mass: draw it with altitude_profile")
    zeros_s = [descent_history.zero_s(flight, zero) for flight in flights]
    view_s = descent_history.view_s(flights, zeros_s, view)
    points = _points(curves, published, descent_history.edges(view_s))
    data = descent_history.data(flights)
    histories = [
        descent_history.history(flight, datum, zero_s, view_s)
        for flight, datum, zero_s in zip(flights, data, zeros_s, strict=True)
    ]
    page = _page(figure)
    axes = _panels(page)
    time_unit = u.s if view_s[1] - view_s[0] <= 1500.0 else u.min
    units = descent_panels.Units.of(histories, points, time_unit)
    descent_panels.fill(axes, curves, histories, points, units)
    when = style.with_unit(_when(flights, zeros_s, zero), time_unit)
    _finish(axes, [edge / time_unit.to(u.s) for edge in descent_history.edges(view_s)], when)
    lines = [_shade(axes, histories[0], time_unit)] if len(histories) == 1 else []
    if points:
        letters = [published_points.letter(i) for i in range(len(points))]
        lines.append(phases.listed("Published", [point.label for point in points], letters))
    lines.append(f"Altitudes {data[0].words}, speeds over the turning Moon.")
    page.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=style.TEXT_SIZE, color=ink(), **style.LITERAL)
    _explain(page, curves, points, faulty=any(drawn.faults_s for drawn in histories))
    return axes


def _points(
    curves: Sequence[Curve], given: Sequence[ProfilePoint] | None, edges_s: tuple[float, float]
) -> list[ProfilePoint]:
    """Return the points to draw: those given, or the scenarios' own, but for what lies outside the view in time.

    What has no place on any panel is left out as well.
    """
    every = [curve.flight.scenario.published_profile for curve in curves]
    known = next((points for points in every if points), ()) if given is None else published_points.checked(given)
    known = [point for point in known if published_points.has_place(point)]
    times = [point.value("time") for point in known]
    return [p for p, time_s in zip(known, times, strict=True) if time_s is None or edges_s[0] <= time_s <= edges_s[1]]


def _page(figure: Figure | SubFigure | None) -> Figure | SubFigure:
    if figure is None:
        return plt.figure(figsize=(style.WIDTH_IN, _HEIGHT_IN), dpi=style.DPI, layout="constrained")
    if not isinstance(figure, Figure | SubFigure):
        raise InputError(f"figure = {figure!r}: expected an empty matplotlib Figure, or None for a new one")
    width_in, height_in = figure.bbox.width / figure.figure.dpi, figure.bbox.height / figure.figure.dpi
    if width_in < _LEAST_IN[0] or height_in < _LEAST_IN[1]:
        raise InputError(
            f"figure is {width_in:.1f} x {height_in:.1f} inches: the nine panels of a descent take "
            f"{_LEAST_IN[0]:g} x {_LEAST_IN[1]:g} at least; give a larger one, or draw plots.altitude_profile(flight)"
        )
    if figure.axes:
        raise InputError("figure has axes already: expected an empty matplotlib Figure, or None for a new one")
    return figure


def _panels(page: Figure | SubFigure) -> DescentAxes:
    """Return the panels: six over time that share its axis on the left, three wider ones on the right."""
    columns = page.add_gridspec(1, 2, width_ratios=_COLUMNS)
    left, right = columns[0].subgridspec(6, 1), columns[1].subgridspec(3, 1)
    first = page.add_subplot(left[0])
    above = page.add_subplot(right[0])
    others = [page.add_subplot(left[row], sharex=first) for row in range(1, 6)]
    others += [above, page.add_subplot(right[1], sharex=above), page.add_subplot(right[2])]
    return DescentAxes._make([first, *others])


def _when(flights: Sequence[Flight], zeros_s: Sequence[float], zero: Time | str | None) -> str:
    """Return what time counts from, with its clock where it is one for all."""
    burned = all(flight.powered_descent for flight in flights)
    what = f"start of {zero}" if isinstance(zero, str) else "ignition" if zero is None and burned else ""
    times = [time_after(flight.start, zero_s) for flight, zero_s in zip(flights, zeros_s, strict=True)]
    if any(abs((time - times[0]).to_value(u.s)) > 0.5 for time in times[1:]):
        return f"Time after {what or 'the start'}"
    clock = f"{style.utc(times[0])} UTC"
    return f"Time after {what} at {clock}" if what else f"Time after {clock}"


def _finish(axes: DescentAxes, limits: Sequence[float], when: str) -> None:
    """Set the limits of time, and name time and range below the lowest panels alone."""
    axes.altitude.set_xlim(*limits)
    *upper, lowest = axes[:6]
    for ax in (*upper, axes.altitude_over_range):
        ax.tick_params(labelbottom=False)
        ax.set_xlabel("")
    lowest.set_xlabel(when.replace(" at ", "\nat "), fontsize=style.axis_size(lowest))
    lowest.figure.align_ylabels(axes[:6])


def _shade(axes: DescentAxes, drawn: History, unit: u.UnitBase) -> str:
    """Shade and number the phases of a flight; return the list of their names."""
    second = u.s.to(unit)
    edges = [(span.start_s * second, span.end_s * second) for span in drawn.phases]
    for ax in axes[:6]:
        phases.shade(ax, edges)
    phases.number(axes.altitude, edges, _PANEL_PT)
    names = [span.name for span in drawn.phases]
    return phases.listed("Phases", names, [str(i) for i in range(1, len(names) + 1)])


def _explain(
    page: Figure | SubFigure, curves: Sequence[Curve], points: Sequence[ProfilePoint], *, faulty: bool
) -> None:
    """Write one legend above the page."""
    looks: list[dict[str, Any]] = [
        {"color": curve.color, "linestyle": curve.dashes, "linewidth": curve.width, "label": curve.label}
        for curve in curves
    ]
    handles = [Line2D([], [], **look) for look in looks]
    handles.append(Line2D([], [], color=ink(), label="flight-path angle", **descent_panels.THIN))
    if any(descent_history.follows(curve.flight) for curve in curves):
        handles.append(Line2D([], [], color=ink(), label="commanded pitch", **descent_panels.COMMANDED))
    handles.append(descent_panels.phase_start(ink(), "start of a phase"))
    if faulty:
        handles.append(descent_panels.fault_line(ink(), "a fault begins or passes"))
    handles += descent_panels.published_handles(points)
    made = page.legend(
        handles=handles,
        loc="outside upper left",
        ncols=_columns([str(handle.get_label()) for handle in handles]),
        fontsize=style.TEXT_SIZE,
        frameon=False,
        handlelength=2.8,
        title=style.about("Descent", curves),
        title_fontsize=style.AXIS_SIZE,
        alignment="left",
    )
    legends.literal(made)


def _columns(labels: Sequence[str]) -> int:
    """Return how many labels stand beside each other on the width of a page."""
    wide_in = max(len(label) for label in labels) * _CHARACTER_IN + _HANDLE_IN
    return int(min(max(style.WIDTH_IN // wide_in, 1), len(labels)))
