"""How a flight ends over two numbers, and what the first of them costs the mission without faults."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from lunarsim.campaign.inputs.paths import nominal
from lunarsim.campaign.inputs.titles import title
from lunarsim.inquiry import SurvivabilityMap
from lunarsim.plots.style import legends, style
from lunarsim.plots.style.colours import ink, paper, shade

_TOLD_MPS = 1e-3  # delta-v that the mission without faults lacks: less is the integration's
_FAINT = 0.55


def survivability_map(found: SurvivabilityMap, *, ax: Axes | None = None) -> Axes:
    """Draw how a flight ends over two numbers.

    Parameters
    ----------
    found : SurvivabilityMap
        From :func:`lunarsim.survivability_map`.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        The first number along the horizontal axis, a colour for each outcome, a ring at the scenario's own values where
        they are on the map. Hatched is where the mission without faults has less or more delta-v than planned.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> import numpy as np
    >>> sound = ls.load_scenario("luna25").without_faults()
    >>> found = ls.survivability_map(
    ...     sound, {"plan.0.timer": [80, 127] * u.s, "craft.accelerometer.scale_factor": np.array([0.5, 1.0])}
    ... )
    >>> axes = ls.plots.survivability_map(found)
    """
    flown = found.scenario.name if found.scenario.faults else f"{found.scenario.name} without faults"
    new, ax = ax is None, style.axes_for(ax, 3.6, f"{flown}: how it ends")
    kinds = _ordered(found)
    codes = np.searchsorted(np.sort(kinds), found.outcomes)
    places = np.array([kinds.index(kind) for kind in np.sort(kinds)])[codes]
    x, y = (_edges(axis.value) for axis in found.values)
    colours = _colours(found, kinds)
    shown = ListedColormap([colours[kind] for kind in kinds])
    ax.pcolormesh(x, y, places.T, cmap=shown, vmin=-0.5, vmax=len(kinds) - 0.5, alpha=_FAINT, linewidth=0.0)
    handles: list[Patch | Line2D] = [
        Patch(facecolor=colours[kind], alpha=_FAINT, label=_label(found, kind)) for kind in kinds
    ]
    handles += _hatch_cost(ax, found, x)
    handles += _mark_own(ax, found)
    for axis, path, values in zip((ax.xaxis, ax.yaxis), found.paths, found.values, strict=True):
        unit = f" ({values.unit})" if values.unit != u.one else ""
        axis.set_label_text(
            f"{title(path, found.scenario)}{unit}", fontsize=style.AXIS_SIZE, color=ink(ax), **style.LITERAL
        )
        axis.set_tick_params(labelsize=style.TEXT_SIZE)
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])
    if new:
        legend = ax.legend(
            handles=handles,
            fontsize=style.TEXT_SIZE,
            labelcolor=ink(ax),
            frameon=False,
            loc="upper left",
            bbox_to_anchor=(1.01, 1.0),
            borderaxespad=0.0,
        )
    else:
        legend = ax.legend(
            handles=handles, fontsize=style.text_size(ax), labelcolor=ink(ax), facecolor=paper(ax), framealpha=0.9
        )
    legends.literal(legend)
    return ax


def _ordered(found: SurvivabilityMap) -> list[str]:
    """Return the outcomes of a map, those that are survived first."""
    safe = {str(kind) for kind in found.outcomes[found.survives]}
    return [*sorted(safe), *sorted({str(kind) for kind in found.outcomes.ravel()} - safe)]


def _colours(found: SurvivabilityMap, kinds: list[str]) -> dict[str, str]:
    safe = {str(kind) for kind in found.outcomes[found.survives]}
    survived, lost = [k for k in kinds if k in safe], [k for k in kinds if k not in safe]
    calm = (style.SKY, style.GREEN, style.BLUE, style.PURPLE)
    alarming = (style.VERMILION, style.ORANGE, style.PURPLE, style.BLUE)
    pairs = [*zip(survived, calm, strict=False), *zip(lost, alarming, strict=False)]
    return {kind: style.GREEN if kind in safe else style.ORANGE for kind in kinds} | dict(pairs)


def _label(found: SurvivabilityMap, kind: str) -> str:
    return f"{kind}: {100.0 * float(np.mean(found.outcomes == kind)):.0f} %"


def _edges(centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the edges of cells about values, half-way between them."""
    middle = 0.5 * (centres[1:] + centres[:-1])
    return np.concatenate([[2.0 * centres[0] - middle[0]], middle, [2.0 * centres[-1] - middle[-1]]])


def _hatch_cost(ax: Axes, found: SurvivabilityMap, x: NDArray[np.float64]) -> list[Patch]:
    """Hatch the values of the first number at which the mission without faults has another delta-v."""
    touched = np.flatnonzero(np.abs(found.nominal_shortfall.to_value(u.m / u.s)) > _TOLD_MPS)
    for k in touched:
        ax.axvspan(x[k], x[k + 1], facecolor="none", edgecolor=shade(0.6, ax), hatch="////", linewidth=0.0)
    if not touched.size:
        return []
    most = float(np.max(np.abs(found.nominal_shortfall.to_value(u.m / u.s))))
    words = f"nominal burns changed,\nby up to {most:.2g} m/s"
    return [Patch(facecolor="none", edgecolor=shade(0.6, ax), hatch="////", linewidth=0.0, label=words)]


def _mark_own(ax: Axes, found: SurvivabilityMap) -> list[Line2D]:
    """Mark the scenario's own values, if they are on the map."""
    own = [
        float(nominal(found.scenario, path).to_value(axis.unit))
        for path, axis in zip(found.paths, found.values, strict=True)
    ]
    if not all(axis.value[0] <= value <= axis.value[-1] for axis, value in zip(found.values, own, strict=True)):
        return []
    look: dict[str, Any] = {
        "marker": "o",
        "markersize": 7.0,
        "markerfacecolor": "none",
        "markeredgecolor": ink(ax),
        "linestyle": "",
    }
    ax.plot(*([value] for value in own), **look, clip_on=False)
    return [Line2D([], [], **look, label="the scenario")]
