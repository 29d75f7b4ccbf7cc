"""KML (OGC 07-147r2) of tracks, ends, footprints and sites, for Google Earth's Moon and for GIS programs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.io.maps.ground_features import COORDINATES, Feature, Places, features_of
from lunarsim.mission import Site

if TYPE_CHECKING:
    from lunarsim.campaign import CampaignResult

_NAMESPACE = "http://www.opengis.net/kml/2.2"
_COLOURS = {
    "track": "ff005ed5",
    "end": "ff005ed5",
    "footprint": "ff73a000",
    "site": "ffb27200",
}  # alpha, blue, green, red
_FOLDERS = {"track": "Tracks", "end": "Ends", "footprint": "Footprints", "site": "Sites"}


def write_kml(
    what: Flight | Mapping[str, Flight] | CampaignResult,
    path: str | os.PathLike[str],
    *,
    sites: Mapping[str, Site] | None = None,
    probabilities: Sequence[float] = (0.5, 0.95),
) -> None:
    """Write tracks and ends of flights, or ends and footprints of a campaign, and sites, as KML.

    Coordinates are selenographic (ME) longitudes east and latitudes, and altitudes in metres above the 1737.4 km
    sphere. KML knows the Earth alone; the file opens on the Moon in Google Earth Pro by its ``hint="target=moon"``, and
    says in its description what the coordinates are. Tracks are drawn at their altitude, footprints on the ground.

    Parameters
    ----------
    what : Flight, mapping of str to Flight, or CampaignResult
        What to show; of a campaign the runs that came down, each by its number.
    path : path
        The file; usually ``.kml``.
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
    >>> scenario = ls.load_scenario("luna25")
    >>> flights = {"planned": ls.simulate(scenario.without_faults()), "flown": ls.simulate(scenario)}
    >>> ls.write_kml(flights, "luna25.kml")
    """
    features = features_of(what, sites, probabilities)
    root = ET.Element("kml", {"xmlns": _NAMESPACE, "hint": "target=moon"})
    document = ET.SubElement(root, "Document")
    _text(document, "name", "lunarsim")
    _text(document, "description", COORDINATES)
    for kind, colour in _COLOURS.items():
        _style(document, kind, colour)
    for kind, title in _FOLDERS.items():
        members = [feature for feature in features if feature.kind == kind]
        if members:
            folder = ET.SubElement(document, "Folder")
            _text(folder, "name", title)
            for feature in members:
                _placemark(folder, feature)
    ET.indent(root, " ")
    with written_whole(path) as draft:
        ET.ElementTree(root).write(draft, encoding="utf-8", xml_declaration=True)


def _style(document: ET.Element, kind: str, colour: str) -> None:
    style = ET.SubElement(document, "Style", {"id": kind})
    _text(ET.SubElement(style, "IconStyle"), "color", colour)
    line = ET.SubElement(style, "LineStyle")
    _text(line, "color", colour)
    _text(line, "width", "2")
    _text(ET.SubElement(style, "PolyStyle"), "color", f"40{colour[2:]}")


def _placemark(folder: ET.Element, feature: Feature) -> None:
    placemark = ET.SubElement(folder, "Placemark")
    _text(placemark, "name", feature.name)
    _text(placemark, "styleUrl", f"#{feature.kind}")
    extended = ET.SubElement(placemark, "ExtendedData")
    for name, value in feature.properties.items():
        _text(ET.SubElement(extended, "Data", {"name": name}), "value", str(value))
    parent = placemark if len(feature.parts) == 1 else ET.SubElement(placemark, "MultiGeometry")
    for part in feature.parts:
        _geometry(parent, feature, part)


def _geometry(parent: ET.Element, feature: Feature, places: Places) -> None:
    geometry = ET.SubElement(parent, feature.geometry)
    if feature.geometry == "Polygon":
        _text(geometry, "altitudeMode", "clampToGround")
        ring = ET.SubElement(ET.SubElement(geometry, "outerBoundaryIs"), "LinearRing")
        _text(ring, "coordinates", _coordinates(places))
        return
    _text(geometry, "altitudeMode", "absolute" if feature.kind == "track" else "clampToGround")
    _text(geometry, "coordinates", _coordinates(places))


def _coordinates(places: Places) -> str:
    return " ".join(",".join(repr(value) for value in place) for place in places.tolist())


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = "".join(c if c.isprintable() else "?" for c in text)
