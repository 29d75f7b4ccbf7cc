"""States about the Moon, their elements, their local frame, and the bridge to poliastro and boinor orbits."""

from lunarsim.arguments import check_calls
from lunarsim.orbits.elements import Elements
from lunarsim.orbits.rtn_frame import RTN, rot_rtn_from_icrf, rtn
from lunarsim.orbits.state import State

__all__ = ["RTN", "Elements", "State", "rot_rtn_from_icrf", "rtn"]

check_calls(__name__, __all__)
