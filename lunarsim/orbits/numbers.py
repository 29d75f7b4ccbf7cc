"""The numbers that a state is made of, or made from: their units and bounds."""

from astropy import units as u

from lunarsim import constants
from lunarsim.declarations import AROUND_M, FAR_M, FAST_MPS, LOWEST_M, TURNS_DEG, Choice, Number

_TURNS = {"unit": u.deg, "low": -TURNS_DEG, "high": TURNS_DEG, "dispersible": True}
_APSIS = {"unit": u.m, "low": -constants.MOON_RADIUS_M, "high": FAR_M, "dispersible": True}
_ARC = {"unit": u.m, "low": -AROUND_M, "high": AROUND_M}

#: The components of a state.
COMPONENTS = {
    "position": Number(unit=u.m, low=-1e13, high=1e13),  # where an escape at 100 km/s leads in three years
    "velocity": Number(unit=u.m / u.s, low=-1e6, high=1e6),  # 0.3 % of light's: Newton's mechanics errs by 1e-5
}

#: The numbers of :meth:`State.from_elements`.
ELEMENTS = {
    "perilune": Number(text="Altitude of the perilune above the 1737.4 km sphere.", **_APSIS),
    "apolune": Number(text="Altitude of the apolune.", **_APSIS),
    "inclination": Number(unit=u.deg, low=0.0, high=180.0, dispersible=True, text="To the Moon's equator (ME)."),
    "node_longitude": Number(text="Selenographic (ME) longitude of the ascending node at the epoch.", **_TURNS),
    "argument_of_perilune": Number(text="From the ascending node.", **_TURNS),
    "true_anomaly": Number(text="From the perilune.", **_TURNS),
}

_HEIGHT = {"unit": u.m, "low": -constants.WGS84_RADIUS_M * 0.999, "high": FAR_M}

#: Those of :meth:`EarthState.from_elements`.
EARTH_ELEMENTS: dict[str, Number | Choice] = {
    "perigee": Number(text="Height of the perigee above 6378.137 km.", **_HEIGHT),
    "apogee": Number(text="Height of the apogee.", **_HEIGHT),
    "inclination": Number(unit=u.deg, low=0.0, high=180.0, text="To the equator of the frame."),
    "raan": Number(text="Right ascension of the ascending node.", **_TURNS),
    "argument_of_perigee": Number(text="From the ascending node.", **_TURNS),
    "true_anomaly": Number(text="From the perigee.", **_TURNS),
    "frame": Choice(words={"GCRS": 0, "TEME": 1}, text="Of the elements: to the equator of J2000, or of date."),
}

#: Those of :meth:`State.from_approach`.
APPROACH = {
    "latitude": Number(unit=u.deg, low=-90.0, high=90.0, text="Of the site, selenographic (ME)."),
    "longitude": Number(text="Of the site, selenographic (ME).", **_TURNS),
    "azimuth": Number(text="Direction of flight over the site, from north towards east.", **_TURNS),
    "range_to_go": Number(text="Great-circle distance to the site on the 1737.4 km sphere.", **_ARC),
    "altitude": Number(unit=u.m, low=LOWEST_M, high=FAR_M, text="Above the 1737.4 km sphere; negative below it."),
    "speed": Number(unit=u.m / u.s, low=1e-6, high=FAST_MPS, text="Moon-centred inertial speed."),
    "flight_path_angle": Number(unit=u.deg, low=-90.0, high=90.0, text="Of that velocity above the local horizontal."),
    "crossrange": Number(text="By which the craft lies to the left of the track over the site.", **_ARC),
}
