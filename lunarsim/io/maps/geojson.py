"""GeoJSON (RFC 7946) of tracks, ends, footprints and sites, in coordinates of the Moon."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.io.maps.ground_features import COORDINATES, CRS_NAME, Feature, features_of
from lunarsim.mission import Site

if TYPE_CHECKING:
    from lunarsim.campaign import CampaignResult


def write_geojson(
    what: Flight | Mapping[str, Flight] | CampaignResult,
    path: str | os.PathLike[str],
    *,
    sites: Mapping[str, Site] | None = None,
    probabilities: Sequence[float] = (0.5, 0.95),
) -> None:
    """Write tracks and ends of flights, or ends and footprints of a campaign, and sites, as GeoJSON.

    Coordinates are selenographic (ME) longitudes east and latitudes on the 1737.4 km sphere, and altitudes in metres
    above it. RFC 7946 knows the Earth alone; the file says that it is the Moon in its member ``crs``, which GDAL and
    QGIS read: ``IAU:2015:30100``. Lines and rings are cut at 180 deg of longitude.

    Parameters
    ----------
    what : Flight, mapping of str to Flight, or CampaignResult
        What to show; of a campaign the runs that came down, each by its number.
    path : path
        The file; usually ``.geojson``.
    sites : mapping of str to Site, optional
        Places to show; default: those of the scenario, and its landing site.
    probabilities : sequence of float
        Of the ellipses round the runs of a campaign.

    Raises
    ------
    InputError
        If there is no flight, or no run of the campaign came down.
    OutputError
        If the file cannot be written; nothing is then left half-written.

    Examples
    --------
    >>> import lunarsim as ls
    >>> ls.write_geojson(ls.simulate(ls.load_scenario("luna25")), "luna25.geojson")
    """
    collection = {
        "type": "FeatureCollection",
        "name": "lunarsim",
        "description": COORDINATES,
        "crs": {"type": "name", "properties": {"name": CRS_NAME}},
        "features": [_feature(each) for each in features_of(what, sites, probabilities)],
    }
    with written_whole(path) as draft:
        draft.write_text(json.dumps(collection, indent=1, allow_nan=False) + "\n", encoding="utf-8", newline="\n")


def _feature(feature: Feature) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"name": feature.name, "kind": feature.kind, **feature.properties},
        "geometry": _geometry(feature),
    }


def _geometry(feature: Feature) -> dict[str, Any]:
    parts = [part.tolist() for part in feature.parts]
    match feature.geometry:
        case "Point":
            return {"type": "Point", "coordinates": parts[0][0]}
        case "Polygon":
            parts = [[part] for part in parts]
    if len(parts) == 1:
        return {"type": feature.geometry, "coordinates": parts[0]}
    return {"type": f"Multi{feature.geometry}", "coordinates": parts}
