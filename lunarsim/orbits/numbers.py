"""The numbers that a state is made of, or made from: their units and bounds."""

from astropy import units as u

from lunarsim import constants
from lunarsim.declarations import AROUND_M, FAR_M, FAST_MPS, LOWEST_M, TURNS_DEG, Number

_TURNS = Number(unit=u.deg, low=-TURNS_DEG, high=TURNS_DEG, dispersible=True)
_APSIS = Number(unit=u.m, low=-constants.MOON_RADIUS_M, high=FAR_M, dispersible=True)
_ARC = Number(unit=u.m, low=-AROUND_M, high=AROUND_M)

#: The components of a state.
COMPONENTS = {
    "position": Number(unit=u.m, low=-1e13, high=1e13),  # where an escape at 100 km/s leads in three years
    "velocity": Number(unit=u.m / u.s, low=-1e6, high=1e6),  # 0.3 % of light's: Newton's mechanics errs by 1e-5
}

#: The numbers of :meth:`State.from_elements`.
ELEMENTS = {
    "perilune": _APSIS,
    "apolune": _APSIS,
    "inclination": Number(unit=u.deg, low=0.0, high=180.0, dispersible=True),
    "node_longitude": _TURNS,
    "argument_of_perilune": _TURNS,
    "true_anomaly": _TURNS,
}

#: Those of :meth:`State.from_approach`.
APPROACH = {
    "latitude": Number(unit=u.deg, low=-90.0, high=90.0),
    "longitude": _TURNS,
    "azimuth": _TURNS,
    "range_to_go": _ARC,
    "altitude": Number(unit=u.m, low=LOWEST_M, high=FAR_M),
    "speed": Number(unit=u.m / u.s, low=1e-6, high=FAST_MPS),
    "flight_path_angle": Number(unit=u.deg, low=-90.0, high=90.0),
    "crossrange": _ARC,
}
