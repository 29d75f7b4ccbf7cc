"""Charts with a name to each row: the names beside the axes, or within them where these are narrow."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lunarsim.plots.style import style
from lunarsim.plots.style.colours import ink

_ROW_PT = 15.0  # height of a row of a narrow chart, with its name above its bar
_LINE = 28  # characters of a name beside the axes
_ABOVE = -0.22  # of a row, where its name stands in a narrow chart


def that_fit(ax: Axes, count: int) -> int:
    """Return how many of some rows axes have room for, beside a legend; wide ones are made for them."""
    if not style.is_narrow(ax):
        return count
    return min(count, max(int(0.6 * style.size_in(ax)[1] * 72.0 / _ROW_PT), 1))


def dress(
    ax: Axes, x_label: str, names: Sequence[str], remarks: Sequence[str] | None = None, *, new: bool = True
) -> None:
    """Give axes their label and grid, and the names of their rows, the first on top; remarks stand on the right.

    On narrow axes names and remarks stand above the row, from the left edge on. Axes of a ``new`` figure are laid out
    before the label is written, for long names leave them less width.
    """
    _name(ax, names, remarks)
    if new:
        style.lay_out(ax)
    style.dress(ax, x_label, "")
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0.0)


def _name(ax: Axes, names: Sequence[str], remarks: Sequence[str] | None) -> None:
    ax.set_ylim(len(names) - 0.4, -0.85 if style.is_narrow(ax) else -0.6)
    ax.tick_params(axis="y", labelsize=style.text_size(ax))
    notes = remarks or [""] * len(names)
    if not style.is_narrow(ax):
        ax.set_yticks(np.arange(len(names)), [_in_lines(each) for each in names], **style.LITERAL)
        for row, note in enumerate(notes):
            _write(ax, 1.02, row, note, "center")
        return
    ax.set_yticks([])
    for row, (title, note) in enumerate(zip(names, notes, strict=True)):
        _write(ax, 0.01, row + _ABOVE, f"{title}: {note}".replace("\n", ", ") if note else title, "bottom")


def write_end(ax: Axes, row: float, end: float, text: str, *, on_left: bool = False) -> None:
    """Write a text beyond the end of a bar."""
    shift, side = (-4.0, "right") if on_left else (4.0, "left")
    look: dict[str, Any] = {"ha": side, "va": "center", "fontsize": style.text_size(ax), "color": ink(ax)}
    ax.annotate(text, (end, row), (shift, 0.0), textcoords="offset points", zorder=6, **style.LITERAL, **look)


def _write(ax: Axes, x: float, row: float, text: str, upright: str) -> None:
    if text:
        look: dict[str, Any] = {"va": upright, "fontsize": style.text_size(ax), "color": ink(ax), "zorder": 6}
        ax.annotate(text, (x, row), xycoords=("axes fraction", "data"), **style.LITERAL, **look)


def _in_lines(name: str) -> str:
    return "\n".join(textwrap.wrap(name, _LINE, break_long_words=False)) or name
