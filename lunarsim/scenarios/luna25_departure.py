"""Infer the ellipse on which Luna-25 left the Earth from its arrival at the Moon, as its mission flies it.

Node, argument of perigee and apogee are found (see :mod:`lunarsim.scenarios.earth_departure`), so that a minute before
the insertion the craft is on its way to a perilune at the printed inclination, at the height of the file, in the middle
of the two burns of the insertion. The first guess is the ellipse whose apogee is the Moon's place then.

Run it with ``python -m lunarsim.scenarios.luna25_departure``; it takes a minute.
"""

from __future__ import annotations

import numpy as np
from astropy import units as u

from lunarsim.scenarios.earth_departure import Aim, print_departure

AIM = Aim(
    perilune_after_s=185.0,  # from 08:56:00: the middle of 243 s and 76 s from 08:57:00, by delta-v
    early=35760.0 * u.s,
    b_mm=np.array([0.83, -5.66]),  # of a perilune of about 100 km that comes up from the south
    guess=np.array([341.867, 336.747, 400276.0]),  # the Moon's place
)

if __name__ == "__main__":
    print_departure("luna25-mission", AIM)
