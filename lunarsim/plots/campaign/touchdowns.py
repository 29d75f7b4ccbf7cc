"""The touchdowns of a campaign: how fast they were against what the gear stands, and what was left in the tanks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from lunarsim.craft import LandingGear
from lunarsim.errors import InputError
from lunarsim.plots.campaign.numbers import bars, explained
from lunarsim.plots.style import legends, style
from lunarsim.plots.style.colours import ink
from lunarsim.statistics import Quantile

_HEIGHT_IN = 7.2
_VIEW = 4.0  # times the limit of the gear: crashes at orbital speed would leave nothing to be seen of the landings
_NEAR = 2.0  # widths of the column from its least value down to empty tanks, for these to be drawn


class TouchdownAxes(NamedTuple):
    """The panels of the touchdowns."""

    descent_rate: Axes
    horizontal_speed: Axes
    propellant_left: Axes


def touchdowns(
    descent_rate_mps: ArrayLike,
    horizontal_speed_mps: ArrayLike,
    propellant_left_kg: ArrayLike,
    *,
    gear: LandingGear | None = None,
    quantiles: Mapping[str, Sequence[Quantile]] | None = None,
) -> TouchdownAxes:
    """Draw how the touchdowns of a campaign are distributed, against the limits of the gear.

    Parameters
    ----------
    descent_rate_mps, horizontal_speed_mps : array_like, shape (n,)
        Speeds over the ground of the runs that came down, m/s.
    propellant_left_kg : array_like, shape (n,)
        Of the same runs, kg.
    gear : LandingGear, optional
        Whose limits of speed are drawn, with the number of runs above; default: none.
    quantiles : mapping of str to sequence of Quantile, optional
        To be drawn, by the names of the arguments.

    Returns
    -------
    TouchdownAxes
        Histograms. Speeds above four times their limit are left out; their number stands on the panel.

    Raises
    ------
    InputError
        If there is no run, or a value is not finite.

    Examples
    --------
    >>> import lunarsim as ls
    >>> campaign = ls.load_campaign("chandrayaan3")
    >>> result = campaign.run(20, seed=1)
    >>> columns = (result.column(name) for name in ("descent_rate_mps", "horizontal_speed_mps", "propellant_left_kg"))
    >>> axes = ls.plots.touchdowns(*columns, gear=campaign.scenario.craft.gear)
    """
    columns = {
        "descent_rate_mps": _column("descent_rate_mps", descent_rate_mps),
        "horizontal_speed_mps": _column("horizontal_speed_mps", horizontal_speed_mps),
        "propellant_left_kg": _column("propellant_left_kg", propellant_left_kg),
    }
    found = quantiles or {}
    _, (upper, middle, lower) = plt.subplots(
        3, 1, figsize=(style.WIDTH_IN, _HEIGHT_IN), dpi=style.DPI, layout="constrained"
    )
    style.write_title(upper, f"Touchdowns of {columns['descent_rate_mps'].size:,} runs")
    for ax, name, what in (
        (upper, "descent_rate_mps", "Descent rate at touchdown (m/s)"),
        (middle, "horizontal_speed_mps", "Horizontal speed at touchdown (m/s)"),
    ):
        _draw_speed(ax, columns[name], what, found.get(name, ()), _limits_mps(gear).get(name))
    _draw_left(lower, columns["propellant_left_kg"], found.get("propellant_left_kg", ()))
    return TouchdownAxes(upper, middle, lower)


def _column(name: str, values: ArrayLike) -> NDArray[np.float64]:
    column = np.asarray(values, dtype=float).ravel()
    if column.size == 0 or not np.all(np.isfinite(column)):
        raise InputError(f"{name} has {column.size} values, not all finite: give the runs that came down, at least one")
    return column


def _limits_mps(gear: LandingGear | None) -> dict[str, float]:
    """Return the limits of a gear by the names of the columns."""
    if gear is None:
        return {}
    limits = {"descent_rate_mps": gear.vertical_speed, "horizontal_speed_mps": gear.horizontal_speed}
    return {name: float(limit.to_value(u.m / u.s)) for name, limit in limits.items()}


def _draw_speed(
    ax: Axes, speeds_mps: NDArray[np.float64], what: str, quantiles: Sequence[Quantile], limit_mps: float | None
) -> None:
    """Draw the distribution of a speed with its limit, in a view in which both can be seen."""
    far = speeds_mps > (np.inf if limit_mps is None else _VIEW * limit_mps)
    shown = speeds_mps if far.all() else speeds_mps[~far]
    top = bars(ax, shown, what, quantiles)
    if limit_mps is not None:
        above = int(np.count_nonzero(speeds_mps > limit_mps))
        _draw_limit(ax, limit_mps, top, f"limit of the gear, {limit_mps:g} m/s: above in {above:,}")
    _view(ax, [*shown, *([] if limit_mps is None else [limit_mps])])
    if shown.size < speeds_mps.size:
        words = f"beyond this view, up to {speeds_mps.max():,.0f} m/s: {far.sum():,}"
        ax.plot([], [], color=ink(ax), linestyle="", marker=">", markersize=4.0, label=words)
    _finish(ax, quantiles, speeds_mps.size)


def _draw_left(ax: Axes, left_kg: NDArray[np.float64], quantiles: Sequence[Quantile]) -> None:
    """Draw the distribution of the propellant left; with empty tanks as a limit, where it comes near them."""
    top = bars(ax, left_kg, "Propellant left (kg)", quantiles)
    values = list(left_kg)
    if left_kg.min() <= _NEAR * np.ptp(left_kg):
        dry = int(np.count_nonzero(left_kg <= 0.0))
        _draw_limit(ax, 0.0, top, f"empty tanks: in {dry:,}")
        values.append(0.0)
    _view(ax, values)
    _finish(ax, quantiles, left_kg.size)


def _draw_limit(ax: Axes, at: float, top: float, label: str) -> None:
    ax.plot([at, at], [0.0, top], color=ink(ax), linewidth=2.0, zorder=5, label=label)


def _view(ax: Axes, values: Sequence[float]) -> None:
    """Set limits with some room about values: quantiles may lie far beyond them."""
    room = 0.05 * (max(values) - min(values)) or 0.05 * abs(max(values)) or 1.0
    ax.set_xlim(min(values) - room, max(values) + room)


def _finish(ax: Axes, quantiles: Sequence[Quantile], runs: int) -> None:
    ax.set_ylabel(f"Runs, of {runs:,}", fontsize=style.AXIS_SIZE)
    if ax.get_legend_handles_labels()[0]:
        legends.on_top(ax, explained(quantiles) if quantiles else "")
