"""What maps show of flights and campaigns: tracks over the ground, ends, footprints and sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.campaign.outcome import GROUND, OUTCOMES
from lunarsim.errors import InputError, shown
from lunarsim.flight import Flight
from lunarsim.io.maps.map_edges import cut_line, cut_ring
from lunarsim.mission import Scenario, Site
from lunarsim.mission.clock import time_after

if TYPE_CHECKING:
    from lunarsim.campaign import CampaignResult

#: The coordinates of all features, in words.
COORDINATES = (
    "Longitude east and latitude in degrees, selenographic (mean Earth / polar axis, ME), on the sphere of 1737.4 km; "
    "altitude in metres above it. Not WGS 84: this is the Moon."
)
CRS_NAME = "urn:ogc:def:crs:IAU:2015:30100"  # Moon (2015) - Sphere / Ocentric
_TRACK_STEP_S = 10.0  # 16 km of ground, of which a chord misses the arc by 20 m
_DEGREE_DIGITS, _METRE_DIGITS = 9, 3  # 0.03 mm on the ground; a millimetre

Places = NDArray[np.float64]  # (n, 3): longitude and latitude (deg), altitude (m)


class Feature(NamedTuple):
    """One thing on a map."""

    name: str
    kind: str  #: ``"track"``, ``"end"``, ``"footprint"`` or ``"site"``
    geometry: str  #: as GeoJSON names it
    parts: tuple[Places, ...]  #: one for a point; the pieces of lines and rings that the edge of the map cuts
    properties: Mapping[str, Any]


def features_of(
    what: Flight | Mapping[str, Flight] | CampaignResult,
    sites: Mapping[str, Site] | None,
    probabilities: Sequence[float],
) -> list[Feature]:
    """Return what a map shows of a flight, of flights by name, or of a campaign.

    Raises
    ------
    InputError
        If there is no flight, or no run of the campaign came down.
    """
    from lunarsim.campaign import CampaignResult  # noqa: PLC0415  (with what campaigns store with)

    if isinstance(what, CampaignResult):
        scenario = what.campaign.scenario
        features = [*_footprints(what, probabilities), *_ends(what)]
    else:
        flights = {what.scenario.name or "flight": what} if isinstance(what, Flight) else what
        if not isinstance(flights, Mapping) or not flights or not all(isinstance(f, Flight) for f in flights.values()):
            raise InputError(f"{shown(what)}: expected a Flight, flights by name, or a CampaignResult")
        scenario = next(iter(flights.values())).scenario
        features = [each for name, flight in flights.items() for each in _of_flight(name, flight)]
    return [*features, *(_of_site(name, site) for name, site in sites_of(scenario, sites).items())]


def sites_of(scenario: Scenario, sites: Mapping[str, Site] | None) -> Mapping[str, Site]:
    """Return the sites that were asked for, or those of a scenario, with the landing site if it is none of them."""
    if sites is not None:
        return sites
    target = scenario.landing_site
    own = dict(scenario.sites)
    return own if target is None or target in own.values() else {**own, "landing_site": target}


def _of_flight(name: str, flight: Flight) -> Iterator[Feature]:
    end_s = flight.trajectory.end_s
    t_s = np.linspace(0.0, end_s, max(2, int(np.ceil(end_s / _TRACK_STEP_S)) + 1))
    states = flight.at(time_after(flight.start, t_s))
    track = _places(states.longitude.to_value(u.deg), states.latitude.to_value(u.deg), states.altitude.to_value(u.m))
    about = {"scenario": flight.scenario.name, "start_utc": _iso(flight.start), "end_utc": _iso(flight.end)}
    yield Feature(name, "track", "LineString", tuple(cut_line(track)), about)
    end = {**about, "outcome": str(flight.outcome), "speed_mps": round(float(flight.outcome.speed.to_value("m/s")), 6)}
    yield Feature(f"{name}: end", "end", "Point", (track[-1:],), end)


def _ends(result: CampaignResult) -> Iterator[Feature]:
    """Give the runs that came down, by number."""
    codes, down = result.column("outcome"), np.flatnonzero(result.where(GROUND))
    terrain = result.campaign.scenario.moon.terrain
    longitude, latitude = result.column("longitude_deg")[down], result.column("latitude_deg")[down]
    height_m = terrain.height(latitude * u.deg, longitude * u.deg).to_value(u.m)
    for run, place in zip(down.tolist(), _places(longitude, latitude, height_m), strict=True):
        about = {"run": run, "outcome": OUTCOMES[int(codes[run])]}
        yield Feature(f"run {run}", "end", "Point", (place[np.newaxis],), about)


def _footprints(result: CampaignResult, probabilities: Sequence[float]) -> Iterator[Feature]:
    footprint = result.footprint()
    for probability in probabilities:
        ellipse = footprint.ellipse(probability)
        latitude, longitude = footprint.plane.inverse(ellipse.outline())
        ring = _places(longitude, latitude, np.zeros_like(latitude))
        ring[-1] = ring[0]
        about = {
            "probability": probability,
            "runs": ellipse.total,
            "semi_major_m": round(ellipse.semi_major_m, 3),
            "semi_minor_m": round(ellipse.semi_minor_m, 3),
            "azimuth_deg": round(ellipse.azimuth_deg, 6),
        }
        yield Feature(f"{100 * probability:g} % footprint", "footprint", "Polygon", tuple(cut_ring(ring)), about)


def _of_site(name: str, site: Site) -> Feature:
    place = _places(
        np.array([site.longitude.to_value(u.deg)]),
        np.array([site.latitude.to_value(u.deg)]),
        np.array([site.elevation.to_value(u.m)]),
    )
    return Feature(site.title or name, "site", "Point", (place,), {"site": name})


def _places(longitude_deg: Places, latitude_deg: Places, altitude_m: Places) -> Places:
    """Return places on the map, longitudes from -180 to 180 deg."""
    longitude = (np.asarray(longitude_deg) + 180.0) % 360.0 - 180.0
    parts = [np.round(longitude, _DEGREE_DIGITS), np.round(latitude_deg, _DEGREE_DIGITS)]
    return np.stack([*parts, np.round(altitude_m, _METRE_DIGITS)], axis=-1)


def _iso(time: Time) -> str:
    return f"{Time(time.utc, precision=6).isot}Z"
