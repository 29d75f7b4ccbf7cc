"""Frames of the Moon, as astropy frames and as rotations: inertial, PA, ME, topocentric."""

from lunarsim.arguments import check_calls
from lunarsim.moon.frames.fixed import MoonCentredFrame, MoonFixedFrame, MoonInertial, MoonME, MoonPA
from lunarsim.moon.frames.states import state_coordinates, state_vectors
from lunarsim.moon.frames.topocentric import MoonTopocentric

__all__ = [
    "MoonCentredFrame",
    "MoonFixedFrame",
    "MoonInertial",
    "MoonME",
    "MoonPA",
    "MoonTopocentric",
    "state_coordinates",
    "state_vectors",
]

check_calls(__name__, __all__)
