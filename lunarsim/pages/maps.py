"""The map of a page, with its relief as a picture within the page, and the last kilometres from the side."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from astropy import units as u
from matplotlib import image
from numpy.typing import NDArray

from lunarsim.analysis import ground_profile, has_relief, shaded_relief
from lunarsim.flight import Flight, GroundContact
from lunarsim.mission import Site
from lunarsim.pages.histories import rounded
from lunarsim.plots.style.style import Curve
from lunarsim.plots.style.window import Window

_WIDE = 640  # pixels of a relief
_PALE = 0.62  # the darkest grey of a relief: black lines and texts keep a contrast of 7 to it
_REACH = 100.0 * u.km
_PROFILE_POINTS = 400
_LEAST_NEAR_KM, _NEAR_KM, _MOST_NEAR_KM = 2.0, 300.0, 1000.0  # what the near view of the orbit spans


def document(curves: Sequence[Curve]) -> dict[str, Any]:
    """Return the map round the sites and the ends of flights, as :func:`~lunarsim.plots.ground_track` draws it."""
    flights = [curve.flight for curve in curves]
    sites: dict[str, Site] = {}
    for flight in reversed(flights):
        sites.update(flight.scenario.sites)
        if flight.scenario.landing_site is not None:
            sites.setdefault("landing site", flight.scenario.landing_site)
    window = Window.around(flights, sites)
    ground = [flight.scenario.moon.terrain for flight in flights if has_relief(flight.scenario.moon.terrain)]
    picture = None
    if ground:
        edges = [window.west, window.east, window.south, window.north] * u.deg
        rows = int(np.clip(_WIDE * window.height_to_width, 100, _WIDE))
        picture = png(shaded_relief(ground[-1], edges, columns=_WIDE, rows=rows).brightness)
    return {
        **{name: round(float(value), 6) for name, value in window._asdict().items()},
        "shrink": round(window.shrink, 6),
        "image": picture,
        "relief_of": ground[-1].name if ground else None,
        "sites": _sites(sites),
    }


def profiles(curves: Sequence[Curve]) -> list[dict[str, Any]]:
    """Return the last kilometres of the flights that came down: km along the ground, altitude and ground in km."""
    found = []
    for i, curve in enumerate(curves):
        if not isinstance(curve.flight.outcome, GroundContact):
            continue
        drawn = ground_profile(curve.flight, _REACH)
        chosen = np.unique(np.linspace(0, drawn.distance.size - 1, _PROFILE_POINTS).astype(int))
        distance, altitude, ground = (rounded(values.to_value(u.km)[chosen], 4) for values in drawn)
        found.append({"flight": i, "distance": distance, "altitude": altitude, "ground": ground})
    return found


def near_km(flight: Flight) -> float:
    """Return how many kilometres the near view of the end of a flight spans: those of its powered descent, or 300."""
    descent = flight.powered_descent
    if descent is None or not isinstance(flight.outcome, GroundContact) or not flight.phases:
        return _NEAR_KM
    start = flight.at(descent[0])
    away_m = float(np.linalg.norm((start.position - flight.outcome.state.position).to_value(u.m)))
    return round(float(np.clip(1.5 * away_m / 1e3, _LEAST_NEAR_KM, _MOST_NEAR_KM)), 1)


def png(brightness: NDArray[np.float64]) -> str:
    """Return a picture of 0 to 1 as pale greys, white where there is no number, as an address that holds it."""
    greys = _PALE + (1.0 - _PALE) * np.clip((np.nan_to_num(brightness, nan=1.0) - 0.2) / 0.8, 0.0, 1.0)
    stream = io.BytesIO()
    bytes_ = np.round(255.0 * greys).astype(np.uint8)
    image.imsave(
        stream, np.repeat(bytes_[..., np.newaxis], 3, axis=-1), format="png", metadata={"Software": "lunarsim"}
    )
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"


def _sites(sites: Mapping[str, Site]) -> list[dict[str, Any]]:
    seen: dict[tuple[float, float], dict[str, Any]] = {}
    for key, site in sites.items():
        at = (round(float(site.latitude.to_value(u.deg)), 6), round(float(site.longitude.to_value(u.deg)), 6))
        seen.setdefault(
            at,
            {
                "title": site.title or key,
                "latitude": at[0],
                "longitude": at[1],
                "elevation_km": round(float(site.elevation.to_value(u.km)), 4),
            },
        )
    return list(seen.values())
