"""Frames of the Moon, as astropy frames and as rotations: inertial, PA, ME, topocentric, RTN."""

from lunarsim.arguments import check_calls
from lunarsim.moon.frames.fixed import MoonCentredFrame, MoonFixedFrame, MoonInertial, MoonME, MoonPA
from lunarsim.moon.frames.rtn import RTN, rot_rtn_from_icrf, rtn
from lunarsim.moon.frames.states import state_coordinates, state_vectors
from lunarsim.moon.frames.topocentric import MoonTopocentric

__all__ = [
    "RTN",
    "MoonCentredFrame",
    "MoonFixedFrame",
    "MoonInertial",
    "MoonME",
    "MoonPA",
    "MoonTopocentric",
    "rot_rtn_from_icrf",
    "rtn",
    "state_coordinates",
    "state_vectors",
]

check_calls(__name__, __all__)
