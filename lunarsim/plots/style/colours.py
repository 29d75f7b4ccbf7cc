"""Colours that follow the style of the user: ink and paper of the axes, shades between them, words that can be read."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb, to_rgba

_LEAST_CONTRAST = 3.0  # between ink and paper; WCAG 2.1, 1.4.11: what large texts and graphics need
_STEPS = 10  # in which a colour is moved towards the ink until it can be read


def paper(ax: Axes | None = None) -> str:
    """Return the colour of the background of axes; without axes that of the style that is in use."""
    if ax is None:
        return _over(mpl.rcParams["axes.facecolor"], mpl.rcParams["figure.facecolor"])
    figure = ax.get_figure(root=True)
    assert figure is not None
    return _over(ax.get_facecolor(), figure.get_facecolor())


def ink(ax: Axes | None = None) -> str:
    """Return the colour of texts: that of the style in use, or black or white where it is not seen on these axes."""
    wanted = to_hex(mpl.rcParams["text.color"])
    if _contrast(wanted, paper(ax)) >= _LEAST_CONTRAST:
        return wanted
    return max(("#000000", "#ffffff"), key=lambda colour: _contrast(colour, paper(ax)))


def shade(part: float, ax: Axes | None = None) -> str:
    """Return what lies between paper (0) and ink (1)."""
    return _mixed(paper(ax), ink(ax), part)


def legible(colour: str, ax: Axes | None = None) -> str:
    """Return a colour for words on axes: the one given, or as much nearer to the ink as it takes to be read."""
    steps = (_mixed(colour, ink(ax), k / _STEPS) for k in range(_STEPS + 1))
    return next((each for each in steps if _contrast(each, paper(ax)) >= _LEAST_CONTRAST), ink(ax))


def _over(above: Any, below: Any) -> str:
    """Return a colour that may be transparent over another."""
    return _mixed(to_hex(below), to_hex(above), to_rgba(above)[3])


def _mixed(one: str, other: str, part: float) -> str:
    red, green, blue = ((1.0 - part) * a + part * b for a, b in zip(to_rgb(one), to_rgb(other), strict=True))
    return to_hex((red, green, blue))


def _contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.1, relative luminance of sRGB)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    value = np.array(to_rgb(colour))
    linear = np.where(value <= 0.03928, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
