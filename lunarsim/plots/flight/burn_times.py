"""When engines burn, beside a flight that is so long that burns are hardly seen on its axis of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from astropy import units as u
from astropy.time import Time
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from lunarsim.flight import BurnRecord
from lunarsim.plots.style import placing, style
from lunarsim.plots.style.colours import ink, paper
from lunarsim.plots.style.style import AnyCurve

_SHORT = 0.15  # of the view: burns that last longer can be told apart without an inset
_WIDTH, _ROW_PT = 0.36, 15.0
_CORNERS = ((0.30, 0.97), (0.18, 0.97), (0.42, 0.97), (0.05, 0.45), (0.30, 0.45), (0.05, 0.60))  # left, top


def inset(ax: Axes, curves: Sequence[AnyCurve], zeros: Sequence[Time], view_s: float) -> None:
    """Draw how long the first burn of each flight lasts, and what ended it, where that is short beside the view."""
    burns = [
        (curve, curve.flight.burns[0], zero) for curve, zero in zip(curves, zeros, strict=True) if curve.flight.burns
    ]
    if not burns or style.is_narrow(ax):
        return
    starts = [float((record.ignition - zero).to_value(u.s)) for _, record, zero in burns]
    lasts = [float(record.duration.to_value(u.s)) for _, record, _ in burns]
    first, last = min(starts), max(start + long for start, long in zip(starts, lasts, strict=True))
    if not 0.0 < last - first < _SHORT * view_s:
        return
    panel = _panel(ax, len(burns))
    for row, ((curve, record, _), start, long) in enumerate(zip(burns, starts, lasts, strict=True)):
        panel.barh(row, long, left=start, height=0.55, color=curve.color)
        words = f"{long:.1f} s: {record.cutoff.value}" if isinstance(record, BurnRecord) else f"{long:.1f} s"
        panel.annotate(
            words,
            (start + long, row),
            (4.0, 0.0),
            textcoords="offset points",
            va="center",
            fontsize=style.text_size(ax),
            color=ink(panel),
            **style.LITERAL,
        )
    room = 0.04 * (last - first)
    panel.set_xlim(first - room, first + 2.1 * (last - first))
    panel.set_ylim(len(burns) - 0.4, -0.6)
    panel.set_title("engine on (s)", fontsize=style.text_size(ax), loc="left", pad=2.0, color=ink(panel))


def _panel(ax: Axes, rows: int) -> Axes:
    """Return a small panel in the clearest of some places."""
    height = (_ROW_PT * rows + 4.0) / 72.0 / style.size_in(ax)[1]
    title, ticks = (points / 72.0 / style.size_in(ax)[1] for points in (12.0, 12.0))
    boxes = [Bbox.from_bounds(x, top - height - title - ticks, _WIDTH, height + title + ticks) for x, top in _CORNERS]
    box = boxes[placing.clearest(ax, boxes)]
    panel = ax.inset_axes((box.x0, box.y0 + ticks, _WIDTH, height))
    panel.set_facecolor(paper(ax))
    look: dict[str, Any] = {"labelsize": style.text_size(ax) - 0.5, "length": 2.0, "pad": 1.5}
    panel.tick_params(axis="x", **look)
    panel.set_yticks([])
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.locator_params(axis="x", nbins=5)
    return panel
