"""Campaigns in numbers: how often runs end how, what moves them, and how a column is distributed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike

from lunarsim.campaign.statistics import Effect, Quantile, Rate, SobolIndices, Tornado
from lunarsim.errors import InputError
from lunarsim.plots import style

_MOST_BINS = 200
_DASHES: tuple[style.Dashes, ...] = ((0.0, (1.5, 1.5)), "-", (0.0, (5.0, 2.0)), (0.0, (6.0, 2.0, 1.5, 2.0)))


def outcome_rates(
    rates: Mapping[str, Rate], *, required: Mapping[str, float] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the rate of each outcome with its interval.

    Parameters
    ----------
    rates : mapping of str to Rate
        By outcome, from :func:`lunarsim.campaign.statistics.outcome_rates`.
    required : mapping of str to float, optional
        Rates that outcomes should reach, drawn as marks.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Rates from 0 to 100 %, the first outcome on top; rates, intervals and numbers of runs beside the axes.

    Raises
    ------
    InputError
        If there are no rates, or a requirement is for an outcome that is not among them.
    """
    wanted = dict(required or {})
    if not rates or set(wanted) - set(rates):
        raise InputError(
            f"outcome_rates got {list(rates)}, required {list(wanted)}: expected rates, required among them"
        )
    ax = style.axes_for(ax, 0.42 * len(rates) + 1.1)
    for row, rate in enumerate(rates.values()):
        ax.barh(row, rate.value, height=0.5, color=style.SKY, zorder=2)
        _interval(ax, row, rate.low, rate.high, style.BLACK)
        share = f"{100.0 * rate.value:.2f} % ({100.0 * rate.low:.2f} to {100.0 * rate.high:.2f})"
        _write_beside(ax, row, f"{share}\n{rate.count:,} of {rate.total:,} runs")
    first = next(iter(rates.values()))
    style.dress(ax, f"Share of the runs, with its {100.0 * first.confidence:g} % interval", "")
    _name_rows(ax, list(rates))
    ax.set_xlim(0.0, 1.0)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    if wanted:
        rows = [list(rates).index(name) for name in wanted]
        look: dict[str, Any] = {"marker": "|", "markersize": 22.0, "markeredgewidth": 2.2, "linestyle": ""}
        ax.plot(list(wanted.values()), rows, color=style.VERMILION, label="required", zorder=6, **look)
        legend_above(ax, markerscale=0.5)
    return ax


def tornado(result: Tornado, *, what: str = "the output", most: int = 15, ax: Axes | None = None) -> Axes:
    """Draw how far each input moves an output, the greatest effect on top.

    Parameters
    ----------
    result : Tornado
        From :func:`lunarsim.campaign.statistics.tornado`.
    what : str
        The output and its unit in words, such as ``"downrange (m)"``.
    most : int
        How many inputs are drawn; the legend says how many are not.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Change from the output's mean with each input low and high; the inputs' values stand at the ends of the bars,
        in the units beside the inputs' names.

    Raises
    ------
    InputError
        If ``most`` is less than one.
    """
    if most < 1:
        raise InputError(f"most = {most}: expected one input or more")
    shown, tail = result.effects[:most], 50.0 * (1.0 - result.probability)
    ax = style.axes_for(ax, 0.34 * len(shown) + 1.5)
    for row, effect in enumerate(shown):
        _draw_effect(ax, row, effect)
    low, high = _looks()
    ax.barh([0.0], [0.0], label=f"low: {tail:g} % quantile, or fault absent", **low)
    ax.barh([0.0], [0.0], label=f"high: {100.0 - tail:g} %, or fault present", **high)
    ax.axvline(0.0, color=style.INK, linewidth=0.8, zorder=4)
    reach = max(abs(edge) for effect in shown for edge in (*effect.low_interval, *effect.high_interval)) or 1.0
    mean = (
        f", {result.mean:.5g}".replace("-", "\N{MINUS SIGN}") if abs(result.mean) > 1e-3 * reach else ""
    )  # of places about their mean: nearly 0
    style.dress(ax, f"Change of {what} from its mean{mean}", "")
    _name_rows(ax, [f"{effect.name} ({effect.unit})" if effect.unit else effect.name for effect in shown])
    ax.set_xlim(-1.3 * reach, 1.3 * reach)
    rest = len(result.effects) - len(shown)
    explained = f"Linear model of {result.total:,} runs: explains {100.0 * result.r_squared:.1f} % of the variance"
    intervals = f"{100.0 * result.confidence:g} % intervals" + (f"; {rest} smaller effects not drawn" if rest else "")
    legend_above(ax, f"{explained}\n{intervals}", at_right=True)
    return ax


def sensitivity(indices: SobolIndices, *, ax: Axes | None = None) -> Axes:
    """Draw the Sobol' indices of each factor, first and total order, the greatest total on top.

    Parameters
    ----------
    indices : SobolIndices
        From :func:`lunarsim.campaign.statistics.sobol_indices`.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Shares of the output's variance, with intervals.
    """
    shown = sorted(indices.factors, key=lambda index: -index.total)
    ax = style.axes_for(ax, 0.4 * len(shown) + 1.3)
    ax.axvline(0.0, color=style.INK, linewidth=0.8, zorder=1)
    for row, index in enumerate(shown):
        _interval(ax, row - 0.15, *index.first_interval, style.BLUE)
        _interval(ax, row + 0.15, *index.total_interval, style.VERMILION)
    rows = np.arange(len(shown))
    first: dict[str, Any] = {"color": style.BLUE, "marker": "o", "label": "first order: the factor alone"}
    total: dict[str, Any] = {"color": style.VERMILION, "marker": "s", "label": "total order: with its interactions"}
    points: dict[str, Any] = {"linestyle": "", "markersize": 5.5, "zorder": 6}
    ax.plot([index.first for index in shown], rows - 0.15, **first, **points)
    ax.plot([index.total for index in shown], rows + 0.15, markerfacecolor="white", **total, **points)
    style.dress(ax, f"Share of the variance, with {100.0 * indices.confidence:g} % intervals", "")
    _name_rows(ax, [index.name for index in shown])
    edges = [edge for index in shown for edge in (*index.first_interval, *index.total_interval)]
    ax.set_xlim(min(0.0, *edges) - 0.02, max(1.0, *edges) + 0.02)
    legend_above(ax, f"Sobol' indices from {indices.runs:,} runs")
    return ax


def histogram(
    values: ArrayLike,
    *,
    what: str = "Value",
    quantiles: Sequence[Quantile] = (),
    bins: int | str = "auto",
    ax: Axes | None = None,
) -> Axes:
    """Draw how a column is distributed over the runs, with quantiles and their intervals.

    Parameters
    ----------
    values : array_like, shape (n,)
        One finite value per run.
    what : str
        The column and its unit in words, such as ``"Impact speed (m/s)"``.
    quantiles : sequence of Quantile, optional
        Drawn as lines, their intervals as bands.
    bins : int or str
        As in ``numpy.histogram_bin_edges``, of which at most 200 are drawn.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Numbers of runs.

    Raises
    ------
    InputError
        If there is no value, or one is not finite.
    """
    column = np.asarray(values, dtype=float).ravel()
    if column.size == 0 or not np.all(np.isfinite(column)):
        raise InputError(f"histogram got {column.size} values, not all finite: choose the runs that have a value")
    ax = style.axes_for(ax, 3.2)
    edges = np.histogram_bin_edges(column, bins)
    edges = edges if edges.size <= _MOST_BINS + 1 else np.histogram_bin_edges(column, _MOST_BINS)
    ax.hist(column, edges.tolist(), color=style.SKY, edgecolor="white", linewidth=0.3, zorder=2)
    for found, dashes in zip(quantiles, _DASHES * len(quantiles), strict=False):
        low, high = (float(np.clip(edge, edges[0], edges[-1])) for edge in (found.low, found.high))
        ax.axvspan(low, high, color=style.VERMILION, alpha=0.3, linewidth=0.0, zorder=3)
        wide = found.high - found.low
        digits = style.digits_for(min(wide, abs(found.value) or wide))  # of a value far smaller than its interval too
        bounds = f"{found.low:.{digits}f} to {found.high:.{digits}f}"
        label = f"{100.0 * found.probability:g} %: {found.value:.{digits}f} ({bounds})"
        ax.axvline(found.value, color=style.VERMILION, linewidth=1.4, linestyle=dashes, zorder=4, label=label)
    style.dress(ax, what, f"Runs, of {column.size:,}")
    ax.ticklabel_format(axis="x", useOffset=False)
    if quantiles:
        legend_above(ax, f"Quantiles with {100.0 * quantiles[0].confidence:g} % intervals")
    return ax


def _looks() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how the low and the high end of an input are drawn: told apart by colour and by hatching."""
    low = {"facecolor": style.BLUE, "hatch": "/////", "edgecolor": "white", "linewidth": 0.0}
    return low, {"facecolor": style.ORANGE, "linewidth": 0.0}


def _draw_effect(ax: Axes, row: int, effect: Effect) -> None:
    """Draw both ends of an input's effect, and write its values beyond them."""
    if effect.low_input == effect.high_input:
        _write_end(ax, row, 0.0, f"{_number(effect.low_input)} in every run", on_left=False)
        return
    low, high = _looks()
    ends = (
        (effect.low_input, effect.low, effect.low_interval, low),
        (effect.high_input, effect.high, effect.high_interval, high),
    )
    rising = effect.high >= effect.low
    for (value, moved, interval, look), on_left in zip(ends, (rising, not rising), strict=True):
        ax.barh(row, moved, height=0.6, zorder=2, **look)
        _interval(ax, row, *interval, style.BLACK)
        _write_end(ax, row, interval.low if on_left else interval.high, _number(value), on_left=on_left)


def _interval(ax: Axes, row: float, low: float, high: float, color: str) -> None:
    ax.plot([low, high], [row, row], color=color, linewidth=1.3, marker="|", markersize=5.0, zorder=5)


def _write_end(ax: Axes, row: float, end: float, text: str, *, on_left: bool) -> None:
    """Write a text beyond the end of a bar."""
    shift, side = (-4.0, "right") if on_left else (4.0, "left")
    look: dict[str, Any] = {"ha": side, "va": "center", "fontsize": style.TEXT_SIZE, "color": style.INK}
    ax.annotate(text, (end, row), (shift, 0.0), textcoords="offset points", **look)


def _write_beside(ax: Axes, row: float, text: str) -> None:
    """Write a text in the margin right of a row."""
    look: dict[str, Any] = {"ha": "left", "va": "center", "fontsize": style.TEXT_SIZE, "color": style.INK}
    ax.annotate(text, (1.02, row), xycoords=("axes fraction", "data"), **look)


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")


def _name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Write names at the rows of a chart, the first on top."""
    ax.set_yticks(np.arange(len(names)), list(names))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0.0, labelsize=style.TEXT_SIZE)


def legend_above(ax: Axes, title: str = "", *, at_right: bool = False, markerscale: float = 1.0) -> None:
    """Write the legend above the axes; at their right edge it has the room above the rows' names as well."""
    corner: dict[str, Any] = {"loc": "lower right" if at_right else "lower left", "borderaxespad": 0.3}
    corner["bbox_to_anchor"] = (1.0 if at_right else 0.0, 1.0)
    sizes: dict[str, Any] = {"title_fontsize": style.TEXT_SIZE, "fontsize": style.TEXT_SIZE, "markerscale": markerscale}
    ax.legend(title=title, ncols=2, frameon=False, alignment="left", **corner, **sizes)
