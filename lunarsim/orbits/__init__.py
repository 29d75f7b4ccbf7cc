"""States about the Moon and the Earth, elements, the local frame, and the bridge to poliastro and boinor orbits."""

from lunarsim.arguments import check_calls
from lunarsim.orbits.arrival import BPlane, aim, b_plane
from lunarsim.orbits.earth_state import EarthElements, EarthState
from lunarsim.orbits.elements import Elements
from lunarsim.orbits.lunar_transfer import (
    LaunchWindow,
    LunarTransfer,
    launch_inclination,
    launch_window,
    patched_conics,
)
from lunarsim.orbits.rtn_frame import RTN, rot_rtn_from_icrf, rtn
from lunarsim.orbits.state import State
from lunarsim.orbits.transfer_arc import Transfer, lambert

__all__ = [
    "RTN",
    "BPlane",
    "EarthElements",
    "EarthState",
    "Elements",
    "LaunchWindow",
    "LunarTransfer",
    "State",
    "Transfer",
    "aim",
    "b_plane",
    "lambert",
    "launch_inclination",
    "launch_window",
    "patched_conics",
    "rot_rtn_from_icrf",
    "rtn",
]

check_calls(__name__, __all__)
