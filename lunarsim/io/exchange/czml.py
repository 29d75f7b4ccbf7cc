"""CZML, the scenes of Cesium: positions fixed in the Moon, over time."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim import constants
from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.flight.result.trajectory import FlownPhase
from lunarsim.io.exchange.hermite_states import DEGREE, smooth_pieces, state_times, states_at, step_of
from lunarsim.io.maps.ground_features import sites_of
from lunarsim.mission import Site
from lunarsim.mission.clock import seconds_after, time_after
from lunarsim.moon.orientation import ROT_ME_FROM_PA, rot_pa_from_icrf_with_rate

_POSITION_DIGITS, _VELOCITY_DIGITS, _TIME_DIGITS = 4, 7, 9  # 0.1 mm, 0.1 um/s, 1 ns
_TRACK, _SITE = [213, 94, 0, 255], [0, 114, 178, 255]  # vermilion and blue, which all eyes tell apart
_LONGEST_PLAY_S = 120.0  # the clock runs so fast that the flight takes this long
_TRAIL_S = 1e9  # all of the path is drawn, before the craft and behind it


def write_czml(
    flight: Flight,
    path: str | os.PathLike[str],
    *,
    step: u.Quantity | None = None,
    sites: Mapping[str, Site] | None = None,
) -> None:
    """Write a flight as CZML for Cesium: the craft over time, its path, and sites.

    Positions and velocities are fixed in the Moon (ME) and in metres; show them over ``Cesium.Ellipsoid.MOON``, of
    CesiumJS 1.120 or later. Each smooth piece of the flight is an interval of its own, with Hermite
    polynomials of degree 7 between its positions.

    Parameters
    ----------
    flight : Flight
        Any flight.
    path : path
        The file; usually ``.czml``.
    step : Quantity, optional
        Longest time between positions. Default: for each piece 60 s, halved until the interpolation meets the
        flight within a millimetre, down to 1 s.
    sites : mapping of str to Site, optional
        Places to show; default: those of the scenario.

    Raises
    ------
    InputError
        If the step is not a time span from 1 ms to 200 years.
    EpochError
        If the flight leaves the span of the Moon's orientation.
    OutputError
        If the file cannot be written; nothing is then left half-written.

    Examples
    --------
    >>> import lunarsim as ls
    >>> ls.write_czml(ls.simulate(ls.load_scenario("luna25")), "luna25.czml")
    """
    step_s = step_of(step)
    whole = f"{_iso(flight.start)}/{_iso(flight.end)}"
    duration_s = float(flight.duration.to_value(u.s))
    document = {
        "id": "document",
        "name": flight.scenario.title or flight.scenario.name or "lunarsim",
        "version": "1.0",
        "clock": {
            "interval": whole,
            "currentTime": _iso(flight.start),
            "multiplier": max(round(duration_s / _LONGEST_PLAY_S, 1), 1.0),
            "range": "LOOP_STOP",
            "step": "SYSTEM_CLOCK_MULTIPLIER",
        },
    }
    craft = {
        "id": "craft",
        "name": flight.scenario.name or "craft",
        "description": "Positions are fixed in the Moon, mean Earth / polar axis (ME), about its centre, in metres.",
        "availability": whole,
        "position": [_interval(flight, piece, step_s) for piece in smooth_pieces(flight)],
        "point": {"pixelSize": 8, "color": {"rgba": _TRACK}},
        "path": {
            "material": {"solidColor": {"color": {"rgba": _TRACK}}},
            "width": 2,
            "leadTime": _TRAIL_S,
            "trailTime": _TRAIL_S,
            "resolution": max(duration_s / 1000.0, 1.0),
        },
    }
    packets = [document, craft, *(_site(name, site) for name, site in sites_of(flight.scenario, sites).items())]
    with written_whole(path) as draft:
        draft.write_text(json.dumps(packets, indent=1, allow_nan=False) + "\n", encoding="utf-8", newline="\n")


def _interval(flight: Flight, piece: FlownPhase, step_s: float | None) -> dict[str, Any]:
    """Return the positions of a smooth piece."""
    t_s, _ = state_times(piece.segment, step_s)
    begin = Time(_iso(time_after(flight.start, t_s[0])), format="isot", scale="utc")
    after_s = np.round(np.asarray((time_after(flight.start, t_s).utc - begin).to_value(u.s)), _TIME_DIGITS)
    epochs = begin + after_s * u.s
    states = states_at(piece.segment, seconds_after(flight.start, epochs))
    rot, rate = rot_pa_from_icrf_with_rate(epochs)
    position = np.einsum("ij,njk,nk->ni", ROT_ME_FROM_PA, rot, states[:, :3])
    velocity = np.einsum("ij,njk,nk->ni", ROT_ME_FROM_PA, rot, states[:, 3:])
    velocity += np.einsum("ij,njk,nk->ni", ROT_ME_FROM_PA, rate, states[:, :3])
    rows = np.hstack([
        after_s[:, np.newaxis], np.round(position, _POSITION_DIGITS), np.round(velocity, _VELOCITY_DIGITS)
    ])  # fmt: skip
    return {
        "interval": f"{_iso(epochs[0])}/{_iso(epochs[-1])}",
        "epoch": _iso(begin),
        "referenceFrame": "FIXED",
        "interpolationAlgorithm": "HERMITE",
        "interpolationDegree": DEGREE,
        "cartesianVelocity": rows.ravel().tolist(),
    }


def _site(name: str, site: Site) -> dict[str, Any]:
    radius_m = constants.MOON_RADIUS_M + float(site.elevation.to_value(u.m))
    latitude, longitude = float(site.latitude.to_value(u.rad)), float(site.longitude.to_value(u.rad))
    flat_m = radius_m * np.cos(latitude)
    position = [flat_m * np.cos(longitude), flat_m * np.sin(longitude), radius_m * np.sin(latitude)]
    return {
        "id": f"site/{name}",
        "name": site.title or name,
        "position": {"cartesian": [round(float(value), _POSITION_DIGITS) for value in position]},
        "point": {"pixelSize": 6, "color": {"rgba": _SITE}},
        "label": {"text": site.title or name, "pixelOffset": {"cartesian2": [0, -16]}},
    }


def _iso(time: Time) -> str:
    return f"{Time(time.utc, precision=9).isot}Z"
