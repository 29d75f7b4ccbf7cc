"""Campaigns in numbers: how often runs end how, what moves them, and how a column is distributed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike, NDArray

from lunarsim.errors import InputError
from lunarsim.plots.style import legends, rows, style
from lunarsim.plots.style.colours import ink, paper
from lunarsim.statistics import Effect, Quantile, Rate, SobolIndices, Tornado

_MOST_BINS = 200
_HEADROOM = 1.05  # over the highest bar
_ROOM = 1.45  # of the farthest interval, for the values of the inputs beyond it
_SEEN = 0.01  # of the greatest effect: bars that are shorter are not seen
_DASHES: tuple[style.Dashes, ...] = ((0.0, (1.5, 1.5)), "-", (0.0, (5.0, 2.0)), (0.0, (6.0, 2.0, 1.5, 2.0)))


def outcome_rates(
    rates: Mapping[str, Rate], *, required: Mapping[str, float] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the rate of each outcome with its interval.

    Parameters
    ----------
    rates : mapping of str to Rate
        By outcome, from :func:`lunarsim.statistics.outcome_rates`.
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

    Examples
    --------
    >>> import lunarsim as ls
    >>> result = ls.load_campaign("luna25").run(200, seed=1)
    >>> axes = ls.plots.outcome_rates(result.rates())
    """
    wanted = dict(required or {})
    if not rates or set(wanted) - set(rates):
        raise InputError(
            f"outcome_rates got {list(rates)}, required {list(wanted)}: expected rates, required among them"
        )
    first = next(iter(rates.values()))
    new, ax = ax is None, style.axes_for(ax, 0.42 * len(rates) + 1.3, f"How {first.total:,} runs ended")
    remarks = []
    for row, rate in enumerate(rates.values()):
        ax.barh(row, rate.value, height=_height(ax), color=style.SKY, zorder=2)
        _interval(ax, row, rate.low, rate.high, ink(ax))
        share = f"{100.0 * rate.value:.2f} % ({100.0 * rate.low:.2f} to {100.0 * rate.high:.2f})"
        remarks.append(f"{share}\n{rate.count:,} of {rate.total:,} runs")
    label = f"Share of the runs, with its {100.0 * first.confidence:g} % interval"
    rows.dress(ax, label, list(rates), remarks, new=new)
    ax.set_xlim(0.0, 1.0)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    if wanted:
        at = [list(rates).index(name) for name in wanted]
        size = 11.0 if style.is_narrow(ax) else 22.0
        look: dict[str, Any] = {"marker": "|", "markersize": size, "markeredgewidth": 2.2, "linestyle": ""}
        ax.plot(list(wanted.values()), at, color=style.VERMILION, label="required", zorder=6, **look)
        legends.on_top(ax, markerscale=0.5)
    return ax


def tornado(result: Tornado, *, what: str = "the output", most: int = 15, ax: Axes | None = None) -> Axes:
    """Draw how far each input moves an output, the greatest effect on top.

    Parameters
    ----------
    result : Tornado
        From :func:`lunarsim.statistics.tornado`.
    what : str
        The output and its unit in words, such as ``"downrange (m)"``.
    most : int
        How many inputs are drawn at most. Those whose effect may be none by its interval, or is less than a hundredth
        of the greatest, are left out as well, and on small axes those that have no room; the legend says how many.
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

    Examples
    --------
    >>> import lunarsim as ls
    >>> result = ls.load_campaign("luna25").run(200, seed=1)
    >>> axes = ls.plots.tornado(result.tornado("latitude_deg", outcome="impact"), what="the latitude (deg)")
    """
    if most < 1:
        raise InputError(f"most = {most}: expected one input or more")
    tail = 50.0 * (1.0 - result.probability)
    seen = _that_are_seen(result.effects)[:most]
    new, ax = ax is None, style.axes_for(ax, 0.34 * len(seen) + 1.8, f"What moves {what}")
    shown = seen[: rows.that_fit(ax, len(seen))]
    for row, effect in enumerate(shown):
        _draw_effect(ax, row, effect)
    low, high = _looks(ax)
    ax.barh([0.0], [0.0], label=f"low: {tail:g} % quantile, or fault absent", **low)
    ax.barh([0.0], [0.0], label=f"high: {100.0 - tail:g} %, or fault present", **high)
    ax.axvline(0.0, color=ink(ax), linewidth=0.8, zorder=4)
    reach = max(abs(edge) for effect in shown for edge in (*effect.low_interval, *effect.high_interval)) or 1.0
    mean = (
        f", {result.mean:.5g}".replace("-", "\N{MINUS SIGN}") if abs(result.mean) > 1e-3 * reach else ""
    )  # of places about their mean: nearly 0
    ax.set_xlim(-_ROOM * reach, _ROOM * reach)
    rows.dress(ax, f"Change of {what} from its mean{mean}", [_title(effect) for effect in shown], new=new)
    rest = len(result.effects) - len(shown)
    model = f"Linear model of {result.total:,} runs: explains {100.0 * result.r_squared:.2f} % of the variance"
    left_out = f"; {rest} smaller {'effect' if rest == 1 else 'effects'} not drawn" if rest else ""
    intervals = f"{100.0 * result.confidence:g} % intervals{left_out}"
    legends.on_top(ax, f"{model}\n{intervals}")
    return ax


def sensitivity(indices: SobolIndices, *, ax: Axes | None = None) -> Axes:
    """Draw the Sobol' indices of each factor, first and total order, the greatest total on top.

    Parameters
    ----------
    indices : SobolIndices
        From :func:`lunarsim.statistics.sobol_indices`.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Shares of the output's variance, with intervals.

    Examples
    --------
    >>> import lunarsim as ls
    >>> campaign = ls.load_campaign("luna25")
    >>> axes = ls.plots.sensitivity(campaign.sobol("burn0_duration_s", base=64))
    """
    every = sorted(indices.factors, key=lambda index: -index.total)
    title = "Which inputs the variance of the output comes from"
    new, ax = ax is None, style.axes_for(ax, 0.4 * len(every) + 1.6, title)
    shown = every[: rows.that_fit(ax, len(every))]
    ax.axvline(0.0, color=ink(ax), linewidth=0.8, zorder=1)
    below = np.array([0.0, 0.3]) if style.is_narrow(ax) else np.array([-0.15, 0.15])
    for row, index in enumerate(shown):
        _interval(ax, row + below[0], *index.first_interval, style.BLUE)
        _interval(ax, row + below[1], *index.total_interval, style.VERMILION)
    at = np.arange(len(shown))
    first: dict[str, Any] = {"color": style.BLUE, "marker": "o", "label": "first order: the factor alone"}
    total: dict[str, Any] = {"color": style.VERMILION, "marker": "s", "label": "total order: with its interactions"}
    points: dict[str, Any] = {"linestyle": "", "markersize": 5.5, "zorder": 6}
    ax.plot([index.first for index in shown], at + below[0], **first, **points)
    ax.plot([index.total for index in shown], at + below[1], markerfacecolor=paper(ax), **total, **points)
    label = f"Share of the variance, with {100.0 * indices.confidence:g} % intervals"
    rows.dress(ax, label, [index.title or index.name for index in shown], new=new)
    edges = [edge for index in shown for edge in (*index.first_interval, *index.total_interval)]
    ax.set_xlim(min(0.0, *edges) - 0.02, max(1.0, *edges) + 0.02)
    rest = f"; {len(every) - len(shown)} smaller ones not drawn" if len(shown) < len(every) else ""
    legends.on_top(ax, f"Sobol' indices from {indices.runs:,} runs{rest}")
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

    Examples
    --------
    >>> import lunarsim as ls
    >>> result = ls.load_campaign("luna25").run(200, seed=1)
    >>> lasted = result.column("burn0_duration_s")
    >>> axes = ls.plots.histogram(lasted, what="Duration of the burn (s)")
    """
    column = np.asarray(values, dtype=float).ravel()
    if column.size == 0 or not np.all(np.isfinite(column)):
        raise InputError(f"histogram got {column.size} values, not all finite: choose the runs that have a value")
    ax = style.axes_for(ax, 3.4, f"{what.partition(' (')[0]} of {column.size:,} runs")
    bars(ax, column, what, quantiles, bins)
    if quantiles:
        legends.on_top(ax, explained(quantiles))
    return ax


def bars(
    ax: Axes, column: NDArray[np.float64], what: str, quantiles: Sequence[Quantile], bins: int | str = "auto"
) -> float:
    """Draw a histogram without its legend; return up to where its lines go."""
    edges = np.histogram_bin_edges(column, bins)
    edges = edges if edges.size <= _MOST_BINS + 1 else np.histogram_bin_edges(column, _MOST_BINS)
    counts, *_ = ax.hist(column, edges.tolist(), color=style.SKY, edgecolor=paper(ax), linewidth=0.3, zorder=2)
    top = _HEADROOM * float(np.max(counts))
    for found, dashes in zip(quantiles, _DASHES * len(quantiles), strict=False):
        low, high = (float(np.clip(edge, edges[0], edges[-1])) for edge in (found.low, found.high))
        ax.add_patch(Rectangle((low, 0.0), high - low, top, color=style.VERMILION, alpha=0.3, linewidth=0.0, zorder=3))
        wide = found.high - found.low
        digits = style.digits_for(min(wide, abs(found.value) or wide))  # of a value far smaller than its interval too
        bounds = f"{found.low:.{digits}f} to {found.high:.{digits}f}"
        label = f"{100.0 * found.probability:g} %: {found.value:.{digits}f} ({bounds})"
        look: dict[str, Any] = {"linestyle": dashes, "label": label, "color": style.VERMILION}
        ax.plot([found.value, found.value], [0.0, top], linewidth=1.4, zorder=4, **look)
    style.dress(ax, what, f"Runs, of {column.size:,}")
    ax.ticklabel_format(axis="x", useOffset=False)
    ax.set_ylim(0.0, top)
    return top


def explained(quantiles: Sequence[Quantile]) -> str:
    """Return the title of a legend of quantiles."""
    return f"Quantiles with {100.0 * quantiles[0].confidence:g} % intervals"


def _that_are_seen(effects: Sequence[Effect]) -> list[Effect]:
    """Return the effects, the first one at least, that are more than nothing, and not small beside the first."""
    least = _SEEN * abs(effects[0].swing)
    return [
        effect
        for i, effect in enumerate(effects)
        if i == 0 or (abs(effect.swing) >= least and effect.high_interval.low * effect.high_interval.high > 0.0)
    ]


def _title(effect: Effect) -> str:
    title = effect.title or effect.name
    return f"{title} ({effect.unit})" if effect.unit else title


def _height(ax: Axes) -> float:
    """Return the height of bars: on narrow axes names stand above them."""
    return 0.4 if style.is_narrow(ax) else 0.55


def _looks(ax: Axes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how the low and the high end of an input are drawn: told apart by colour and by hatching."""
    low = {"facecolor": style.BLUE, "hatch": "/////", "edgecolor": paper(ax), "linewidth": 0.0}
    return low, {"facecolor": style.ORANGE, "linewidth": 0.0}


def _draw_effect(ax: Axes, row: int, effect: Effect) -> None:
    """Draw both ends of an input's effect, and write its values beyond them."""
    low, high = _looks(ax)
    ends = (
        (effect.low_input, effect.low, effect.low_interval, low),
        (effect.high_input, effect.high, effect.high_interval, high),
    )
    rising = effect.high >= effect.low
    for (value, moved, interval, look), on_left in zip(ends, (rising, not rising), strict=True):
        ax.barh(row, moved, height=_height(ax), zorder=2, **look)
        _interval(ax, row, *interval, ink(ax))
        rows.write_end(ax, row, interval.low if on_left else interval.high, _number(value), on_left=on_left)


def _interval(ax: Axes, row: float, low: float, high: float, color: str) -> None:
    ax.plot([low, high], [row, row], color=color, linewidth=1.3, marker="|", markersize=5.0, zorder=5)


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")
