"""The model ladder: how far each rung moves the end."""

from __future__ import annotations

from collections.abc import Sequence

from astropy import units as u
from matplotlib.axes import Axes

from lunarsim.analysis import Rung
from lunarsim.errors import InputError
from lunarsim.plots.style import rows, style

_FLOOR_M = 1e-3  # the left edge of the logarithmic axis: about what the integration itself leaves open


def ladder(rungs: Sequence[Rung], *, ax: Axes | None = None) -> Axes:
    """Draw how far the end of a flight moves at each rung of the model ladder.

    Parameters
    ----------
    rungs : sequence of Rung
        From :func:`lunarsim.ladder`.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Distances from the rung below, on a logarithmic axis.

    Raises
    ------
    InputError
        If there are fewer than two rungs.

    Examples
    --------
    >>> import lunarsim as ls
    >>> axes = ls.plots.ladder(ls.ladder(ls.load_scenario("luna25"), highest_degree=8))
    """
    if len(rungs) < 2:
        raise InputError(f"ladder got {len(rungs)} rungs: expected at least two, from lunarsim.ladder(scenario)")
    title = f"What each part of the model moves, starting from {rungs[0].name}"
    new, ax = ax is None, style.axes_for(ax, 0.34 * len(rungs) + 1.1, title)
    ax.set_xscale("log")
    steps = rungs[1:]
    for row, rung in enumerate(steps):
        if rung.displacement is None:
            rows.write_end(ax, row, _FLOOR_M, "another kind of end")
            continue
        moved = max(float(rung.displacement.to_value(u.m)), _FLOOR_M)
        ax.plot([_FLOOR_M, moved], [row, row], color=style.BLUE, linewidth=2, marker="o", markevery=[1])
        rows.write_end(ax, row, moved, _distance(rung.displacement))
    rows.dress(ax, "How far the end of the flight moves (m)", [rung.name for rung in steps], new=new)
    reached = [float(rung.displacement.to_value(u.m)) for rung in steps if rung.displacement is not None]
    ax.set_xlim(_FLOOR_M, 30.0 * max([*reached, 1.0]))
    return ax


def _distance(moved: u.Quantity) -> str:
    metres = float(moved.to_value(u.m))
    return f"{metres / 1000.0:.3g} km" if metres >= 1000.0 else f"{metres:.3g} m"
